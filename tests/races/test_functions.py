"""A machine that loses a function, or its service, while it is booked: no exam lands where it cannot be done."""

from dataclasses import replace
from threading import Thread

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.races.callers import Call
from tests.races.calls import answer_of, book, change_device, import_sheet
from tests.races.conftest import Race
from tests.support import catalogue
from tests.support.catalogue import values_of
from tests.support.department import MONDAY, account_id, at
from tests.support.soundness import count
from tracker.db import db, read_session, transaction
from tracker.domain.catalogue import DeviceValues, ExamTypeValues
from tracker.queries.openings import Wish, ask_for_patient
from tracker.queries.unsuited import unsuited_bookings
from tracker.services.booking import BookingOrder
from tracker.services.sheets import SheetLine, rehearse_import
from tracker.writes.booking_rows import Author
from tracker.writes.device_rows import update_device
from tracker.writes.exam_type_rows import update_exam_type
from tracker.writes.holding import lock_day_and_patient
from tracker.writes.occupancy import lock_device_days, lock_supply
from tracker.writes.placing import NewBooking, place_booking, place_of

LACKS = "InvalidError device_lacks_capability"
KEPT = "ConflictError conflict"
ORDER = BookingOrder("M00001", "contrast", "outpatient", "US05", at(9))


@pytest.fixture
def office(app_context: None) -> int:
    return account_id("admin")


def less(code: str, function: str) -> DeviceValues:
    """A machine without one of its functions."""
    row = catalogue.device(code)
    return values_of(row, DeviceValues, capabilities=row.capabilities - {function})


def more(code: str, function: str) -> ExamTypeValues:
    """An exam type that needs one more function."""
    row = catalogue.exam_type(code)
    return values_of(row, ExamTypeValues, capabilities=row.capabilities | {function})


def seven_bookings(by: int, device: str) -> list[Call]:
    """Of seven patients, one after the other, for what only this function makes possible."""
    return [
        (
            "book",
            (by, at(8), replace(ORDER, patient=f"M{n:05}", device=device, start=at(8, 30 * n))),
        )
        for n in range(1, 8)
    ]


def place_uncommitted(session: Session, by: int) -> None:
    wish = Wish("contrast", "outpatient", MONDAY, MONDAY, device="US05")
    asked = ask_for_patient(session, wish, "M00001")
    place = place_of(asked, "US05", at(9))
    day, asked = lock_day_and_patient(session, asked, place.key, now=at(8))
    place_booking(session, asked, day, NewBooking(1, at(9)), Author(by, at(8)))


def waits(caller: Thread) -> bool:
    """Whether the caller came to wait for somebody's lock, and did not go on."""
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    while caller.is_alive():
        with db.engine.connect() as connection:  # of its own: a transaction keeps what it saw first
            if connection.scalar(waiting):
                return True
        caller.join(timeout=0.05)
    return False


def nobody_is_stranded() -> bool:
    with read_session() as session:
        return unsuited_bookings(session, after=at(8)) == 0


def test_book_against_a_function_taken_away(race: Race, office: int) -> None:
    wanted = seven_bookings(office, "US05")
    change = (
        "change_device",
        (office, at(8), catalogue.device("US05").id, less("US05", "contrast")),
    )
    answers = race([*wanted[:3], change, *wanted[3:]])
    changed = answers.pop(3)
    assert {answer for answer in answers if not answer.startswith("ok")} <= {LACKS}
    assert changed in {"ok", KEPT}
    assert count("booking") == sum(answer.startswith("ok") for answer in answers)
    assert ("contrast" in catalogue.device("US05").capabilities) is (changed == KEPT)
    assert nobody_is_stranded()


def test_book_against_a_requirement_that_is_new(race: Race, office: int) -> None:
    wanted = seven_bookings(office, "US09")
    kind = catalogue.exam_type("contrast")
    change = ("change_exam_type", (office, at(8), kind.id, more("contrast", "elastography")))
    answers = race([*wanted[:3], change, *wanted[3:]])
    assert answers.pop(3) in {"ok", KEPT}
    assert {answer for answer in answers if not answer.startswith("ok")} <= {LACKS}
    assert nobody_is_stranded()


def test_book_against_a_machine_that_leaves(race: Race, office: int) -> None:
    wanted = seven_bookings(office, "US05")
    machine = catalogue.device("US05").id
    answers = race([*wanted[:3], ("retire_device", (office, at(8), machine)), *wanted[3:]])
    assert answers.pop(3) in {"ok", KEPT}
    assert not (catalogue.device("US05").is_retired and count("booking"))


@pytest.mark.engines("postgresql")
@pytest.mark.parametrize("what", ["function", "requirement"])
def test_a_booking_that_was_asked_for_before_and_placed_after_is_refused(
    app: Flask, office: int, what: str
) -> None:
    """It has read what the machine can do, and waits for the day that the change holds."""
    answers: list[str] = []

    def desk() -> None:
        with app.app_context():
            answers.append(answer_of(book, (office, at(8), ORDER)))

    machine, kind = catalogue.device("US05").id, catalogue.exam_type("contrast").id
    values, needs = less("US05", "contrast"), more("contrast", "volume")
    caller, author = Thread(target=desk), Author(office, at(8))
    with transaction() as session:
        lock_supply(session)
        if what == "function":
            update_device(session, machine, values, version=None, author=author)
        else:
            update_exam_type(session, kind, needs, version=None, author=author)
        caller.start()
        assert waits(caller)
    caller.join()
    assert answers == [LACKS]
    assert (count("booking"), nobody_is_stranded()) == (0, True)


@pytest.mark.engines("postgresql")
def test_a_function_is_not_taken_from_a_booking_that_is_not_committed_yet(
    app: Flask, office: int
) -> None:
    answers: list[str] = []
    machine, values = catalogue.device("US05").id, less("US05", "contrast")

    def change() -> None:
        with app.app_context():
            answers.append(answer_of(change_device, (office, at(8), machine, values)))

    caller = Thread(target=change)
    with transaction() as session:
        place_uncommitted(session, office)
        caller.start()
        assert waits(caller)
    caller.join()
    assert answers == [KEPT]
    assert "contrast" in catalogue.device("US05").capabilities


@pytest.mark.engines("postgresql")
def test_a_sheet_locks_its_machines_in_the_order_of_all_locks(app: Flask, office: int) -> None:
    """Whatever the order of its rows: while it waits for the first machine it holds none of the others."""
    functions = {code: less(code, "elastography").capabilities for code in ("US08", "US05")}
    rows = [{"code": c, "capabilities": ", ".join(sorted(f))} for c, f in functions.items()]
    sheet = {"devices": [SheetLine(n, cells) for n, cells in enumerate(rows, start=2)]}
    seen = rehearse_import("devices", sheet, by=office, now=at(8)).digest
    answers: list[str] = []

    def take_in() -> None:
        with app.app_context():
            answers.append(answer_of(import_sheet, (office, at(8), sheet, seen)))

    caller = Thread(target=take_in)
    first, other = ((catalogue.device(code).id, MONDAY) for code in ("US05", "US08"))
    with transaction() as session:
        lock_device_days(session, [first], now=at(8))
        caller.start()
        assert waits(caller)
        session.execute(text("SET LOCAL lock_timeout = '300ms'"))
        lock_device_days(session, [other], now=at(8))
    caller.join()
    assert answers == ["ok"]
    assert "elastography" not in catalogue.device("US08").capabilities
