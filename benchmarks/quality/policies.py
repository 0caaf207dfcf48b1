"""The ways of booking that are compared: how minutes are kept for streams, and how openings are ranked."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

from benchmarks.quality.department import Department
from tracker.domain.supply import BlockLoad, DeviceDay, Reserve

Keep = Callable[[Department, Iterable[DeviceDay]], list[DeviceDay]]


@dataclass(frozen=True, slots=True)
class Policy:
    """A way of booking."""

    name: str
    keep: Keep
    ranked: bool


def no_reserves(_: Department, days: Iterable[DeviceDay]) -> list[DeviceDay]:
    """One pool for all: nothing is kept."""
    return [_with(day, lambda block: ()) for day in days]


def released_reserves(_: Department, days: Iterable[DeviceDay]) -> list[DeviceDay]:
    """The plan's own reserves, released in time."""
    return list(days)


def walls(department: Department, days: Iterable[DeviceDay]) -> list[DeviceDay]:
    """Every stream has its expected share of every block and nothing else: no reserve is ever released."""
    minutes = {
        stream.id: sum(k.permille.get(stream.code, 0) * k.minutes for k in department.kinds)
        for stream in department.streams
    }
    total = sum(minutes.values())

    def shares(day: DeviceDay, block: BlockLoad) -> tuple[Reserve, ...]:
        never = day.midnight + timedelta(days=9)
        length = block.ends - block.starts
        kept = {s: int(length * share / total) for s, share in minutes.items()}
        kept[1] += length - sum(kept.values())
        return tuple(Reserve(stream, share, never) for stream, share in kept.items())

    return [
        replace(day, blocks=tuple(replace(b, reserves=shares(day, b)) for b in day.blocks))
        for day in days
    ]


def _with(day: DeviceDay, reserves: Callable[[BlockLoad], tuple[Reserve, ...]]) -> DeviceDay:
    blocks = tuple(replace(block, reserves=reserves(block)) for block in day.blocks)
    return replace(day, blocks=blocks)


FIRST_FIT = Policy("first come first fit", no_reserves, False)
WALLS = Policy("walls between streams", walls, False)
ENGINE = Policy("this engine", released_reserves, True)
FORESEEN = Policy("full knowledge", no_reserves, True)
ONLINE = (FIRST_FIT, WALLS, ENGINE)
