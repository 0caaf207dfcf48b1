"""The last line against double booking and changed history: constraints on PostgreSQL, triggers on SQLite.

Both refuse the same overlaps under the same names. `install_guards` runs after every migration, because
Alembic's batch mode drops SQLite's triggers silently.
"""

from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from tracker.domain.errors import N_, ConflictError, InvalidError, SlotTakenError

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
    """Create the guards that are missing (SQLite: all anew); call it at the end of each migration run.

    Raises RuntimeError (PostgreSQL: IntegrityError) where rows overlap already.
    """
    if connection.dialect.name == "postgresql":
        statements = _for_postgresql(connection)
    else:
        if broken := broken_guards(connection):
            raise RuntimeError(f"rows overlap already: {', '.join(sorted(broken))}")
        statements = _for_sqlite()
    for statement in statements:
        connection.execute(text(statement))


def broken_guards(connection: Connection) -> set[str]:
    """The guards that rows break, whether the guards stand or not; empty in a sound database."""
    return {name for name, *rest in _OVERLAPS if connection.scalar(text(_overlap_query(*rest)))}


def _overlap_query(table: str, owner: str, start: str, end: str, where: str) -> str:
    return (
        f"SELECT count(*) FROM (SELECT {start} AS starts, max({end}) OVER (PARTITION BY {owner} "  # nosec  # SQL of names in the code
        f"ORDER BY {start}, id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS ended "
        f"FROM {table} WHERE {where} AND {start} < {end}) AS spans WHERE ended > starts"
    )


def missing_guards(connection: Connection) -> set[str]:
    """The guards that this database lacks; empty when all stand."""
    if connection.dialect.name == "postgresql":
        return set(GUARD_NAMES) - _standing_on_postgresql(connection)
    sql = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    names = set(connection.execute(text(sql)).scalars())
    wanted = {f"{name}_{verb}" for name in GUARD_NAMES for verb in _verbs(name)}
    return wanted - names


def _verbs(name: str) -> tuple[str, str]:
    return ("insert", "update") if name.startswith("ex_") else ("update", "delete")


def _standing_on_postgresql(connection: Connection) -> set[str]:
    """Constraints and enabled triggers of the schema in use: another schema may have the same names."""
    sql = (
        "WITH here AS (SELECT oid FROM pg_namespace WHERE nspname = current_schema()) "
        "SELECT conname FROM pg_constraint JOIN here ON here.oid = connamespace WHERE contype = 'x' "
        "UNION SELECT tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
        "JOIN here ON here.oid = relnamespace WHERE tgenabled <> 'D'"
    )
    return set(connection.execute(text(sql)).scalars())


def _for_postgresql(connection: Connection) -> list[str]:
    standing = _standing_on_postgresql(connection)
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
    # PostgreSQL's constraints bring their own indexes; bookings have indexes that serve here
    statements = [
        f"CREATE INDEX IF NOT EXISTS ex_block_{who}_span ON block ({who}_id, starts_at)"
        for who in ("device", "operator")
    ]
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
    itself = "OLD" if verb == "UPDATE" else "NEW"
    # an empty span (start = end) overlaps nothing, as PostgreSQL's empty range does
    others = (
        f"FROM {table} AS other WHERE other.{owner} = NEW.{owner} AND other.id IS NOT {itself}.id "
        f"AND other.{start} < other.{end} AND {old} AND other.{start}"
    )
    # guarded rows never overlap each other: of all that start earlier, the last one ends last
    return (
        f"CREATE TRIGGER {name}_{verb.lower()} BEFORE {verb} ON {table} "
        f"WHEN {new} AND NEW.{start} < NEW.{end} BEGIN SELECT RAISE(ABORT, '{name}') WHERE "
        f"EXISTS (SELECT 1 {others} >= NEW.{start} AND other.{start} < NEW.{end}) OR "
        f"(SELECT other.{end} {others} < NEW.{start} ORDER BY other.{start} DESC LIMIT 1) "
        f"> NEW.{start}; END"
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
    # asked for before every write; two who write at once meet here (on PostgreSQL: SQLite has one writer)
    "uq_exam_number_live": InvalidError(
        N_("Another exam already has this number."), code="number_in_use", field="exam_number"
    ),
}


def guard_refusal(error: IntegrityError) -> Exception | None:
    """The refusal that a guard's error stands for; None when the error is not a guard's."""
    name = getattr(getattr(error.orig, "diag", None), "constraint_name", None) or str(error.orig)
    known = _SENTENCES.get(name)
    if known is None:
        return None
    return type(known)(known.text, code=known.code, field=known.field)
