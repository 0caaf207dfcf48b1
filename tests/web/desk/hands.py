"""Bookings made and examined through the services, at any hour of the department's days; no page."""

from datetime import date, datetime

from flask import Flask

from tests.support.department import account_id, at
from tracker.domain.patients import PatientFacts
from tracker.queries import read_session
from tracker.queries.bookings import (
    BookingDetails,
    BookingFilter,
    booking_details,
    list_bookings,
)
from tracker.services import changing, examining
from tracker.services.booking import Booked, BookingOrder, book_exam
from tracker.services.closures import Closing, close
from tracker.services.patients import add_patient

EARLY = at(7, 30)


class Hands:
    """Everything is done by the sonographer, who may do it; `now` is 07:30 unless given."""

    def __init__(self, app: Flask) -> None:
        self.app = app

    def book(
        self, start: datetime, device: str = "US01", *, now: datetime = EARLY, **order: object
    ) -> int:
        """A booking's id: patient M00001, superficial, outpatient, unless `order` says otherwise."""
        plain = {"patient": "M00001", "exam_type": "superficial", "stream": "outpatient"}
        with self.app.app_context():
            wanted = BookingOrder(**{**plain, **order}, start=start, device=device)  # type: ignore[arg-type]
            booked = book_exam(wanted, by=account_id("sonographer"), now=now)
        assert isinstance(booked, Booked)
        return booked.booking_id

    def arrive(self, booking_id: int, now: datetime = EARLY) -> None:
        with self.app.app_context():
            changing.check_in(booking_id, by=account_id("sonographer"), now=now)

    def start(self, booking_id: int, now: datetime) -> None:
        with self.app.app_context():
            examining.start(booking_id, by=account_id("sonographer"), now=now)

    def finish(self, booking_id: int, now: datetime) -> None:
        with self.app.app_context():
            examining.finish(booking_id, by=account_id("sonographer"), now=now)

    def examine(self, booking_id: int, start: datetime, end: datetime) -> None:
        """Arrived, started and finished."""
        self.arrive(booking_id, start)
        self.start(booking_id, start)
        self.finish(booking_id, end)

    def close(self, device: str | None, start: datetime, end: datetime, now: datetime) -> None:
        with self.app.app_context():
            stretch = Closing(device, start, end, "维修", "flag")
            close(stretch, by=account_id("head"), now=now)

    def cancel(self, booking_id: int, reason: str = "患者要求", now: datetime = EARLY) -> None:
        with self.app.app_context():
            changing.cancel_booking(
                booking_id, reason=reason, by=account_id("sonographer"), now=now
            )

    def no_show(self, booking_id: int, now: datetime) -> None:
        with self.app.app_context():
            changing.mark_no_show(booking_id, by=account_id("sonographer"), now=now)

    def look(self, booking_id: int) -> BookingDetails:
        """The booking as it stands."""
        with self.app.app_context(), read_session() as session:
            return booking_details(session, booking_id)

    def add_patient(self, name: str = "王小明", **facts: object) -> int:
        """A patient's id; found by name, pinyin, initials, number and phone."""
        plain = {
            "sex": "male",
            "birth_date": date(1980, 2, 29),
            "phone": "13800000001",
            "mrn": None,
        }
        with self.app.app_context():
            wanted = PatientFacts(name=name, **{**plain, **facts})  # type: ignore[arg-type]
            added = add_patient(wanted, by=account_id("reception"), now=EARLY)
        assert isinstance(added, int)
        return added

    def bookings(self, patient_id: int) -> list[BookingDetails]:
        """Everything booked for a patient."""
        with self.app.app_context(), read_session() as session:
            return list_bookings(session, BookingFilter(patient_id=patient_id))
