"""Whether a database is sound after whatever happened, and what rows it holds.

The checks are the product's own (queries/soundness), which every virtual day of a simulated year passes too;
that each of them can fail is proven in tests/queries/test_soundness.py.
"""

from datetime import date

from sqlalchemy import text

from tracker.db import Base, db, read_session
from tracker.queries.soundness import Row, faults_of, instant

__all__ = ["Row", "assert_sound", "count", "instant", "tables"]


def tables() -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table: equal before and after a refusal."""
    with db.engine.connect() as connection:
        return {
            table.name: sorted(map(tuple, connection.execute(table.select())), key=repr)
            for table in Base.metadata.sorted_tables
        }


def assert_sound(*, day: date | None = None) -> None:
    """Fail, saying how, unless every invariant of bookings, exams and derived rows holds.

    Occupancy is compared on all opened days, or on one `day`.
    """
    with read_session() as session:
        broken = faults_of(session, day=day)
    assert not broken, broken


def count(table: str, where: str = "1 = 1") -> int:
    """How many rows of a table meet a condition."""
    with db.engine.connect() as connection:
        return int(
            connection.execute(text(f"SELECT count(*) FROM {table} WHERE {where}")).scalar_one()
        )
