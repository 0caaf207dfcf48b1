"""Going on with ids after rows were written under ids of their own: trial data, a restored database."""

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from tracker.db import Base


def continue_numbering(session: Session, model: type[Base]) -> None:
    """Let the next id be the one after the highest; SQLite does so by itself."""
    if session.get_bind().dialect.name != "postgresql":
        return
    table = model.__table__
    highest = session.scalar(select(func.max(table.c.id))) or 0
    session.execute(
        text("SELECT setval(pg_get_serial_sequence(:table, 'id'), :next, false)"),
        {"table": table.name, "next": highest + 1},  # type: ignore[attr-defined]
    )
