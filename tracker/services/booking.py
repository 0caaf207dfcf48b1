"""Booking an exam: at a minute, inside a band, or added. Moving, cancelling and the rest are beside it."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from tracker.db import service
from tracker.domain.added import added_reasons
from tracker.domain.errors import N_, InvalidError, NotBookableError, SlotTakenError
from tracker.domain.lifecycle import Step
from tracker.domain.openings import Window, openings_for
from tracker.domain.rules import is_bookable
from tracker.domain.supply import DeviceDay
from tracker.domain.texts import LONGEST_REASON, plain_line
from tracker.queries.added import adding_to
from tracker.queries.openings import Asked, Wish, ask_for_patient
from tracker.writes.booking_rows import Author, lock_booking
from tracker.writes.booking_steps import take_step
from tracker.writes.holding import hold_patient, lock_day_and_patient
from tracker.writes.idempotency import Answer, Claim, answer_once
from tracker.writes.occupancy import lock_device_days
from tracker.writes.placing import NewBooking, Place, day_of, place_booking, place_of, refusal

LONGEST_BAND_MINUTES = 240


@dataclass(frozen=True, slots=True)
class BookingOrder:
    """What is to be booked. `patient` is an id (number) or MRN (text); `start` aware, a whole minute.

    Within `within_minutes` after `start` the next opening of the same request will do. With an
    `added_reason` the booking is added (加号). `check_in` marks the patient as arrived in the same step.
    """

    patient: int | str
    exam_type: str
    stream: str
    device: str
    start: datetime
    parts: int = 1
    within_minutes: int = 0
    added_reason: str | None = None
    check_in: bool = False


@dataclass(frozen=True, slots=True)
class Booked:
    """What came of an order: the booking, and whether it is not the minute asked for."""

    booking_id: int
    other_minute: bool = False


def book_exam(
    order: BookingOrder, *, by: int, now: datetime, claim: Claim | None = None
) -> Booked | Answer:
    """Book an exam. A `claim` (see there) has the answer rendered, and one given before under its key again.

    Raises InvalidError (unknown codes), NotFoundError (patient), NotBookableError with all reasons, and
    SlotTakenError with other openings when the time went to somebody else.
    """
    order = checked_order(order)
    if order.added_reason is not None:
        return _book_added(order, by=by, now=now, claim=claim)
    try:
        return _book_at(order, by=by, now=now, claim=claim)
    except SlotTakenError:
        if not order.within_minutes:
            raise
    # a second transaction, because the first has locked one device day and this one needs them all
    return _book_within(order, by=by, now=now, claim=claim)


def checked_order(order: BookingOrder) -> BookingOrder:
    """The order as it is kept. Raises InvalidError, with the field, for values that cannot be meant."""
    if order.start.second or order.start.microsecond:
        raise InvalidError(N_("Starts are whole minutes."), field="start")
    if not 0 <= order.within_minutes <= LONGEST_BAND_MINUTES:
        raise InvalidError(N_("A band is at most four hours long."), field="within")
    if order.added_reason is None:
        return order
    reason = plain_line(order.added_reason, field="added", longest=LONGEST_REASON)
    if not reason:
        raise InvalidError(N_("An added booking needs a reason."), field="added")
    return replace(order, added_reason=reason)


@dataclass(frozen=True, slots=True)
class _Prepared:
    """An order with its codes resolved, before anything is locked."""

    asked: Asked
    place: Place


def _prepare(session: Session, order: BookingOrder) -> _Prepared:
    day = day_of(order.start)
    wish = Wish(
        exam_type=order.exam_type,
        stream=order.stream,
        first=day,
        last=day,
        parts=order.parts,
        device=order.device,
    )
    asked = ask_for_patient(session, wish, order.patient)
    return _Prepared(asked, place_of(asked, order.device, order.start))


def _locked(session: Session, ready: _Prepared, now: datetime) -> tuple[_Prepared, DeviceDay]:
    day, asked = lock_day_and_patient(session, ready.asked, ready.place.key, now=now)
    return replace(ready, asked=asked), day


@service
def _book_at(
    session: Session, order: BookingOrder, *, by: int, now: datetime, claim: Claim | None
) -> Booked | Answer:
    def book() -> Booked:
        ready = _prepare(session, order)
        ready, day = _locked(session, ready, now)
        reasons = is_bookable(ready.asked.request, day, order.start, now=now)
        if reasons:
            raise refusal(session, ready.asked, reasons, ready.place, now)
        return _placed(session, ready, day, order, Author(by, now))

    return answer_once(session, claim, book, now=now)


@service
def _book_within(
    session: Session, order: BookingOrder, *, by: int, now: datetime, claim: Claim | None
) -> Booked | Answer:
    def book() -> Booked:
        ready = _prepare(session, order)
        keys = [(device.id, ready.place.key[1]) for device in ready.asked.devices]
        days = lock_device_days(session, keys, now=now)
        ready = replace(ready, asked=hold_patient(session, ready.asked, ready.place.key[1]))
        place = _next_in_band(ready, list(days.values()), order, now)
        if place is None:
            day = days[ready.place.key]
            reasons = is_bookable(ready.asked.request, day, order.start, now=now)
            raise refusal(session, ready.asked, reasons, ready.place, now)
        return _placed(
            session, replace(ready, place=place), days[place.key], order, Author(by, now)
        )

    return answer_once(session, claim, book, now=now)


def _next_in_band(
    ready: _Prepared, days: list[DeviceDay], order: BookingOrder, now: datetime
) -> Place | None:
    """The earliest opening inside the band, on the machine asked for before others."""
    first = days[0].minute_of(order.start)
    window = Window(max(first, 0), first + order.within_minutes + 1)
    ranking = ready.asked.earliest
    search = openings_for(
        ready.asked.request, days, now=now, limit=None, ranking=ranking, window=window
    )
    wanted = ready.place.device_id
    found = min(search.openings, key=lambda o: (o.start, o.device_id != wanted), default=None)
    return None if found is None else Place(found.device_id, found.start)


@service
def _book_added(
    session: Session, order: BookingOrder, *, by: int, now: datetime, claim: Claim | None
) -> Booked | Answer:
    def book() -> Booked:
        ready = _prepare(session, order)
        ready, day = _locked(session, ready, now)
        adding = adding_to(session, day, by=by)
        reasons = added_reasons(ready.asked.request, day, order.start, now=now, adding=adding)
        if reasons:
            raise NotBookableError(reasons)
        return _placed(session, ready, day, order, Author(by, now))

    return answer_once(session, claim, book, now=now)


def _placed(
    session: Session, ready: _Prepared, day: DeviceDay, order: BookingOrder, author: Author
) -> Booked:
    start = ready.place.start
    wanted = NewBooking(order.parts, start, order.added_reason)
    booking_id = place_booking(session, ready.asked, day, wanted, author)
    if order.check_in:
        booking, days = lock_booking(session, booking_id, now=author.now)
        take_step(session, booking, days, Step.ARRIVE, author)
    return Booked(booking_id, start != order.start)
