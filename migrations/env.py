"""How Alembic runs here: one transaction, foreign keys off on SQLite, guards made anew at the end."""

from alembic import context
from flask import current_app
from sqlalchemy import Connection

from tracker.db import db
from tracker.db_guards import install_guards


def run_migrations() -> None:
    """Bring the application's database to the wanted revision."""
    with db.engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:
            # Batch mode rebuilds tables: with foreign keys on, a rebuild would cascade or fail.
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.commit()
            connection = connection.execution_options(sqlite_begin="IMMEDIATE")  # noqa: PLW2901
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            render_as_batch=True,
            compare_type=True,
            include_object=_is_ours,
        )
        with context.begin_transaction():
            context.run_migrations()
            if connection.in_transaction() and _has_tables(connection):
                install_guards(connection)
        connection.commit()
        if sqlite:
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
            connection.exec_driver_sql("PRAGMA foreign_keys=ON")
            if broken:
                raise RuntimeError(f"broken foreign keys after migration: {broken[:5]}")


def _has_tables(connection: Connection) -> bool:
    return bool(db.inspect(connection).has_table("booking"))


def _is_ours(
    _object: object, name: str | None, kind: str, _reflected: bool, _other: object
) -> bool:
    # EXCLUDE constraints are kept by tracker.db_guards, and so are the indexes behind them
    return not (kind == "index" and name is not None and name.startswith("ex_"))


if context.is_offline_mode():
    raise SystemExit("migrations run online only")
if current_app:
    run_migrations()
