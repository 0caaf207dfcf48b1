"""Holding a patient while he is given a time: two who book him at once, on two machines, go one by one."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from tracker.db import core
from tracker.domain.supply import DeviceDay
from tracker.models import Booking, Occupancy, Patient
from tracker.queries.occupancy import DayKey, decode_day
from tracker.queries.openings import Asked, patient_id_of
from tracker.queries.patient_spans import around, holds_patient
from tracker.writes.occupancy import lock_device_days, with_clock

_booking = Booking.__table__
_patient = Patient.__table__
_occupancy = Occupancy.__table__
_spans = (_booking.c.starts_at, _booking.c.patient_ends_at)
_hold = (
    select(*_spans)
    .select_from(_patient.outerjoin(_booking, holds_patient))
    .where(_patient.c.id == bindparam("patient"), _patient.c.merged_into_id.is_(None))
    .order_by(_booking.c.starts_at)
    .with_for_update(of=_patient, key_share=True)
)
_hold_on_day = (
    select(_occupancy.c.busy, _occupancy.c.closed, _occupancy.c.blocks, *_spans)
    .select_from(
        _occupancy.join(_patient, _patient.c.id == bindparam("patient")).outerjoin(
            _booking, holds_patient
        )
    )
    .where(
        _occupancy.c.device_id == bindparam("device"),
        _occupancy.c.local_date == bindparam("local_date"),
        _patient.c.merged_into_id.is_(None),
    )
    .order_by(_booking.c.starts_at)
    .with_for_update(of=(_occupancy, _patient), key_share=True)
)


def hold_patient(session: Session, asked: Asked, day: date) -> Asked:
    """Lock the patient of a request; the request with the spans that hold him around this day.

    After the device days are locked. Without it two inserts under PostgreSQL's exclusion constraint would
    each wait for the other, which it ends after a second as a deadlock. Whoever had to wait reads the spans
    as they were before: the constraint then refuses what the rule let through. Raises ConflictError when
    the record was merged into another meanwhile.
    """
    if asked.patient_id is None:
        return asked
    values = around(asked.patient_id, day, day, asked.besides)
    rows = core(session).execute(_hold, values).all()
    if not rows:
        patient_id_of(session, asked.patient_id)  # says what became of him
    return _held(asked, rows)


def lock_day_and_patient(
    session: Session, asked: Asked, key: DayKey, *, now: datetime
) -> tuple[DeviceDay, Asked]:
    """Lock one device day and then the patient of a request: both as they are now. One statement."""
    device_id, local_date = key
    if asked.patient_id is None:
        return lock_device_days(session, [key], now=now)[key], asked
    values = around(asked.patient_id, local_date, local_date, asked.besides)
    rows = (
        core(session)
        .execute(_hold_on_day, {**values, "device": device_id, "local_date": local_date})
        .all()
    )
    if not rows:  # nothing was opened on that day yet, or the record was merged
        day = lock_device_days(session, [key], now=now)[key]
        return day, hold_patient(session, asked, local_date)
    day = decode_day(key, (rows[0].busy, rows[0].closed, rows[0].blocks))
    return with_clock(session, {key: day}, now)[key], _held(asked, rows)


def _held(asked: Asked, rows: Iterable[Any]) -> Asked:
    spans = tuple((row.starts_at, row.patient_ends_at) for row in rows if row.starts_at)
    return replace(asked, request=replace(asked.request, busy_spans=spans))
