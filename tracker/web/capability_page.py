"""What the page for a new machine shows: each capability in minutes, and the case for one more machine of a kind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from tracker.domain.demand import FOR_WANT_OF_TIME, OTHERWISE
from tracker.domain.errors import N_, InvalidError
from tracker.queries import Reading
from tracker.queries.attendance_rows import NOT_CANCELLED
from tracker.queries.machine_case import CapabilityCase, TypeMinutes, capability_cases
from tracker.queries.next_openings import NextOpening, latest_opening, third_next_openings
from tracker.web.day_stretch import DayStretch

LISTS: Mapping[str, tuple[str, Mapping[str, object]]] = {
    "booked": ("/volume/quality/bookings", {"status": NOT_CANCELLED}),
    "turned_minutes": ("/unmet-demand", {"reason": ",".join(FOR_WANT_OF_TIME)}),
    "otherwise": ("/unmet-demand", {"reason": ",".join(OTHERWISE)}),
    "examined": ("/volume/quality/exams", {"live": 1}),
    "overtime": ("/volume/quality/exams", {"past_block": 1}),
}
"""The page whose rows a figure of TypeMinutes is the sum of, and how it is asked; what was asked for is the sum of three."""


@dataclass(frozen=True, slots=True)
class CapabilityLine:
    """A capability, and the latest third next opening of its exam types for the stream named first."""

    case: CapabilityCase
    opening: NextOpening | None
    href: str


@dataclass(frozen=True, slots=True)
class CapabilityPage:
    """Every capability, and the one whose case is told with its exam types."""

    lines: list[CapabilityLine]
    chosen: CapabilityLine | None
    exam_types: list[TypeMinutes]


def read_capabilities(
    reading: Reading, stretch: DayStretch, code: str | None, *, today: date, now: datetime
) -> CapabilityPage:
    """The days as far as they are over; without a code the capability that had to turn away most is told.

    Raises InvalidError on `capability`.
    """
    cases = capability_cases(reading, stretch.first, min(stretch.last, today), now=now)
    openings = third_next_openings(reading, now=now)
    lines = [
        CapabilityLine(
            case,
            latest_opening(openings, case.codes),
            stretch.address("/volume/capabilities", capability=case.capability.code),
        )
        for case in cases
    ]
    chosen = _chosen(lines, code)
    return CapabilityPage(lines, chosen, list(chosen.case.exam_types) if chosen else [])


def _chosen(lines: Sequence[CapabilityLine], code: str | None) -> CapabilityLine | None:
    if code is None:
        return max(lines, key=lambda line: line.case.total("turned_minutes"), default=None)
    for line in lines:
        if line.case.capability.code == code:
            return line
    raise InvalidError(N_("There is no such function."), field="capability")
