"""Which blocks of a day share the caps of added bookings: what was one block until somebody took the machine over."""

from collections.abc import Mapping

import pytest

from tests.domain.days import MIDNIGHT, MONDAY
from tracker.domain.added import parts_of
from tracker.domain.supply import BlockLoad, DeviceDay

ABDOMEN, HEART = frozenset({1}), frozenset({2})


def parts(
    of: int, weekly: Mapping[int, int | None], *blocks: tuple[int, int, frozenset[int]]
) -> list[int]:
    """The ids (1, 2, …) of the blocks that are one with `of`."""
    loads = tuple(BlockLoad(n, a, b, None, types) for n, (a, b, types) in enumerate(blocks, 1))
    day = DeviceDay(1, MONDAY, MIDNIGHT, blocks=loads)
    return [part.block_id for part in parts_of(day, loads[of - 1], weekly)]


@pytest.mark.parametrize(("of", "found"), [(1, [1, 3]), (2, [2]), (3, [1, 3])])
def test_parts_of_a_weekly_block_bear_its_name_wherever_they_stand(
    of: int, found: list[int]
) -> None:
    day = (480, 600, ABDOMEN), (600, 660, ABDOMEN), (660, 720, HEART)
    assert parts(of, {1: 7, 2: None, 3: 7}, *day) == found


@pytest.mark.parametrize(("of", "found"), [(1, [1, 2]), (2, [1, 2]), (3, [3]), (4, [4])])
def test_blocks_made_by_hand_are_one_that_adjoin_and_do_the_same(of: int, found: list[int]) -> None:
    day = (480, 540, ABDOMEN), (540, 600, ABDOMEN), (600, 660, HEART), (700, 760, HEART)
    assert parts(of, {}, *day) == found
