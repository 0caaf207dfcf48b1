"""The exams that count, read from their rows by a query of the tests' own, and what they add up to in plain Python.

Nothing here asks the product: the hospital's day is made of the start, the week of its Thursday, the visit of the
patient's or the file's rows. What every page of figures must agree with.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.support.rows import instant, rows

SHANGHAI = ZoneInfo("Asia/Shanghai")
_COUNTING = """
    SELECT e.id, e.started_at, e.parts, e.minutes, e.points_hundredths, e.entered_later, e.import_id, e.patient_id,
        e.booking_id, s.code, t.code, d.code, m.code, m.title, v.code, a.code,
        f.patient_name, f.id_number, f.mrn, f.operator_text, i.in_force_at
    FROM exam e JOIN stream s ON s.id = e.stream_id JOIN exam_type t ON t.id = e.exam_type_id
    JOIN device d ON d.id = e.device_id JOIN staff_member m ON m.id = e.operator_id
    LEFT JOIN staff_member v ON v.id = e.supervisor_id LEFT JOIN staff_member a ON a.id = e.assistant_id
    LEFT JOIN imported_exam f ON f.exam_id = e.id LEFT JOIN exam_import i ON i.id = e.import_id
    WHERE e.voided_at IS NULL AND (e.import_id IS NULL OR i.in_force_at IS NOT NULL AND i.undone_at IS NULL)"""


@dataclass(frozen=True)
class Counted:
    """An exam that counts."""

    id: int
    start: datetime
    parts: int
    minutes: int
    points: int
    is_live: bool
    import_id: int | None
    has_booking: bool
    stream: str
    exam_type: str
    device: str
    operator: str
    title: str
    supervisor: str | None
    assistant: str | None
    name_in_file: str
    visit: tuple[object, ...]
    turn: tuple[object, ...]

    @property
    def day(self) -> date:
        """The hospital's day on which it started."""
        return self.start.date()

    @property
    def week(self) -> str:
        """That of its Thursday."""
        thursday = self.day + timedelta(days=3 - self.day.weekday())
        return f"{thursday.year}-W{(thursday - date(thursday.year, 1, 1)).days // 7 + 1:02}"

    @property
    def month(self) -> str:
        return self.day.isoformat()[:7]

    @property
    def quarter(self) -> str:
        return f"{self.day.year}-Q{(self.day.month - 1) // 3 + 1}"

    @property
    def year(self) -> int:
        return self.day.year

    @property
    def part_of_day(self) -> str:
        clock = self.start.time()
        if time(8) <= clock < time(12):
            return "morning"
        return "afternoon" if time(13, 30) <= clock < time(17) else "other"


@dataclass(frozen=True)
class Sums:
    """What some exams add up to; points in hundredths."""

    exams: int = 0
    visits: int = 0
    parts: int = 0
    minutes: int = 0
    live_exams: int = 0
    live_minutes: int = 0
    points: int = 0


class Recount:
    """All exams that count, and sums of any of them; what each code is called in English."""

    def __init__(self) -> None:
        words = {"stream": "name_en", "exam_type": "name_en", "device": "code"}
        people = rows("SELECT code, name FROM staff_member")
        self.names = {
            **{key: dict(rows(f"SELECT code, {word} FROM {key}")) for key, word in words.items()},
            "operator": {code: f"{name} {code}" for code, name in people} | {"?": "not matched"},
        }
        self.exams = sorted(map(_counted, rows(_COUNTING)), key=lambda exam: exam.id)
        first: dict[tuple[object, ...], Counted] = {}
        for exam in sorted(self.exams, key=lambda each: each.turn):
            first.setdefault((exam.day, *exam.visit), exam)
        self._opening = {exam.id for exam in first.values()}

    def chosen(self, first: date, last: date, **codes: Collection[str]) -> list[Counted]:
        """Those of some days, with one of the codes of each key."""
        return [
            exam
            for exam in self.exams
            if first <= exam.day <= last
            and all(getattr(exam, key) in given for key, given in codes.items())
        ]

    def sums(self, exams: Iterable[Counted]) -> Sums:
        each = [*exams]
        live = [exam for exam in each if exam.is_live]
        return Sums(
            len(each),
            sum(exam.id in self._opening for exam in each),
            sum(exam.parts for exam in each),
            sum(exam.minutes for exam in each),
            len(live),
            sum(exam.minutes for exam in live),
            sum(exam.points for exam in each),
        )

    def by(self, exams: Iterable[Counted], *keys: str) -> dict[tuple[Any, ...], Sums]:
        """The sums by keys."""
        groups = grouped(exams, lambda exam: tuple(getattr(exam, key) for key in keys))
        return {key: self.sums(each) for key, each in groups.items()}


def grouped(exams: Iterable[Counted], key: Callable[[Counted], Any]) -> Mapping[Any, list[Counted]]:
    """The exams by a key."""
    groups: dict[Any, list[Counted]] = defaultdict(list)
    for exam in exams:
        groups[key(exam)].append(exam)
    return groups


def _counted(row: tuple[Any, ...]) -> Counted:
    exam_id, started, parts, minutes, points, entered_later, import_id, patient_id, booking = row[
        :9
    ]
    stream, exam_type, device, operator, title, supervisor, assistant = row[9:16]
    *named, operator_text, in_force_at = row[16:]
    start = instant(started)
    who = ("patient", patient_id) if patient_id else ("file", import_id, *named)
    if not patient_id and not any(named):
        who = ("nobody", exam_id)
    came = (import_id is not None, str(in_force_at or ""), import_id or 0)
    return Counted(
        exam_id, start.astimezone(SHANGHAI), parts, minutes, points, not entered_later and import_id is None,
        import_id, booking is not None, stream, exam_type, device, operator, title or "none", supervisor, assistant,
        operator_text or "", who, (*came, start, exam_id),
    )  # fmt: skip
