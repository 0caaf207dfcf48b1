"""What the page about waits shows: days against the goal, minutes at the machine, who did not come, the next openings."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import gettext as _

from tracker.domain.lifecycle import Status
from tracker.queries import Reading
from tracker.queries.attendance import Attendance, ReasonCount, last_of_lead
from tracker.queries.next_openings import NextOpening, third_next_openings
from tracker.queries.quality import quality
from tracker.queries.streams import StreamRow, streams
from tracker.queries.waits import DaysWaited, MinutesWaited
from tracker.web.day_stretch import DayStretch

LONGEST_SHOWN = 10
"""Waits of so many working days and more are one line."""
MOST_REASONS = 15


@dataclass(frozen=True, slots=True)
class ReasonLine:
    """Bookings that ended for a reason, in its words, and how an address asks for them: by a step, never by words."""

    words: str
    bookings: int
    params: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class QualityPage:
    """Everything the page shows; `waits` has, for each number of days, the exams of each stream of `days`."""

    days: list[DaysWaited]
    waits: list[tuple[int, list[int]]]
    minutes: list[MinutesWaited]
    by_stream: list[tuple[StreamRow, Attendance]]
    by_lead: list[tuple[int, str, Attendance]]
    attendance: Attendance
    cancelled: list[ReasonLine]
    missed: list[ReasonLine]
    streams: tuple[StreamRow, ...]
    openings: list[list[NextOpening]]


def read_quality(
    reading: Reading, stretch: DayStretch, *, today: date, now: datetime
) -> QualityPage:
    """The page of the days, as far as they are over; the openings are those of `now`."""
    found = quality(reading, stretch.first, stretch.last, today=today)
    in_service = streams(reading)
    openings = third_next_openings(reading, now=now)
    width = len(in_service) or 1
    return QualityPage(
        days=found.days,
        waits=_histogram(found.days),
        minutes=found.minutes,
        by_stream=found.by_stream,
        by_lead=[(lead, lead_words(lead), amounts) for lead, amounts in found.by_lead],
        attendance=found.attendance,
        cancelled=_of(found.reasons, Status.CANCELLED),
        missed=_of(found.reasons, Status.NO_SHOW),
        streams=in_service,
        openings=[openings[at : at + width] for at in range(0, len(openings), width)],
    )


def _of(why: list[ReasonCount], status: Status) -> list[ReasonLine]:
    """The reasons that are named most; the others as one without words."""
    found = [each for each in why if each.status == status.value]
    shown, others = found[:MOST_REASONS], found[MOST_REASONS:]
    lines = [
        ReasonLine(each.reason or _("Not said"), each.bookings, {"alike": str(each.step_id)})
        for each in shown
    ]
    if others:
        rest = sum(each.bookings for each in others)
        known = ",".join(str(each.step_id) for each in shown)
        lines.append(ReasonLine(_("Other reasons"), rest, {"unlike": known}))
    return lines


def _histogram(days: list[DaysWaited]) -> list[tuple[int, list[int]]]:
    lines = []
    for wait in range(LONGEST_SHOWN + 1):
        longer = wait == LONGEST_SHOWN
        exams = [
            sum(
                count
                for value, count in each.days.counts.items()
                if value == wait or (longer and value > wait)
            )
            for each in days
        ]
        lines.append((wait, exams))
    return lines


def lead_words(lead: int) -> str:
    """The words for a group of LEADS."""
    last = last_of_lead(lead)
    if lead == 0:
        return _("Same day")
    if last is None:
        return _("%(days)s days and more", days=lead)
    return _("1 day") if last == lead == 1 else _("%(first)s–%(last)s days", first=lead, last=last)
