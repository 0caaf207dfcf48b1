"""The machines and what they can do, for lists and forms. Which of them suits a request: catalogue."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from tracker.domain.errors import N_, InvalidError
from tracker.models.catalogue import Capability, Device, DeviceCapability


@dataclass(frozen=True, slots=True)
class CapabilityRow:
    """What a device can do and an exam type needs."""

    id: int
    code: str
    name_zh: str
    name_en: str


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """A machine, with the codes of its capabilities."""

    id: int
    code: str
    name: str
    building: str
    floor: str
    room: str
    ae_title: str
    is_portable: bool
    pressure: int
    checked_on: date | None
    sort_order: int
    version: int
    is_retired: bool
    capabilities: frozenset[str]


_DEVICES = select(
    Device.id,
    Device.code,
    Device.name,
    Device.building,
    Device.floor,
    Device.room,
    Device.ae_title,
    Device.is_portable,
    Device.pressure,
    Device.checked_on,
    Device.sort_order,
    Device.version,
    Device.retired_at.is_not(None).label("is_retired"),
).order_by(Device.sort_order, Device.id)


def devices(session: Session, *, include_retired: bool = False) -> tuple[DeviceRow, ...]:
    """The machines in the department's order. Two statements."""
    if include_retired:
        return _with_capabilities(session, _DEVICES)
    return _with_capabilities(session, _DEVICES.where(Device.retired_at.is_(None)))


def device_by_code(session: Session, code: str) -> DeviceRow | None:
    """The machine with this code, retired or not."""
    found = _with_capabilities(session, _DEVICES.where(Device.code == code))
    return found[0] if found else None


def device_of_code(known: Iterable[DeviceRow], code: str) -> DeviceRow:
    """The machine of a list that has this code. Raises InvalidError on `device`."""
    for row in known:
        if row.code == code:
            return row
    raise InvalidError(N_("There is no such device."), field="device")


def capabilities(session: Session) -> tuple[CapabilityRow, ...]:
    """Every capability there is."""
    rows = session.execute(
        select(Capability.id, Capability.code, Capability.name_zh, Capability.name_en).order_by(
            Capability.id
        )
    )
    return tuple(CapabilityRow(*row) for row in rows)


def _with_capabilities(session: Session, chosen: Select[*tuple[Any, ...]]) -> tuple[DeviceRow, ...]:
    machines = session.execute(chosen).all()
    can: dict[int, set[str]] = defaultdict(set)
    for device_id, code in session.execute(
        select(DeviceCapability.device_id, Capability.code)
        .join(Capability, Capability.id == DeviceCapability.capability_id)
        .where(DeviceCapability.device_id.in_([machine.id for machine in machines]))
    ):
        can[device_id].add(code)
    return tuple(
        DeviceRow(**machine._mapping, capabilities=frozenset(can[machine.id]))
        for machine in machines
    )
