"""Asking in a simulated year: a request is searched and booked or refused, a patient without one is received."""

import functools
from datetime import datetime

from tracker.db import read_session
from tracker.domain.errors import ConflictError, NotBookableError, SlotTakenError
from tracker.domain.supply import Opening
from tracker.drivers.agenda import Turn
from tracker.drivers.trial_people import mrn_of
from tracker.drivers.year_course import Course, UnsoundError
from tracker.drivers.year_demand import YearRequest
from tracker.drivers.year_patients import Patients
from tracker.queries.simulation import Shift, kept_searches, patient_id_of_mrn
from tracker.services.booking import Booked, BookingOrder, book_exam
from tracker.services.patients import add_patient
from tracker.services.run_progress import keep_progress
from tracker.services.unmet_demand import LeftSearch, note_unmet_demand
from tracker.services.walk_in import WalkIn, receive_walk_in


class Asking:
    """The desk to which requests come; what becomes of a booking is its patient's matter."""

    def __init__(self, course: Course, patients: Patients) -> None:
        self._course = course
        self._patients = patients

    def note(self, request: YearRequest) -> None:
        """The request is asked at its instant."""
        act = functools.partial(self._receive if request.is_walk_in else self._ask, request)
        self._course.agenda.note(request.asked_at, Turn.ASK, request.line, act)

    def _ask(self, request: YearRequest, now: datetime) -> None:
        """The first opening in the window is taken."""
        course = self._course
        search, patient_id = course.search(request, (request.first, request.last), now)
        if not search.openings:
            self._refuse(request, search.reasons[0].code, now)
            return
        opening = search.openings[0]
        booked = self._book(request, opening, patient_id, now)
        course.counts[f"booked|{request.stream}"] += 1
        self._patients.expect(request, booked, opening.start)

    def _book(
        self, request: YearRequest, opening: Opening, patient_id: int | None, now: datetime
    ) -> int:
        order = BookingOrder(
            patient=self._added(request, now) if patient_id is None else patient_id,
            exam_type=request.exam_type,
            stream=request.stream,
            device=self._course.codes[opening.device_id],
            start=opening.start,
        )
        try:
            booked = book_exam(order, by=self._course.by, now=now)
        except (NotBookableError, SlotTakenError) as error:
            raise UnsoundError(f"{order} was offered at {now} and refused: {error}") from error
        assert isinstance(booked, Booked)  # no idempotency key was sent
        return booked.booking_id

    def _added(self, request: YearRequest, now: datetime) -> int:
        facts = self._course.demand.facts_of(request.person)
        patient_id = add_patient(facts, by=self._course.by, now=now)
        assert isinstance(patient_id, int)  # no idempotency key was sent
        return patient_id

    def _refuse(self, request: YearRequest, code: str, now: datetime) -> None:
        """First why, then that: stopped between the two, a run asks and writes both again.

        What the desk has kept within the same minute it keeps once, as for people.
        """
        course = self._course
        course.progress.refused[str(request.line)] = code
        keep_progress(course.progress, by=course.by, now=now)
        left = LeftSearch(
            exam_type=request.exam_type,
            stream=request.stream,
            first=request.first,
            last=request.last,
            reason="none_free",
        )
        before = self._kept()
        note_unmet_demand(left, by=course.by, now=now)
        if self._kept() > before:
            course.counts["refused"] += 1
        else:
            del course.progress.refused[str(request.line)]
            keep_progress(course.progress, by=course.by, now=now)

    def _kept(self) -> int:
        with read_session() as session:
            return kept_searches(session)

    def _receive(self, request: YearRequest, now: datetime) -> None:
        """A patient stands at a machine, and is examined at once or added to those who wait."""
        shift = self._machine_for(request, now)
        if shift is None:
            self._refuse(request, "nobody_works", now)
            return
        with read_session() as session:
            known = patient_id_of_mrn(session, mrn_of(request.person))
        order = WalkIn(
            patient=self._added(request, now) if known is None else known,
            exam_type=request.exam_type,
            stream=request.stream,
            device=shift.device,
            reason="came without a booking",
        )
        try:
            received = receive_walk_in(order, by=self._course.by, now=now)
        except NotBookableError as error:
            self._refuse(request, error.reasons[0].code, now)
            return
        except ConflictError as error:
            self._refuse(request, error.code, now)
            return
        self._course.counts[f"booked|{request.stream}"] += 1
        self._patients.admit(request, received.booking_id, now, is_started=received.is_started)

    def _machine_for(self, request: YearRequest, now: datetime) -> Shift | None:
        """One that is idle, else where fewest wait; None when no machine is at work that could."""
        rooms = self._course.rooms
        working = [
            shift
            for shift in self._course.shifts
            if shift.starts_at <= now < shift.ends_at
            and request.exam_type in shift.exam_types
            and rooms.closed_until(shift.device_id, now) is None
        ]
        return min(
            working,
            key=lambda s: (s.device_id in rooms.running, len(rooms.waiting[s.device_id]), s.device),
            default=None,
        )
