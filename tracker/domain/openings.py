"""The search: from device days to the first openings, earliest first, with counted reasons for a no."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

from tracker.domain.errors import N_, Reason
from tracker.domain.interval import runs, span_mask
from tracker.domain.ranking import DeviceStanding, rank
from tracker.domain.rules import block_refusals, bookable_starts
from tracker.domain.supply import BlockLoad, DeviceDay, ExamRequest, Opening


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
    """The first `limit` openings (None: all) over the device days, earliest first, then least loss.

    `days` come sorted by date. A day is looked at only while openings are still wanted.
    """
    found: list[Opening] = []
    refused: Counter[Reason] = Counter()
    for _, of_one_date in groupby(days, key=lambda day: day.local_date):
        offers = [
            opening
            for day in of_one_date
            for opening in offers_of_day(request, day, now=now, window=window, refused=refused)
        ]
        found += rank(offers, standing or {})
        if limit is not None and len(found) >= limit:
            return Search(tuple(found[:limit]), ())
    return Search(tuple(found), () if found else counted(refused))


def offers_of_day(
    request: ExamRequest,
    day: DeviceDay,
    *,
    now: datetime,
    window: Window | None = None,
    refused: Counter[Reason] | None = None,
) -> Iterator[Opening]:
    """The offers of one device day; each refusal of a block is counted in `refused`."""
    if not day.blocks and refused is not None:
        refused[_NO_BLOCKS] += 1
    for block in day.blocks:
        reasons = block_refusals(request, day, block, now)
        if reasons:
            if refused is not None:
                refused.update(reasons)
            continue
        starts = bookable_starts(request, day, block, now)
        if window is not None:
            starts &= span_mask(window.starts, window.ends)
        if not starts and refused is not None:
            refused[_why_no_start(day, block, now)] += 1
        for minute in _offered(starts, request.duration_minutes):
            yield _opening(request, day, block, minute)


def _offered(starts: int, duration_minutes: int) -> Iterator[int]:
    """Of each free gap: the first start, every whole duration after it, and the latest (flush) one."""
    for first, end in runs(starts):
        yield from range(first, end, duration_minutes)
        latest = end - 1
        if (latest - first) % duration_minutes:
            yield latest


def _opening(request: ExamRequest, day: DeviceDay, block: BlockLoad, minute: int) -> Opening:
    return Opening(
        start=day.instant_of(minute),
        end=day.instant_of(minute + request.duration_minutes),
        device_id=day.device_id,
        block_id=block.block_id,
        operator_id=block.operator_id,
        local_date=day.local_date,
    )


_NO_BLOCKS = Reason("outside_blocks", N_("No working hours on that day."))
_PAST = Reason("in_the_past", N_("The working hours are over."))
_CLOSED = Reason("closed", N_("Closed."))
_FULL = Reason("block_full", N_("No free gap is long enough."))


def _why_no_start(day: DeviceDay, block: BlockLoad, now: datetime) -> Reason:
    if block.ends <= day.minute_of(now):
        return _PAST
    return _CLOSED if not block.mask & ~day.closed else _FULL


def counted(refused: Counter[Reason]) -> tuple[Reason, ...]:
    """Equal reasons once, with their count; the most frequent first."""
    return tuple(replace(reason, count=count) for reason, count in refused.most_common())
