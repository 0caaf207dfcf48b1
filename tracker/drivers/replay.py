"""A fortnight of requests through the services on a virtual clock: ask, book, come, examine, stay away.

Nothing is simulated beside the services; what this module adds is when things happen.
"""

import heapq
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Engine, event

from tracker import clock
from tracker.db import read_session
from tracker.domain.errors import DomainError, InvalidError
from tracker.domain.lifecycle import Status
from tracker.domain.patients import PatientFacts
from tracker.domain.supply import Opening
from tracker.domain.workcalendar import instant_of, local_date_of
from tracker.drivers.no_shows import mark_due_no_shows
from tracker.drivers.replay_rows import BrokenRow, Request
from tracker.queries.devices import devices
from tracker.queries.openings import Wish, find_openings
from tracker.queries.replay import Standing, known_patients, placed_requests, standing
from tracker.queries.streams import parts_of_day
from tracker.services.booking import Booked, BookingOrder, book_exam
from tracker.services.changing import check_in, return_patient
from tracker.services.examining import finish, start
from tracker.services.horizon import open_horizon
from tracker.services.patients import add_patient
from tracker.services.replay_progress import ReplayProgress, keep_progress

Act = Callable[[datetime], None]
KeyOfRequest = tuple[str, datetime, str]


@dataclass
class Cost:
    """What the bookings cost: statements and seconds of each search and booking together."""

    statements: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)


class Replay:
    """The virtual days: a heap of what happens when. Its state can be read back from the database."""

    def __init__(
        self,
        rows: list[Request | BrokenRow],
        progress: ReplayProgress,
        *,
        engine: Engine,
        by: int,
        keep: bool = True,
    ) -> None:
        self.by = by
        self.progress = progress
        self._keep = keep  # whether the progress is stored, so that another run can go on with it
        self.cost = Cost()
        self.asked = 0
        self.requests = [row for row in rows if isinstance(row, Request)]
        for row in rows:
            if isinstance(row, BrokenRow):
                progress.broken.setdefault(str(row.line), row.reason)
        self._events: list[tuple[datetime, int, Act]] = []
        self._order = itertools.count()
        self._waiting: dict[int, list[tuple[Standing, Request]]] = {}
        self._running: dict[int, int] = {}
        self._statements = 0
        event.listen(engine, "before_cursor_execute", self._count_statement)

    def _count_statement(self, *_: object) -> None:
        self._statements += 1

    def prepare(self, tell: Callable[[str], None]) -> None:
        """Open the horizon, put every request and every end of a half-day on the heap, or go on."""
        if not self.requests:
            return
        begin = min(request.requested_at for request in self.requests)
        last = max(request.latest for request in self.requests)
        tell(f"opening working hours through {last}")
        with clock.at(begin):
            open_horizon(by=self.by, now=begin, through=last)
        with read_session() as session:
            self._devices = {device.id: device.code for device in devices(session)}
            self._patients = known_patients(session)
            placed = placed_requests(session)
            ends = [part.ends for part in parts_of_day(session)]
        day = local_date_of(begin, clock.hospital_zone())
        while day <= last:
            for end in ends:
                self._at(instant_of(day, end, clock.hospital_zone()), self._end_of_half_day)
            day += timedelta(days=1)
        for request in self.requests:
            self._plan(request, placed)

    def _plan(self, request: Request, placed: dict[KeyOfRequest, Standing]) -> None:
        found = placed.get((request.mrn, request.requested_at, request.exam_type))
        if found is not None:
            self.asked += 1
            self._take_up(request, found)
        elif str(request.line) in self.progress.refused | self.progress.broken:
            self.asked += 1
        else:
            self._at(request.requested_at, lambda now: self._ask(request, now))

    def _take_up(self, request: Request, found: Standing) -> None:
        """Go on with a booking of an earlier run from the status it stands in."""
        status = Status(found.status)
        if status is Status.IN_PROGRESS and found.started_at is not None:
            device_id = found.started_device_id or found.device_id
            self._running[device_id] = found.booking_id
            end = found.started_at + _minutes(request.service_minutes)
            self._at(end, lambda now: self._finish(found.booking_id, device_id, now))
        elif status is Status.ARRIVED:
            self._wait(request, found, max(found.block_starts_at, found.starts_at))
        elif status in {Status.BOOKED, Status.NO_SHOW} and not request.stays_away:
            arrival = found.starts_at - _minutes(request.early_minutes)
            came = max(arrival, request.requested_at)
            self._at(came, lambda now: self._arrive(request, found.booking_id, now))

    def run(self, tell: Callable[[str], None], *, until: datetime | None = None) -> None:
        """Let everything happen in its order, up to `until` (None: all of it).

        May be interrupted at any moment and taken up again.
        """
        told = self.asked
        while self._events and (until is None or self._events[0][0] <= until):
            when, _, act = heapq.heappop(self._events)
            with clock.at(when):
                act(when)
            if self.asked >= told + 250:
                told = self.asked
                tell(
                    f"{self.asked} of {len(self.requests)} requests, virtual time {when:%d %b %H:%M}"
                )

    def _at(self, when: datetime, act: Act) -> None:
        heapq.heappush(self._events, (when, next(self._order), act))

    def _end_of_half_day(self, now: datetime) -> None:
        mark_due_no_shows(by=self.by, now=now)

    def _ask(self, request: Request, now: datetime) -> None:
        """A request at its own time: the first opening in its window is taken."""
        self.asked += 1
        try:
            patient_id = self._patients.get(request.mrn)
            before, began = self._statements, time.perf_counter()
            opening = self._first_opening(request, patient_id, now)
            searched = (self._statements - before, time.perf_counter() - began)
            if opening is None:
                return
            if patient_id is None:
                self._patients[request.mrn] = self._add_patient(request, now)
            before, began = self._statements, time.perf_counter()
            booked = book_exam(self._order_of(request, opening), by=self.by, now=now)
        except InvalidError as error:
            self.progress.broken[str(request.line)] = f"{error.field}: {error}"
            self._keep_progress(now)
            return
        assert isinstance(booked, Booked)  # nosec B101 - no idempotency key was sent
        self.cost.statements.append(searched[0] + self._statements - before)
        self.cost.seconds.append(searched[1] + time.perf_counter() - began)
        if not request.stays_away:
            came = max(now, opening.start - _minutes(request.early_minutes))
            self._at(came, lambda at: self._arrive(request, booked.booking_id, at))

    def _add_patient(self, request: Request, now: datetime) -> int:
        patient_id = add_patient(_patient(request), by=self.by, now=now)
        assert isinstance(patient_id, int)  # nosec B101 - no idempotency key was sent
        return patient_id

    def _first_opening(
        self, request: Request, patient_id: int | None, now: datetime
    ) -> Opening | None:
        wish = Wish(
            exam_type=request.exam_type,
            stream=request.stream,
            first=max(request.earliest, local_date_of(now, clock.hospital_zone())),
            last=request.latest,
            patient_id=patient_id,
            limit=1,
        )
        with read_session() as session:
            search = find_openings(session, wish, now=now)
        if search.openings:
            return search.openings[0]
        self.progress.refused[str(request.line)] = search.reasons[0].code
        self._keep_progress(now)
        return None

    def _keep_progress(self, now: datetime) -> None:
        if self._keep:
            keep_progress(self.progress, by=self.by, now=now)

    def _order_of(self, request: Request, opening: Opening) -> BookingOrder:
        return BookingOrder(
            patient=self._patients[request.mrn],
            exam_type=request.exam_type,
            stream=request.stream,
            device=self._devices[opening.device_id],
            start=opening.start,
        )

    def _arrive(self, request: Request, booking_id: int, now: datetime) -> None:
        with read_session() as session:
            found = standing(session, booking_id)
        try:
            if found.status == Status.NO_SHOW:  # came after the half-day was settled
                return_patient(booking_id, by=self.by, now=now)
            else:
                check_in(booking_id, by=self.by, now=now)
        except DomainError:  # nothing is left today: a no-show it stays
            return
        with read_session() as session:
            found = standing(session, booking_id)
        self._wait(request, found, max(now, found.block_starts_at))

    def _wait(self, request: Request, found: Standing, ready: datetime) -> None:
        self._waiting.setdefault(found.device_id, []).append((found, request))
        self._at(ready, lambda now: self._start_next(found.device_id, now))

    def _start_next(self, device_id: int, now: datetime) -> None:
        """The machine takes the next who is here and whose half-day has begun, if nobody is on it."""
        if device_id in self._running:
            return
        ready = [
            pair for pair in self._waiting.get(device_id, ()) if pair[0].block_starts_at <= now
        ]
        if not ready:
            return
        found, request = min(ready, key=lambda pair: (pair[0].starts_at, pair[0].booking_id))
        self._waiting[device_id].remove((found, request))
        start(found.booking_id, by=self.by, now=now)
        self._running[device_id] = found.booking_id
        end = now + _minutes(request.service_minutes)
        self._at(end, lambda at: self._finish(found.booking_id, device_id, at))

    def _finish(self, booking_id: int, device_id: int, now: datetime) -> None:
        finish(booking_id, by=self.by, now=now)
        del self._running[device_id]
        self._start_next(device_id, now)


def _minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def _patient(request: Request) -> PatientFacts:
    return PatientFacts(
        mrn=request.mrn,
        name=request.name,
        sex=request.sex,
        birth_date=request.birth_date,
    )
