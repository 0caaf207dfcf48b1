"""The search: from device days to the first openings, earliest first, with counted reasons for a no."""

from bisect import insort
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby

from tracker.domain.errors import N_, Reason
from tracker.domain.interval import runs, span_mask
from tracker.domain.ranking import DeviceStanding, rank
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
    standing: Mapping[int, DeviceStanding] | None = None,
    window: Window | None = None,
) -> Search:
    """The first `limit` openings (None: all; else at least 1) over the device days, earliest first, then least loss.

    `days` come sorted by date. A day is looked at only while openings are still wanted, and why a block
    was of no use only when there are none at all: a search that finds something pays for no reasons.
    """
    found: list[Opening] = []
    later: list[Opening] = []
    seen: list[DeviceDay] = []
    firsts = _Firsts(limit)
    for _, group in groupby(days, key=lambda day: day.local_date):
        of_one_date = tuple(group)
        seen += of_one_date
        offers = later
        for day, block in _in_order(request, of_one_date):
            offers += _offers_of_block(request, day, block, now=now, window=window, firsts=firsts)
        # past midnight a block may offer what lies behind the first openings of the next date
        sure = of_one_date[0].midnight + _SHORTEST_DAY
        later = [opening for opening in offers if opening.start >= sure]
        found += rank((opening for opening in offers if opening.start < sure), standing or {})
        if limit is not None and len(found) >= limit:
            return Search(tuple(found[:limit]), ())
    found += rank(later, standing or {})
    if found:
        return Search(tuple(found[:limit]), ())
    return Search((), counted(_refusals(request, seen, now, window)))


class _Firsts:
    """Which starts may still be among the first `limit`: none behind the limit-th of those seen so far."""

    def __init__(self, limit: int | None) -> None:
        self._limit = limit
        self._starts: list[datetime] = []

    def admits(self, start: datetime) -> bool:
        """Whether an opening at `start` could be in the list."""
        return len(self._starts) != self._limit or start <= self._starts[-1]

    def note(self, start: datetime) -> None:
        """An opening was found there."""
        if self._limit is not None:
            insort(self._starts, start)
            del self._starts[self._limit :]


def _in_order(request: ExamRequest, days: Iterable[DeviceDay]) -> list[tuple[DeviceDay, BlockLoad]]:
    """The blocks of one date on capable devices, the first to begin first."""
    blocks = [
        (day, block) for day in days if day.device_id in request.device_ids for block in day.blocks
    ]
    return sorted(blocks, key=lambda pair: pair[1].starts)


def _offers_of_block(
    request: ExamRequest,
    day: DeviceDay,
    block: BlockLoad,
    *,
    now: datetime,
    window: Window | None,
    firsts: _Firsts,
) -> Iterator[Opening]:
    """The offers of a block that may be among the first."""
    if not firsts.admits(day.instant_of(block.starts)):
        return
    starts = bookable_starts(request, day, block, now) & _minutes(block, window)
    if not starts or block_refusals(request, day, block, now):
        return
    for minute, wasted in _offered(starts, request):
        opening = _opening(request, day, block, minute=minute, wasted=wasted)
        if not firsts.admits(opening.start):
            return
        firsts.note(opening.start)
        yield opening


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


def _offered(starts: int, request: ExamRequest) -> Iterator[tuple[int, int]]:
    """Of each free gap: the first start, every whole duration after it, and the latest (flush) one.

    With each the minutes it leaves before and after itself in pieces that are too short to use.
    """
    for first, end in runs(starts):
        latest = end - 1
        minutes = [*range(first, end, request.duration_minutes)]
        if minutes[-1] != latest:
            minutes.append(latest)
        for minute in minutes:
            pieces = (minute - first, latest - minute)
            yield minute, sum(piece for piece in pieces if piece < request.shortest_minutes)


def _opening(
    request: ExamRequest, day: DeviceDay, block: BlockLoad, *, minute: int, wasted: int
) -> Opening:
    return Opening(
        start=day.instant_of(minute),
        end=day.instant_of(minute + request.duration_minutes),
        device_id=day.device_id,
        block_id=block.block_id,
        operator_id=block.operator_id,
        local_date=day.local_date,
        wasted_minutes=wasted,
    )


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
