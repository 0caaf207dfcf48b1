"""How Alembic runs here: one transaction, foreign keys off on SQLite, guards made anew at the end."""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import context
from flask import current_app
from sqlalchemy import Connection

from tracker.db import db
from tracker.db_guards import install_guards


def run_migrations() -> None:
    """Bring the application's database to the wanted revision, or change nothing."""
    with db.engine.connect() as connection, _foreign_keys_off(connection):
        context.configure(
            connection=connection.execution_options(sqlite_begin="IMMEDIATE"),
            target_metadata=db.metadata,
            render_as_batch=True,
            compare_type=True,
            include_object=_is_ours,
            transactional_ddl=True,  # true of SQLite too, since we issue its BEGIN ourselves
        )
        with context.begin_transaction():
            context.run_migrations()
            if db.inspect(connection).has_table("booking"):
                install_guards(connection)
            _refuse_broken_keys(connection)


@contextmanager
def _foreign_keys_off(connection: Connection) -> Iterator[None]:
    """Batch mode rebuilds SQLite's tables: with foreign keys on, a rebuild would cascade or fail.

    SQLite ignores this setting inside a transaction, hence the driver's own connection.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def _refuse_broken_keys(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise RuntimeError(f"broken foreign keys after migration: {broken[:5]}")


def _is_ours(
    _object: object, name: str | None, kind: str, _reflected: bool, _other: object
) -> bool:
    # EXCLUDE constraints are kept by tracker.db_guards, and so are the indexes behind them
    return not (kind == "index" and name is not None and name.startswith("ex_"))


if context.is_offline_mode():
    raise SystemExit("migrations run online only")
if current_app:
    run_migrations()
