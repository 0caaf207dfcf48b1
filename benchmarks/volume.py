"""The volume of ten_years: every cross beside one SQL query on the same roll-up and beside the raw rows, pages, finishing
with and without the roll-ups, and making them anew. Nothing is asserted.
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

from sqlalchemy import text
from sqlalchemy.orm import Session

from benchmarks import volume_pages, volume_raw
from benchmarks.databases import empty
from benchmarks.ten_years import fill_years, settle
from tracker import clock, create_app
from tracker.cli.migrate import make_ready
from tracker.db import db, read_session
from tracker.domain.errors import DomainError
from tracker.domain.months import last_of_month
from tracker.domain.workcalendar import instant_of, local_date_of
from tracker.queries.calendar import work_calendar
from tracker.queries.volume import CODED, VolumeFilter, sums_by
from tracker.queries.volume_source import asked
from tracker.services.examining import finish
from tracker.services.upkeep import rebuild_month
from tracker.services.walk_in import WalkIn, receive_walk_in

Answer = TypeVar("Answer")

READINGS = 3
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
        days = fill_years(today)
        _rebuild(days)
        settle()
        _print_sizes()
        _crosses(days[0], today)
        volume_raw.measure()
        volume_pages.measure(app, days[0], today)
        _finishing(today)


def _rebuild(days: list[date]) -> None:
    """Making them, and making them anew: then nothing may differ."""
    months = sorted({day.replace(day=1) for day in days})
    for name in ("made", "made anew"):
        seconds, rows, begun = [], 0, time.process_time()
        for month in months:
            took, different = _timed(partial(rebuild_month, month, last_of_month(month)))
            seconds.append(took)
            rows += different
        own = time.process_time() - begun
        print(
            f"roll-ups of {len(months)} months {name} in {sum(seconds):.1f} s ({own:.1f} s of this process), at most "
            f"{max(seconds):.2f} s a month; {rows} rows differed\n",
            flush=True,
        )


def _print_sizes() -> None:
    with db.engine.connect() as connection:
        full = connection.scalar(text("SELECT count(*) FROM exam_volume"))
        grains = connection.execute(
            text("SELECT grain, count(*) FROM exam_volume_sum GROUP BY grain ORDER BY grain")
        ).all()
    print(f"rows: {full} by day in full; by grain " + ", ".join(f"{g}: {n}" for g, n in grains))


def _crosses(first: date, today: date) -> None:
    """Every time grain by every other key, with every choice of none, one and two filters; then two keys without time."""
    print(
        "\n| cross | filters | crosses | p50 ms | p95 ms | slowest ms | one query, p50 ms | ratio |\n"
        "|---|---|---|---|---|---|---|---|"
    )
    for names, begins, span in (
        (("month", "quarter", "year"), first, "ten years"),
        (("day", "week"), (today - timedelta(days=396)).replace(day=1), "13 months"),
    ):
        for count in (0, 1, 2):
            asked = [
                (VolumeFilter(begins, today, **codes), (name, key))
                for name, key in itertools.product(names, CODED)
                for codes in _filters(key, count)
            ]
            _print(f"{'/'.join(names)} × key, {span}", count, [_pair(*each) for each in asked])
    pairs = itertools.combinations(("stream", "exam_type", "device", "operator"), 2)
    read = [_pair(VolumeFilter(first, today), by) for by in pairs]
    _print("two keys without time, ten years", 0, read)


def _filters(key: str, count: int) -> Iterator[dict[str, str]]:
    """Each choice of so many filters by other keys, with a code of each."""
    luck = random.Random(_SEED)
    for chosen in itertools.combinations([each for each in _FILTERS if each != key], count):
        yield {each: luck.choice(_FILTERS[each]) for each in chosen}


def _pair(wanted: VolumeFilter, by: tuple[str, ...]) -> tuple[float, float]:
    """Median seconds of the whole question, and of the one statement."""
    with read_session() as session:
        ours = _median(lambda: sums_by(session, wanted, by, ("exams",)))
        return ours, _median(_one_query(session, wanted, by))


def _one_query(session: Session, wanted: VolumeFilter, by: tuple[str, ...]) -> Callable[[], object]:
    """The statement alone, as it would be written by hand on the roll-ups that are read."""
    statement = asked(wanted, by, ("exams",))
    connection = session.connection()
    written = str(
        statement.compile(connection.engine, compile_kwargs={"literal_binds": True})
    ).replace("%", "%%")
    return lambda: connection.exec_driver_sql(written).all()


def _median(ask: Callable[[], object]) -> float:
    ask()
    return median(_timed(ask)[0] for _ in range(READINGS))


def _timed(ask: Callable[[], Answer]) -> tuple[float, Answer]:
    begun = time.perf_counter()
    answer = ask()
    return time.perf_counter() - begun, answer


def _print(name: str, filters: int, read: list[tuple[float, float]]) -> None:
    """One line of several crosses: each pair is seconds of ours and of the one query."""
    ours = sorted(1000 * each for each, _ in read)
    p95 = ours[min(len(ours) - 1, int(len(ours) * 0.95))]
    bare = median(1000 * each for _, each in read)
    ratio = median(each / one for each, one in read)
    print(
        f"| {name} | {filters} | {len(ours)} | {median(ours):.1f} | {p95:.1f} | {ours[-1]:.1f} |"
        f" {bare:.1f} | {ratio:.2f} |",
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
