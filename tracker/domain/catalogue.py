"""What an administrator enters about devices, exam types, streams and people, and what of it is refused.

Each `checked_…` returns the values made plain, or raises InvalidError with the field. Whether a code is
taken, or a code named here exists, only the rows know.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import time

from tracker.domain.errors import N_, InvalidError
from tracker.domain.texts import plain_line

LONGEST_MINUTES = 480
MOST_POINTS_HUNDREDTHS = 100_000
COLOURS = (
    "blue", "azure", "indigo", "purple", "pink", "red",
    "orange", "yellow", "lime", "green", "teal", "cyan",
)  # fmt: skip
BLADDERS = ("", "empty", "full")
STAFF_KINDS: Mapping[str, str] = {
    "doctor": N_("Doctor"),
    "nurse": N_("Nurse"),
    "technician": N_("Technician"),
    "clerk": N_("Clerk"),
}
TITLES: Mapping[str, str] = {
    "": "",
    "professor": N_("Professor"),
    "associate_professor": N_("Associate professor"),
    "attending": N_("Attending doctor"),
    "physician": N_("Physician"),
    "trainee": N_("Trainee"),
}
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*", re.ASCII)
_AE_TITLE = re.compile(r"[\x20-\x5b\x5d-\x7e]*", re.ASCII)  # DICOM PS3.5, VR AE: no backslash
_LOINC = re.compile(r"(\d{1,7}-\d)?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceValues:
    """A machine as entered; capabilities by code."""

    code: str
    name: str
    building: str = ""
    floor: str = ""
    room: str = ""
    ae_title: str = ""
    is_portable: bool = False
    sort_order: int = 0
    capabilities: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class PairValues:
    """What differs for one stream (None: nothing), and its expected share of all requests in ‰."""

    minutes: int | None = None
    further_part_minutes: int | None = None
    points_hundredths: int | None = None
    further_part_points_hundredths: int | None = None
    demand_permille: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ExamTypeValues:
    """An exam type as entered; capabilities and streams by code, points in hundredths.

    `least_title` is the lowest title of who may perform it; empty for any.
    """

    code: str
    name_zh: str
    name_en: str
    minutes: int
    further_part_minutes: int
    points_hundredths: int
    further_part_points_hundredths: int
    observation_minutes: int = 0
    loinc: str = ""
    is_fasting: bool = False
    bladder: str = ""
    needs_competence: bool = False
    least_title: str = ""
    preparation_zh: str = ""
    preparation_en: str = ""
    colour: str = "blue"
    sort_order: int = 0
    capabilities: frozenset[str] = frozenset()
    of_streams: Mapping[str, PairValues] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamValues:
    """A stream as entered; without `release_time` it holds no reserve."""

    code: str
    name_zh: str
    name_en: str
    goal_working_days: int | None = None
    goal_working_hours: int | None = None
    release_days_before: int = 0
    release_time: time | None = None
    demand_share_percent: int = 0
    sort_order: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffValues:
    """A person as entered; exam types by code. Who supervises one performs it too."""

    code: str
    name: str
    kind: str
    title: str = ""
    sort_order: int = 0
    competences: frozenset[str] = frozenset()
    supervises: frozenset[str] = frozenset()


def checked_device(values: DeviceValues) -> DeviceValues:
    """The machine's values made plain. Raises InvalidError."""
    ae_title = values.ae_title.strip()
    if len(ae_title) > 16 or not _AE_TITLE.fullmatch(ae_title):
        raise InvalidError(
            N_("An AE title has at most 16 plain characters and no backslash."), field="ae_title"
        )
    return replace(
        values,
        code=plain_code(values.code, longest=20),
        name=plain_line(values.name, field="name", longest=80, least=1),
        building=plain_line(values.building, field="building", longest=80),
        floor=plain_line(values.floor, field="floor", longest=20),
        room=plain_line(values.room, field="room", longest=40),
        ae_title=ae_title,
        sort_order=_sort_order(values.sort_order),
    )


def checked_exam_type(values: ExamTypeValues) -> ExamTypeValues:
    """The exam type's values made plain. Raises InvalidError."""
    _check_minutes_and_points(values)
    whole_number(values.minutes, field="minutes", low=1, high=LONGEST_MINUTES)
    whole_number(values.observation_minutes, field="observation_minutes", high=LONGEST_MINUTES)
    for pair in values.of_streams.values():
        _check_minutes_and_points(pair)
        if pair.minutes is not None:
            whole_number(pair.minutes, field="minutes", low=1, high=LONGEST_MINUTES)
        whole_number(pair.demand_permille, field="demand_permille", high=1000)
    _one_of(values.bladder, BLADDERS, field="bladder")
    _one_of(values.least_title, TITLES, field="least_title")
    _one_of(values.colour, COLOURS, field="colour")
    if not _LOINC.fullmatch(values.loinc.strip()):
        raise InvalidError(N_("A LOINC code looks like 24558-9."), field="loinc")
    return replace(
        values,
        code=plain_code(values.code, longest=40),
        name_zh=plain_line(values.name_zh, field="name_zh", longest=80, least=1),
        name_en=plain_line(values.name_en, field="name_en", longest=80, least=1),
        loinc=values.loinc.strip(),
        preparation_zh=plain_line(values.preparation_zh, field="preparation_zh", longest=400),
        preparation_en=plain_line(values.preparation_en, field="preparation_en", longest=400),
        sort_order=_sort_order(values.sort_order),
    )


def checked_stream(values: StreamValues) -> StreamValues:
    """The stream's values made plain. Raises InvalidError."""
    if values.goal_working_days is not None and values.goal_working_hours is not None:
        raise InvalidError(
            N_("A goal is in working days or in working hours, not in both."),
            field="goal_working_hours",
        )
    if values.goal_working_days is not None:
        whole_number(values.goal_working_days, field="goal_working_days", high=365)
    if values.goal_working_hours is not None:
        whole_number(values.goal_working_hours, field="goal_working_hours", low=1, high=2400)
    whole_number(values.release_days_before, field="release_days_before", high=30)
    whole_number(values.demand_share_percent, field="demand_share_percent", high=100)
    return replace(
        values,
        code=plain_code(values.code, longest=40),
        name_zh=plain_line(values.name_zh, field="name_zh", longest=80, least=1),
        name_en=plain_line(values.name_en, field="name_en", longest=80, least=1),
        release_time=None if values.release_time is None else whole_minute(values.release_time),
        sort_order=_sort_order(values.sort_order),
    )


def checked_staff(values: StaffValues) -> StaffValues:
    """The person's values made plain. Raises InvalidError."""
    _one_of(values.kind, STAFF_KINDS, field="kind")
    if values.kind == "doctor":
        _one_of(values.title, TITLES, field="title")
    elif values.competences or values.supervises:
        raise InvalidError(N_("Only doctors perform exams."), field="competences")
    return replace(
        values,
        code=plain_code(values.code, longest=20),
        name=plain_line(values.name, field="name", longest=80, least=1),
        title=plain_line(values.title, field="title", longest=40),
        sort_order=_sort_order(values.sort_order),
        competences=values.competences | values.supervises,
    )


def plain_code(code: str, *, longest: int, field: str = "code") -> str:
    """A code as URLs and other systems take it: letters, digits, _ and -. Raises InvalidError."""
    code = code.strip()
    if len(code) > longest or not _CODE.fullmatch(code):
        raise InvalidError(
            N_("Enter at most %(count)s letters, digits, _ or -."),
            field=field,
            params={"count": longest},
        )
    return code


def whole_number(value: object, *, field: str, high: int, low: int = 0) -> int:
    """A whole number in [low, high]. Raises InvalidError."""
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise InvalidError(
            N_("Enter a whole number from %(low)s to %(high)s."),
            field=field,
            params={"low": low, "high": high},
        )
    return value


def whole_minute(local_time: time) -> time:
    """A local time without seconds."""
    return local_time.replace(second=0, microsecond=0, tzinfo=None)


def _check_minutes_and_points(values: ExamTypeValues | PairValues) -> None:
    for name, high in (
        ("further_part_minutes", LONGEST_MINUTES),
        ("points_hundredths", MOST_POINTS_HUNDREDTHS),
        ("further_part_points_hundredths", MOST_POINTS_HUNDREDTHS),
    ):
        if (value := getattr(values, name)) is not None:
            whole_number(value, field=name, high=high)


def _one_of(value: str, known: Mapping[str, str] | tuple[str, ...], *, field: str) -> None:
    if value not in known:
        raise InvalidError(N_("Choose one of the list."), field=field)


def _sort_order(value: int) -> int:
    return whole_number(value, field="sort_order", high=9999)
