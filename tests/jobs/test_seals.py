"""Seals over the audit: every entry under one seal, whoever writes meanwhile, and no change unnoticed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, insert, select, text

from tests.support.department import SYSTEM
from tests.support.worked_day import EVENING
from tracker.db import db, read_session, transaction
from tracker.jobs import work
from tracker.models import AuditEntry, AuditSeal
from tracker.queries.agreement import broken_seals
from tracker.services.upkeep import SEAL_AGE, seal_audit
from tracker.writes.audit import write_audit

pytestmark = pytest.mark.usefixtures("app_context")

LATER = EVENING + timedelta(hours=1)


def note(entity_id: object) -> None:
    with transaction() as session:
        write_audit(
            session, action="x", entity="x", entity_id=str(entity_id), by=SYSTEM, now=EVENING
        )


def sealed_and_written() -> tuple[int, int]:
    with read_session() as session:
        sealed = session.scalar(select(func.sum(AuditSeal.entries))) or 0
        return int(sealed), session.scalar(select(func.count()).select_from(AuditEntry)) or 0


def tamper(sql: str) -> None:
    """Change the audit as somebody with the keys to the database might."""
    with db.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("ALTER TABLE audit_entry DISABLE TRIGGER USER"))
        else:
            for verb in ("update", "delete"):
                connection.execute(text(f"DROP TRIGGER ro_audit_entry_{verb}"))
        connection.execute(text(sql))


def test_an_untouched_audit_holds() -> None:
    work.seal(LATER)
    sealed, written = sealed_and_written()
    assert sealed == written > 0
    assert work.check_seals(LATER) == ("done", "the seals of 45 days hold")


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE audit_entry SET by_id = 2 WHERE id = 3",
        "UPDATE audit_entry SET change = '{}' WHERE id = (SELECT min(id) FROM audit_entry WHERE entity = 'booking')",
        "DELETE FROM audit_entry WHERE id = (SELECT min(id) FROM audit_entry)",
    ],
    ids=["another_account", "another_change", "deleted"],
)
def test_a_change_breaks_the_seal(sql: str) -> None:
    tamper(sql)
    assert work.check_seals(LATER)[0] == "difference"
    with read_session() as session:
        assert broken_seals(session) == [1]


def test_a_seal_made_anew_breaks_the_next_one() -> None:
    note("after the first seal")
    assert seal_audit(now=LATER) == 1
    with db.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("ALTER TABLE audit_seal DISABLE TRIGGER USER"))
        else:
            connection.execute(text("DROP TRIGGER ro_audit_seal_update"))
        connection.execute(text("UPDATE audit_seal SET digest = 'forged' WHERE id = 1"))
    with read_session() as session:
        assert broken_seals(session) == [1, 2]


def test_the_check_of_the_latest_seals_stands_on_the_one_before() -> None:
    tamper("UPDATE audit_entry SET by_id = 2 WHERE id = 3")
    note("much later")
    much_later = EVENING + timedelta(days=60)
    assert seal_audit(now=much_later) == 1
    assert work.check_seals(much_later)[0] == "done"
    with read_session() as session:
        assert broken_seals(session) == [1]


def test_entries_are_sealed_when_no_open_transaction_can_precede_them() -> None:
    work.seal(LATER)
    note("new")
    assert seal_audit(now=EVENING + SEAL_AGE - timedelta(seconds=1)) == 0
    assert seal_audit(now=EVENING + SEAL_AGE) == 1


@pytest.mark.engines("postgresql")
def test_a_writer_that_commits_after_the_next_one_is_not_passed_over() -> None:
    work.seal(LATER)
    values = {"at": EVENING, "by_id": SYSTEM, "action": "x", "entity": "x", "change": {}}
    with db.engine.connect() as slow:
        slow.execute(insert(AuditEntry).values(entity_id="slow", **values))
        note("quick")  # has the higher number and is there first
        assert seal_audit(now=EVENING + timedelta(seconds=30)) == 0
        slow.commit()
    assert seal_audit(now=LATER) == 2
    with read_session() as session:
        assert broken_seals(session) == []


def test_entries_written_meanwhile_end_under_one_seal_each(app: Flask) -> None:
    def write(number: int) -> None:
        with app.app_context():
            for turn in range(8):
                note(f"{number}-{turn}")

    with ThreadPoolExecutor(4) as pool:
        writers = [pool.submit(write, number) for number in range(4)]
        while not all(writer.done() for writer in writers):
            seal_audit(now=EVENING + timedelta(seconds=30))
        for writer in writers:
            writer.result()
    work.seal(LATER)
    sealed, written = sealed_and_written()
    assert sealed == written
    with read_session() as session:
        assert broken_seals(session) == []
