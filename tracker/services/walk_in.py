"""Receiving a patient without a booking at a machine: examined at once, or added to its queue."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from tracker.db import service
from tracker.domain.added import added_reasons
from tracker.domain.errors import NotBookableError
from tracker.domain.lifecycle import Step
from tracker.domain.rules import is_bookable
from tracker.domain.supply import DeviceDay
from tracker.domain.texts import plain_line
from tracker.queries.added import adding_to
from tracker.queries.openings import Asked, Wish, ask_for_patient, staff_id
from tracker.writes.booking_rows import Author, lock_booking
from tracker.writes.booking_steps import take_step
from tracker.writes.examining import Where, operator_for, start_exam
from tracker.writes.holding import lock_day_and_patient
from tracker.writes.placing import NewBooking, Place, day_of, place_booking, place_of


@dataclass(frozen=True, slots=True)
class WalkIn:
    """Who stands at which machine, in codes; `patient` is an id or MRN.

    `operator` None: the account's own staff member, else the block's. `reason` is kept with the booking
    when it has to be added.
    """

    patient: int | str
    exam_type: str
    stream: str
    device: str
    reason: str
    parts: int = 1
    operator: str | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """The walk-in's booking, and whether its exam runs; else the patient waits as an added one."""

    booking_id: int
    is_started: bool


@service
def receive_walk_in(session: Session, order: WalkIn, *, by: int, now: datetime) -> Received:
    """Book a patient who stands at the machine, in one step with arrival and, where it is free, start.

    Free is what the rule of booking says of this very minute; else the booking is added (加号) and the
    patient has arrived. Raises InvalidError (unknown codes, no reason), NotFoundError (patient), and
    NotBookableError with the reasons that refuse an added booking too.
    """
    reason = plain_line(order.reason, field="reason", least=1, longest=400)
    named = None if order.operator is None else staff_id(session, order.operator)
    minute = now.replace(second=0, microsecond=0)
    asked, place = _asked(session, order, minute)
    day, asked = lock_day_and_patient(session, asked, place.key, now=now)
    wanted = NewBooking(order.parts, minute)
    author = Author(by, now)
    if is_bookable(asked.request, day, minute, now=now):
        _refuse_unaddable(session, asked, day, minute, author)
        added = replace(wanted, added_reason=reason)
        return Received(
            _arrive(session, place_booking(session, asked, day, added, author), author), False
        )
    booking_id = _arrive(session, place_booking(session, asked, day, wanted, author), author)
    _start(session, booking_id, named, author)
    return Received(booking_id, True)


def _asked(session: Session, order: WalkIn, minute: datetime) -> tuple[Asked, Place]:
    today = day_of(minute)
    wish = Wish(
        exam_type=order.exam_type,
        stream=order.stream,
        first=today,
        last=today,
        parts=order.parts,
        device=order.device,
    )
    asked = ask_for_patient(session, wish, order.patient)
    return asked, place_of(asked, order.device, minute)


def _refuse_unaddable(
    session: Session, asked: Asked, day: DeviceDay, minute: datetime, author: Author
) -> None:
    adding = adding_to(session, day, by=author.by)
    reasons = added_reasons(asked.request, day, minute, now=author.now, adding=adding)
    if reasons:
        raise NotBookableError(reasons)


def _arrive(session: Session, booking_id: int, author: Author) -> int:
    booking, days = lock_booking(session, booking_id, now=author.now)
    take_step(session, booking, days, Step.ARRIVE, author)
    return booking_id


def _start(session: Session, booking_id: int, named: int | None, author: Author) -> None:
    booking, days = lock_booking(session, booking_id, now=author.now)
    operator_id = operator_for(session, booking, named, author.by)
    start_exam(session, booking, days, Where(booking.device_id, operator_id), author)
