"""Stretches of a day as bit masks: bit i is the minute i after local midnight. No dates, no time zones."""

from collections.abc import Iterator


def span_mask(start: int, end: int) -> int:
    """The minutes [start, end); empty when `end` is not after `start`. Raises ValueError below 0."""
    if start < 0:
        raise ValueError(f"minute {start} lies before midnight")
    return ((1 << (end - start)) - 1) << start if end > start else 0


def starts_with_room(free: int, minutes: int) -> int:
    """Every minute at which `minutes` consecutive free minutes begin (at least 1).

    Erodes by doubling: log2(minutes) steps whatever the length of the day.
    """
    if minutes < 1:
        raise ValueError(f"a stretch of {minutes} minutes")
    room, width = free, 1
    while width < minutes and room:
        step = min(width, minutes - width)
        room &= room >> step
        width += step
    return room


def runs(mask: int) -> Iterator[tuple[int, int]]:
    """The stretches [start, end) of set bits, in order."""
    offset = 0
    while mask:
        skip = (mask & -mask).bit_length() - 1
        mask >>= skip
        length = ((mask + 1) & ~mask).bit_length() - 1
        yield offset + skip, offset + skip + length
        mask >>= length
        offset += skip + length
