"""Whether demand fits into the blocks of a half-day: minutes of each exam type against the machines that may take it.

A block serves several exam types but each minute once. Who books which minute is not said; that is openings'.
"""

import itertools
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Block = tuple[int, frozenset[int]]
"""Minutes that are open, and the exam types (ids) that they may serve."""


@dataclass(frozen=True, slots=True)
class Fit:
    """An exam type in a half-day: minutes asked for, and the most that it can have beside the others."""

    demand: int
    supply: int

    @property
    def missing(self) -> int:
        """Minutes for which there is no room."""
        return max(0, self.demand - self.supply)


def fit_of(demand: Mapping[int, int], blocks: Sequence[Block]) -> dict[int, Fit]:
    """How each exam type fits (a maximum flow from exam types into blocks).

    Those with the fewest minutes to choose from are served first; serving others never takes that away but
    moves it to other blocks. `supply` is what an exam type gets, and what is left that it could get besides.
    """
    flow = _Flow(blocks)
    types = sorted(demand, key=lambda each: (flow.open_to(each), each))
    served = {each: flow.push(each, demand[each]) for each in types}
    return {each: Fit(demand[each], served[each] + flow.copy().push(each)) for each in demand}


class _Flow:
    """Minutes of exam types that are laid into blocks so far."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self.blocks = blocks
        self.left = [minutes for minutes, _types in blocks]
        self.laid: list[dict[int, int]] = [{} for _block in blocks]

    def copy(self) -> "_Flow":
        """The same once more, to be tried out on."""
        other = _Flow(self.blocks)
        other.left = list(self.left)
        other.laid = [dict(each) for each in self.laid]
        return other

    def open_to(self, exam_type: int) -> int:
        """Minutes of the blocks that may serve it."""
        return sum(minutes for minutes, types in self.blocks if exam_type in types)

    def push(self, exam_type: int, minutes: int | None = None) -> int:
        """Lay so many minutes of an exam type into blocks, or as many as fit; returns how many found room."""
        found = 0
        while minutes is None or found < minutes:
            path = self._path(exam_type)
            if not path:
                break
            most = self.open_to(exam_type) if minutes is None else minutes - found
            found += self._lay(path, most)
        return found

    def _path(self, exam_type: int) -> list[tuple[int, int]]:
        """(exam type, block) steps to a block with room: each but the first takes over from the one before it."""
        came: dict[int, tuple[int, int | None]] = {}
        waiting: deque[tuple[int, int | None]] = deque([(exam_type, None)])
        seen = {exam_type}
        while waiting:
            each, from_block = waiting.popleft()
            for n, (_minutes, types) in enumerate(self.blocks):
                if n in came or each not in types:
                    continue
                came[n] = (each, from_block)
                if self.left[n]:
                    return self._traced(came, n)
                for other, laid in self.laid[n].items():
                    if laid and other not in seen:
                        seen.add(other)
                        waiting.append((other, n))
        return []

    @staticmethod
    def _traced(came: Mapping[int, tuple[int, int | None]], last: int) -> list[tuple[int, int]]:
        path: list[tuple[int, int]] = []
        at: int | None = last
        while at is not None:
            each, before = came[at]
            path.append((each, at))
            at = before
        return path[::-1]

    def _lay(self, path: Sequence[tuple[int, int]], most: int) -> int:
        """Move as much as possible along a path: each exam type leaves the block before for its own."""
        room = min(most, self.left[path[-1][1]])
        for (_type, block), (leaving, _to) in itertools.pairwise(path):
            room = min(room, self.laid[block][leaving])
        for n, (each, block) in enumerate(path):
            self.laid[block][each] = self.laid[block].get(each, 0) + room
            if n:
                self.laid[path[n - 1][1]][each] -= room
        self.left[path[-1][1]] -= room
        return room
