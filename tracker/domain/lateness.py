"""How late a machine runs and what that does to those who wait for it: an expectation, kept nowhere.

What was really the case stands in the exams' own times.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from tracker.domain.supply import MINUTE

Stretch = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Turn:
    """A patient of the machine's queue: the planned span, and since when he is here (None: to come)."""

    booking_id: int
    starts_at: datetime
    ends_at: datetime
    arrived_at: datetime | None = None
    is_added: bool = False

    @property
    def due_at(self) -> datetime:
        """When he should be started: nobody is served late before being here."""
        return max(self.starts_at, self.arrived_at or self.starts_at)


def expected_starts(
    turns: Iterable[Turn], *, now: datetime, free_at: datetime
) -> dict[int, datetime]:
    """When each exam (by booking) is expected to start on a machine that is free from `free_at` on.

    Of those who are here then the first by plan is called, as *finish and start next* does. Who is to come
    is taken to come in time; who should have been here by now holds nobody up and has no expected start.
    """
    rest = sorted(
        (turn for turn in turns if turn.arrived_at is not None or turn.starts_at > now),
        key=lambda turn: (turn.starts_at, turn.arrived_at or turn.starts_at, turn.booking_id),
    )
    starts: dict[int, datetime] = {}
    while rest:
        ready = [t for t in rest if t.arrived_at is not None or t.starts_at <= free_at]
        turn = ready[0] if ready else rest[0]
        starts[turn.booking_id] = begins = free_at if ready else turn.starts_at
        free_at = begins + (turn.ends_at - turn.starts_at)
        rest.remove(turn)
    return starts


def late_minutes(turns: Iterable[Turn], starts: dict[int, datetime]) -> int:
    """How many minutes late the next planned exam is expected to start; 0 when in time or nobody comes."""
    planned = [turn for turn in turns if turn.booking_id in starts and not turn.is_added]
    first = min(planned, key=lambda turn: starts[turn.booking_id], default=None)
    if first is None:
        return 0
    late: int = (starts[first.booking_id] - first.due_at) // MINUTE
    return max(0, late)


def free_from(
    now: datetime, worked: Sequence[Stretch], *, running_until: datetime | None = None
) -> datetime:
    """From when on the next patient is expected to be called: after the running exam, else in working hours.

    Outside of them, and with nothing running, that is when the next ones begin; after the last ones, now.
    """
    minute = now.replace(second=0, microsecond=0)
    if running_until is not None:
        return max(running_until, minute)
    if any(starts <= now < ends for starts, ends in worked):
        return minute
    return min((starts for starts, _ in worked if starts > now), default=minute)
