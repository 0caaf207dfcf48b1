"""A bad Monday, minute by minute through the services: what happens when is here, what must hold in the test.

Patients come early, late or not at all; machines break; a doctor leaves; the network is gone for half an
hour and everything is written on paper; people click what they did not mean.
"""

import contextlib
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from multiprocessing.connection import Connection
from typing import Any

from sqlalchemy import insert, text

from tests.support.databases import Template, make_app
from tests.support.department import DEPARTMENT, MONDAY, account_id, at
from tests.support.soundness import instant
from tests.support.starting_data import SYSTEM
from tracker.db import db, read_session, transaction
from tracker.domain.errors import DomainError, NotBookableError
from tracker.domain.openings import Window
from tracker.models import Patient
from tracker.queries.openings import Days, Wish, find_openings
from tracker.queries.relocation import openings_elsewhere
from tracker.queries.settling import flagged_bookings
from tracker.services.booking import Booked, BookingOrder, book_exam
from tracker.services.changing import (
    Move,
    cancel_booking,
    check_in,
    mark_no_show,
    move_booking,
    return_patient,
)
from tracker.services.closures import Closing, close
from tracker.services.examining import finish, start
from tracker.services.exams import ExamEntry, enter_exams_later
from tracker.services.handing_over import RightPatient, hand_over
from tracker.services.taking_over import Takeover, take_over_machine
from tracker.services.undoing import undo_step
from tracker.services.walk_in import WalkIn, receive_walk_in

MINUTE = timedelta(minutes=1)
EXPECTED, LATE, WALK_INS, WRONG_CLICKS = 240, 40, 6, 20
CUT = (at(10), at(10, 30))
MIX = ["abdominal"] * 4 + ["superficial"] * 3 + ["vascular", "cardiac"]
STREAMS = ["outpatient"] * 3 + ["medical_exam"] * 2 + ["cadre_ward"]


def _fill() -> None:
    with transaction() as session:
        session.execute(
            insert(Patient),
            [
                {
                    "mrn": f"B{number:05}",
                    "name": f"来者{number}",
                    "sex": "female" if number % 2 else "male",
                    "birth_date": date(1940 + number % 60, 5, 4),
                    "created_at": at(0, day=-3),
                }
                for number in range(1, EXPECTED + LATE + WALK_INS + 60)
            ],
        )


BAD_DAY = Template("bad_day", _fill, base=DEPARTMENT)


def serve_until_killed(url: str, line: Connection) -> None:
    """A server process at work: it books patients for Tuesday and acknowledges each."""
    with make_app(url).app_context():
        desk = account_id("reception")
        for number in range(1, 41):
            place = at(13, 30 + 10 * (number // 10), day=1)
            device = f"US{1 + number % 10:02}"
            order = BookingOrder(f"M{number:05}", "abdominal", "outpatient", device, place)
            booked = book_exam(order, by=desk, now=at(11))
            assert isinstance(booked, Booked)
            line.send(booked.booking_id)


@dataclass
class Visit:
    """One patient's booking and when he really comes (None: he stays away)."""

    mrn: str
    booking_id: int
    starts_at: datetime
    comes_at: datetime | None
    is_late: bool = False
    was_here: bool = False


@dataclass
class BadDay:
    """The Monday; `tally` counts what happened, by word."""

    seed: int = 7
    visits: list[Visit] = field(default_factory=list)
    tally: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)
        self.desk, self.head = account_id("reception"), account_id("head")
        self.now = at(7)
        with db.engine.connect() as connection:
            self.codes = dict(map(tuple, connection.execute(text("SELECT id, code FROM device"))))

    # --- before the doors open

    def book_everybody(self) -> None:
        """Everybody has a time in some two hours of the day; the forty who come late have one too."""
        for number in range(1, EXPECTED + LATE + 1):
            hour = self.rng.choice([8, 9, 9, 10, 10, 10, 13, 14, 15])
            wish = Wish(
                self.rng.choice(MIX),
                self.rng.choice(STREAMS),
                MONDAY,
                MONDAY,
                window=Window(hour * 60, hour * 60 + 150),
                limit=1,
            )
            self._book(number, wish)

    def _book(self, number: int, wish: Wish) -> None:
        with read_session() as session:
            found = find_openings(session, wish, now=self.now).openings
        if not found:
            self.tally["not booked"] += 1
            return
        mrn, opening = f"B{number:05}", found[0]
        device = self.codes[opening.device_id]
        order = BookingOrder(mrn, wish.exam_type, wish.stream, device, opening.start)
        booked = book_exam(order, by=self.desk, now=self.now)
        assert isinstance(booked, Booked)
        is_late = number > EXPECTED
        minutes = self.rng.randint(20, 60) if is_late else self.rng.randint(-25, 4)
        comes = max(at(7, 30), opening.start + minutes * MINUTE)
        stays_away = not is_late and number % 17 == 0
        self.visits.append(
            Visit(mrn, booked.booking_id, opening.start, None if stays_away else comes, is_late)
        )

    # --- the day

    def run(self, events: dict[datetime, Callable[[], None]]) -> None:
        """Every minute from half past seven until nobody is expected any more."""
        for minute in range(7 * 60 + 30, 19 * 60):
            self.now = at(minute // 60, minute % 60)
            if CUT[0] <= self.now < CUT[1]:
                continue
            if self.now == CUT[1]:
                self._enter_paper()
            if self.now in events:
                events[self.now]()
            self._at_the_desk()
            self._at_the_machines()

    def _at_the_desk(self) -> None:
        for visit in self.visits:
            if visit.was_here:
                continue
            if visit.comes_at is not None and visit.comes_at <= self.now:
                visit.was_here = True
                self._receive(visit)
            elif visit.is_late and visit.starts_at + 15 * MINUTE <= self.now:
                self._give_away(visit)
        with read_session() as session:
            flagged = [row.id for row in flagged_bookings(session, since=MONDAY)]
        for booking_id in flagged:
            self._place_again(booking_id)

    def _give_away(self, visit: Visit) -> None:
        if self.status(visit.booking_id) == "booked":
            mark_no_show(visit.booking_id, by=self.desk, now=self.now)
            self.tally["given away"] += 1

    def _receive(self, visit: Visit) -> None:
        status = self.status(visit.booking_id)
        if status == "booked":
            check_in(visit.booking_id, by=self.desk, now=self.now)
        elif status == "no_show":
            try:
                return_patient(visit.booking_id, by=self.desk, now=self.now)
                self.tally["returned"] += 1
            except NotBookableError:
                self._squeeze_in(visit)

    def _squeeze_in(self, visit: Visit) -> None:
        row = self.row(visit.booking_id)
        for device in (self.codes[row["device_id"]], "US01", "US02", "US03"):
            order = BookingOrder(
                visit.mrn,
                row["exam_type"],
                row["stream"],
                device,
                self.now,
                added_reason="迟到",
                check_in=True,
            )
            try:
                added = book_exam(order, by=self.desk, now=self.now)
            except DomainError:
                continue
            assert isinstance(added, Booked)
            self.tally["squeezed in"] += 1
            return
        self.tally["sent home"] += 1

    def _place_again(self, booking_id: int) -> None:
        """A booking whose machine is gone: another time today, or the patient is told to come again."""
        days = Days(MONDAY, MONDAY, limit=1)
        with read_session() as session:
            found = openings_elsewhere(session, booking_id, days, now=self.now).openings
        if found:
            place = Move(self.codes[found[0].device_id], found[0].start)
            move_booking(booking_id, place, by=self.desk, now=self.now)
            self.tally["placed again"] += 1
        else:
            cancel_booking(booking_id, reason="设备故障", by=self.desk, now=self.now)
            self.tally["called off"] += 1

    def _at_the_machines(self) -> None:
        running, waiting = self.here()
        for device_id, row in running.items():
            planned = instant(row["ends_at"]) - instant(row["starts_at"])
            stretch = 0.7 + (row["id"] % 7) / 10
            if instant(row["started_at"]) + planned * stretch <= self.now:
                finish(row["id"], by=SYSTEM, now=self.now)
                waiting.setdefault(device_id, [])
        busy = set(self.here()[0])
        for device_id, rows in waiting.items():
            if rows and device_id not in busy and self.now >= at(8):
                start(rows[0]["id"], by=SYSTEM, now=self.now)

    # --- half an hour without a network

    def _enter_paper(self) -> None:
        """What was done on paper: of each machine the two who were next, whether they had been checked in or not."""
        running, waiting = self.here()
        coming = [each for each in self.visits if self._came_meanwhile(each)]
        for visit in coming:
            row = self.row(visit.booking_id)
            if row["status"] == "booked":
                waiting.setdefault(row["device_id"], []).append(row)
        entries = []
        for device_id, rows in waiting.items():
            begins = CUT[0] + (10 if device_id in running else 0) * MINUTE
            for row in sorted(rows, key=lambda row: row["starts_at"])[:2]:
                entries.append(self._on_paper(row, begins))
                begins += 10 * MINUTE
        enter_exams_later(entries, by=account_id("sonographer"), now=self.now)
        self.tally["on paper"] += len(entries)
        on_paper = {entry.patient for entry in entries}
        for visit in coming:
            visit.was_here = visit.mrn in on_paper

    def _came_meanwhile(self, visit: Visit) -> bool:
        return (
            not visit.was_here
            and visit.comes_at is not None
            and CUT[0] <= visit.comes_at < CUT[1] - 20 * MINUTE
        )

    def _on_paper(self, row: dict[str, Any], begins: datetime) -> ExamEntry:
        with db.engine.connect() as connection:
            operator = connection.execute(
                text("SELECT code FROM staff_member WHERE id = :id"), {"id": row["operator_id"]}
            ).scalar_one()
        return ExamEntry(
            patient=row["mrn"],
            exam_type=row["exam_type"],
            stream=row["stream"],
            device=self.codes[row["device_id"]],
            operator=operator,
            started_at=begins,
            ended_at=begins + 9 * MINUTE,
            reason="断网",
            booking=row["id"],
        )

    # --- what goes wrong

    def break_down(self, device: str, until: datetime, *, bookings: str) -> None:
        """A machine is gone; its bookings are moved, or all flagged for the desk."""
        closing = Closing(device, self.now, until, "故障", bookings)  # type: ignore[arg-type]
        closed = close(closing, by=self.head, now=self.now)
        self.tally["moved by a closure"] += len(closed.moved)
        self.tally["flagged by a closure"] += len(closed.flagged)

    def doctor_leaves(self, device: str) -> None:
        """Somebody who is at no machine at this hour takes it over."""
        with db.engine.connect() as connection:
            blocks = connection.execute(text("SELECT operator_id, starts_at, ends_at FROM block"))
            busy = {
                row.operator_id
                for row in blocks
                if instant(row.starts_at) <= self.now < instant(row.ends_at)
            }
            doctors = connection.execute(
                text("SELECT id, code FROM staff_member WHERE kind = 'doctor' ORDER BY id")
            )
            operator = next(row.code for row in doctors if row.id not in busy)
        takeover = Takeover(device, operator, "医生临时离开")
        take_over_machine(takeover, by=self.head, now=self.now)
        self.tally["taken over"] += 1

    def walk_in(self, number: int, device: str) -> None:
        """A patient from the ward stands at the machine."""
        order = WalkIn(
            patient=f"B{EXPECTED + LATE + number:05}",
            exam_type="abdominal",
            stream="cadre_ward",
            device=device,
            reason="急诊",
        )
        receive_walk_in(order, by=account_id("sonographer"), now=self.now)
        self.tally["walked in"] += 1

    def click_wrongly(self, kind: int) -> None:
        """One click that was not meant and its way back at once; another kind where this one has nobody."""
        wrong = (self._check_in_undone, self._start_undone, self._cancelled, self._wrong_patient)
        for turn in range(len(wrong)):
            with contextlib.suppress(DomainError):
                if wrong[(kind + turn) % len(wrong)]():
                    self.tally["wrong clicks"] += 1
                    return

    def _check_in_undone(self) -> bool:
        row = self._any("arrived")
        if row is None:
            return False
        undo_step(row["id"], by=self.desk, now=self.now)
        check_in(row["id"], by=self.desk, now=self.now)
        return True

    def _start_undone(self) -> bool:
        row = self._any("in_progress")
        if row is None:
            return False
        undo_step(row["id"], by=SYSTEM, now=self.now)
        start(row["id"], by=SYSTEM, now=self.now)
        return True

    def _cancelled(self) -> bool:
        row = self._any("booked")
        if row is None:
            return False
        cancel_booking(row["id"], reason="按错了", by=self.desk, now=self.now)
        undo_step(row["id"], by=self.desk, now=self.now)
        return True

    def _wrong_patient(self) -> bool:
        row = self._any("arrived")
        if row is None:
            return False
        stranger = RightPatient(f"B{EXPECTED + LATE + WALK_INS + 1:05}", "认错人")
        hand_over(row["id"], stranger, by=self.desk, now=self.now)
        hand_over(row["id"], RightPatient(row["mrn"], "改回来"), by=self.desk, now=self.now)
        return True

    # --- what stands in the rows

    def _any(self, status: str) -> dict[str, Any] | None:
        rows = [row for row in self.rows() if row["status"] == status]
        coming = [row for row in rows if instant(row["starts_at"]) > self.now + 5 * MINUTE]
        return self.rng.choice(coming or rows) if rows else None

    def status(self, booking_id: int) -> str:
        """The status of a booking."""
        return str(self.row(booking_id)["status"])

    def row(self, booking_id: int) -> dict[str, Any]:
        """A booking's row with its codes."""
        return next(row for row in self.rows("b.id = :id", id=booking_id))

    def here(self) -> tuple[dict[int, dict[str, Any]], dict[int, list[dict[str, Any]]]]:
        """Per device the exam that runs, and who waits in the order of the plan."""
        running: dict[int, dict[str, Any]] = {}
        waiting: dict[int, list[dict[str, Any]]] = {}
        for row in self.rows("b.status IN ('arrived', 'in_progress')"):
            if row["status"] == "in_progress":
                running[row["started_device_id"]] = row
            elif not row["is_flagged"]:
                waiting.setdefault(row["device_id"], []).append(row)
        return running, waiting

    def rows(self, where: str = "1 = 1", **values: object) -> list[dict[str, Any]]:
        """Bookings of the day by planned start."""
        statement = (
            "SELECT b.*, p.mrn, t.code AS exam_type, s.code AS stream FROM booking b "
            "JOIN patient p ON p.id = b.patient_id JOIN exam_type t ON t.id = b.exam_type_id "
            f"JOIN stream s ON s.id = b.stream_id WHERE {where} ORDER BY b.starts_at, b.id"
        )
        with db.engine.connect() as connection:
            return [dict(row._mapping) for row in connection.execute(text(statement), values)]
