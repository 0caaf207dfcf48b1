"""The time of one device on one day told apart: on the way to a ward, closed and why, open for patients.

The one place that says which minutes are open when use is counted; minutes count from local midnight.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from tracker.domain.interval import span_mask

HOUR = 60

Shift = tuple[int, int, int]
"""A block: minutes [start, end) of the day, and how long the way takes at either end (0: in its own room)."""


@dataclass(frozen=True, slots=True)
class OpenTime:
    """Minutes of the blocks = minutes on the way + minutes closed + minutes open (`open` is a mask).

    `closed`: closure (id) → the minutes it took; one that several closures hold is the first one's.
    """

    block_minutes: int
    way_minutes: int
    closed: Mapping[int, int]
    open: int

    @property
    def minutes(self) -> int:
        """Minutes in which patients could be examined."""
        return self.open.bit_count()


def minutes_by_hour(mask: int) -> Iterator[tuple[int, int]]:
    """Each hour of the day that has minutes of a mask, and how many; 24 begins the next day."""
    hour = 0
    while mask:
        if minutes := (mask & span_mask(0, HOUR)).bit_count():
            yield hour, minutes
        mask >>= HOUR
        hour += 1


def open_time(
    blocks: Iterable[Shift], closures: Iterable[tuple[int, int]], *, until: int | None = None
) -> OpenTime:
    """What became of the minutes of a day's blocks, as far as the day has come (`until`, None: all of it).

    `closures` are (id, mask of minutes) in the order in which they have a minute that several of them hold.
    """
    held = patients = 0
    for start, end, way in blocks:
        held |= span_mask(start, end)
        patients |= span_mask(start + way, end - way)
    if until is not None:
        past = span_mask(0, until)
        held, patients = held & past, patients & past
    way_minutes = (held & ~patients).bit_count()
    closed: dict[int, int] = {}
    for closure, mask in closures:
        if taken := patients & mask:
            closed[closure] = closed.get(closure, 0) + taken.bit_count()
            patients &= ~taken
    return OpenTime(held.bit_count(), way_minutes, closed, patients)
