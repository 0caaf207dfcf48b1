"""Steps of a day in any order, while the clock goes on: after each of them every invariant holds.

What is offered can be booked, what the rule allows is accepted, what is refused has changed nothing.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.support.databases import Bench
from tests.support.department import DEPARTMENT, MONDAY, account_id, at
from tests.support.promises import promised
from tests.support.soundness import assert_sound, tables
from tracker.db import read_session
from tracker.domain.errors import DomainError
from tracker.queries.bookings import BookingDetails, booking_details
from tracker.queries.exams import ExamFilter, list_exams
from tracker.queries.minutes import added_reasons_at, reasons_at
from tracker.queries.openings import Wish, find_openings, patient_id_of
from tracker.queries.relocation import reasons_against
from tracker.services.booking import Booked, BookingOrder, book_exam
from tracker.services.changing import (
    Move,
    cancel_booking,
    check_in,
    mark_no_show,
    move_booking,
    return_patient,
)
from tracker.services.closures import Closing, close, lift
from tracker.services.examining import Start, finish, finish_and_start_next, start
from tracker.services.exams import void
from tracker.services.undoing import undo_step
from tracker.writes.placing import day_of

DEVICES = {5: "US05", 9: "US09"}  # both do contrast, whose patient is observed after it
device_codes = st.sampled_from(sorted(DEVICES.values()))
exam_types = st.sampled_from(["abdominal", "superficial", "contrast"])
streams = st.sampled_from(["outpatient", "cadre_ward", "medical_exam"])
patients = st.integers(1, 5).map("M{:05}".format)
parts = st.sampled_from([1, 1, 2, 7])
soon = st.integers(-5, 150)
any_of_them = st.integers(0, 99)


class DayOfTheDepartment(RuleBasedStateMachine):
    """Two machines, five patients, one morning and afternoon; Tuesday's reserves are not released yet."""

    bench: Bench  # set by the test below

    @initialize(day=st.sampled_from([0, 1]), begin=st.sampled_from([at(7, 50), at(11), at(16)]))
    def open(self, day: int, begin: datetime) -> None:
        self.bench.reset(DEPARTMENT)
        self.now, self.day = begin, day
        self.date = MONDAY + timedelta(days=day)
        self.desk, self.head = account_id("reception"), account_id("head")
        self.doctor = account_id("sonographer")
        self.bookings: list[int] = []
        self.closures: list[int] = []

    # --- helpers

    def do(self, step: Callable[[], object]) -> object | None:
        """Take a step; refused, it must have changed nothing; taken, it must break no promise."""
        rows, before = tables(), promised(self.now)
        try:
            result = step()
        except DomainError:
            assert tables() == rows
            return None
        for block, (demand, capacity) in promised(self.now).items():
            demand_before, capacity_before = before.get(block, (0, 0))
            if demand > demand_before and block in before:
                assert demand - capacity <= max(0, demand_before - capacity_before)
        return result or True

    def one_of(self, number: int) -> BookingDetails:
        with read_session() as session:
            return booking_details(session, self.bookings[number % len(self.bookings)])

    def minute(self, later: int) -> datetime:
        """A minute near now: on the day itself, else in the first hours of the day looked at."""
        near = self.now.replace(second=0, microsecond=0)
        return (near if self.day == 0 else at(8, day=self.day)) + timedelta(minutes=later)

    def wish(self, order: BookingOrder) -> Wish:
        with read_session() as session:
            patient_id = patient_id_of(session, order.patient)
        return Wish(
            order.exam_type,
            order.stream,
            self.date,
            self.date,
            parts=order.parts,
            device=order.device,
            patient_id=patient_id,
        )

    def book(self, order: BookingOrder) -> bool:
        booked = self.do(lambda: book_exam(order, by=self.desk, now=self.now))
        if isinstance(booked, Booked):
            self.bookings.append(booked.booking_id)
        return booked is not None

    # --- steps

    @rule(minutes=st.integers(1, 40), seconds=st.sampled_from([0, 0, 17]))
    def time_goes_on(self, minutes: int, seconds: int) -> None:
        self.now += timedelta(minutes=minutes, seconds=seconds)

    @rule(
        who=patients,
        what=exam_types,
        stream=streams,
        device=device_codes,
        n=parts,
        pick=any_of_them,
    )
    def take_what_is_offered(
        self, who: str, what: str, stream: str, device: str, n: int, pick: int
    ) -> None:
        order = BookingOrder(who, what, stream, device, self.now, n)
        with read_session() as session:
            offers = find_openings(session, self.wish(order), now=self.now).openings
        if offers:
            chosen = offers[pick % len(offers)]
            taken = BookingOrder(who, what, stream, DEVICES[chosen.device_id], chosen.start, n)
            assert self.book(taken), "offered, but not accepted"

    @rule(who=patients, what=exam_types, stream=streams, device=device_codes, n=parts, later=soon)
    def ask_for_a_minute(
        self, who: str, what: str, stream: str, device: str, n: int, later: int
    ) -> None:
        order = BookingOrder(who, what, stream, device, self.minute(later), n)
        with read_session() as session:
            reasons = reasons_at(session, self.wish(order), order.start, now=self.now)
        assert self.book(order) is (not reasons), reasons

    @rule(who=patients, what=exam_types, device=device_codes, later=soon)
    def add(self, who: str, what: str, device: str, later: int) -> None:
        order = BookingOrder(
            who, what, "outpatient", device, self.minute(later), added_reason="urgent"
        )
        with read_session() as session:
            reasons = added_reasons_at(
                session, self.wish(order), order.start, by=self.desk, now=self.now
            )
        assert self.book(order) is (not reasons), reasons

    @precondition(lambda self: self.bookings)
    @rule(number=any_of_them, device=device_codes, later=soon)
    def move(self, number: int, device: str, later: int) -> None:
        found, place = self.one_of(number), self.minute(later)
        with read_session() as session:
            reasons = reasons_against(session, found.id, device, place, now=self.now)
        done = self.do(
            lambda: move_booking(found.id, Move(device, place), by=self.desk, now=self.now)
        )
        movable = found.status in {"booked", "arrived", "no_show"}
        assert (done is not None) is (movable and not reasons), reasons

    @precondition(lambda self: self.bookings)
    @rule(number=any_of_them)
    def cancel(self, number: int) -> None:
        found = self.one_of(number)
        done = self.do(
            lambda: cancel_booking(found.id, reason="rang up", by=self.desk, now=self.now)
        )
        assert (done is not None) is (found.status in {"booked", "arrived", "in_progress"})

    @precondition(lambda self: self.bookings)
    @rule(number=any_of_them)
    def arrive(self, number: int) -> None:
        found = self.one_of(number)
        done = self.do(lambda: check_in(found.id, by=self.desk, now=self.now))
        is_its_day = found.local_date == day_of(self.now)
        assert (done is not None) is (found.status == "booked" and is_its_day)

    @precondition(lambda self: self.bookings)
    @rule(number=any_of_them, device=st.one_of(st.none(), device_codes))
    def begin(self, number: int, device: str | None) -> None:
        found = self.one_of(number)
        done = self.do(lambda: start(found.id, Start(device), by=self.doctor, now=self.now))
        assert done is None or found.status == "arrived"

    @precondition(lambda self: self.bookings)
    @rule(number=any_of_them, with_next=st.booleans())
    def end(self, number: int, with_next: bool) -> None:
        found = self.one_of(number)
        step = finish_and_start_next if with_next else finish
        done = self.do(lambda: step(found.id, by=self.doctor, now=self.now))  # type: ignore[operator]
        assert (done is not None) is (found.status == "in_progress")

    @precondition(lambda self: self.bookings)
    @rule(number=any_of_them)
    def take_back(self, number: int) -> None:
        found = self.one_of(number)
        done = self.do(lambda: undo_step(found.id, by=self.doctor, now=self.now, reason="mistake"))
        if found.status in {"arrived", "in_progress", "completed"}:
            assert done is not None
        assert done is None or found.status != "no_show"

    @precondition(lambda self: self.bookings)
    @rule(number=any_of_them)
    def void_an_exam(self, number: int) -> None:
        with read_session() as session:
            found = list_exams(session, ExamFilter(include_voided=True))
        if found:
            exam = found[number % len(found)]
            done = self.do(lambda: void(exam.id, reason="twice", by=self.head, now=self.now))
            assert (done is not None) is (not exam.is_voided)

    @precondition(lambda self: self.bookings)
    @rule(number=any_of_them)
    def nobody_came(self, number: int) -> None:
        found = self.one_of(number)
        done = self.do(lambda: mark_no_show(found.id, by=self.desk, now=self.now))
        has_begun = found.starts_at <= self.now
        assert (done is not None) is (found.status == "booked" and has_begun)

    @precondition(lambda self: self.bookings)
    @rule(number=any_of_them)
    def came_after_all(self, number: int) -> None:
        found = self.one_of(number)
        done = self.do(lambda: return_patient(found.id, by=self.desk, now=self.now))
        assert done is None or found.status == "no_show"

    @rule(
        device=st.one_of(st.none(), device_codes),
        later=soon,
        minutes=st.integers(1, 120),
        how=st.sampled_from(["move", "flag"]),
    )
    def shut(self, device: str | None, later: int, minutes: int, how: str) -> None:
        begin = self.minute(later)
        closing = Closing(device, begin, begin + timedelta(minutes=minutes), "broken", how)  # type: ignore[arg-type]
        closed = self.do(lambda: close(closing, by=self.head, now=self.now))
        if closed is not None:
            self.closures.append(closed.closure_id)  # type: ignore[attr-defined]

    @precondition(lambda self: self.closures)
    @rule(number=any_of_them)
    def reopen(self, number: int) -> None:
        closure_id = self.closures[number % len(self.closures)]
        assert self.do(lambda: lift(closure_id, by=self.head, now=self.now)) is not None

    # --- what holds after each of them

    @invariant()
    def everything_is_sound(self) -> None:
        if hasattr(self, "bookings"):
            assert_sound()


@pytest.mark.engines("sqlite")
@pytest.mark.usefixtures("app_context")
def test_steps_in_any_order(bench: Bench) -> None:
    _run(bench, examples=15, steps=30)


@pytest.mark.engines("postgresql")
@pytest.mark.usefixtures("app_context")
def test_steps_in_any_order_on_the_other_engine(bench: Bench) -> None:
    _run(bench, examples=4, steps=20)


def _run(bench: Bench, *, examples: int, steps: int) -> None:
    DayOfTheDepartment.bench = bench
    run_state_machine_as_test(
        DayOfTheDepartment,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
