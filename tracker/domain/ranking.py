"""The order of openings: what an offer costs in minutes of waiting, and how devices and exam types are scarce.

Ranking orders and never hides: whoever asks for a certain machine, doctor or time is answered by the rule alone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from tracker.domain.supply import MINUTE, DeviceDay, Opening

FASTING_HASTE = 2
"""A minute of waiting counts so often for who fasts: machines run late, and the fasting window ends."""

MINUTES_OF_DAY = 24 * 60
_LATE = 100_000  # behind everything that is in time
_SHARES = 1000


@dataclass(frozen=True, slots=True)
class DeviceStanding:
    """How much a minute of the device is wanted (expected pressure) and its place in the list."""

    pressure: int
    sort_order: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RankingWeights:
    """How much later a patient is offered a time so that a better use is kept for others; in minutes.

    The defaults were found by simulation: docs/adr/0021-a-time-is-ranked-by-what-it-takes-from-others.md.
    """

    scarce_minutes: int = 1000
    """Rather than on a block that could do everything; in proportion for a block that can do less."""
    scrap_minutes: int = 10
    """For each minute that is left in pieces too short to use."""
    fasting_minutes: int = 600
    """Rather than in the fasting window, for an exam that needs no fasting."""
    fasting_release: int = 570
    """Minute of the day itself from which the fasting window is everybody's."""
    margin_minutes: int = 45
    """How long before the end of a stream's goal an exam should begin: machines run late."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """What the order of a search depends on; without `weights` it is earliest first, then least loss.

    `scarcity`: exam type → ‰ as of `scarcity_of`. `fasting_ends` is a minute of the day, `due` the instant at
    which the stream's goal ends, where it ends within a day.
    """

    standing: Mapping[int, DeviceStanding] = field(default_factory=dict)
    weights: RankingWeights | None = None
    scarcity: Mapping[int, int] = field(default_factory=dict)
    is_fasting: bool = False
    fasting_ends: int = 0
    due: datetime | None = None

    def price_on(self, day: DeviceDay, exam_type_ids: frozenset[int], now: datetime) -> "Price":
        """What any minute of a block with these exam types costs on a day: the same on every device."""
        weights = self.weights
        if weights is None:
            return FREE
        scarce = sum(self.scarcity.get(each, 0) for each in exam_type_ids)
        is_kept = not self.is_fasting and day.minute_of(now) < weights.fasting_release
        last = None if self.due is None else day.minute_of(self.due) - weights.margin_minutes
        return Price(
            base=weights.scarce_minutes * scarce // _SHARES,
            haste=FASTING_HASTE if self.is_fasting else 1,
            scrap=weights.scrap_minutes,
            kept=weights.fasting_minutes if is_kept else 0,
            kept_until=self.fasting_ends if is_kept else 0,
            last=last,
        )

    def of_next_date(self, opening: Opening) -> Opening:
        """An opening past the midnight of its day as the next day counts its minutes."""
        if self.weights is None:
            return opening
        haste = FASTING_HASTE if self.is_fasting else 1
        return replace(opening, cost=opening.cost - haste * MINUTES_OF_DAY)


EARLIEST = Ranking()
"""Earliest first, whatever it costs others."""


@dataclass(frozen=True, slots=True)
class Price:
    """What a start in one block costs, in minutes of waiting; every part of it is at least 0."""

    base: int = 0
    haste: int = 0
    scrap: int = 0
    kept: int = 0
    kept_until: int = 0
    last: int | None = None

    def of(self, minute: int, wasted_minutes: int) -> int:
        """The cost of a start at this minute of the day that wastes so many."""
        cost = self.base + self.haste * minute + self.scrap * wasted_minutes
        if minute < self.kept_until:
            cost += self.kept
        return cost if self.last is None or minute <= self.last else cost + _LATE

    def least_from(self, minute: int) -> int:
        """No start at this minute or later costs less."""
        if minute < self.kept_until:
            minute = min(minute + self.kept, self.kept_until)
        return self.base + self.haste * minute


FREE = Price()
"""Where nothing but the time counts."""


def rank(offers: Iterable[Opening], standing: Mapping[int, DeviceStanding]) -> list[Opening]:
    """Sorted: least cost, then earliest start, least loss, the department's own order, id.

    The loss is the pressure on every minute taken from the device: the exam's own and those it leaves
    before and after itself in pieces that are too short to use.
    """

    def key(opening: Opening) -> tuple[int, datetime, int, int, int, int]:
        device = standing.get(opening.device_id, _UNKNOWN)
        minutes = (opening.end - opening.start) // MINUTE + opening.wasted_minutes
        loss = device.pressure * minutes
        by_department = (device.sort_order, opening.device_id)
        return (opening.cost, opening.start, loss, opening.wasted_minutes, *by_department)

    return sorted(offers, key=key)


_UNKNOWN = DeviceStanding(0, 0)


def scarcity_of(demand: Mapping[int, int], supply: Mapping[int, int]) -> dict[int, int]:
    """Exam type → how scarce its minutes are, in ‰ of all together: demand ÷ open minutes that could serve it.

    `demand` and `supply` map exam types to minutes in any unit, each its own. What nobody asks for, or nothing
    offers, is not scarce: nothing can be kept for it.
    """
    ratios = {
        each: minutes / supply[each] for each, minutes in demand.items() if supply.get(each, 0) > 0
    }
    total = sum(ratios.values())
    return {each: round(_SHARES * ratio / total) if total else 0 for each, ratio in ratios.items()}


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
