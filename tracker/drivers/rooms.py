"""The machines of a virtual department: who waits at which, who is on it, and who is next.

One patient is in one room at a time, and a machine that is closed takes nobody until it is open again.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Protocol

from tracker.drivers.agenda import Agenda, Turn
from tracker.queries.replay import Standing
from tracker.services.examining import finish, finish_and_start_next, start


class Comer(Protocol):
    """Somebody who comes: the number that orders what happens at one instant, and the minutes it takes."""

    @property
    def line(self) -> int: ...
    @property
    def service_minutes(self) -> float: ...


Waiter = tuple[Standing, Comer]

Finished = Callable[[Comer, Standing, int, datetime, datetime], None]
"""Told of every exam that ended: who, the booking, the device's id, start and end."""


class Rooms:
    """Machines by id. Their state can be read back: patients who have arrived wait, exams in progress run."""

    def __init__(self, agenda: Agenda, *, by: int, finished: Finished | None = None) -> None:
        self._agenda = agenda
        self._by = by
        self._finished = finished
        self.waiting: dict[int, list[Waiter]] = defaultdict(list)
        self.running: dict[int, int] = {}
        self._examined: set[int] = set()  # patients who are in a room
        self._closed: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)

    def wait(self, comer: Comer, found: Standing, since: datetime) -> None:
        """Whoever has arrived waits at the machine of the booking."""
        self.waiting[found.device_id].append((found, comer))
        self._call(comer.line, found.device_id, max(since, found.block_starts_at))

    def leave(self, booking_ids: Iterable[int]) -> dict[int, Comer]:
        """Take bookings out of every queue; returns who they are."""
        gone = set(booking_ids)
        left: dict[int, Comer] = {}
        for queue in self.waiting.values():
            left |= {found.booking_id: comer for found, comer in queue if found.booking_id in gone}
            queue[:] = [pair for pair in queue if pair[0].booking_id not in gone]
        return left

    def close(self, device_id: int, start: datetime, end: datetime) -> None:
        """The machine takes nobody in [start, end)."""
        self._closed[device_id].append((start, end))

    def reopen(self, device_id: int, now: datetime) -> None:
        """The machine works again."""
        spans = self._closed.pop(device_id, [])
        self._closed[device_id] = [span for span in spans if not span[0] <= now < span[1]]
        self._call(0, device_id, now)

    def closed_until(self, device_id: int, now: datetime) -> datetime | None:
        """When a machine that is closed now is open again; None for one that is at work."""
        return max((e for s, e in self._closed[device_id] if s <= now < e), default=None)

    def _call(self, line: int, device_id: int, when: datetime) -> None:
        self._agenda.note(when, Turn.START, line, lambda now: self._start_next(device_id, now))

    def _start_next(self, device_id: int, now: datetime) -> None:
        """The machine takes the next who is here and whose half-day has begun, if nobody is on it."""
        if device_id in self.running:
            return
        following = self._next(device_id, now)
        if following is None:
            return
        found, comer = following
        self.waiting[device_id].remove(following)
        start(found.booking_id, by=self._by, now=now)
        self.examine(comer, found, device_id, now)

    def _next(self, device_id: int, now: datetime) -> Waiter | None:
        """Who is next on a machine; on one that is closed nobody is before it is open again."""
        ready = [
            pair
            for pair in self.waiting[device_id]
            if pair[0].block_starts_at <= now and pair[0].patient_id not in self._examined
        ]
        reopens = self.closed_until(device_id, now)
        if ready and reopens is not None:
            self._call(0, device_id, reopens)
            return None
        return min(ready, key=_place, default=None)

    def examine(self, comer: Comer, found: Standing, device_id: int, started: datetime) -> None:
        """The exam that has started goes on for the minutes it really takes."""
        self.running[device_id] = found.booking_id
        self._examined.add(found.patient_id)

        def end(now: datetime) -> None:
            del self.running[device_id]
            self._examined.discard(found.patient_id)
            self._finish(found, device_id, now)
            if self._finished is not None:
                self._finished(comer, found, device_id, started, now)
            elsewhere = [d for d in sorted(self.waiting) if self._waits(found.patient_id, d)]
            for each in {device_id: None} | dict.fromkeys(elsewhere):
                self._call(comer.line, each, now)

        ends = started + timedelta(minutes=comer.service_minutes)
        self._agenda.note(ends, Turn.FINISH, comer.line, end)

    def _finish(self, found: Standing, device_id: int, now: datetime) -> None:
        """Finish, in one step with the next start where everybody who waits might be next."""
        following, queue = self._next(device_id, now), self.waiting[device_id]
        if following is None or following is not min(queue, key=_place):
            finish(found.booking_id, by=self._by, now=now)
            return
        turn = finish_and_start_next(found.booking_id, by=self._by, now=now)
        for each in [pair for pair in queue if pair[0].booking_id == turn.started_booking_id]:
            queue.remove(each)
            self.examine(each[1], each[0], device_id, now)

    def _waits(self, patient_id: int, device_id: int) -> bool:
        return any(found.patient_id == patient_id for found, _ in self.waiting[device_id])


def _place(waiter: Waiter) -> tuple[datetime, int]:
    """Where somebody stands in a queue."""
    return waiter[0].starts_at, waiter[0].booking_id
