"""Volume: whatever is entered, corrected or voided, the roll-up says what the rows say, in any grouping."""

import random
from datetime import date, datetime, timedelta
from itertools import combinations

import pytest
from sqlalchemy import text

from tests.support.databases import Template
from tests.support.department import DEPARTMENT, MONDAY, account_id, at
from tests.support.starting_data import SYSTEM
from tracker.db import db, read_session, transaction
from tracker.domain.errors import InvalidError
from tracker.domain.volume import GRAINS
from tracker.queries import volume as queries_volume
from tracker.queries.agreement import volume_differences
from tracker.queries.exams import ExamDetails, ExamFilter, list_exams
from tracker.queries.volume import KEYS, VolumeFilter, standing, volume
from tracker.queries.volume_sums import wrong_visits
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
    "week": "week(e.local_date)",
    "month": "substr(CAST(e.local_date AS varchar), 1, 7)",
    "quarter": "substr(CAST(e.local_date AS varchar), 1, 4) || '-Q' || "
    "((CAST(substr(CAST(e.local_date AS varchar), 6, 2) AS integer) + 2) / 3)",
    "year": "substr(CAST(e.local_date AS varchar), 1, 4)",
    "stream": "s.code",
    "exam_type": "t.code",
    "device": "d.code",
    "operator": "m.code",
    "title": "CASE m.title WHEN '' THEN 'none' ELSE m.title END",
    "part_of_day": "CASE WHEN {minute} BETWEEN 480 AND 719 THEN 'morning' "
    "WHEN {minute} BETWEEN 810 AND 1019 THEN 'afternoon' ELSE 'other' END",
}
AMOUNTS = ("exams", "visits", "parts", "minutes", "live_exams", "live_minutes", "points_hundredths")


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


def meaning(key: str, engine: str) -> str:
    """Week and minute of the day are said in each engine's own way."""
    day = "e.local_date"
    if engine == "postgresql":
        local = "(e.started_at AT TIME ZONE 'Asia/Shanghai')"
        minute = f"extract(hour FROM {local}) * 60 + floor(extract(minute FROM {local}))"
        week = f"to_char({day}, 'IYYY-\"W\"IW')"
    else:
        local = "datetime(e.started_at, '+8 hours')"
        minute = f"strftime('%H', {local}) * 60 + strftime('%M', {local})"
        thursday = f"date({day}, '-3 days', 'weekday 4')"
        number = f"(strftime('%j', {thursday}) - 1) / 7 + 1"
        week = f"strftime('%Y', {thursday}) || '-W' || substr('0' || ({number}), -2)"
    return MEANING[key].replace("{minute}", minute).replace(f"week({day})", week)


def sums_by_hand(by: tuple[str, ...], where: str = "1 = 1") -> dict[tuple[str, ...], tuple]:
    """The same sums from the exams themselves, in SQL of the test's own."""
    with db.engine.connect() as connection:
        engine = connection.dialect.name
        keys = ", ".join(meaning(key, engine) for key in by)
        live = "CASE WHEN e.entered_later THEN 0 ELSE 1 END"
        statement = f"""
            SELECT count(*), count(DISTINCT CASE WHEN NOT EXISTS (
                SELECT 1 FROM exam o WHERE o.patient_id = e.patient_id AND o.local_date = e.local_date
                AND o.voided_at IS NULL AND (o.started_at, o.id) < (e.started_at, e.id)) THEN e.id END),
            sum(e.parts), sum(e.minutes), sum({live}), sum(e.minutes * {live}),
            sum(e.points_hundredths){", " if keys else ""}{keys}
            FROM exam e JOIN stream s ON s.id = e.stream_id JOIN exam_type t ON t.id = e.exam_type_id
            JOIN device d ON d.id = e.device_id JOIN staff_member m ON m.id = e.operator_id
            WHERE e.voided_at IS NULL AND e.local_date BETWEEN :first AND :last AND {where}
            {"GROUP BY " + keys if keys else ""}"""
        days = {"first": FIRST.isoformat(), "last": LAST.isoformat()}
        if engine == "postgresql":
            days = {"first": FIRST, "last": LAST}
        rows = connection.execute(text(statement), days)
        amounts = len(AMOUNTS)
        return {tuple(str(key) for key in row[amounts:]): tuple(row[:amounts]) for row in rows}


def sums_read(by: tuple[str, ...], chosen: VolumeFilter = YEAR) -> dict[tuple[str, ...], tuple]:
    with read_session() as session:
        found = volume(session, chosen, by)
    return {
        tuple(str(row.keys[key]) for key in by): tuple(
            getattr(row.amounts, name) for name in AMOUNTS
        )
        for row in found.rows
    }


def listed(**chosen: object) -> list[ExamDetails]:
    with read_session() as session:
        return list_exams(session, ExamFilter(**chosen))


@pytest.mark.usefixtures("app_context")
def test_the_roll_up_says_what_the_rows_say_in_any_grouping(luck: random.Random) -> None:
    live_through(luck)
    groupings = [by for count in (1, 2) for by in combinations(KEYS, count)]
    groupings += [*luck.sample(list(combinations(KEYS, 3)), 20), KEYS]
    for by in groupings:
        assert sums_read(by) == sums_by_hand(by), by
    with read_session() as session:
        total = volume(session, YEAR).total
    assert tuple(getattr(total, name) for name in AMOUNTS) == sums_by_hand(())[()]


FILTERS = {
    "stream": ("s.code", STREAMS),
    "exam_type": ("t.code", TYPES),
    "device": ("d.code", DEVICES),
    "operator": ("m.code", OPERATORS),
    "title": ("m.title", ("professor", "physician", "attending")),
    "part_of_day": (MEANING["part_of_day"], ("morning", "other")),
}


@pytest.mark.usefixtures("app_context")
def test_filters_of_several_values_choose_the_same_exams_as_the_rows(luck: random.Random) -> None:
    live_through(luck)
    engine = db.engine.dialect.name
    for pair in combinations(FILTERS, 2):
        chosen = {name: luck.sample(FILTERS[name][1], 2) for name in pair}
        named = {
            name: meaning(name, engine) if name == "part_of_day" else FILTERS[name][0]
            for name in pair
        }
        where = " AND ".join(
            f"{named[name]} IN ({', '.join(repr(code) for code in codes)})"
            for name, codes in chosen.items()
        )
        for by in (("month", "device"), ("week", "operator"), ("stream", "exam_type")):
            found = sums_read(by, VolumeFilter(FIRST, LAST, **chosen))
            assert found == sums_by_hand(by, where), (by, chosen)
            assert len(listed(first=FIRST, last=LAST, **chosen)) == sum(
                sums[0] for sums in found.values()
            )


@pytest.mark.usefixtures("app_context")
def test_days_at_the_ends_and_the_months_between_are_counted_once(luck: random.Random) -> None:
    live_through(luck)
    for _ in range(10):
        first = FIRST + timedelta(days=luck.randrange(300))
        last = first + timedelta(days=luck.randrange(120))
        span = VolumeFilter(first, last)
        within = f"e.local_date BETWEEN '{first}' AND '{last}'"
        for by in (("month", "stream"), ("quarter", "operator"), ("device", "operator")):
            assert sums_read(by, span) == sums_by_hand(by, within)


@pytest.mark.usefixtures("app_context")
def test_a_rebuild_changes_nothing(luck: random.Random) -> None:
    live_through(luck)
    before = sums_read(KEYS)
    with read_session() as session:
        assert volume_differences(session, FIRST, LAST) == []
        assert wrong_visits(session, FIRST, LAST) == []
    with transaction() as session:
        assert rebuild_volume(session, FIRST, LAST) == 0
    assert sums_read(KEYS) == before


@pytest.mark.usefixtures("app_context")
def test_a_rebuild_finds_and_mends_a_difference(luck: random.Random) -> None:
    live_through(luck)
    right = sums_read(KEYS)
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE exam_volume SET exams = exams + 1"))
        connection.execute(text("UPDATE exam_volume_sum SET visits = visits + 1"))
        connection.execute(text("UPDATE exam SET opens_visit = NOT opens_visit"))
    assert sums_read(KEYS) != right
    with read_session() as session:
        found = {difference.key[0] for difference in volume_differences(session, FIRST, LAST)}
    assert found == set(range(len(GRAINS) + 1))
    with transaction() as session:
        assert rebuild_volume(session, FIRST, LAST) > 0
    assert sums_read(KEYS) == right


@pytest.mark.usefixtures("app_context")
def test_each_number_is_the_length_of_the_list_behind_it(luck: random.Random) -> None:
    live_through(luck)
    for key in ("stream", "exam_type", "device", "operator"):
        for (code,), sums in sums_read((key,)).items():
            rows = listed(first=FIRST, last=LAST, **{key: code})
            counted = dict(zip(AMOUNTS, sums, strict=True))
            assert len(rows) == counted["exams"]
            assert sum(row.parts for row in rows) == counted["parts"]
            assert sum(row.minutes for row in rows) == counted["minutes"]
            assert sum(row.points_hundredths for row in rows) == counted["points_hundredths"]
            chosen = VolumeFilter(FIRST, LAST, **{key: code})
            assert sums_read((key,), chosen) == {(code,): sums}


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
def test_more_groups_than_a_process_should_hold_are_refused(
    luck: random.Random, monkeypatch: pytest.MonkeyPatch
) -> None:
    live_through(luck)
    with read_session() as session:
        rows = len(volume(session, YEAR, ["day", "device"]).rows)
        monkeypatch.setattr(queries_volume, "MOST_GROUPS", rows)
        assert len(volume(session, YEAR, ["day", "device"]).rows) == rows
        monkeypatch.setattr(queries_volume, "MOST_GROUPS", rows - 1)
        with pytest.raises(InvalidError) as refusal:
            volume(session, YEAR, ["day", "device"])
    assert refusal.value.field == "by"


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
    assert (found.today.exams, found.month.exams, found.year.exams) == (1, 2, 3)
    assert found.booked_today == {"booked": 1}


@pytest.mark.usefixtures("app_context")
def test_half_past_midnight_belongs_to_the_day_of_the_hospital() -> None:
    enter_exam_later(_one(at(0, 30)), by=SYSTEM, now=at(9))  # still Sunday in UTC
    assert sums_read(("day",)) == {(MONDAY.isoformat(),): (1, 1, 1, 10, 0, 0, 100)}
