"""Where two patients' bookings would meet if they were one patient's: asked before bookings are given to another."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnExpressionArgument, and_, select
from sqlalchemy.orm import Session, aliased

from tracker.domain.lifecycle import LIVE
from tracker.models import Booking, Device

_given, _standing = aliased(Booking), aliased(Booking)
_LIVE = [status.value for status in LIVE]


@dataclass(frozen=True, slots=True)
class Clash:
    """A booking to be given to a patient, and the patient's own one that it would overlap."""

    booking_id: int
    other_id: int
    starts_at: datetime
    device: str


_clashes = (
    select(_given.id, _standing.id, _standing.starts_at, Device.code)
    .join(
        _standing,
        and_(
            _standing.id != _given.id,
            _standing.starts_at < _given.patient_ends_at,
            _given.starts_at < _standing.patient_ends_at,
        ),
    )
    .join(Device, Device.id == _standing.device_id)
    .where(
        _given.status.in_(_LIVE),
        _standing.status.in_(_LIVE),
        # an empty span overlaps nothing, as the guard has it
        _given.starts_at < _given.patient_ends_at,
        _standing.starts_at < _standing.patient_ends_at,
    )
    .order_by(_standing.starts_at, _standing.id)
)


def clashes_of_booking(session: Session, booking_id: int, patient_id: int) -> list[Clash]:
    """What of this patient stands at the time of that booking. One statement."""
    return _found(session, _given.id == booking_id, _standing.patient_id == patient_id)


def clashes_of_patients(session: Session, from_id: int, into_id: int) -> list[Clash]:
    """What of one patient stands at the time of anything of the other. One statement."""
    return _found(session, _given.patient_id == from_id, _standing.patient_id == into_id)


def _found(session: Session, *chosen: ColumnExpressionArgument[bool]) -> list[Clash]:
    return [Clash(*row) for row in session.execute(_clashes.where(*chosen))]
