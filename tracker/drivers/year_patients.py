"""The patients of a simulated year: they come or stay away, call off, ask for another day, and leave unexamined.

What is noted ahead depends on rows and the seed alone: a run that was stopped finds the same acts again.
"""

import functools
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta

from tracker.db import read_session
from tracker.domain.errors import DomainError, NotBookableError, SlotTakenError
from tracker.domain.lifecycle import Status
from tracker.drivers.agenda import Turn
from tracker.drivers.no_shows import mark_due_no_shows
from tracker.drivers.year_course import Course, UnsoundError
from tracker.drivers.year_demand import YearRequest
from tracker.queries.simulation import Pending, was_changed
from tracker.services.changing import Move, cancel_booking, check_in, move_booking, return_patient

LATEST_AFTER = 10
"""Whoever asks for another day takes one of so many working days."""

_Act = Callable[[YearRequest, int, datetime], None]


class Patients:
    """Everybody who is expected, by the booking's id."""

    def __init__(self, course: Course) -> None:
        self._course = course
        self._due: dict[int, datetime] = {}

    def expect(
        self,
        request: YearRequest,
        booking_id: int,
        start: datetime,
        *,
        since: datetime | None = None,
        after: datetime | None = None,
    ) -> None:
        """Note what is to come of a booking that stands at `start` since an instant (None: since it was asked
        for), as far as it comes after `after`."""
        since = since or request.asked_at
        after = after or since
        self._course.coming[booking_id] = request
        second_thoughts = ((request.cancels_at, self._call_off), (request.moves_at, self._defer))
        for when, act in second_thoughts:
            if when is not None and when >= after:
                self._note(when, Turn.ASK, act, request, booking_id)
        self._expect_arrival(request, booking_id, start, since, after)

    def _note(
        self, when: datetime, turn: Turn, act: _Act, request: YearRequest, booking_id: int
    ) -> None:
        done = functools.partial(act, request, booking_id)
        self._course.agenda.note(when, turn, request.line, done)

    def _expect_arrival(
        self,
        request: YearRequest,
        booking_id: int,
        start: datetime,
        since: datetime,
        after: datetime,
    ) -> None:
        today = self._course.today
        self._due.pop(booking_id, None)
        came = request.comes(start, since)
        if came >= after and not request.stays_away((today(start) - today(request.asked_at)).days):
            self._due[booking_id] = came
            self._note(came, Turn.ARRIVE, self._arrive, request, booking_id)

    def admit(
        self, request: YearRequest, booking_id: int, now: datetime, *, is_started: bool
    ) -> None:
        """Whoever came without a booking is in a room or waits for one."""
        found = self._course.standing_of(booking_id)
        self._course.coming[booking_id] = request
        if is_started:
            device_id = found.started_device_id or found.device_id
            self._course.rooms.examine(request, found, device_id, now)
        else:
            self._course.came[booking_id] = now
            self._course.rooms.wait(request, found, now)

    def _arrive(self, request: YearRequest, booking_id: int, now: datetime) -> None:
        if self._due.get(booking_id) != now:
            return  # the booking stands elsewhere meanwhile
        course, found = self._course, self._course.standing_of(booking_id)
        try:
            if found.status == Status.NO_SHOW:  # came after the half-day was settled
                return_patient(booking_id, by=course.by, now=now)
                course.counts["no_show"] -= 1
                found = course.standing_of(booking_id)
            elif found.status == Status.BOOKED:
                check_in(booking_id, by=course.by, now=now)
            else:
                return
        except DomainError:  # nothing is left today: a no-show it stays
            return
        course.came[booking_id] = now
        course.rooms.wait(request, found, now)

    def _call_off(self, _: YearRequest, booking_id: int, now: datetime) -> None:
        if self._course.standing_of(booking_id).status == Status.BOOKED:
            self.cancel(booking_id, "called off by the patient", now)

    def cancel(self, booking_id: int, reason: str, now: datetime) -> None:
        """Cancel a booking, whose patient is not expected any more."""
        cancel_booking(booking_id, reason=reason, by=self._course.by, now=now)
        self._course.counts["cancelled"] += 1
        self._due.pop(booking_id, None)
        self._course.coming.pop(booking_id, None)
        self._course.rooms.leave([booking_id])

    def _defer(self, request: YearRequest, booking_id: int, now: datetime) -> None:
        """Another day, later than the one booked; where there is none the booking stays."""
        with read_session() as session:
            if was_changed(session, booking_id, now):
                return  # by an earlier run, which was stopped right after
        found = self._course.standing_of(booking_id)
        if found.status == Status.BOOKED:
            latest = self._course.calendar.add_working_days(request.first, LATEST_AFTER)
            after = self._course.today(found.starts_at) + timedelta(days=1)
            self.move(booking_id, (after, latest), now, reason="the patient's wish")

    def move(self, booking_id: int, days: tuple[date, date], now: datetime, *, reason: str) -> bool:
        """Move a booking to the first opening of these days; False when there is none."""
        course = self._course
        request = course.coming[booking_id]
        last = min(days[1], course.demand.year.last)
        if last < days[0]:
            return False
        openings = course.search(request, (days[0], last), now)[0].openings
        if not openings:
            return False
        to = Move(course.codes[openings[0].device_id], openings[0].start, reason)
        try:
            move_booking(booking_id, to, by=course.by, now=now)
        except (NotBookableError, SlotTakenError) as error:
            raise UnsoundError(f"{to} was offered at {now} and refused: {error}") from error
        course.counts["moved"] += 1
        self.told([booking_id], now)
        return True

    def told(self, booking_ids: Iterable[int], now: datetime) -> None:
        """Bookings stand elsewhere since now: whoever has yet to come comes then, whoever waits waits there."""
        for booking_id in booking_ids:
            request, found = self._course.coming[booking_id], self._course.standing_of(booking_id)
            self._course.rooms.leave([booking_id])
            if found.status == Status.ARRIVED:
                self._course.rooms.wait(request, found, now)
            else:
                self._expect_arrival(request, booking_id, found.starts_at, now, now)

    def take_up(self, request: YearRequest, pending: Pending, stopped_at: datetime) -> None:
        """Go on with a booking of an earlier run from the status it stands in."""
        rooms, found = self._course.rooms, self._course.standing_of(pending.booking_id)
        status = Status(found.status)
        self._course.coming[found.booking_id] = request
        if pending.arrived_at is not None:
            self._course.came[found.booking_id] = pending.arrived_at
        if status is Status.IN_PROGRESS and found.started_at is not None:
            device_id = found.started_device_id or found.device_id
            rooms.examine(request, found, device_id, found.started_at)
        elif status is Status.ARRIVED:
            rooms.wait(request, found, stopped_at)
        else:
            self.expect(
                request, found.booking_id, found.starts_at, since=pending.since, after=stopped_at
            )

    def half_day_ends(self, now: datetime) -> None:
        """Whoever has not come is marked, as the job does."""
        self._course.counts["no_show"] += mark_due_no_shows(by=self._course.by, now=now)

    def day_ends(self, now: datetime) -> None:
        """Whoever still waits leaves; nobody of today is expected any more."""
        waiting = [found for queue in self._course.rooms.waiting.values() for found, _ in queue]
        for found in sorted(waiting, key=lambda each: each.booking_id):
            self.cancel(found.booking_id, "left without the exam", now)
        self.half_day_ends(now)
