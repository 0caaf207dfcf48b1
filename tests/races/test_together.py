"""What stands in another's way by locks alone: a finish under a closure, a move under the job, all services at once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial
from threading import Thread

import pytest
from flask import Flask
from sqlalchemy import select, text

from tests.races.callers import Call
from tests.races.conftest import Race
from tests.races.test_changing import kinds
from tests.races.test_patients import known
from tests.support import catalogue
from tests.support.department import account_id, at
from tests.support.exam_room import arrived, book, booking, history, running
from tests.support.soundness import assert_sound, count
from tracker.db import db, read_session, transaction
from tracker.domain.patients import PatientFacts
from tracker.drivers.no_shows import mark_due_no_shows
from tracker.models import Block
from tracker.queries.staff import staff_members
from tracker.services.blocks import BlockValues, change_block
from tracker.services.booking import BookingOrder
from tracker.services.closures import Closing, close
from tracker.services.devices import retire_device
from tracker.services.examining import Start, start
from tracker.services.patients import add_patient
from tracker.services.staff import retire_staff_member
from tracker.writes.account_rows import lock_active_accounts
from tracker.writes.accounts import locked_account
from tracker.writes.booking_rows import Author, lock_booking
from tracker.writes.examining import Report, finish_exam
from tracker.writes.moving import move_to
from tracker.writes.occupancy import lock_device_days, rebuild_occupancy
from tracker.writes.placing import Place


@contextmanager
def beside(app: Flask, work: Callable[[], object]) -> Iterator[Callable[[], None]]:
    """Let `work` begin in a thread when the callable is called, within half a second; wait for its end.

    Raises what it raised.
    """
    faults: list[Exception] = []

    def run() -> None:
        try:
            with app.app_context():
                work()
        except Exception as fault:  # noqa: BLE001 - for the thread that waits
            faults.append(fault)

    thread = Thread(target=run)

    def begin() -> None:
        thread.start()
        thread.join(timeout=0.5)

    yield begin
    thread.join()
    if faults:
        raise faults[0]


@pytest.mark.engines("postgresql")
def test_an_exam_that_ends_while_its_machine_is_closed_is_not_flagged(
    app: Flask, app_context: None
) -> None:
    """It was taken over from another machine, whose day the closure does not lock."""
    head, doctor = account_id("head"), account_id("sonographer")
    booking_id = arrived(1, at(9), device="US08")
    start(booking_id, Start(device="US07"), by=doctor, now=at(9))
    shut = Closing("US07", at(9, 5), at(10), "broken", "flag")
    with beside(app, lambda: close(shut, by=head, now=at(9, 5))) as begin, transaction() as session:
        locked, days = lock_booking(session, booking_id, now=at(9, 5))
        finish_exam(session, locked, days, Report(), Author(doctor, at(9, 5)))
        begin()
    found = booking(booking_id)
    assert (found.status, found.is_flagged) == ("completed", False)
    assert history(booking_id)[-1].to_status == "completed"
    assert_sound()


@pytest.mark.engines("postgresql")
def test_who_is_moved_to_tomorrow_as_the_half_day_ends_is_expected_tomorrow(
    app: Flask, app_context: None
) -> None:
    desk = account_id("reception")
    booking_id = book(1, at(9))
    place = Place(catalogue.device("US08").id, at(9, day=1))
    marked: list[int] = []
    job = lambda: marked.append(mark_due_no_shows(by=desk, now=at(12)))  # noqa: E731
    with beside(app, job) as begin, transaction() as session:
        locked, days = lock_booking(session, booking_id, now=at(12), also=[place.key])
        move_to(session, locked, days, place, Author(desk, at(12)))
        begin()
    found = booking(booking_id)
    assert (marked, found.status, found.starts_at) == ([0], "booked", at(9, day=1))


@pytest.mark.engines("postgresql")
def test_days_are_made_anew_without_locking_those_between(app: Flask, app_context: None) -> None:
    """They are locked in one order, and no other is locked after them: a move holds one of them already."""
    first, last = (catalogue.device(code).id for code in ("US11", "US18"))
    tuesday, wednesday, friday = (at(0, day=n).date() for n in (1, 2, 4))
    keys = [(first, tuesday), (last, friday)]

    def make_anew() -> None:
        with transaction() as session:
            lock_device_days(session, keys, now=at(8))
            rebuild_occupancy(session, keys)

    with beside(app, make_anew) as begin, transaction() as session:
        lock_device_days(session, [(first, wednesday)], now=at(8))
        begin()
        session.execute(text("SET LOCAL lock_timeout = '300ms'"))
        lock_device_days(session, [(last, friday)], now=at(8))


@pytest.mark.engines("postgresql")
@pytest.mark.parametrize("table", ["staff_member", "device", "block"])
def test_a_booking_that_holds_its_day_is_not_stopped_by_who_waits_for_it(
    table: str, app: Flask, app_context: None
) -> None:
    """Its row refers to doctor, machine and block: whoever changes these and waits for the day would hold them."""
    with read_session() as session:
        found = session.scalars(
            select(Block)
            .where(Block.operator_id.is_not(None), Block.starts_at >= at(0, day=1))
            .order_by(Block.id)
        ).first()
    assert found is not None
    ids = {"staff_member": found.operator_id, "device": found.device_id, "block": found.id}
    with beside(app, partial(CHANGES[table], ids[table])) as begin, transaction() as session:
        lock_device_days(session, [(found.device_id, found.local_date)], now=at(8))
        begin()
        session.execute(text("SET LOCAL lock_timeout = '300ms'"))
        # what the insert of a booking does for each row that it refers to
        session.execute(text(f"SELECT id FROM {table} WHERE id = {ids[table]} FOR KEY SHARE"))
    assert_sound()


def _retire_person(staff_member_id: int) -> None:
    retire_staff_member(staff_member_id, by=account_id("head"), now=at(8))


def _retire_device(device_id: int) -> None:
    retire_device(device_id, by=account_id("head"), now=at(8))


def _change_block(block_id: int) -> None:
    values = BlockValues(operator=None, exam_types=frozenset({"abdominal"}))
    change_block(block_id, values, by=account_id("head"), now=at(8))


CHANGES: dict[str, Callable[[int], None]] = {
    "staff_member": _retire_person,
    "device": _retire_device,
    "block": _change_block,
}


def test_what_changes_many_rows_and_what_changes_one_stand_in_nobodys_way(
    race: Race, app_context: None
) -> None:
    """Everybody meets on two machines and two patients; each call succeeds or is refused in words."""
    head, desk = account_id("head"), account_id("reception")
    added = add_patient(PatientFacts("王小明", "male", date(1980, 2, 29)), by=desk, now=at(7))
    assert isinstance(added, int)
    with read_session() as session:
        leaving = next(each.id for each in staff_members(session) if each.code == "D24")
    on_us11 = [book(n, at(9, 10 * n), device="US11") for n in range(1, 5)]
    on_us07 = [book(n, at(10, 10 * n), device="US07") for n in range(1, 5)]
    under_way = running(5, at(8, 30), device="US11")
    orders = [
        BookingOrder(added, "abdominal", "outpatient", device, at(11, 10 * n))
        for n, device in enumerate(("US11", "US07", "US08"))
    ]
    now = at(8, 40)
    wanted: list[Call] = [
        *[("book", (desk, now, order)) for order in orders],
        ("take_over", (head, now, "US11", "D01")),
        ("retire_person", (head, now, leaving)),
        ("close", (head, now, Closing("US11", at(9), at(9, 30), "broken", "move"))),
        ("close", (head, now, Closing(None, at(10), at(10, 20), "fire drill", "flag"))),
        ("merge", (desk, now, added, known("M00001"))),
        ("hand_over", (desk, now, on_us11[1], "M00009")),
        ("hand_over", (desk, now, on_us07[1], "M00001")),
        ("move", (desk, now, on_us07[2], "US11", at(11, 40))),
        ("cancel", (desk, now, on_us11[2])),
        ("finish", (account_id("sonographer"), now, under_way)),
    ]
    answers = race(wanted)
    raw = [answer for answer in answers if answer.startswith(("RAW", "StaleError"))]
    assert (raw, "" in answers) == ([], False)
    # nothing of what the others do refuses these: take over, retire, both closures, cancel, finish
    assert kinds([*answers[3:7], *answers[-2:]]) == {"ok": 6}
    assert count("booking", f"patient_id = {added}") in {0, kinds(answers[:3])["ok"]}
    other = (
        "status IN ('booked', 'arrived') AND EXISTS (SELECT 1 FROM block WHERE block.id = block_id"
        " AND coalesce(block.operator_id, 0) <> coalesce(booking.operator_id, 0))"
    )
    assert count("booking", other) == 0


@pytest.mark.engines("postgresql")
def test_people_book_while_accounts_are_changed(app_context: None) -> None:
    """A booking refers to who made it, which takes a share of the account's key."""
    desk = account_id("reception")
    referring = text("SELECT id FROM account WHERE id = :id FOR KEY SHARE NOWAIT")
    with transaction() as session, db.engine.connect() as booking_desk:
        session.execute(text("SET LOCAL lock_timeout = '2s'"))
        lock_active_accounts(session)
        assert booking_desk.execute(referring, {"id": desk}).scalar_one() == desk
        locked_account(session, desk)
        assert booking_desk.execute(referring, {"id": desk}).scalar_one() == desk
