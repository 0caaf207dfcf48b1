"""The audit as a list: a day is found by index on both engines, however much has happened since."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, text
from sqlalchemy.dialects import postgresql, sqlite

from tests.support.databases import Template
from tests.support.department import DEPARTMENT, MONDAY, SYSTEM, at
from tracker.db import db, transaction
from tracker.models import AuditEntry
from tracker.queries.audit import AuditFilter, entries_newest_first

pytestmark = pytest.mark.usefixtures("app_context")
DAYS, A_DAY = 250, 40


@pytest.fixture
def template() -> Template:
    return DEPARTMENT


def test_a_day_is_found_by_index() -> None:
    plain = {"by_id": SYSTEM, "action": "change", "entity": "target", "entity_id": "1"}
    rows = [
        {**plain, "at": at(0, day=day) + timedelta(minutes=number), "change": {}}
        for day in range(DAYS)
        for number in range(A_DAY)
    ]
    with transaction() as session:
        session.execute(insert(AuditEntry), rows)
        session.execute(text("ANALYZE audit_entry"))
    chosen = AuditFilter(local_date=MONDAY + timedelta(days=7))
    dialect = postgresql.dialect() if db.engine.dialect.name == "postgresql" else sqlite.dialect()
    statement = entries_newest_first(chosen, before_id=None).limit(101)
    sql = statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    explain = "EXPLAIN" if dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
    with db.engine.connect() as connection:
        plan = "\n".join(str(row) for row in connection.exec_driver_sql(f"{explain} {sql}"))
    assert "ix_audit_entry_at" in plan, plan
