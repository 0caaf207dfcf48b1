"""What a changed plan does to the bookings that stand on it: which go on, which must move, which find no place.

One computation for what is shown before publishing and for what publishing then does. No rows.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from tracker.domain.openings import openings_for
from tracker.domain.plan import DeviceDate
from tracker.domain.ranking import DeviceStanding, Ranking
from tracker.domain.rules import block_at
from tracker.domain.supply import (
    MINUTE,
    BlockLoad,
    DeviceDay,
    ExamRequest,
    Held,
    Opening,
    with_added,
    with_all_held,
    with_booking,
    without_booking,
)

Days = dict[DeviceDate, DeviceDay]


@dataclass(frozen=True, slots=True)
class Standing:
    """A live booking of a device day that changes. `is_to_come`: still to be examined, its time not over."""

    booking_id: int
    patient_id: int
    exam_type_id: int
    stream_id: int
    device_id: int
    local_date: date
    starts_at: datetime
    ends_at: datetime
    device_ends_at: datetime
    patient_ends_at: datetime
    block_id: int | None
    operator_id: int | None
    is_added: bool
    is_to_come: bool

    @property
    def key(self) -> DeviceDate:
        """The device day it stands on."""
        return self.device_id, self.local_date


@dataclass(frozen=True, slots=True)
class Fate:
    """A booking that the plan has no more room for where it stands: `to` is its new place, None: kept and flagged."""

    booking: Standing
    to: Opening | None


@dataclass(frozen=True, slots=True)
class Effects:
    """`blocks`: booking → the block it stands in from now on (None: in none). `fates` in the order they are met.

    `bookings` are those that were looked at.

    Blocks that are new have negative ids here.
    """

    blocks: Mapping[int, int | None] = field(default_factory=dict)
    fates: tuple[Fate, ...] = ()
    bookings: tuple[Standing, ...] = ()


@dataclass(frozen=True, slots=True)
class Requests:
    """What a booking asks for when it has to move, and how devices rank for it; told for each booking by name."""

    request_of: Callable[[Standing], ExamRequest]
    standing_of: Callable[[Standing], Mapping[int, DeviceStanding]]


def effects_of(
    before: Mapping[DeviceDate, DeviceDay],
    plans: Mapping[DeviceDate, tuple[BlockLoad, ...]],
    bookings: Iterable[Standing],
    requests: Requests,
    *,
    now: datetime,
) -> Effects:
    """What becomes of the live bookings of the device days `plans`, whose blocks are replaced.

    `before` holds all device days to which a booking may move. Who stood in a block that did his exam and
    stands in such a one again stays; whoever no longer does, and is to come, is moved to the opening of his
    day that lies nearest to his time, one after the other, or keeps his time without a block. What stood
    outside the plan before is left there.
    """
    ordered = sorted(bookings, key=lambda each: (each.starts_at, each.booking_id))
    days = {key: _replanned(day, plans.get(key)) for key, day in before.items()}
    blocks: dict[int, int | None] = {}
    held: dict[DeviceDate, list[Held]] = {}
    stranded = []
    for each in ordered:
        was_fit, day = _fits(each, before[each.key]), days[each.key]
        block = _block_of(each, day, stays=not was_fit)
        block_id = None if block is None else block.block_id
        blocks[each.booking_id] = block_id
        taken = Held(block_id, each.stream_id, _span(day, each), each.is_added)
        held.setdefault(each.key, []).append(taken)
        if each.is_to_come and was_fit and not _fits(each, day):
            stranded.append(each)
    days |= {key: with_all_held(days[key], taken) for key, taken in held.items()}
    fates = _Mover(days, blocks, requests, now).move(stranded)
    return Effects(blocks, tuple(fates), tuple(ordered))


def _replanned(day: DeviceDay, plan: tuple[BlockLoad, ...] | None) -> DeviceDay:
    """The day with the blocks of the plan, in which nothing is counted yet; as it was without a plan."""
    if plan is None:
        return day
    emptied = (replace(each, used={}, added=0) for each in plan)
    return replace(day, blocks=tuple(sorted(emptied, key=lambda each: each.starts)))


def _block_of(booking: Standing, day: DeviceDay, *, stays: bool) -> BlockLoad | None:
    """The block that holds a booking's time, whatever is done in it.

    What is examined already keeps its own, if that stands; so does what `stays` outside of all of them.
    """
    own = next((each for each in day.blocks if each.block_id == booking.block_id), None)
    if own is not None and not booking.is_to_come:
        return own
    return _holding(booking, day) or (own if stays else None)


def _holding(booking: Standing, day: DeviceDay) -> BlockLoad | None:
    minutes = 1 if booking.is_added else (booking.ends_at - booking.starts_at) // MINUTE
    return block_at(day, day.minute_of(booking.starts_at), minutes)


def _fits(booking: Standing, day: DeviceDay) -> bool:
    block = _holding(booking, day)
    return block is not None and (booking.is_added or booking.exam_type_id in block.exam_type_ids)


def _span(day: DeviceDay, booking: Standing) -> tuple[int, int]:
    return day.minute_of(booking.starts_at), day.minute_of(booking.device_ends_at)


class _Mover:
    """Gives stranded bookings other places of their day, each seeing what the ones before it took."""

    def __init__(
        self, days: Days, blocks: dict[int, int | None], requests: Requests, now: datetime
    ) -> None:
        self.days = days
        self.blocks = blocks
        self.requests = requests
        self.now = now
        self.moved: dict[int, list[tuple[datetime, datetime]]] = {}
        """Patient → the spans to which bookings of his were moved."""

    def move(self, stranded: Iterable[Standing]) -> list[Fate]:
        return [Fate(booking, self._moved(booking)) for booking in stranded]

    def _moved(self, booking: Standing) -> Opening | None:
        before = self.days[booking.key]
        self.days[booking.key] = self._freed(before, booking)
        request = self.requests.request_of(booking)
        also = tuple(self.moved.get(booking.patient_id, ()))
        request = replace(request, busy_spans=(*request.busy_spans, *also))
        found = self._nearest(request, booking)
        if found is None:
            self.days[booking.key] = before
            return None
        self._take(found, request, booking)
        return found

    def _freed(self, day: DeviceDay, booking: Standing) -> DeviceDay:
        block_id = self.blocks[booking.booking_id]
        if booking.is_added:
            return with_added(day, block_id=block_id, count=-1)
        span = _span(day, booking)
        return without_booking(day, block_id=block_id, stream_id=booking.stream_id, span=span)

    def _nearest(self, request: ExamRequest, booking: Standing) -> Opening | None:
        """Nearest to the time that the patient was told, not what the ranking would offer who asks anew (adr/0021)."""
        today = [
            day
            for key, day in sorted(self.days.items())
            if key[1] == booking.local_date and key[0] in request.device_ids
        ]
        ranking = Ranking(self.requests.standing_of(booking))
        found = openings_for(request, today, now=self.now, limit=None, ranking=ranking).openings
        return min(found, key=lambda o: abs(o.start - booking.starts_at), default=None)

    def _take(self, place: Opening, request: ExamRequest, booking: Standing) -> None:
        key = (place.device_id, place.local_date)
        day = self.days[key]
        span = (day.minute_of(place.start), day.minute_of(place.end))
        self.days[key] = with_booking(
            day, block_id=place.block_id, stream_id=request.stream_id, span=span
        )
        self.blocks[booking.booking_id] = place.block_id
        until = place.end + request.observation_minutes * MINUTE
        self.moved.setdefault(booking.patient_id, []).append((place.start, until))
