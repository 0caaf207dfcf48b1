"""Adding, changing and retiring machines. Closing one for a stretch is services/closures.py."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from tracker import clock
from tracker.db import service
from tracker.domain.catalogue import DeviceValues
from tracker.domain.errors import N_, ConflictError, InvalidError
from tracker.domain.workcalendar import local_date_of
from tracker.models.block import Block
from tracker.models.catalogue import Device
from tracker.queries.unsuited import bookings_ahead
from tracker.writes.blocks import remove_unused_blocks
from tracker.writes.booking_rows import Author
from tracker.writes.catalogue_rows import change_row, locked_row, save_row
from tracker.writes.device_rows import insert_device, update_device
from tracker.writes.occupancy import lock_days_ahead, lock_supply, rebuild_occupancy
from tracker.writes.pressure import refresh_pressure


@service
def add_device(session: Session, values: DeviceValues, *, by: int, now: datetime) -> int:
    """Add a machine; returns its id. It works once weekly blocks name it. Raises InvalidError."""
    lock_supply(session)
    device_id = insert_device(session, values, Author(by, now))
    refresh_pressure(session)
    return device_id


@service
def change_device(
    session: Session,
    device_id: int,
    values: DeviceValues,
    *,
    version: int | None = None,
    by: int,
    now: datetime,
) -> None:
    """Change a machine. Bookings to come keep what they need: a function in use cannot be taken away.

    Raises InvalidError, NotFoundError, StaleError, ConflictError.
    """
    lock_supply(session)
    if update_device(session, device_id, values, version=version, author=Author(by, now)):
        refresh_pressure(session)


@service
def retire_device(
    session: Session, device_id: int, *, version: int | None = None, by: int, now: datetime
) -> None:
    """Take a machine out of service for good; its history stays, its unused blocks to come go.

    Refused (ConflictError) while bookings on it are to be done: closing it moves them.
    Raises NotFoundError, StaleError.
    """
    lock_supply(session)
    device = locked_row(session, Device, device_id, version=version)
    if device.retired_at is not None:
        return
    lock_days_ahead(session, now=now, device_ids=[device_id])
    if bookings_ahead(session, device_id):
        raise ConflictError(N_("Bookings stand on this device; close it first and move them."))
    device.retired_at = now
    save_row(session, device, Author(by, now), action="retire")
    to_come = (Block.device_id == device_id, Block.starts_at >= now)
    rebuild_occupancy(session, remove_unused_blocks(session, *to_come))
    refresh_pressure(session)


@service
def reinstate_device(
    session: Session, device_id: int, *, version: int | None = None, by: int, now: datetime
) -> None:
    """Bring a retired machine back; the horizon opens its days again. Raises NotFoundError, StaleError."""
    lock_supply(session)
    device = locked_row(session, Device, device_id, version=version)
    if device.retired_at is None:
        return
    device.retired_at = None
    save_row(session, device, Author(by, now), action="reinstate")
    refresh_pressure(session)


@service
def note_check(
    session: Session,
    device_id: int,
    checked_on: date,
    *,
    version: int | None = None,
    by: int,
    now: datetime,
) -> None:
    """Keep the day on which a machine passed the yearly check. Raises InvalidError, NotFoundError, StaleError."""
    if checked_on > local_date_of(now, clock.hospital_zone()):
        raise InvalidError(N_("This day is still to come."), field="checked_on")
    device = locked_row(session, Device, device_id, version=version)
    if change := change_row(device, {"checked_on": checked_on}):
        save_row(session, device, Author(by, now), change=change)
