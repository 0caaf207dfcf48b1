"""A department of ten years and 190,000 exams a year, made by the database itself in the tables as they are.

Doctors change their machine every day, which is the worst case: sums by device and doctor then hardly compress.
"""

from datetime import date, timedelta

from sqlalchemy import Connection, text

from tracker.db import db, read_session, transaction
from tracker.queries.calendar import work_calendar

YEARS, A_DAY, PATIENTS = 10, 766, 20_000


def fill_years(today: date) -> list[date]:
    """The working days of ten years, each with its exams."""
    with read_session() as session:
        calendar = work_calendar(session)
        days = list(calendar.working_days(today - timedelta(days=365 * YEARS), today))
    with transaction() as session:
        connection = session.connection()
        connection.execute(text("CREATE TABLE bench_day (k INTEGER, d DATE)"))
        connection.execute(text("CREATE TABLE bench_nth (n INTEGER)"))
        numbered = [{"k": k, "d": day.isoformat()} for k, day in enumerate(days)]
        connection.execute(
            text(f"INSERT INTO bench_day VALUES (:k, {_cast(connection)})"), numbered
        )
        places = [{"n": n} for n in range(1, PATIENTS + 1)]
        connection.execute(text("INSERT INTO bench_nth VALUES (:n)"), places)
        connection.execute(text(_PATIENTS))
    for first in range(0, len(days), 250):
        with transaction() as session:
            connection = session.connection()
            chosen = {"first": first, "last": first + 249}
            connection.execute(text(_exams(connection.dialect.name)), chosen)
    settle()
    print(f"{len(days) * A_DAY} exams on {len(days)} days\n", flush=True)
    return days


def _cast(connection: Connection) -> str:
    return "CAST(:d AS DATE)" if connection.dialect.name == "postgresql" else ":d"


_PATIENTS = """
    INSERT INTO patient (id, mrn, mrn_is_temporary, name, sex, birth_date, phone, version, created_at)
    SELECT n, 'B' || n, false, 'B' || n, CASE n % 2 WHEN 0 THEN 'female' ELSE 'male' END, '1970-01-01', '', 1,
    '2016-01-01 00:00:00.000000' FROM bench_nth
"""


def _exams(engine: str) -> str:
    minute = (
        "(n - 1) / 21 * 11 + CASE WHEN (n - 1) / 21 < 21 THEN 0 ELSE 90 END"  # from 8:00, 0:00 UTC
    )
    if engine == "postgresql":
        start = f"(d + ({minute}) * interval '1 minute') AT TIME ZONE 'UTC'"
    else:
        start = f"d || printf(' %02d:%02d:00.000000', ({minute}) / 60, ({minute}) % 60)"
    mix = "((k * 7919 + n * 104729 + k * n) % 100)"
    return f"""
        INSERT INTO exam (number, patient_id, exam_type_id, parts, stream_id, device_id, operator_id, started_at,
            ended_at, local_date, minutes, points_hundredths, entered_later, entered_reason, version, logged_at,
            logged_by_id, void_reason, part_of_day, opens_visit)
        SELECT 'B' || k || '-' || n, 1 + (k * 766 + n) % {PATIENTS},
            CASE WHEN {mix} < 33 THEN 1 WHEN {mix} < 62 THEN 2 WHEN {mix} < 76 THEN 3 WHEN {mix} < 89 THEN 4
                ELSE {mix} - 84 - 4 * ({mix} / 93) END, 1,
            CASE WHEN (k + n * 31) % 10 < 6 THEN 1 WHEN (k + n * 31) % 10 < 9 THEN 2 ELSE 3 END,
            1 + (n - 1) % 21, 1 + (k * 5 + (n - 1) % 21 + (n - 1) / 21 / 21 * 9) % 28,
            {start}, {start}, d, 6 + n % 10, 100, n % 20 = 0, '', 1, {start}, 1, '',
            CASE WHEN (n - 1) / 21 < 21 THEN 'morning' ELSE 'afternoon' END, true
        FROM bench_day CROSS JOIN bench_nth WHERE n <= {A_DAY} AND k BETWEEN :first AND :last
    """


def settle() -> None:
    """Do at once what PostgreSQL does by itself within minutes of so many rows."""
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
