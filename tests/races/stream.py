"""What a process does until it is killed: book one time after the other, and say each id once it has it."""

from datetime import timedelta
from multiprocessing.connection import Connection

from tests.support.databases import make_app
from tests.support.department import account_id, at
from tracker.services.booking import Booked, BookingOrder, book_exam
from tracker.services.changing import check_in
from tracker.services.examining import finish, start

MINUTES = 10


def book_on_and_on(url: str, round_number: int, line: Connection) -> None:
    """Book, and examine every third patient, on each machine in turn; a word and an id per step done."""
    with make_app(url).app_context():
        desk, doctor = account_id("reception"), account_id("sonographer")
        for number in range(24 * 19):
            place = at(8, MINUTES * (number // 19), day=round_number)
            patient = f"M{1 + number % 19:05}"
            device = f"US{1 + number % 19:02}"
            order = BookingOrder(patient, "abdominal", "medical_exam", device, place)
            booked = book_exam(order, by=desk, now=at(8, day=round_number - 4))
            assert isinstance(booked, Booked)
            line.send(("booked", booked.booking_id))
            if number % 3 == 0:
                check_in(booked.booking_id, by=desk, now=place)
                start(booked.booking_id, by=doctor, now=place)
                finish(booked.booking_id, by=doctor, now=place + timedelta(minutes=MINUTES))
                line.send(("completed", booked.booking_id))
