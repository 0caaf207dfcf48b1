"""The third next opening of each exam type and stream, found by the rule of the search itself. No writes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from tracker import clock
from tracker.domain.openings import openings_for
from tracker.domain.supply import DeviceDay
from tracker.domain.workcalendar import DAY, local_date_of
from tracker.queries.devices import devices
from tracker.queries.exam_types import ExamTypeRow, exam_types
from tracker.queries.occupancy import device_days
from tracker.queries.openings import LONGEST_WINDOW_DAYS, Asked, Wish, ask
from tracker.queries.streams import StreamRow, streams

WHICH = 3
"""The third next: the first two are often a gap that somebody has just left."""
_SOON = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class NextOpening:
    """When the third next opening of one part begins; None: not within the days that a search may cover."""

    exam_type: ExamTypeRow
    stream: StreamRow
    start: datetime | None
    days: int | None


def third_next_openings(session: Session, *, now: datetime) -> list[NextOpening]:
    """Of every exam type and stream in service, as of `now`; `days` are calendar days from today.

    Two statements for each pair and four besides; the days of the machines are read once for all.
    """
    today = local_date_of(now, clock.hospital_zone())
    kinds, of_streams = exam_types(session), streams(session)
    pairs = [(kind, stream) for kind in kinds for stream in of_streams]
    asked = [ask(session, Wish(kind.code, stream.code, today, today)) for kind, stream in pairs]
    soon = _Days(session, today, today + _SOON, now)
    late = _Days(session, today + _SOON + DAY, today + timedelta(days=LONGEST_WINDOW_DAYS - 1), now)
    found = []
    for (kind, stream), request in zip(pairs, asked, strict=True):
        start = _third(request, (soon, late), now)
        days = None if start is None else (local_date_of(start, clock.hospital_zone()) - today).days
        found.append(NextOpening(kind, stream, start, days))
    return found


def latest_opening(
    openings: Sequence[NextOpening], exam_types: Collection[str]
) -> NextOpening | None:
    """Of some exam types (codes) the one with the latest opening for the stream named first; none is later still."""
    if not openings:
        return None
    first = openings[0].stream.id
    found = [e for e in openings if e.stream.id == first and e.exam_type.code in exam_types]
    full = next((each for each in found if each.start is None), None)
    dated = [(each.start, each) for each in found if each.start is not None]
    return full or max(dated, key=lambda pair: pair[0], default=(None, None))[1]


class _Days:
    """The machines' days of a stretch, read when they are first asked for."""

    def __init__(self, session: Session, first: date, last: date, now: datetime) -> None:
        self._session, self._now = session, now
        self._span = first, last
        self._read: list[DeviceDay] | None = None

    @property
    def all(self) -> list[DeviceDay]:
        if self._read is None:
            ids = [each.id for each in devices(self._session)]
            first, last = self._span
            days = device_days(self._session, device_ids=ids, first=first, last=last, now=self._now)
            self._read = list(days)
        return self._read


def _third(asked: Asked, stretches: Sequence[_Days], now: datetime) -> datetime | None:
    """The start of the third opening, earliest first; the far stretch is read only where the near one is full."""
    near, far = stretches
    found = openings_for(asked.request, near.all, now=now, limit=WHICH, ranking=asked.earliest)
    if len(found.openings) == WHICH:
        return found.openings[-1].start
    found = openings_for(
        asked.request, [*near.all, *far.all], now=now, limit=WHICH, ranking=asked.earliest
    )
    return found.openings[-1].start if len(found.openings) == WHICH else None
