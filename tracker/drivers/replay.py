"""A fortnight of requests through the services on a virtual clock: ask, book, come, examine, stay away.

Nothing is simulated beside the services; what this module adds is when things happen. What happens at
one instant has an order of its own, so that a run that was stopped goes on to the same end.
"""

import functools
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Engine

from tracker import clock
from tracker.db import read_session
from tracker.domain.errors import DomainError, InvalidError, NotBookableError, SlotTakenError
from tracker.domain.lifecycle import Status
from tracker.domain.patients import PatientFacts
from tracker.domain.supply import Opening
from tracker.domain.workcalendar import instant_of, local_date_of
from tracker.drivers.agenda import Agenda, Turn
from tracker.drivers.meter import Meter
from tracker.drivers.no_shows import mark_due_no_shows
from tracker.drivers.replay_rows import BrokenRow, Request
from tracker.drivers.rooms import Rooms
from tracker.queries.devices import devices
from tracker.queries.openings import Wish, find_openings
from tracker.queries.replay import (
    Standing,
    known_patients,
    last_step,
    placed_requests,
    standing,
)
from tracker.queries.streams import parts_of_day
from tracker.services.booking import Booked, BookingOrder, book_exam
from tracker.services.changing import check_in, return_patient
from tracker.services.horizon import open_horizon
from tracker.services.patients import add_patient
from tracker.services.run_progress import ReplayProgress, keep_progress

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
        self._agenda = Agenda()
        self._rooms = Rooms(self._agenda, by=by)
        self._stopped_at: datetime | None = None  # the last thing an earlier run did
        self._meter = Meter(engine)

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
            self._stopped_at = last_step(session)
            ends = [part.ends for part in parts_of_day(session)]
        day = local_date_of(begin, clock.hospital_zone())
        while day <= last:
            for end in ends:
                instant = instant_of(day, end, clock.hospital_zone())
                self._agenda.note(instant, Turn.HALF_DAY_ENDS, 0, self._end_of_half_day)
            day += timedelta(days=1)
        for request in self.requests:
            self._plan(request, placed)

    def _plan(self, request: Request, placed: dict[KeyOfRequest, list[Standing]]) -> None:
        found = placed.get((request.mrn, request.requested_at, request.exam_type))
        if found:
            self.asked += 1
            self._take_up(request, found.pop(0))
        elif str(request.line) in self.progress.refused | self.progress.broken:
            self.asked += 1
        else:
            act = functools.partial(self._ask, request)
            self._agenda.note(request.requested_at, Turn.ASK, request.line, act)

    def _take_up(self, request: Request, found: Standing) -> None:
        """Go on with a booking of an earlier run from the status it stands in."""
        status = Status(found.status)
        if status is Status.IN_PROGRESS and found.started_at is not None:
            device_id = found.started_device_id or found.device_id
            self._rooms.examine(request, found, device_id, found.started_at)
        elif status is Status.ARRIVED:
            self._rooms.wait(request, found, self._stopped_at or found.starts_at)
        elif status in {Status.BOOKED, Status.NO_SHOW}:
            self._expect(request, found.booking_id, found.starts_at, since=request.requested_at)

    def _expect(
        self, request: Request, booking_id: int, start: datetime, *, since: datetime
    ) -> None:
        """The patient will come, some minutes before the start and not before `since`, or stay away."""
        came = max(since, start - _minutes(request.early_minutes))
        if request.stays_away or (self._stopped_at is not None and came < self._stopped_at):
            return  # whoever came before the earlier run was stopped, came in vain
        self._agenda.note(
            came, Turn.ARRIVE, request.line, lambda now: self._arrive(request, booking_id, now)
        )

    def run(self, tell: Callable[[str], None], *, until: datetime | None = None) -> None:
        """Let everything happen in its order, up to `until` (None: all of it).

        May be interrupted at any moment and taken up again.
        """
        told = self.asked
        with self._meter.counting():
            for when in self._agenda.live_through(until):
                if self.asked >= told + 250:
                    told = self.asked
                    tell(
                        f"{told} of {len(self.requests)} requests, virtual time {when:%d %b %H:%M}"
                    )

    def _end_of_half_day(self, now: datetime) -> None:
        mark_due_no_shows(by=self.by, now=now)

    def _ask(self, request: Request, now: datetime) -> None:
        """A request at its own time: the first opening in its window is taken."""
        self.asked += 1
        try:
            patient_id = self._patients.get(request.mrn)
            before, began = self._meter.statements, time.perf_counter()
            opening = self._first_opening(request, patient_id, now)
            searched = (self._meter.statements - before, time.perf_counter() - began)
            if opening is None:
                return
            if patient_id is None:
                self._patients[request.mrn] = self._add_patient(request, now)
            before, began = self._meter.statements, time.perf_counter()
            booked = book_exam(self._order_of(request, opening), by=self.by, now=now)
        except InvalidError as error:
            self.progress.broken[str(request.line)] = f"{error.field}: {error}"
            self._keep_progress(now)
            return
        except (NotBookableError, SlotTakenError) as error:
            self._refuse(request, error.code, now)
            return
        assert isinstance(booked, Booked)  # no idempotency key was sent
        self.cost.statements.append(searched[0] + self._meter.statements - before)
        self.cost.seconds.append(searched[1] + time.perf_counter() - began)
        self._expect(request, booked.booking_id, opening.start, since=now)

    def _add_patient(self, request: Request, now: datetime) -> int:
        patient_id = add_patient(_patient(request), by=self.by, now=now)
        assert isinstance(patient_id, int)  # no idempotency key was sent
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
        self._refuse(request, search.reasons[0].code, now)
        return None

    def _refuse(self, request: Request, code: str, now: datetime) -> None:
        self.progress.refused[str(request.line)] = code
        self._keep_progress(now)

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
        self._rooms.wait(request, found, now)


def _minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def _patient(request: Request) -> PatientFacts:
    return PatientFacts(
        mrn=request.mrn,
        name=request.name,
        sex=request.sex,
        birth_date=request.birth_date,
    )
