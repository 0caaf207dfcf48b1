"""The spans that hold a patient: who is to be examined on one machine cannot be booked on another."""

from datetime import date, datetime, timedelta

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import Session

from tracker import clock
from tracker.db import core
from tracker.domain.lifecycle import LIVE
from tracker.domain.workcalendar import day_start
from tracker.models import Booking

Spans = tuple[tuple[datetime, datetime], ...]
"""Half-open, aware UTC, by their start."""

# Core columns: this runs in every booking.
_booking = Booking.__table__.c
holds_patient = and_(
    _booking.patient_id == bindparam("patient"),
    _booking.starts_at >= bindparam("since"),
    _booking.starts_at < bindparam("until"),
    _booking.status.in_([status.value for status in LIVE]),
    _booking.id != bindparam("besides"),
)
"""The live bookings of a patient around some days; its values are those of `around`."""

_spans = (
    select(_booking.starts_at, _booking.patient_ends_at)
    .where(holds_patient)
    .order_by(_booking.starts_at)
)


def around(patient_id: int, first: date, last: date, besides: int) -> dict[str, object]:
    """The values of `holds_patient`: from the day before `first` to the day after `last`."""
    zone = clock.hospital_zone()
    return {
        "patient": patient_id,
        "since": day_start(first, zone) - timedelta(days=1),
        "until": day_start(last, zone) + timedelta(days=2),
        "besides": besides,
    }


def patient_spans(
    session: Session, patient_id: int, first: date, last: date, *, besides: int = 0
) -> Spans:
    """The spans that hold the patient from the day before `first` to the day after `last`.

    `besides` leaves one booking out: the one that is being moved.
    """
    rows = core(session).execute(_spans, around(patient_id, first, last, besides))
    return tuple((row.starts_at, row.patient_ends_at) for row in rows)
