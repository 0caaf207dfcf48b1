"""The last line against double booking and changed history: constraints on PostgreSQL, triggers on SQLite.

Both refuse the same overlaps under the same names. `install_guards` runs after every migration, because
Alembic's batch mode drops SQLite's triggers silently.
"""

from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from tracker.domain.errors import N_, ConflictError, SlotTakenError

_LIVE = "status IN ('booked', 'arrived', 'in_progress', 'completed')"

# name, table, owner column, start, end, extra condition (a row is guarded only where it holds)
_OVERLAPS = (
    ("ex_booking_device", "booking", "device_id", "starts_at", "device_ends_at",
     f"{_LIVE} AND NOT is_added AND NOT is_held"),
    ("ex_booking_patient", "booking", "patient_id", "starts_at", "patient_ends_at",
     f"{_LIVE} AND NOT is_held"),
    ("ex_block_device", "block", "device_id", "starts_at", "ends_at", "device_id IS NOT NULL"),
    ("ex_block_operator", "block", "operator_id", "starts_at", "ends_at", "operator_id IS NOT NULL"),
)  # fmt: skip

_IMMUTABLE = ("audit_entry", "booking_history", "exam_version", "audit_seal")

GUARD_NAMES = tuple(name for name, *_ in _OVERLAPS) + tuple(f"ro_{t}" for t in _IMMUTABLE)


def install_guards(connection: Connection) -> None:
    """Create every guard anew (idempotent); call it at the end of each migration run."""
    if connection.dialect.name == "postgresql":
        statements = _for_postgresql(connection)
    else:
        statements = _for_sqlite()
    for statement in statements:
        connection.execute(text(statement))


def missing_guards(connection: Connection) -> set[str]:
    """The guards that this database lacks; empty when all stand."""
    if connection.dialect.name == "postgresql":
        sql = "SELECT conname FROM pg_constraint WHERE contype = 'x' UNION SELECT tgname FROM pg_trigger"
        names = set(connection.execute(text(sql)).scalars())
        return {name for name in GUARD_NAMES if name not in names}
    sql = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    names = set(connection.execute(text(sql)).scalars())
    wanted = {f"{name}_{verb}" for name in GUARD_NAMES for verb in _verbs(name)}
    return wanted - names


def _verbs(name: str) -> tuple[str, str]:
    return ("insert", "update") if name.startswith("ex_") else ("update", "delete")


def _for_postgresql(connection: Connection) -> list[str]:
    standing = set(
        connection.execute(text("SELECT conname FROM pg_constraint WHERE contype = 'x'")).scalars()
    )
    # int4range instead of btree_gist: no extension needs to be installed by a superuser
    statements = [
        f"ALTER TABLE {table} ADD CONSTRAINT {name} EXCLUDE USING gist "
        f"(int4range({owner}, {owner}, '[]') WITH &&, tstzrange({start}, {end}) WITH &&) WHERE ({where})"
        for name, table, owner, start, end, where in _OVERLAPS
        if name not in standing
    ]
    statements.append(
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '%', TG_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    for table in _IMMUTABLE:
        statements.append(f"DROP TRIGGER IF EXISTS ro_{table} ON {table}")
        statements.append(
            f"CREATE TRIGGER ro_{table} BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    return statements


def _for_sqlite() -> list[str]:
    statements = []
    for name, table, owner, start, end, where in _OVERLAPS:
        for verb in ("INSERT", "UPDATE"):
            statements.append(f"DROP TRIGGER IF EXISTS {name}_{verb.lower()}")
            statements.append(_sqlite_overlap(name, table, (owner, start, end), where, verb))
    for table in _IMMUTABLE:
        for verb in ("UPDATE", "DELETE"):
            statements.append(f"DROP TRIGGER IF EXISTS ro_{table}_{verb.lower()}")
            statements.append(
                f"CREATE TRIGGER ro_{table}_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, 'ro_{table}'); END"
            )
    return statements


def _sqlite_overlap(
    name: str, table: str, columns: tuple[str, str, str], where: str, verb: str
) -> str:
    owner, start, end = columns
    new, old = _qualified(where, "NEW"), _qualified(where, "other")
    # an empty span (start = end) overlaps nothing, as PostgreSQL's empty range does
    # every name here is a constant of this module
    return (
        f"CREATE TRIGGER {name}_{verb.lower()} BEFORE {verb} ON {table} "  # nosec B608
        f"WHEN {new} AND NEW.{start} < NEW.{end} BEGIN "
        f"SELECT RAISE(ABORT, '{name}') WHERE EXISTS (SELECT 1 FROM {table} AS other "
        f"WHERE other.{owner} = NEW.{owner} AND other.id IS NOT NEW.id "
        f"AND other.{start} < NEW.{end} AND other.{end} > NEW.{start} "
        f"AND other.{start} >= datetime(NEW.{start}, '-2 days') "
        f"AND other.{start} < other.{end} AND {old}); END"
    )


def _qualified(where: str, row: str) -> str:
    for column in ("status", "is_added", "is_held", "device_id", "operator_id"):
        where = where.replace(column, f"{row}.{column}")
    return f"({where})"


_SENTENCES = {
    "ex_booking_device": SlotTakenError(N_("The device was booked at this time meanwhile.")),
    "ex_booking_patient": SlotTakenError(N_("The patient has another booking at this time.")),
    "ex_block_device": ConflictError(N_("The device already has working hours then.")),
    "ex_block_operator": ConflictError(N_("The doctor already works on another device then.")),
}


def guard_refusal(error: IntegrityError) -> Exception | None:
    """The refusal that a guard's error stands for; None when the error is not a guard's."""
    name = getattr(getattr(error.orig, "diag", None), "constraint_name", None) or str(error.orig)
    known = _SENTENCES.get(name)
    if known is None:
        return None
    return type(known)(known.text, code=known.code)
