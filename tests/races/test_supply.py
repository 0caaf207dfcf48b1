"""Closures and new days against bookings: no booking is stranded, whoever was first."""

from collections import Counter
from datetime import datetime, timedelta
from threading import Thread

import pytest
from flask import Flask
from sqlalchemy import text

from tests.races.callers import Call
from tests.races.conftest import Race
from tests.support import catalogue
from tests.support.department import MONDAY, at
from tests.support.exam_room import book
from tests.support.soundness import count, instant
from tracker.db import db, read_session, transaction
from tracker.domain.errors import NotBookableError
from tracker.models import Closure
from tracker.queries.occupancy_derived import differing_days, opened_keys
from tracker.services.booking import BookingOrder
from tracker.services.closures import Closing, close
from tracker.writes.occupancy import lock_device_days, lock_supply

TAKEN = "SlotTakenError slot_taken"
NOT_BOOKABLE = "NotBookableError not_bookable"


def closing(device: str | None, start: datetime, end: datetime, bookings: str = "move") -> Closing:
    return Closing(device, start, end, "broken", bookings)  # type: ignore[arg-type]


def booking(by: int, patient: int, device: str, start: datetime) -> Call:
    order = BookingOrder(f"M{patient:05}", "abdominal", "outpatient", device, start)
    return "book", (by, at(8), order)


def stranded() -> list[int]:
    """Bookings to come that stand in a closed stretch without a flag."""
    with db.engine.connect() as connection:
        closures = connection.execute(
            text("SELECT device_id, starts_at, ends_at FROM closure WHERE lifted_at IS NULL")
        ).all()
        bookings = connection.execute(
            text(
                "SELECT id, device_id, starts_at, ends_at FROM booking WHERE NOT is_flagged "
                "AND status IN ('booked', 'arrived', 'in_progress')"
            )
        ).all()
    return [
        row.id
        for row in bookings
        for shut in closures
        if shut.device_id in {None, row.device_id}
        and instant(row.starts_at) < instant(shut.ends_at)
        and instant(shut.starts_at) < instant(row.ends_at)
    ]


def kinds(answers: list[str]) -> Counter[str]:
    """How often each came of it."""
    return Counter("ok" if answer.startswith("ok") else answer for answer in answers)


@pytest.mark.parametrize("bookings", ["move", "flag"])
def test_book_against_close(bookings: str, race: Race, head: int) -> None:
    wanted: list[Call] = [booking(head, n, "US07", at(9, 10 * n)) for n in range(1, 13)]
    wanted.insert(4, ("close", (head, at(8), closing("US07", at(9), at(10, 30), bookings))))
    answers = race(wanted)
    assert answers.pop(4).startswith("ok")
    # who was first was moved to another machine or flagged, who came later was refused
    assert set(kinds(answers)) <= {"ok", NOT_BOOKABLE, TAKEN}
    assert kinds(answers)["ok"] == count("booking")
    assert stranded() == []


def test_move_against_close(race: Race, head: int) -> None:
    ids = [book(n, at(9, 10 * n), device="US07") for n in range(1, 9)]
    wanted: list[Call] = [
        ("move", (head, at(8), each, "US08", at(9, 10 * n))) for n, each in enumerate(ids)
    ]
    wanted.append(("close", (head, at(8), closing("US08", at(9), at(10, 10)))))
    wanted.append(("close", (head, at(8), closing("US07", at(9), at(9, 45)))))
    found = kinds(race(wanted))
    assert set(found) <= {"ok", NOT_BOOKABLE, TAKEN, "StaleError stale"}
    assert count("closure") == 2
    assert stranded() == []


def test_the_machine_that_takes_them_in_is_closed_too(race: Race, head: int) -> None:
    for number, device in enumerate(["US05", "US09", "US14", "US20"] * 2, start=1):
        book(number, at(9 + (number > 4)), device=device, exam_type="contrast")
    wanted: list[Call] = [
        ("close", (head, at(8), closing(device, at(8, 30), at(11))))
        for device in ("US05", "US09", "US14", "US20")
    ]
    assert kinds(race(wanted)) == {"ok": 4}
    assert stranded() == []
    assert count("booking", "status = 'booked'") == 8


def test_close_against_lift(race: Race, head: int) -> None:
    for number in range(1, 5):
        book(number, at(9, 10 * number), device="US07")
    first = close(closing("US07", at(9), at(10), "flag"), by=head, now=at(8)).closure_id
    wanted: list[Call] = [
        ("lift", (head, at(8), first)),
        ("close", (head, at(8), closing("US07", at(9, 20), at(11), "flag"))),
        ("lift", (head, at(8), first)),
    ]
    assert kinds(race(wanted)) == {"ok": 3}
    assert stranded() == []
    assert count("booking", "is_flagged") == 3  # 9:20 to 9:50 are closed still


def test_a_day_that_is_opened_while_it_is_closed_is_closed(race: Race, head: int) -> None:
    monday = 7  # the next one: it is not opened yet
    wanted: list[Call] = [
        ("open_days", (head, at(8), at(12, day=monday))),
        ("close", (head, at(8), closing(None, at(0, day=monday), at(24, day=monday)))),
        ("open_days", (head, at(8), at(12, day=monday))),
        ("close", (head, at(8), closing("US07", at(9, day=monday), at(10, day=monday)))),
    ]
    assert kinds(race(wanted)) == {"ok": 4}
    with pytest.raises(NotBookableError) as refusal:
        book(1, at(9, day=monday), device="US08")
    assert "closed" in {reason.code for reason in refusal.value.reasons}


@pytest.mark.engines("postgresql")
def test_a_day_that_is_made_while_it_is_closed_is_closed(app: Flask, head: int) -> None:
    """A start on a machine that has no row today makes one; the closure at that moment is not committed yet."""
    saturday = MONDAY + timedelta(days=5)
    key = (catalogue.device("US07").id, saturday)

    def make() -> None:
        with app.app_context(), transaction() as session:
            lock_device_days(session, [key], now=at(8, day=5))

    maker = Thread(target=make)
    with transaction() as session:
        lock_supply(session)
        assert opened_keys(session, saturday, saturday) == []
        shut = {"starts_at": at(9, day=5), "ends_at": at(10, day=5), "reason": "broken"}
        session.add(Closure(device_id=key[0], **shut, created_at=at(8, day=5), created_by_id=head))
        session.flush()
        maker.start()
        maker.join(timeout=0.5)
    maker.join()
    with read_session() as session:
        assert differing_days(session, saturday, saturday) == []
        assert opened_keys(session, saturday, saturday) == [key]
