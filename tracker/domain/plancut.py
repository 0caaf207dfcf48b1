"""A block of the plan cut in two at a minute: what each part keeps. Cutting one that runs already is takeover's."""

from collections.abc import Mapping
from dataclasses import replace

from tracker.domain.plan import PlanBlock


def cut_block(block: PlanBlock, at: int) -> tuple[PlanBlock, PlanBlock] | None:
    """The block before and from the minute `at` on; None when one part would have no minute for patients.

    Both do the same exam types; the earlier one goes on as the same block. Of what is kept for a stream each
    has its share by its minutes, in whole minutes that come to the same sum. A round is cut as one that is
    taken over: no way is between the parts, and none is left at their ends.
    """
    opens, closes = block.starts + block.transport_minutes, block.ends - block.transport_minutes
    if not opens < at < closes:
        return None
    kept = _shares(block.reserve_minutes, at - opens, closes - opens)
    left = {stream: minutes - kept[stream] for stream, minutes in block.reserve_minutes.items()}
    block = replace(block, starts=opens, ends=closes, transport_minutes=0)
    return (
        replace(block, ends=at, reserve_minutes=_some(kept)),
        replace(block, starts=at, reserve_minutes=_some(left), block_id=None),
    )


def _shares(reserves: Mapping[int, int], minutes: int, of_minutes: int) -> dict[int, int]:
    """Each stream's share; rounded over the sum, so that neither part keeps more than it has."""
    shares: dict[int, int] = {}
    total = before = 0
    for stream, kept in sorted(reserves.items()):
        total += kept
        until = total * minutes // of_minutes
        shares[stream], before = until - before, until
    return shares


def _some(reserves: Mapping[int, int]) -> dict[int, int]:
    return {stream: minutes for stream, minutes in reserves.items() if minutes}
