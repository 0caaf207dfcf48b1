"""The values a department edits beside its catalogue: bands, caps, hours, words. Installations differ in config.py."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import time

from tracker.domain.errors import N_, InvalidError
from tracker.domain.ranking import RankingWeights
from tracker.domain.roles import IDLE_MINUTES, Role

RANGES = {
    "horizon_weeks": (1, 52),
    "band_minutes": (5, 240),
    "added_cap_per_block": (0, 50),
    "no_start_minutes": (5, 240),
    "rank_scarce_minutes": (0, 10_000),
    "rank_scrap_minutes": (0, 60),
    "rank_fasting_minutes": (0, 1440),
    "rank_margin_minutes": (0, 240),
}
"""Whole numbers and the least and most they may be."""

_WEIGHTS = RankingWeights()
_TIMES = ("fasting_ends", "rank_fasting_release")
RANKING_KEYS = (
    "rank_scarce_minutes",
    "rank_scrap_minutes",
    "rank_fasting_minutes",
    "rank_fasting_release",
    "rank_margin_minutes",
    "fasting_ends",
)
"""The settings that a search ranks by."""

IDLE_RANGE = (1, 24 * 60)
ADDED_PER_ROLE: Mapping[str, int] = {Role.RECEPTION: 2, Role.SONOGRAPHER: 4, Role.HEAD: 4}
"""How many added bookings each role may put into one block; the administrator books nobody."""
TEXT_LENGTH = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartmentSettings:
    """All settings; the defaults are what a new department starts with."""

    # How far ahead time is opened for booking, in weeks.
    horizon_weeks: int = 8
    # The width of the arrival band a patient is told, in minutes.
    band_minutes: int = 30
    # How many added bookings (加号) one block takes, and how many of them from each role (0: none).
    added_cap_per_block: int = 4
    added_cap_per_role: Mapping[str, int] = field(default_factory=lambda: dict(ADDED_PER_ROLE))
    # After how many idle minutes, with arrived patients waiting, the board says so.
    no_start_minutes: int = 30
    # Local time by which an exam that needs fasting has to end.
    fasting_ends: time = time(11, 30)
    # How openings are ranked: minutes that a patient is offered a later time so that …
    # … a machine and doctor who could do everything stay free for what is scarce (others in proportion),
    rank_scarce_minutes: int = _WEIGHTS.scarce_minutes
    # … one minute is not left in a piece too short for any exam,
    rank_scrap_minutes: int = _WEIGHTS.scrap_minutes
    # … the fasting window stays free for who fasts,
    rank_fasting_minutes: int = _WEIGHTS.fasting_minutes
    # … which it does until this local time of the day itself.
    rank_fasting_release: time = time(*divmod(_WEIGHTS.fasting_release, 60))
    # How many minutes before a goal in working hours ends an exam should begin.
    rank_margin_minutes: int = _WEIGHTS.margin_minutes
    # Minutes without a click after which a role has to sign in again.
    idle_minutes: Mapping[str, int] = field(default_factory=lambda: dict(IDLE_MINUTES))
    # What slips and pages call the department.
    department_name_zh: str = "超声科"
    department_name_en: str = "Department of General Ultrasound"
    # Where a patient says that he is here, printed on the slip; empty: no line for it.
    check_in_place_zh: str = "超声科分诊台"
    check_in_place_en: str = "Reception desk of the department"
    # The number to ring, printed on the slip; empty: no line for it.
    desk_phone: str = ""
    # The last lines of the slip; when to arrive is said by its band alone, and these words agree with it.
    slip_note_zh: str = "请携带本单及就诊卡，在上述时段内到分诊台报到；如不能前来，请尽早告知。"
    slip_note_en: str = (
        "Bring this slip and your patient card, and report to the desk within the time above. "
        "If you cannot come, please tell us as soon as you can."
    )


KEYS = tuple(each.name for each in fields(DepartmentSettings))


def settings_from(stored: Mapping[str, object]) -> DepartmentSettings:
    """The settings of stored values; what is missing, or no longer valid, has its default."""
    values: dict[str, object] = {}
    for key in KEYS:
        if key in stored:
            try:
                values[key] = checked(key, stored[key])
            except InvalidError:
                continue
    return DepartmentSettings(**values)  # type: ignore[arg-type]


def checked(key: str, value: object) -> object:
    """The typed value of one setting. Raises InvalidError, with the key as field."""
    if key in RANGES:
        low, high = RANGES[key]
        return _whole_number(key, value, low, high)
    if key == "idle_minutes":
        return _per_role(key, value, IDLE_MINUTES, IDLE_RANGE)
    if key == "added_cap_per_role":
        return _per_role(key, value, ADDED_PER_ROLE, RANGES["added_cap_per_block"])
    if key in _TIMES:
        return _time(key, value)
    if key in KEYS:
        return _text(key, value)
    raise InvalidError(N_("There is no such setting."), field=key)


def storable(value: object) -> object:
    """A typed value as JSON keeps it."""
    if isinstance(value, time):
        return value.strftime("%H:%M")
    return dict(value) if isinstance(value, Mapping) else value


def _whole_number(key: str, value: object, low: int, high: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise InvalidError(
            N_("Enter a whole number from %(low)s to %(high)s."),
            field=key,
            params={"low": low, "high": high},
        )
    return value


def _per_role(
    key: str, value: object, usual: Mapping[str, int], span: tuple[int, int]
) -> dict[str, int]:
    if not isinstance(value, Mapping) or set(value) - set(usual):
        raise InvalidError(N_("Give a number for the roles of the department."), field=key)
    given = {role: _whole_number(key, value[role], *span) for role in value}
    return {**usual, **given}


def _time(key: str, value: object) -> time:
    try:
        found = value if isinstance(value, time) else time.fromisoformat(str(value))
    except ValueError:
        found = None
    if found is None or found.tzinfo is not None:
        raise InvalidError(N_("Enter a time such as 11:30."), field=key)
    return found.replace(second=0, microsecond=0)


def _text(key: str, value: object) -> str:
    if not isinstance(value, str) or len(value) > TEXT_LENGTH:
        raise InvalidError(
            N_("Enter at most %(count)s characters."), field=key, params={"count": TEXT_LENGTH}
        )
    return value.strip()
