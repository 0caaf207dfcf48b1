"""That guards stand: which are missing, how they come back, and what keeps them from standing."""

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from tests.db.rows import at, block, booking, refusal_of, write
from tracker.db import db, transaction
from tracker.db_guards import (
    GUARD_NAMES,
    broken_guards,
    guard_refusal,
    install_guards,
    missing_guards,
)
from tracker.domain.errors import ConflictError, DomainError, SlotTakenError

pytestmark = pytest.mark.usefixtures("app_context")


def drop(connection: Connection, name: str, table: str) -> None:
    """Take one guard away, as a careless migration would."""
    if connection.dialect.name == "sqlite":
        connection.execute(text(f"DROP TRIGGER {name}_update"))
    elif name.startswith("ex_"):
        connection.execute(text(f"ALTER TABLE {table} DROP CONSTRAINT {name}"))
    else:
        connection.execute(text(f"DROP TRIGGER {name} ON {table}"))


def missing() -> set[str]:
    with db.engine.connect() as connection:
        return {name.removesuffix("_update") for name in missing_guards(connection)}


def install() -> None:
    with db.engine.begin() as connection:
        install_guards(connection)


def table_of(guard: str) -> str:
    if guard.startswith("ro_"):
        return guard.removeprefix("ro_")
    return "booking" if "booking" in guard else "block"


def test_a_guard_that_is_gone_is_missed_and_comes_back() -> None:
    for name in GUARD_NAMES:
        with db.engine.begin() as connection:
            drop(connection, name, table_of(name))
        assert missing() == {name}
        install()
        assert missing() == set()


def test_guards_may_be_installed_any_number_of_times() -> None:
    install()
    install()
    write(booking())
    assert refusal_of(booking(patient_id=2)) == "ex_booking_device"


@pytest.mark.engines("sqlite")
def test_batch_mode_drops_the_guards_and_the_installation_brings_them_back() -> None:
    write(booking(), block(0, 60))
    with db.engine.connect() as connection:
        connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")
        operations = Operations(MigrationContext.configure(connection))
        for table in ("booking", "block", "audit_entry"):
            with operations.batch_alter_table(table, recreate="always"):
                pass
        connection.commit()
        gone = missing_guards(connection)
        connection.rollback()
        connection.connection.driver_connection.execute("PRAGMA foreign_keys=ON")
    assert {"ex_booking_device_insert", "ex_block_operator_update", "ro_audit_entry_delete"} <= gone
    install()
    assert missing() == set()
    assert refusal_of(booking(patient_id=2)) == "ex_booking_device"
    assert refusal_of(block(30, 90, device=2)) == "ex_block_operator"


@pytest.mark.engines("postgresql")
def test_a_trigger_that_is_switched_off_is_missing() -> None:
    with db.engine.begin() as connection:
        connection.execute(text("ALTER TABLE audit_entry DISABLE TRIGGER ro_audit_entry"))
    assert missing() == {"ro_audit_entry"}
    install()
    assert missing() == set()


@pytest.mark.engines("postgresql")
def test_the_guards_of_another_schema_do_not_count() -> None:
    with db.engine.connect() as connection:
        connection.execute(text("CREATE SCHEMA elsewhere"))
        connection.execute(text("SET LOCAL search_path TO elsewhere"))
        assert missing_guards(connection) == set(GUARD_NAMES)


def test_rows_that_overlap_keep_the_guards_from_standing() -> None:
    with db.engine.begin() as connection:
        drop(connection, "ex_booking_device", "booking")
        if connection.dialect.name == "sqlite":
            connection.execute(text("DROP TRIGGER ex_booking_device_insert"))
    write(booking(0, 500), booking(10, 20, patient_id=3, status="cancelled"))
    write(booking(400, 410, patient_id=2))
    with db.engine.connect() as connection:
        assert broken_guards(connection) == {"ex_booking_device"}
    with pytest.raises((RuntimeError, IntegrityError), match="ex_booking_device"):
        install()
    assert missing() != set()


def test_sound_rows_break_no_guard() -> None:
    write(booking(0, 30, device_ends_at=at(10)), booking(10, 20, patient_id=2))
    write(booking(0, 10, patient_id=3, is_added=True), booking(0, 30, status="no_show"))
    write(block(0, 60), block(60, 120), block(0, 60, device=2, operator=None))
    with db.engine.connect() as connection:
        assert broken_guards(connection) == set()


# --- what the caller is told -----------------------------------------------------------------------


def test_an_overlap_is_told_as_a_refusal_of_the_domain() -> None:
    write(booking(), block(0, 60))
    told: dict[str, DomainError] = {}
    for name, statement in {
        "device": booking(patient_id=2),
        "patient": booking(device_id=2),
        "block of the device": block(0, 10, operator=2),
        "block of the doctor": block(0, 10, device=2),
    }.items():
        with pytest.raises(DomainError) as refusal, transaction() as session:
            session.execute(statement)
        told[name] = refusal.value
    assert {name: (type(error), error.code) for name, error in told.items()} == {
        "device": (SlotTakenError, "slot_taken"),
        "patient": (SlotTakenError, "slot_taken"),
        "block of the device": (ConflictError, "conflict"),
        "block of the doctor": (ConflictError, "conflict"),
    }
    assert len({str(error) for error in told.values()}) == 4


def test_a_refusal_is_a_new_object_each_time() -> None:
    write(booking())
    caught = []
    for _ in range(2):
        with pytest.raises(SlotTakenError) as refusal, transaction() as session:
            session.execute(booking(patient_id=2))
        caught.append(refusal.value)
    assert caught[0] is not caught[1]


def test_any_other_broken_rule_is_not_called_an_overlap() -> None:
    with pytest.raises(IntegrityError) as refusal, transaction() as session:
        session.execute(booking(patient_id=999))
    assert guard_refusal(refusal.value) is None
