"""Ten years of 190,000 exams: crosses of the volume beside one SQL query on the same roll-up, finishing with and without
the roll-ups, and making them anew. Nothing is asserted.

The exams are made by the database itself. Doctors change their machine every day, which is the worst case: sums by device
and doctor then hardly compress.
"""

import contextlib
import itertools
import random
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from functools import partial
from statistics import median
from typing import TypeVar
from unittest import mock

from sqlalchemy import Connection, text

from benchmarks.databases import empty
from tracker import clock, create_app
from tracker.cli.migrate import make_ready
from tracker.db import db, read_session, transaction
from tracker.domain.errors import DomainError
from tracker.domain.workcalendar import instant_of, local_date_of
from tracker.queries.calendar import work_calendar
from tracker.queries.volume import CODED, VolumeFilter, sums_by
from tracker.queries.volume_source import grouped, sources
from tracker.services.examining import finish
from tracker.services.upkeep import rebuild_month
from tracker.services.walk_in import WalkIn, receive_walk_in

Answer = TypeVar("Answer")

YEARS, A_DAY, PATIENTS = 10, 766, 20_000
READINGS = 5
FINISHES = 160
_SEED = 7
_FILTERS = {
    "stream": ("outpatient", "medical_exam", "cadre_ward"),
    "exam_type": ("abdominal", "superficial", "vascular", "cardiac"),
    "device": ("US01", "US07", "US15"),
    "operator": ("D01", "D09", "D20"),
    "title": ("attending", "physician"),
    "part_of_day": ("morning", "afternoon"),
}


def measure(engine: str) -> None:
    """All tables of one engine."""
    with empty(engine) as config, contextlib.ExitStack() as held:
        app = create_app(config)
        make_ready(app)
        held.enter_context(app.app_context())
        held.callback(db.engine.dispose)
        today = local_date_of(clock.now(), clock.hospital_zone())
        days = _fill(today)
        _rebuild(days)
        _print_sizes()
        _crosses(days[0], today)
        _finishing(today)


def _fill(today: date) -> list[date]:
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
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
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


def _rebuild(days: list[date]) -> None:
    """Making them, and making them anew: then nothing may differ."""
    months = sorted({day.replace(day=1) for day in days})
    for name in ("made", "made anew"):
        seconds, rows, begun = [], 0, time.process_time()
        for month in months:
            took, different = _timed(partial(rebuild_month, month, _last_day(month)))
            seconds.append(took)
            rows += different
        own = time.process_time() - begun
        print(
            f"roll-ups of {len(months)} months {name} in {sum(seconds):.1f} s ({own:.1f} s of this process), at most "
            f"{max(seconds):.2f} s a month; {rows} rows differed\n",
            flush=True,
        )


def _last_day(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def _print_sizes() -> None:
    with db.engine.connect() as connection:
        full = connection.scalar(text("SELECT count(*) FROM exam_volume"))
        grains = connection.execute(
            text("SELECT grain, count(*) FROM exam_volume_sum GROUP BY grain ORDER BY grain")
        ).all()
    print(f"rows: {full} by day in full; by grain " + ", ".join(f"{g}: {n}" for g, n in grains))


def _crosses(first: date, today: date) -> None:
    """Every time grain by every other key, with none, one and two filters."""
    luck = random.Random(_SEED)
    print(
        "\n| cross | filters | p50 ms | p95 ms | one query, p50 ms | ratio |\n|---|---|---|---|---|---|"
    )
    for names, begins, span in (
        (("month", "quarter", "year"), first, "ten years"),
        (("day", "week"), (today - timedelta(days=396)).replace(day=1), "13 months"),
    ):
        for count in (0, 1, 2):
            ours, bare = [], []
            for name, key in itertools.product(names, CODED):
                chosen = luck.sample([each for each in _FILTERS if each != key], count)
                codes = {each: luck.choice(_FILTERS[each]) for each in chosen}
                wanted = VolumeFilter(begins, today, **codes)
                more = _pair(wanted, (name, key))
                ours += more[0]
                bare += more[1]
            _print(f"{'/'.join(names)} × key, {span}", count, ours, bare)
    pairs = itertools.combinations(("stream", "exam_type", "device", "operator"), 2)
    read = [_pair(VolumeFilter(first, today), by) for by in pairs]
    ours, bare = ([each for pair in read for each in pair[place]] for place in (0, 1))
    _print("two keys without time, ten years", 0, ours, bare)


def _pair(wanted: VolumeFilter, by: tuple[str, ...]) -> tuple[list[float], list[float]]:
    """Seconds of the whole question, and of the one statement."""
    with read_session() as session:
        ours = _readings(lambda: sums_by(session, wanted, by, ("exams",)))
        return ours, _readings(lambda: _one_query(session, wanted, by))


def _one_query(session: object, wanted: VolumeFilter, by: tuple[str, ...]) -> None:
    """The statement alone, as it would be written by hand on the roll-up that is read."""
    source = sources(wanted, by)[0]
    session.execute(grouped(source, wanted, by, ("exams",))).all()  # type: ignore[attr-defined]


def _readings(ask: Callable[[], object]) -> list[float]:
    ask()
    return [_timed(ask)[0] for _ in range(READINGS)]


def _timed(ask: Callable[[], Answer]) -> tuple[float, Answer]:
    begun = time.perf_counter()
    answer = ask()
    return time.perf_counter() - begun, answer


def _print(name: str, filters: int, ours: list[float], bare: list[float]) -> None:
    p95 = sorted(ours)[int(len(ours) * 0.95)]
    ratio = median(ours) / median(bare)
    print(
        f"| {name} | {filters} | {1000 * median(ours):.1f} | {1000 * p95:.1f} | {1000 * median(bare):.1f} | {ratio:.2f} |",
        flush=True,
    )


def _finishing(today: date) -> None:
    """Walk-ins finished at their machines, every other one without touching the roll-ups."""
    with read_session() as session:
        day = next(
            work_calendar(session).working_days(
                today + timedelta(days=1), today + timedelta(days=15)
            )
        )
    seconds: dict[bool, list[float]] = {True: [], False: []}
    for nth, (place, booking) in enumerate(_started(day)):
        with_sums = nth % 2 == 0
        aside: contextlib.AbstractContextManager[object] = contextlib.nullcontext()
        if not with_sums:
            aside = mock.patch("tracker.writes.volume.add_volume")
        with aside:
            now = _at(day, place + 8)
            seconds[with_sums].append(_timed(lambda: finish(booking, by=1, now=now))[0])  # noqa: B023
    kept, bare = (1000 * median(seconds[each]) for each in (True, False))
    print(
        f"\nfinishing an exam: {kept:.2f} ms with roll-ups, {bare:.2f} ms without ({kept / bare:.2f}), "
        f"{len(seconds[True])} and {len(seconds[False])} times\n"
    )


def _at(day: date, minutes: int) -> datetime:
    return instant_of(day, clock_time(9), clock.hospital_zone()) + timedelta(minutes=minutes)


def _started(day: date) -> Iterator[tuple[int, int]]:
    """Walk-ins, one a minute, each at the next machine: when (minutes after nine), and the booking."""
    for place in range(FINISHES):
        order = WalkIn(place + 1, "abdominal", "outpatient", f"US{1 + place % 20:02}", "walk-in")
        with contextlib.suppress(DomainError):
            received = receive_walk_in(order, by=1, now=_at(day, place))
            if received.is_started:
                yield place, received.booking_id
