"""The search: from device days to the first openings of each date, in rank, with counted reasons for a no."""

from bisect import insort
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter

from tracker.domain.errors import N_, Reason
from tracker.domain.interval import runs, span_mask
from tracker.domain.ranking import EARLIEST, Price, Ranking, rank
from tracker.domain.rules import (
    LACKS_CAPABILITY,
    PATIENT_BUSY,
    TAKEN,
    block_refusals,
    bookable_starts,
)
from tracker.domain.supply import BlockLoad, DeviceDay, ExamRequest, Opening

_SHORTEST_DAY = timedelta(hours=22)  # clocks go forward by two hours at most


@dataclass(frozen=True, slots=True)
class Window:
    """Minutes of the day [starts, ends) in which a start is wanted: a part of day, or one minute."""

    starts: int
    ends: int


@dataclass(frozen=True, slots=True)
class Search:
    """What a search answers: openings in order, and, when there are none, why."""

    openings: tuple[Opening, ...]
    reasons: tuple[Reason, ...]


def openings_for(
    request: ExamRequest,
    days: Iterable[DeviceDay],
    *,
    now: datetime,
    limit: int | None,
    ranking: Ranking = EARLIEST,
    window: Window | None = None,
) -> Search:
    """The first `limit` openings (None: all; else at least 1) over the device days: by date, then as ranked.

    `days` come sorted by date. A day is looked at only while openings are still wanted, and why a block
    was of no use only when there are none at all: a search that finds something pays for no reasons.
    """
    found: list[Opening] = []
    later: list[Opening] = []
    seen: list[DeviceDay] = []
    for _, group in groupby(days, key=lambda day: day.local_date):
        of_one_date = tuple(group)
        seen += of_one_date
        # past midnight a block may offer what lies behind the first openings of the next date
        sure = of_one_date[0].midnight + _SHORTEST_DAY
        firsts = _Firsts(None if limit is None else limit - len(found), sure, later)
        offers = later
        for part in _in_order(request, of_one_date, ranking, now):
            offers += _offers_of(part, request, now=now, window=window, firsts=firsts)
        later = [ranking.of_next_date(opening) for opening in offers if opening.start >= sure]
        found += rank((opening for opening in offers if opening.start < sure), ranking.standing)
        if limit is not None and len(found) >= limit:
            return Search(tuple(found[:limit]), ())
    found += rank(later, ranking.standing)
    if found:
        return Search(tuple(found[:limit]), ())
    return Search((), counted(_refusals(request, seen, now, window)))


class _Firsts:
    """Which openings may still be among the first `limit` of a date: none behind the limit-th of those seen."""

    def __init__(self, limit: int | None, sure: datetime, carried: Iterable[Opening]) -> None:
        self._limit = limit
        self._sure = sure
        self._places: list[tuple[int, datetime]] = []
        for opening in carried:
            self.note(opening.cost, opening.start)

    def admits(self, cost: int, start: datetime) -> bool:
        """Whether an opening that costs this much, or more, at `start` or later, could be in the list."""
        return len(self._places) != self._limit or (cost, start) <= self._places[-1]

    def note(self, cost: int, start: datetime) -> None:
        """An opening was found there."""
        if self._limit is not None and start < self._sure:
            insort(self._places, (cost, start))
            del self._places[self._limit :]


_Part = tuple[int, int, DeviceDay, BlockLoad, Price]
"""A block of one date on a capable device: the least it costs, where it begins, and what its minutes cost."""


def _in_order(
    request: ExamRequest, days: Iterable[DeviceDay], ranking: Ranking, now: datetime
) -> list[_Part]:
    """The blocks of one date on capable devices, the cheapest to begin in first."""
    prices: dict[frozenset[int], Price] = {}
    parts: list[_Part] = []
    for day in days:
        if day.device_id in request.device_ids:
            for block in day.blocks:
                kinds = block.exam_type_ids
                price = prices.get(kinds) or prices.setdefault(
                    kinds, ranking.price_on(day, kinds, now)
                )
                parts.append((price.least_from(block.starts), block.starts, day, block, price))
    return sorted(parts, key=itemgetter(0, 1))


def _offers_of(
    part: _Part,
    request: ExamRequest,
    *,
    now: datetime,
    window: Window | None,
    firsts: _Firsts,
) -> Iterator[Opening]:
    """The offers of a block that may be among the first."""
    least, begins, day, block, price = part
    if not firsts.admits(least, day.instant_of(begins)):
        return
    starts = bookable_starts(request, day, block, now) & _minutes(block, window)
    if not starts or block_refusals(request, day, block, now):
        return
    for minute, wasted in _offered(starts, request, price.kept_until):
        start = day.instant_of(minute)
        if not firsts.admits(price.least_from(minute), start):
            return
        cost = price.of(minute, wasted)
        if firsts.admits(cost, start):
            firsts.note(cost, start)
            yield Opening(
                start=start,
                end=day.instant_of(minute + request.duration_minutes),
                device_id=day.device_id,
                block_id=block.block_id,
                operator_id=block.operator_id,
                local_date=day.local_date,
                wasted_minutes=wasted,
                cost=cost,
            )


def _minutes(block: BlockLoad, window: Window | None) -> int:
    """The minutes of a block in which a start is wanted."""
    return block.mask if window is None else block.mask & span_mask(window.starts, window.ends)


def _refusals(
    request: ExamRequest, days: Sequence[DeviceDay], now: datetime, window: Window | None
) -> Counter[Reason]:
    """Why none of these days had an opening, counted per block (or day, or search, if there is none)."""
    refused: Counter[Reason] = Counter()
    for day in days:
        if day.device_id not in request.device_ids:
            refused[LACKS_CAPABILITY] += 1
        elif not day.blocks:
            refused[NO_BLOCKS] += 1
        else:
            for block in day.blocks:
                wanted = _minutes(block, window)
                unused = _unused(day, wanted, now)
                refused.update(unused or _why_not(request, day, block, now=now, wanted=wanted))
    if not refused:
        refused[NO_BLOCKS if request.device_ids else LACKS_CAPABILITY] += 1
    return refused


def _offered(starts: int, request: ExamRequest, kept_until: int) -> Iterator[tuple[int, int]]:
    """Of each free gap: the first start, every whole duration after it, and the latest (flush) one.

    Also the first behind minutes that are kept for others. With each the minutes it leaves before and after
    itself in pieces that are too short to use.
    """
    for first, end in runs(starts):
        latest = end - 1
        minutes = [*range(first, latest, request.duration_minutes), latest]
        if first < kept_until < latest and kept_until not in minutes:
            insort(minutes, kept_until)
        for minute in minutes:
            before, after = minute - first, latest - minute
            wasted = before if before < request.shortest_minutes else 0
            yield minute, wasted + (after if after < request.shortest_minutes else 0)


NO_BLOCKS = Reason("outside_blocks", N_("No working hours on that day."))
_OUTSIDE = Reason("outside_blocks", N_("No working hours at that time of day."))
_PAST = Reason("in_the_past", N_("The working hours are over."))
_CLOSED = Reason("closed", N_("Closed."))
_FULL = Reason("block_full", N_("No free gap is long enough."))


def _unused(day: DeviceDay, wanted: int, now: datetime) -> tuple[Reason, ...]:
    """Why nobody at all could use the wanted minutes of a block any more; empty when somebody could."""
    left = wanted & ~span_mask(0, max(0, day.minute_of(now)))
    if not wanted:
        return (_OUTSIDE,)
    if not left:
        return (_PAST,)
    return () if left & ~day.closed else (_CLOSED,)


def _why_not(
    request: ExamRequest, day: DeviceDay, block: BlockLoad, *, now: datetime, wanted: int
) -> tuple[Reason, ...]:
    """Why the request finds no start in the wanted minutes, which somebody else could perhaps use."""
    reasons = block_refusals(request, day, block, now)
    if any(reason.code not in TAKEN for reason in reasons):
        return reasons
    alone = replace(request, busy_spans=())
    if not bookable_starts(alone, day, block, now) & wanted:
        return (_FULL,)  # to wait for a reserve would not help
    return reasons or (PATIENT_BUSY,)


def counted(refused: Counter[Reason]) -> tuple[Reason, ...]:
    """Equal reasons once, with their count; the most frequent first."""
    return tuple(replace(reason, count=count) for reason, count in refused.most_common())
