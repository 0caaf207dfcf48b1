"""The roll-ups, changed in the transaction of the exam itself: by day in full, and by fewer keys (domain/volume.GRAINS).

Their rows are locked in one order: those of the day by their keys, then the coarser ones by grain and keys. Making
them anew: volume_rebuild.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Insert, Table, Update, bindparam, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from tracker.domain.volume import GRAINS, IDS, SUMS
from tracker.models import Exam, ExamVolume, ExamVolumeSum
from tracker.writes.visit_opening import Visit, open_visits, visits_of

Row = dict[str, Any]
FULL_KEY = ("local_date", *IDS, "part_of_day", "import_id")
SUM_KEY = ("grain", "first_date", *IDS, "part_of_day", "import_id")


def count_exams(session: Session, exams: Iterable[Exam]) -> None:
    """Add exams, all of which are inserted."""
    recount(session, [], list(exams))


def recount(
    session: Session, before: Sequence[Row], exams: Sequence[Exam], visits: Iterable[Visit] = ()
) -> None:
    """Take out what exams counted as (`before`: see `counted_as`, for each that counted) and add them as they are now.

    Visits are opened anew of the patients and days of these exams, and `visits`: those they were of before.
    """
    own = {exam.id: exam.opens_visit for exam in exams}
    moved = open_visits(session, visits_of(exams) | set(visits))
    rows = [*before, *(_row_of(exam) for exam in exams if exam.voided_at is None)]
    rows += [_visit_of(exam) for exam in moved if exam.id not in own]
    add_volume(session, rows)


def move_exams(session: Session, before: Sequence[Row], exams: Sequence[Exam]) -> None:
    """The same for many exams whose patients, days and starts stand, so that no visit is opened otherwise.

    They are of imports: two statements for each roll-up in place of one for each row, whose locks nobody crosses but
    who corrects an exam of the same import in this moment (one of the two is tried again).
    """
    rows = [*before, *(_row_of(exam) for exam in exams)]
    for table, key, sums in _of_both(rows):
        less = [row for row in sums if row["exams"] <= 0]
        more = [row for row in sums if row["exams"] > 0]
        if less:
            _take_out(session, table, key, less)
        if more:
            session.execute(_upsert(session.get_bind().dialect.name, table, key), more)


def counted_as(exam: Exam) -> Row:
    """What an exam that counts adds to the roll-ups, as an amount to take out."""
    row = _row_of(exam)
    return row | {name: -row[name] for name in SUMS}


def add_volume(session: Session, rows: Iterable[Row]) -> None:
    """Add amounts by their full keys to the sums of their days and to every coarser one."""
    for table, key, sums in _of_both(rows):
        _add(session, table, key, sums)


def _of_both(rows: Iterable[Row]) -> Iterator[tuple[Table, tuple[str, ...], list[Row]]]:
    """Each roll-up with its key and what changes in it."""
    full = _netted(rows, FULL_KEY)
    yield ExamVolume.__table__, FULL_KEY, full  # type: ignore[misc]
    coarser = [_as_grain(row, place) for row in full for place in range(len(GRAINS))]
    yield ExamVolumeSum.__table__, SUM_KEY, _netted(coarser, SUM_KEY)  # type: ignore[misc]


def _row_of(exam: Exam) -> Row:
    is_live = int(not exam.entered_later and exam.import_id is None)
    return {name: getattr(exam, name) for name in FULL_KEY} | {
        "import_id": exam.import_id or 0,
        "exams": 1,
        "live_exams": is_live,
        "visits": int(exam.opens_visit),
        "parts": exam.parts,
        "minutes": exam.minutes,
        "live_minutes": is_live * exam.minutes,
        "points_hundredths": exam.points_hundredths,
    }


def _visit_of(exam: Exam) -> Row:
    """What changes when another exam's visit is opened by this one, or by this one no more."""
    row = _row_of(exam) | dict.fromkeys(SUMS, 0)
    return row | {"visits": 1 if exam.opens_visit else -1}


def _as_grain(row: Row, place: int) -> Row:
    grain = GRAINS[place]
    kept = {name: row[name] if name in grain.keys else 0 for name in IDS}
    when = {"grain": grain.number, "first_date": grain.first_of(row["local_date"])}
    return {name: value for name, value in row.items() if name != "local_date"} | kept | when


def _netted(rows: Iterable[Row], key: tuple[str, ...]) -> list[Row]:
    """One row for each key, those that change nothing left out, in the order in which they are locked."""
    sums: dict[tuple[Any, ...], Row] = {}
    for row in rows:
        place = tuple(row[name] for name in key)
        known = sums.get(place)
        sums[place] = row if known is None else row | {n: known[n] + row[n] for n in SUMS}
    return [sums[place] for place in sorted(sums) if any(sums[place][name] for name in SUMS)]


def _add(session: Session, table: Table, key: tuple[str, ...], rows: Sequence[Row]) -> None:
    """Of rows that only grow one statement for all; an upsert of a negative amount the table would refuse."""
    upsert = _upsert(session.get_bind().dialect.name, table, key)
    if rows and all(row["exams"] > 0 for row in rows):
        session.execute(upsert, rows)
        return
    for row in rows:
        if row["exams"] > 0:
            session.execute(upsert, row)
        else:
            _take_out(session, table, key, [row])


def _take_out(session: Session, table: Table, key: tuple[str, ...], rows: Iterable[Row]) -> None:
    bound = [{f"_{name}": value for name, value in row.items()} for row in rows]
    session.connection().execute(_update(table, key), bound)


# Each built once: building a statement takes longer than SQLite takes to run it.
@cache
def _upsert(engine: str, table: Table, key: tuple[str, ...]) -> Insert:
    statement = (postgresql if engine == "postgresql" else sqlite).insert(table)
    sums = {name: table.c[name] + statement.excluded[name] for name in SUMS}
    upsert: Insert = statement.on_conflict_do_update(
        index_elements=[table.c[name] for name in key], set_=sums
    )
    return upsert


@cache
def _update(table: Table, key: tuple[str, ...]) -> Update:
    this_row = [table.c[name] == bindparam(f"_{name}") for name in key]
    return update(table).where(*this_row).values({n: table.c[n] + bindparam(f"_{n}") for n in SUMS})
