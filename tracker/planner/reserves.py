"""How many minutes of each block are kept for the streams that hold reserves, from what the plan serves of them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from tracker.domain.plan import PlanBlock
from tracker.domain.plangoals import half_day_of, place_of, standing_at
from tracker.domain.planproblem import PlanProblem, Served

LEAST = 1e-6
NEAR = 0.15
"""Reserves of a half-day that are so close to what is needed stay as they are."""

WHOLE = 5
"""Reserves are proposed in steps of five minutes."""


def with_reserves(
    problem: PlanProblem, blocks: Sequence[PlanBlock], served: Sequence[Served]
) -> tuple[PlanBlock, ...]:
    """The blocks with minutes kept for each stream that holds reserves.

    Where the present reserves of a half-day come to nearly what is to be served, they stay; else each is longer or
    shorter in proportion. Where nothing was kept, what is to be served is kept in all blocks that could do it: a
    block kept for one stream alone would stand empty until its release. Fixed blocks stay.
    """
    halves = [half_day_of(problem, block) for block in blocks]
    wanted = _spread(problem, blocks, halves, served)
    now = _sums(halves, [block.reserve_minutes for block in blocks])
    needed = _sums(halves, [wanted[place] for place in range(len(blocks))])
    stood = standing_at(problem)
    found = []
    for place, block in enumerate(blocks):
        half, standing = halves[place], stood.get(place_of(block))
        if half is None or (standing is not None and standing.is_fixed):
            found.append(block)
            continue
        kept = {
            stream: _minutes(
                block,
                stream,
                wanted[place].get(stream, 0),
                now=now[half, stream],
                needed=needed[half, stream],
            )
            for stream in sorted(problem.reserving)
        }
        found.append(_with(problem, block, kept))
    return tuple(found)


def _spread(
    problem: PlanProblem,
    blocks: Sequence[PlanBlock],
    halves: Sequence[int | None],
    served: Sequence[Served],
) -> Mapping[int, Mapping[int, float]]:
    """Block → stream → its part of what is served of each exam type in its half-day, by its open minutes."""
    asked: dict[tuple[int | None, int, int], float] = defaultdict(float)
    for each in served:
        need = problem.needs[each.need]
        if need.stream_id in problem.reserving:
            asked[halves[each.block], need.exam_type_id, need.stream_id] += each.minutes
    found: dict[int, dict[int, float]] = {p: defaultdict(float) for p in range(len(blocks))}
    for (half, kind, stream), minutes in asked.items():
        able = [p for p, b in enumerate(blocks) if halves[p] == half and kind in b.exam_type_ids]
        time = sum(blocks[place].open_minutes for place in able)
        for place in able:
            found[place][stream] += minutes * blocks[place].open_minutes / time
    return found


def _sums(
    halves: Sequence[int | None], minutes: Sequence[Mapping[int, float]]
) -> dict[tuple[int | None, int], float]:
    found: dict[tuple[int | None, int], float] = defaultdict(float)
    for half, of_block in zip(halves, minutes, strict=True):
        for stream, each in of_block.items() if half is not None else ():
            found[half, stream] += each
    return found


def _minutes(block: PlanBlock, stream: int, wanted: float, *, now: float, needed: float) -> int:
    present = block.reserve_minutes.get(stream, 0)
    if now == 0:
        return int((wanted + LEAST) // WHOLE) * WHOLE
    if abs(now - needed) <= NEAR * needed:
        return present
    return round(present * needed / now / WHOLE) * WHOLE


def _with(problem: PlanProblem, block: PlanBlock, kept: Mapping[int, int]) -> PlanBlock:
    """The block with these reserves, none shorter than an examination and all of them no longer than the block."""
    shortest = min((problem.facts.exam_types[k].minutes for k in block.exam_type_ids), default=0)
    left, found = block.open_minutes, dict[int, int]()
    for stream, minutes in kept.items():
        as_before = minutes == block.reserve_minutes.get(stream, 0)
        if minutes and (as_before or minutes >= shortest):
            found[stream] = min(minutes, left)
            left -= found[stream]
    return replace(block, reserve_minutes={s: m for s, m in found.items() if m})
