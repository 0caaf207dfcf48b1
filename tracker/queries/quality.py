"""How well patients were served in some days: what waits, attendance and reasons say together. No writes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from tracker.queries.attendance import LEADS, Attendance, ReasonCount, attendance, reasons
from tracker.queries.streams import StreamRow, streams
from tracker.queries.waits import DaysWaited, MinutesWaited, days_waited, minutes_waited


@dataclass(frozen=True, slots=True)
class Quality:
    """Waits by stream; bookings in all, by stream and by how long before they were made (LEADS); all reasons.

    A stream without bookings is left out once it is retired.
    """

    days: list[DaysWaited]
    minutes: list[MinutesWaited]
    attendance: Attendance
    by_stream: list[tuple[StreamRow, Attendance]]
    by_lead: list[tuple[int, Attendance]]
    reasons: list[ReasonCount]


def quality(session: Session, first: date, last: date, *, today: date) -> Quality:
    """The days `first` to `last` (inclusive), as far as they are over. Eleven statements at most."""
    over = min(last, today)
    came = attendance(session, first, over)
    by_stream = [(row, _sum(came, stream=row.id)) for row in streams(session, include_retired=True)]
    return Quality(
        days=days_waited(session, first, over),
        minutes=minutes_waited(session, first, over),
        attendance=_sum(came),
        by_stream=[(row, sums) for row, sums in by_stream if sums.bookings or not row.is_retired],
        by_lead=[(lead, _sum(came, lead=lead)) for lead in LEADS],
        reasons=reasons(session, first, over),
    )


def _sum(
    came: Mapping[tuple[int, int], Attendance], stream: int | None = None, lead: int | None = None
) -> Attendance:
    chosen = (
        amounts
        for (of_stream, of_lead), amounts in came.items()
        if stream in (None, of_stream) and lead in (None, of_lead)
    )
    return sum(chosen, Attendance())
