"""Volume: whatever is entered, corrected or voided, the roll-up says what the rows say, in any grouping."""

import random
from collections import Counter
from datetime import date, datetime, timedelta
from itertools import combinations

import pytest
from sqlalchemy import text

from tests.support.databases import Template
from tests.support.department import DEPARTMENT, MONDAY, account_id, at
from tests.support.starting_data import SYSTEM
from tracker.db import db, read_session, transaction
from tracker.domain.errors import InvalidError
from tracker.queries.exams import ExamDetails, ExamFilter, list_exams
from tracker.queries.volume import KEYS, VolumeFilter, standing, volume
from tracker.services.booking import BookingOrder, book_exam
from tracker.services.exams import Correction, ExamEntry, correct, enter_exam_later, void
from tracker.writes.volume_rebuild import rebuild_volume

FIRST, LAST = date(2025, 12, 1), date(2026, 11, 30)
YEAR = VolumeFilter(FIRST, LAST)
DEVICES, OPERATORS = ("US01", "US02", "P01"), ("D01", "D02", "D03")
TYPES, STREAMS = ("abdominal", "cardiac", "contrast"), ("outpatient", "cadre_ward", "medical_exam")

# What each key means, told to the database once more and by other words than the query's.
MEANING = {
    "day": "e.local_date",
    "month": "substr(CAST(e.local_date AS varchar), 1, 7)",
    "year": "substr(CAST(e.local_date AS varchar), 1, 4)",
    "stream": "s.code",
    "exam_type": "t.code",
    "device": "d.code",
    "operator": "m.code",
}


@pytest.fixture
def template() -> Template:
    return DEPARTMENT


@pytest.fixture(params=[1, 2, 3])
def luck(request: pytest.FixtureRequest) -> random.Random:
    return random.Random(request.param)


def entry(luck: random.Random) -> ExamEntry:
    day = FIRST + timedelta(days=luck.randrange((MONDAY - FIRST).days))
    started = at(0, day=(day - MONDAY).days) + timedelta(minutes=luck.randrange(1440))
    return ExamEntry(
        patient=f"M{luck.randrange(1, 41):05}",
        exam_type=luck.choice(TYPES),
        stream=luck.choice(STREAMS),
        device=luck.choice(DEVICES),
        operator=luck.choice(OPERATORS),
        started_at=started,
        ended_at=started + timedelta(minutes=luck.randrange(1, 60)),
        parts=luck.randrange(1, 4),
        is_another=True,
    )


def correction(luck: random.Random, number: str) -> Correction:
    new = entry(luck)
    return Correction(
        exam_type=new.exam_type,
        stream=new.stream,
        device=new.device,
        operator=new.operator,
        started_at=new.started_at,
        ended_at=new.ended_at,
        parts=new.parts,
        number=number,
        patient=new.patient,
        reason="wrong sheet",
    )


def live_through(luck: random.Random, steps: int = 60) -> None:
    """Enter, correct and void exams at random."""
    living: list[int] = []
    for step in range(steps):
        deed = luck.random()
        if deed < 0.6 or not living:
            living.append(enter_exam_later(entry(luck), by=SYSTEM, now=at(9)))
        elif deed < 0.8:
            correct(
                luck.choice(living), correction(luck, f"K{step}"), by=account_id("head"), now=at(9)
            )
        else:
            victim = living.pop(luck.randrange(len(living)))
            void(victim, reason="twice", by=SYSTEM, now=at(9))


def sums_by_hand(by: tuple[str, ...]) -> Counter[tuple[str, ...]]:
    """The same sums from the exams themselves, in SQL of the test's own."""
    keys = ", ".join(MEANING[key] for key in by)
    statement = f"""
        SELECT count(*), sum(e.parts), sum(e.minutes), sum(e.points_hundredths){", " if keys else ""}{keys}
        FROM exam e JOIN stream s ON s.id = e.stream_id JOIN exam_type t ON t.id = e.exam_type_id
        JOIN device d ON d.id = e.device_id JOIN staff_member m ON m.id = e.operator_id
        WHERE e.voided_at IS NULL AND e.local_date BETWEEN :first AND :last
        {"GROUP BY " + keys if keys else ""}"""
    with db.engine.connect() as connection:
        days = {"first": FIRST.isoformat(), "last": LAST.isoformat()}
        if connection.dialect.name == "postgresql":
            days = {"first": FIRST, "last": LAST}
        rows = connection.execute(text(statement), days)
        return {tuple(str(key) for key in row[4:]): tuple(row[:4]) for row in rows}


def sums_read(by: tuple[str, ...], chosen: VolumeFilter = YEAR) -> dict[tuple[str, ...], tuple]:
    with read_session() as session:
        found = volume(session, chosen, by)
    return {
        tuple(str(row.keys[key]) for key in by): (
            row.amounts.exams,
            row.amounts.parts,
            row.amounts.minutes,
            row.amounts.points_hundredths,
        )
        for row in found.rows
    }


def listed(**chosen: object) -> list[ExamDetails]:
    with read_session() as session:
        return list_exams(session, ExamFilter(**chosen))


@pytest.mark.usefixtures("app_context")
def test_the_roll_up_says_what_the_rows_say_in_any_grouping(luck: random.Random) -> None:
    live_through(luck)
    for count in range(1, len(KEYS) + 1):
        for by in combinations(KEYS, count):
            assert sums_read(by) == sums_by_hand(by), by
    with read_session() as session:
        total = volume(session, YEAR).total
    by_hand = sums_by_hand(())[()]
    assert (total.exams, total.parts, total.minutes, total.points_hundredths) == by_hand


@pytest.mark.usefixtures("app_context")
def test_a_rebuild_changes_nothing(luck: random.Random) -> None:
    live_through(luck)
    before = sums_read(KEYS)
    with transaction() as session:
        assert rebuild_volume(session, FIRST, LAST) == 0
    assert sums_read(KEYS) == before


@pytest.mark.usefixtures("app_context")
def test_a_rebuild_finds_and_mends_a_difference(luck: random.Random) -> None:
    live_through(luck)
    right = sums_read(KEYS)
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE exam_volume SET exams = exams + 1"))
    assert sums_read(KEYS) != right
    with transaction() as session:
        assert rebuild_volume(session, FIRST, LAST) > 0
    assert sums_read(KEYS) == right


@pytest.mark.usefixtures("app_context")
def test_each_number_is_the_length_of_the_list_behind_it(luck: random.Random) -> None:
    live_through(luck)
    for key in ("stream", "exam_type", "device", "operator"):
        for (code,), (exams, parts, minutes, points) in sums_read((key,)).items():
            rows = listed(first=FIRST, last=LAST, **{key: code})
            assert len(rows) == exams
            assert sum(row.parts for row in rows) == parts
            assert sum(row.minutes for row in rows) == minutes
            assert sum(row.points_hundredths for row in rows) == points
            chosen = VolumeFilter(FIRST, LAST, **{key: code})
            assert sums_read((key,), chosen) == {(code,): (exams, parts, minutes, points)}


@pytest.mark.usefixtures("app_context")
def test_rows_come_by_day_and_in_the_departments_order() -> None:
    luck = random.Random(7)
    enter_exam_later(_one(at(8, day=-350)), by=SYSTEM, now=at(9))
    for _ in range(30):
        enter_exam_later(entry(luck), by=SYSTEM, now=at(9))
    with read_session() as session:
        days = [row.keys["day"] for row in volume(session, YEAR, ["day"]).rows]
        devices = [row.keys["device"] for row in volume(session, YEAR, ["device"]).rows]
        months = [row.keys["month"] for row in volume(session, YEAR, ["month"]).rows]
        years = [row.keys["year"] for row in volume(session, YEAR, ["year"]).rows]
    assert days == sorted(days)
    assert devices == ["US01", "US02", "P01"]
    assert months == sorted(months)
    assert years == [2025, 2026]


@pytest.mark.usefixtures("app_context")
def test_an_unknown_key_is_refused() -> None:
    with read_session() as session, pytest.raises(InvalidError) as refusal:
        volume(session, YEAR, ["weekday"])
    assert refusal.value.field == "by"


@pytest.mark.usefixtures("app_context")
def test_nothing_counted_is_zero_and_no_rows() -> None:
    with read_session() as session:
        found = volume(session, YEAR, ["stream"])
    assert (found.rows, found.total.exams, found.total.points_hundredths) == ((), 0, 0)


def _one(started: datetime) -> ExamEntry:
    return ExamEntry(
        patient="M00001",
        exam_type="abdominal",
        stream="outpatient",
        device="US01",
        operator="D01",
        started_at=started,
        ended_at=started + timedelta(minutes=10),
    )


@pytest.mark.usefixtures("app_context")
def test_standing_counts_today_this_month_this_year() -> None:
    for started in (at(8), at(8, day=-1), at(8, day=-60), at(8, day=-360)):
        enter_exam_later(_one(started), by=SYSTEM, now=at(9))
    order = BookingOrder("M00002", "abdominal", "outpatient", "US01", at(10))
    book_exam(order, by=SYSTEM, now=at(9))
    with read_session() as session:
        found = standing(session, MONDAY)
        own = standing(session, MONDAY, operator="D02")
    assert (found.today.exams, found.month.exams, found.year.exams) == (1, 2, 3)
    assert found.target == 190_000
    assert found.booked_today == {"booked": 1}
    assert (own.today.exams, own.year.exams) == (0, 0)


@pytest.mark.usefixtures("app_context")
def test_half_past_midnight_belongs_to_the_day_of_the_hospital() -> None:
    enter_exam_later(_one(at(0, 30)), by=SYSTEM, now=at(9))  # still Sunday in UTC
    assert sums_read(("day",)) == {(MONDAY.isoformat(),): (1, 1, 10, 100)}
