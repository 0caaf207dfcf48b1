"""A whole year through the services on a virtual clock, day by day, checked after each; resumable at any point.

Nothing is simulated beside the services: what this adds is who asks when (year_demand), what goes wrong
(year_troubles), and when each act happens. What is done is read back from the rows.
"""

import functools
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from time import perf_counter

from sqlalchemy import Engine

from tracker import clock
from tracker.db import read_session
from tracker.domain.workcalendar import DAY, instant_of
from tracker.drivers.agenda import Turn
from tracker.drivers.kinds import demanded_kinds
from tracker.drivers.meter import Meter
from tracker.drivers.trial_people import mrn_of
from tracker.drivers.year_asking import Asking
from tracker.drivers.year_course import Course, UnsoundError
from tracker.drivers.year_demand import LONGEST_DELAY, LONGEST_LEAD, Year, YearDemand, YearRequest
from tracker.drivers.year_patients import Patients
from tracker.drivers.year_responses import Responses
from tracker.queries.calendar import work_calendar
from tracker.queries.simulation import counts_of_rows, last_act, pending_bookings, was_asked
from tracker.queries.soundness import Touched, faults_of, last_history_id
from tracker.queries.streams import parts_of_day
from tracker.services.horizon import open_horizon
from tracker.services.run_progress import YearProgress, keep_progress
from tracker.services.upkeep import seal_audit

_SETTLED, _ENDED = time(22), time(23, 30)
"""Local times at which whoever still waits leaves, and at which the day is checked."""


@dataclass
class Pace:
    """What this run took: exams performed, statements, and seconds in all and for checking."""

    exams: int = 0
    statements: int = 0
    seconds: float = 0.0
    checking: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class DayDone:
    """A virtual day that has ended: how many of the year's working days are over, and exams performed ever."""

    day: date
    working_days: int
    exams: int


Tell = Callable[[DayDone], None]


class Simulation:
    """The virtual days of a year; an object runs once, the next one goes on from the rows."""

    def __init__(self, year: Year, progress: YearProgress, *, engine: Engine, by: int) -> None:
        with read_session() as session:
            calendar = work_calendar(session)
            self._half_days = [part.ends for part in parts_of_day(session)]
        self.year = year
        self.progress = progress
        self.pace = Pace()
        self.demand = YearDemand(year, demanded_kinds(), calendar)
        self.is_provisional = not calendar.is_published(year.year)
        self._course = Course(self.demand, progress, by=by)
        self._patients = Patients(self._course)
        self._asking = Asking(self._course, self._patients)
        self._responses = Responses(self._course, self._patients)
        self._meter = Meter(engine)
        self._by = by
        self._begun: date | None = None

    @property
    def counts(self) -> Counter[str]:
        """The driver's own counts."""
        return self._course.counts

    def run(self, tell: Tell, *, days: int | None = None) -> bool:
        """Let the days happen, at most so many working days of the year in this run; True when it is over.

        May be interrupted at any moment and taken up again. Raises UnsoundError.
        """
        began = perf_counter()
        with self._meter.counting():
            try:
                return self._run(tell, days)
            finally:
                self.pace.statements = self._meter.statements
                self.pace.seconds = perf_counter() - began

    def _run(self, tell: Tell, days: int | None) -> bool:
        day, worked = self._go_on(), 0
        while day <= self.year.last:
            is_worked = self._course.calendar.is_working(day)
            if is_worked and day >= self.year.first:
                if worked == days:
                    return False
                worked += 1
            self._live(day)
            if is_worked:
                tell(DayDone(day, bisect_right(self.demand.days, day), self._exams()))
            day += DAY
        return True

    def _exams(self) -> int:
        return sum(n for name, n in self.counts.items() if name.startswith("exams|"))

    # --- the days

    def _live(self, day: date) -> None:
        if self._begun != day:
            self._begin(day)
        before = self._exams()
        for _ in self._course.agenda.live_through(self._at(day + DAY, time.min)):
            pass
        self.pace.exams += self._exams() - before

    def _begin(self, day: date, after: datetime | None = None) -> None:
        """Note what happens on a day; where it has begun in an earlier run, what comes after an instant."""
        self._begun = day
        course, note = self._course, self._course.agenda.note
        course.begin_day(day)
        acts = [(end, Turn.HALF_DAY_ENDS, self._patients.half_day_ends) for end in self._half_days]
        acts.append((_SETTLED, Turn.DAY_ENDS, self._patients.day_ends))
        acts.append((_ENDED, Turn.DAY_ENDS, functools.partial(self._end, day)))
        for local, turn, act in acts:
            if after is None or self._at(day, local) >= after:
                note(self._at(day, local), turn, 0, act)
        if after is None and course.calendar.is_working(day):
            wanted = course.calendar.add_working_days(day, LONGEST_LEAD)
            for request in self._wanted_on(wanted):
                self._asking.note(request)
            self._responses.note_day(day)

    def _end(self, day: date, now: datetime) -> None:
        """What the jobs do at night; then the day is checked, and kept as over."""
        open_horizon(by=self._by, now=now)
        while seal_audit(now=now):
            pass
        began = perf_counter()
        with read_session() as session:
            history = last_history_id(session)
            faults = faults_of(session, Touched(self.progress.history))
        self.pace.checking.append(perf_counter() - began)
        if faults:
            found = {name: rows[:5] for name, rows in faults.items()}
            raise UnsoundError(f"After {day} these invariants do not hold: {found}")
        progress = self.progress
        self.counts.update(f"refused|{code}" for code in progress.refused.values())
        progress.refused.clear()
        progress.day, progress.ended_at, progress.history = day, now, history
        progress.counts = Counter(self.counts)
        keep_progress(progress, by=self._by, now=now)

    def _wanted_on(self, day: date) -> list[YearRequest]:
        is_asked = self.year.first <= day <= self.year.last and self._course.calendar.is_working(
            day
        )
        return self.demand.asked_for(day) if is_asked else []

    # --- going on

    def _go_on(self) -> date:
        """The day that the year begins with, or goes on with after an earlier run."""
        progress = self.progress
        with read_session() as session:
            stopped_at = last_act(session, progress.first_entry)
            self.counts.update(progress.counts + counts_of_rows(session, progress.ended_at))
        if stopped_at is None:
            day = self.demand.begins
            open_horizon(by=self._by, now=self._at(day, time.min))
            return day
        if progress.ended_at is not None and progress.ended_at >= stopped_at:
            stopped_at = progress.ended_at
        day = self._course.today(stopped_at)
        self._take_up(day, stopped_at)
        if progress.day == day:  # what is left of its night happens with the next
            return day + DAY
        self._begin(day, stopped_at)
        return day

    def _take_up(self, day: date, stopped_at: datetime) -> None:
        """Note again what an earlier run knew: requests still to be asked, bookings, troubles."""
        with read_session() as session:
            pending = {(p.mrn, p.asked_at): p for p in pending_bookings(session, day)}
        add = self._course.calendar.add_working_days
        for wanted in _dates(add(day, -LONGEST_DELAY), add(day, LONGEST_LEAD)):
            for request in self._wanted_on(wanted):
                found = pending.pop((mrn_of(request.person), request.asked_at), None)
                if found is not None:
                    self._patients.take_up(request, found, stopped_at)
                elif request.asked_at > stopped_at or self._is_left(request, stopped_at):
                    self._asking.note(request)
        if pending:
            raise UnsoundError(f"Bookings that nobody asked for: {list(pending.values())[:5]}")
        self._responses.take_up(stopped_at)
        for trouble_day in _dates(day - 3 * DAY, day):
            if self._course.calendar.is_working(trouble_day):
                self._responses.note_day(trouble_day, stopped_at)

    def _is_left(self, request: YearRequest, stopped_at: datetime) -> bool:
        """Whether a request of the very instant at which the earlier run was stopped is still to be asked."""
        if request.asked_at != stopped_at:
            return False
        with read_session() as session:
            return not was_asked(session, stopped_at)

    def _at(self, day: date, local: time) -> datetime:
        return instant_of(day, local, clock.hospital_zone())


def _dates(first: date, last: date) -> list[date]:
    return [first + n * DAY for n in range((last - first).days + 1)]
