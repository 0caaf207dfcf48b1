"""Rows in which nothing may ever change: neither UPDATE nor DELETE nor any way around them."""

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.exc import IntegrityError

from tests.db.rows import count, guard_named, history, refusal_of, write
from tracker.db import Base, db, transaction
from tracker.models import AuditEntry, AuditSeal, BookingHistory, ExamVersion

pytestmark = pytest.mark.usefixtures("app_context")

IMMUTABLE: dict[type[Base], dict[str, object]] = {
    AuditEntry: {"action": "nothing"},
    AuditSeal: {"digest": "f" * 64},
    BookingHistory: {"reason": "another"},
    ExamVersion: {"reason": "another"},
}


def guard_of(model: type[Base]) -> str:
    return f"ro_{model.__tablename__}"


def test_no_row_of_the_history_is_changed_or_deleted() -> None:
    write(*history())
    for model, values in IMMUTABLE.items():
        assert refusal_of(update(model).values(**values)) == guard_of(model)
        assert refusal_of(delete(model)) == guard_of(model)
        with db.engine.connect() as connection:
            assert count(connection, model) == 1


def test_rows_are_still_added_to_the_history() -> None:
    write(*history())
    write(*history()[4:5])
    with db.engine.connect() as connection:
        assert count(connection, AuditEntry) == 2


def test_an_insert_that_would_change_a_row_is_refused() -> None:
    write(*history())
    upsert = text(
        "INSERT INTO audit_seal (id, last_entry_id, entries, digest, sealed_at) "
        "SELECT id, last_entry_id, entries, 'forged', sealed_at FROM audit_seal WHERE 1 = 1 "
        "ON CONFLICT (id) DO UPDATE SET digest = 'forged'"
    )
    assert refusal_of(upsert) == "ro_audit_seal"


@pytest.mark.engines("sqlite")
def test_a_row_of_the_history_is_not_replaced() -> None:
    write(*history())
    replacement = "INSERT OR REPLACE INTO audit_entry SELECT id, at, by_id, 'forged', entity, entity_id, change FROM audit_entry"
    assert refusal_of(text(replacement)) == "ro_audit_entry"


@pytest.mark.engines("postgresql")
def test_the_history_is_not_emptied_at_a_stroke() -> None:
    write(*history())
    for model in IMMUTABLE:
        assert refusal_of(text(f"TRUNCATE {model.__tablename__} CASCADE")) == guard_of(model)
    assert refusal_of(text("TRUNCATE account CASCADE")) is not None


def test_a_transaction_that_touches_the_history_changes_nothing_else_either() -> None:
    def forge() -> None:
        with transaction() as session:
            session.execute(text("UPDATE booking SET version = 9"))
            session.execute(delete(BookingHistory))

    write(*history())
    with pytest.raises(IntegrityError) as refusal:
        forge()
    assert guard_named(refusal.value) == "ro_booking_history"
    with db.engine.connect() as connection:
        assert connection.scalar(text("SELECT version FROM booking")) == 1
