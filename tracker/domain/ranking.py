"""The order of openings: earliest first; among equals the device whose loss hurts least."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tracker.domain.supply import MINUTE, Opening


@dataclass(frozen=True, slots=True)
class DeviceStanding:
    """How much a minute of the device is wanted (expected pressure) and its place in the list."""

    pressure: int
    sort_order: int


_UNKNOWN = DeviceStanding(0, 0)


def rank(offers: Iterable[Opening], standing: Mapping[int, DeviceStanding]) -> list[Opening]:
    """Sorted: earliest start, then least loss, then the department's own order, then id.

    The loss is the pressure on every minute taken from the device: the exam's own and those it leaves
    before and after itself in pieces that are too short to use.
    """

    def key(opening: Opening) -> tuple[object, ...]:
        device = standing.get(opening.device_id, _UNKNOWN)
        minutes = (opening.end - opening.start) // MINUTE + opening.wasted_minutes
        loss = (device.pressure * minutes, opening.wasted_minutes)
        return (opening.start, *loss, device.sort_order, opening.device_id)

    return sorted(offers, key=key)


def pressure_of(
    demand_minutes: Mapping[int, int], capable: Mapping[int, frozenset[int]]
) -> dict[int, int]:
    """Expected pressure per device: Σ over the exam types it can do of demand ÷ capable devices.

    `demand_minutes`: exam type → expected minutes asked for (any one unit); `capable`: exam type → devices.
    Counting the exam types instead would burn the portable first: it can do few that are often wanted.
    """
    pressure: dict[int, int] = {}
    for exam_type_id, devices in capable.items():
        for device_id in devices:
            share = demand_minutes.get(exam_type_id, 0) // len(devices)
            pressure[device_id] = pressure.get(device_id, 0) + share
    return pressure
