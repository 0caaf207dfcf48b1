"""Steps that add or change a machine, alike for its form and for a sheet of machines. Closing is elsewhere.

Whoever calls them holds the supply's lock and refreshes the devices' pressure afterwards.
"""

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from tracker.domain.catalogue import DeviceValues, checked_device
from tracker.domain.errors import N_, ConflictError
from tracker.models.catalogue import Capability, Device, DeviceCapability
from tracker.queries.unsuited import unsuited_bookings
from tracker.writes.audit import plain
from tracker.writes.booking_rows import Author
from tracker.writes.catalogue_rows import (
    add_coded,
    change_coded,
    ids_of_codes,
    locked_row,
    save_row,
)
from tracker.writes.occupancy import lock_days_ahead

_COLUMNS = (
    "code", "name", "building", "floor", "room", "ae_title", "is_portable", "sort_order",
)  # fmt: skip


def insert_device(session: Session, values: DeviceValues, author: Author) -> int:
    """Add a machine with its audit entry; returns its id. Raises InvalidError."""
    values = checked_device(values)
    capabilities = _capability_ids(session, values)
    device_id = add_coded(session, Device, values, _COLUMNS, author)
    _set_capabilities(session, device_id, capabilities)
    return device_id


def update_device(
    session: Session, device_id: int, values: DeviceValues, *, version: int | None, author: Author
) -> bool:
    """Change a machine; whether anything differed. A function that bookings to come need stays.

    Raises InvalidError, NotFoundError, StaleError, ConflictError.
    """
    values = checked_device(values)
    device = locked_row(session, Device, device_id, version=version)
    wanted = _capability_ids(session, values)
    before = frozenset(capability.code for capability in device.capabilities)
    change = change_coded(session, device, values, _COLUMNS)
    if before != values.capabilities:
        # a booking on its way is seen, or sees this
        lock_days_ahead(session, now=author.now, device_ids=[device_id])
        unsuited = unsuited_bookings(session, after=author.now)
        _set_capabilities(session, device_id, wanted)
        if unsuited_bookings(session, after=author.now) > unsuited:
            raise ConflictError(N_("Bookings to come need this function; move them first."))
        change["capabilities"] = [plain(before), plain(values.capabilities)]
    if change:
        save_row(session, device, author, change=change)
    return bool(change)


def _capability_ids(session: Session, values: DeviceValues) -> list[int]:
    ids = ids_of_codes(session, Capability, values.capabilities, field="capabilities")
    return sorted(ids.values())


def _set_capabilities(session: Session, device_id: int, capability_ids: list[int]) -> None:
    session.execute(delete(DeviceCapability).where(DeviceCapability.device_id == device_id))
    if capability_ids:
        session.execute(
            insert(DeviceCapability),
            [{"device_id": device_id, "capability_id": each} for each in capability_ids],
        )
