"""What happens when on a virtual clock: acts in the order of their instants, and of turns within one instant."""

import heapq
import itertools
from collections.abc import Callable, Iterator
from datetime import datetime
from enum import IntEnum

from tracker import clock

Act = Callable[[datetime], None]


class Turn(IntEnum):
    """What comes first of all that happens at one instant."""

    HALF_DAY_ENDS = 1
    TROUBLE = 2
    ASK = 3
    FINISH = 4
    ARRIVE = 5
    START = 6
    DAY_ENDS = 7


class Agenda:
    """A heap of acts. Their order depends on what they are and never on when they were noted."""

    def __init__(self) -> None:
        self._noted: list[tuple[datetime, Turn, int, int, Act]] = []
        self._order = itertools.count()

    def note(self, when: datetime, turn: Turn, line: int, act: Act) -> None:
        """Note an act; of one instant and turn the lower `line` (of the file) comes first."""
        heapq.heappush(self._noted, (when, turn, line, next(self._order), act))

    def live_through(self, until: datetime | None) -> Iterator[datetime]:
        """Let everything happen up to `until` (None: all of it); yields the instant after each act."""
        while self._noted and (until is None or self._noted[0][0] <= until):
            when, *_, act = heapq.heappop(self._noted)
            with clock.at(when):
                act(when)
            yield when
