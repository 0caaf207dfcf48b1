"""Soundness: every invariant that a simulated day is checked for can fail, alone and restricted to what was touched."""

import pytest
from sqlalchemy import text

from tests.support.databases import Template
from tests.support.department import DEPARTMENT, account_id, at
from tests.support.exam_room import book, running
from tracker.db import db, read_session, transaction
from tracker.queries.soundness import EVERYTHING, Touched, faults_of, last_history_id
from tracker.services.changing import Move, move_booking
from tracker.services.examining import finish

UNGUARDED = {
    "sqlite": (
        "DROP TRIGGER ex_booking_device_update",
        "DROP TRIGGER ex_booking_patient_update",
        "DROP TRIGGER ro_audit_entry_delete",
        "DROP TRIGGER ro_booking_history_delete",
        "DROP TRIGGER ro_booking_history_update",
    ),
    "postgresql": (
        "ALTER TABLE booking DROP CONSTRAINT ex_booking_device",
        "ALTER TABLE booking DROP CONSTRAINT ex_booking_patient",
        "ALTER TABLE audit_entry DISABLE TRIGGER ro_audit_entry",
        "ALTER TABLE booking_history DISABLE TRIGGER ro_booking_history",
    ),
}
ONE, OTHER, BESIDE = 1, 2, 5
"""Bookings: two in a row on one machine, one at the time of the first on another."""

DAMAGES = {
    "overlaps on a machine": (
        f"UPDATE booking SET starts_at = (SELECT starts_at FROM booking WHERE id = {ONE}) WHERE id = {OTHER}",
        "overlaps",
    ),
    "overlaps of a patient": (
        f"UPDATE booking SET patient_id = (SELECT patient_id FROM booking WHERE id = {ONE}) WHERE id = {BESIDE}",
        "overlaps",
    ),
    "a booking outside its block": (
        ("UPDATE block SET ends_at = (SELECT starts_at FROM booking WHERE id = 2) "
        "WHERE id = (SELECT block_id FROM booking WHERE id = 2)"),
        "blocks",
    ),
    "a status nobody noted": (f"UPDATE booking SET status = 'no_show' WHERE id = {OTHER}", "history"),
    "a step that is gone": (f"DELETE FROM booking_history WHERE booking_id = {OTHER}", "history"),
    "a version too many": (f"UPDATE booking SET version = version + 1 WHERE id = {OTHER}", "history"),
    "an audit entry that is gone": (
        f"DELETE FROM audit_entry WHERE entity = 'booking' AND entity_id = '{OTHER}'",
        "history",
    ),
    "an exam that is void": ("UPDATE exam SET voided_at = ended_at, void_reason = 'x'", "exams"),
    "an exam of a booking to come": (f"UPDATE exam SET booking_id = {ONE}", "exams"),
    "two exams in one room": (
        ("INSERT INTO exam (number, booking_id, patient_id, exam_type_id, parts, stream_id, device_id, "
        "operator_id, started_at, ended_at, local_date, minutes, points_hundredths, entered_later, "
        "entered_reason, version, logged_at, logged_by_id, void_reason) SELECT 'other', NULL, patient_id, "
        "exam_type_id, parts, stream_id, device_id, operator_id, started_at, ended_at, local_date, minutes, "
        "points_hundredths, entered_later, entered_reason, version, logged_at, logged_by_id, '' FROM exam"),
        "rooms",
    ),
    "a booking left held": (f"UPDATE booking SET is_held = TRUE WHERE id = {OTHER}", "held"),
    "minutes that nobody holds": ("UPDATE occupancy SET busy = 'ff0000000000000000'", "occupancy"),
    "a roll-up that miscounts": ("UPDATE exam_volume SET exams = exams + 1", "volume"),
}  # fmt: skip


@pytest.fixture
def template() -> Template:
    return DEPARTMENT


@pytest.fixture
def day(app_context: None) -> int:
    """A day with bookings that is sound; returns the step of history before its last bookings."""
    book(1, at(9))
    with read_session() as session:
        before = last_history_id(session)
    book(2, at(9, 10))
    done = running(3, at(8, 30), device="US08")
    finish(done, by=account_id("sonographer"), now=at(8, 40))
    later = book(4, at(10), device="US09")
    move_booking(later, Move("US09", at(9, day=1)), by=account_id("reception"), now=at(9))
    book(5, at(9), device="US10")
    assert faults() == {}
    with transaction() as session:
        for statement in UNGUARDED[db.engine.dialect.name]:
            session.execute(text(statement))
    return before


def faults(touched: Touched = EVERYTHING) -> dict[str, object]:
    with read_session() as session:
        return dict(faults_of(session, touched))


@pytest.mark.parametrize("damage", DAMAGES)
def test_every_damage_is_found(damage: str, day: int) -> None:
    statement, name = DAMAGES[damage]
    assert faults(Touched(day)) == {}
    with transaction() as session:
        session.execute(text(statement))
    assert name in faults()
    if damage != "a step that is gone":  # nothing is left then that says it was touched
        assert name in faults(Touched(day))


def test_what_was_not_touched_is_not_looked_at(day: int) -> None:
    with transaction() as session:
        session.execute(text(f"UPDATE booking SET version = 9 WHERE id = {ONE}"))
    assert faults(Touched(day)) == {}
    assert list(faults()) == ["history"]


def test_the_day_that_a_moved_booking_left_is_looked_at(day: int) -> None:
    moved_on = "UPDATE occupancy SET busy = '0' WHERE local_date = '2026-11-23' AND device_id = 9"
    with transaction() as session:
        session.execute(text("DELETE FROM booking_history WHERE booking_id <> 4"))
        session.execute(text(moved_on.replace("'0'", "'f0'")))
    assert "occupancy" in faults(Touched(day))
