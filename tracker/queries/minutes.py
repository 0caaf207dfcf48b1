"""Asking for one minute by name: whether it is bookable, and every reason why not. The search is in openings."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from tracker import clock
from tracker.domain.added import added_reasons
from tracker.domain.errors import Reason
from tracker.domain.rules import is_bookable
from tracker.domain.supply import DeviceDay
from tracker.domain.workcalendar import day_start, local_date_of
from tracker.queries.added import adding_to
from tracker.queries.occupancy import device_days
from tracker.queries.openings import Asked, Wish, ask, device_id_of, with_patient


def reasons_at(
    session: Session, wish: Wish, start: datetime, *, now: datetime
) -> tuple[Reason, ...]:
    """All reasons why the wish cannot start then on its device (which must be named); empty means it can."""
    asked, day = _asked_on(session, wish, start, now)
    return is_bookable(asked.request, day, start, now=now)


def added_reasons_at(
    session: Session, wish: Wish, start: datetime, *, by: int, now: datetime
) -> tuple[Reason, ...]:
    """All reasons why account `by` cannot even add a booking (加号) then on the wish's device."""
    asked, day = _asked_on(session, wish, start, now)
    adding = adding_to(session, day, by=by)
    return added_reasons(asked.request, day, start, now=now, adding=adding)


def _asked_on(
    session: Session, wish: Wish, start: datetime, now: datetime
) -> tuple[Asked, DeviceDay]:
    if wish.device is None:
        raise ValueError("a minute is asked for on one device")
    local_date = local_date_of(start, clock.hospital_zone())
    there = replace(wish, first=local_date, last=local_date)
    asked = with_patient(session, ask(session, there), local_date, local_date)
    device_id = device_id_of(session, wish.device)
    return asked, day_of_device(session, device_id, start, now=now)


def day_of_device(session: Session, device_id: int, start: datetime, *, now: datetime) -> DeviceDay:
    """The hospital day of `start` on a device; one on which nothing was opened has no blocks."""
    zone = clock.hospital_zone()
    local_date = local_date_of(start, zone)
    found = device_days(session, device_ids=[device_id], first=local_date, last=local_date, now=now)
    empty = DeviceDay(device_id, local_date, day_start(local_date, zone))
    return next(iter(found), empty)
