"""What a forecast is made from: the database's counts beside a count of the rows one by one, on any clock."""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert, select, update

from tests.support.databases import Template
from tests.support.department import DEPARTMENT, MONDAY, at
from tests.support.starting_data import SYSTEM
from tracker import clock
from tracker.db import db, read_session
from tracker.domain.cellmeans import Cell
from tracker.domain.forecast import Booked
from tracker.models import Booking, Exam, ExamType, ExamTypeStream, PartOfDay, Stream
from tracker.queries.demand_history import (
    booked_demand,
    demand_history,
    minutes_each,
    work_days,
)
from tracker.services.booking import BookingOrder, book_exam
from tracker.services.changing import cancel_booking

pytestmark = pytest.mark.usefixtures("app_context")

FIRST, LAST = date(2026, 2, 1), date(2026, 5, 31)
NOON = time(13, 30)  # where the afternoon begins in the starting data


@pytest.fixture
def template() -> Template:
    return DEPARTMENT


@pytest.fixture(
    params=["Asia/Shanghai", "Europe/Berlin", "Pacific/Auckland", "America/Los_Angeles"]
)
def zone(request: pytest.FixtureRequest, app_context: None) -> Iterator[ZoneInfo]:
    """Hospitals whose noon lies on either side of midnight in UTC, and whose clocks change in spring."""
    clock.set_hospital_zone(request.param)
    yield ZoneInfo(request.param)
    clock.set_hospital_zone("Asia/Shanghai")


def every_day() -> list[date]:
    return [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]


def perform(luck: random.Random, zone: ZoneInfo, number: int) -> None:
    """Exams at any hour of any day, an eighth of them voided."""
    rows = []
    for n in range(number):
        day = luck.choice(every_day())
        minute = luck.choice([0, 809, 810, 811, 1439, luck.randrange(1440)])
        local = datetime.combine(day, time(minute // 60, minute % 60), zone)
        rows.append(
            {
                "number": f"X{n}", "patient_id": luck.randrange(1, 41),
                "exam_type_id": luck.randrange(1, 5), "stream_id": luck.randrange(1, 4),
                "device_id": luck.randrange(1, 4), "operator_id": luck.randrange(1, 4),
                "parts": luck.randrange(1, 4), "started_at": local, "ended_at": local,
                "local_date": day, "minutes": 0, "points_hundredths": 0, "logged_at": local,
                "logged_by_id": SYSTEM, "voided_at": local if luck.random() < 0.125 else None,
            }
        )  # fmt: skip
    with db.engine.begin() as connection:
        connection.execute(insert(Exam), rows)


def counted_one_by_one(zone: ZoneInfo) -> tuple[Counter, Counter]:
    """Exams and parts by day and cell, from the rows and the clock on the wall."""
    exams: Counter = Counter()
    parts: Counter = Counter()
    with read_session() as session:
        for exam in session.scalars(select(Exam)):
            if exam.voided_at is None:
                local = exam.started_at.astimezone(zone).time()
                part = "morning" if local < NOON else "afternoon"
                key = exam.local_date, Cell(part, exam.stream_id, exam.exam_type_id)
                exams[key] += 1
                parts[exam.stream_id, exam.exam_type_id] += exam.parts
    return exams, parts


def read(days: list[date]) -> tuple[Counter, dict]:
    with read_session() as session:
        found = demand_history(session, days)
    by_key = {(day, cell): n for day, cells in found.exams.items() for cell, n in cells.items()}
    return Counter(by_key), dict(found.mean_parts)


def test_the_database_counts_as_the_clock_on_the_wall_does(zone: ZoneInfo) -> None:
    perform(random.Random(4), zone, 900)
    exams, mean_parts = read(every_day())
    by_hand, parts = counted_one_by_one(zone)
    assert exams == by_hand
    of_pair: Counter = Counter()
    for (_, cell), n in by_hand.items():
        of_pair[cell.stream_id, cell.exam_type_id] += n
    assert mean_parts == pytest.approx({pair: parts[pair] / n for pair, n in of_pair.items()})


def test_only_the_days_that_are_asked_for_are_counted() -> None:
    perform(random.Random(5), clock.hospital_zone(), 300)
    wanted = every_day()[10:40:3]
    exams, _ = read(wanted)
    by_hand, _ = counted_one_by_one(clock.hospital_zone())
    assert exams == Counter({key: n for key, n in by_hand.items() if key[0] in wanted})
    assert read([]) == (Counter(), {})


def test_what_is_out_of_service_is_no_demand() -> None:
    perform(random.Random(6), clock.hospital_zone(), 300)
    with db.engine.begin() as connection:
        connection.execute(update(ExamType).where(ExamType.id == 1).values(retired_at=at(8)))
        connection.execute(update(Stream).where(Stream.id == 2).values(retired_at=at(8)))
    exams, mean_parts = read(every_day())
    assert exams
    assert {cell.exam_type_id for _, cell in exams} == {2, 3, 4}
    assert {cell.stream_id for _, cell in exams} == {1, 3}
    assert all(stream != 2 and exam_type != 1 for stream, exam_type in mean_parts)


def test_a_day_of_one_part_has_no_border() -> None:
    perform(random.Random(7), clock.hospital_zone(), 100)
    with db.engine.begin() as connection:
        connection.execute(PartOfDay.__table__.delete().where(PartOfDay.code == "afternoon"))
    exams, _ = read(every_day())
    assert {cell.part for _, cell in exams} == {"morning"}
    assert exams.total() == counted_one_by_one(clock.hospital_zone())[0].total()


def test_what_stands_is_counted_with_its_planned_minutes_and_what_was_cancelled_is_not() -> None:
    for patient, hour, parts in ((1, 8, 1), (2, 9, 3), (3, 14, 1), (4, 10, 1)):
        order = BookingOrder(
            f"M{patient:05}", "abdominal", "outpatient", "US01", at(hour), parts=parts
        )
        booked = book_exam(order, by=SYSTEM, now=at(7))
    cancel_booking(booked.booking_id, version=1, reason="moved away", by=SYSTEM, now=at(7))
    with read_session() as session:
        rows = session.scalars(select(Booking).where(Booking.status == "booked")).all()
        found = booked_demand(session, [MONDAY])
        assert booked_demand(session, [MONDAY + timedelta(days=1)]) == {}
    (stream,) = {row.stream_id for row in rows}
    (exam_type,) = {row.exam_type_id for row in rows}
    lasting = sum((row.ends_at - row.starts_at for row in rows), timedelta())
    morning, afternoon = (
        found[MONDAY, Cell(part, stream, exam_type)] for part in ("morning", "afternoon")
    )
    assert (morning.exams, afternoon) == (2, Booked(1, 10))
    assert morning.minutes + afternoon.minutes == lasting / timedelta(minutes=1)


def test_an_exam_lasts_as_its_stream_says_and_longer_with_more_parts() -> None:
    with db.engine.begin() as connection:
        connection.execute(ExamTypeStream.__table__.delete())
        connection.execute(
            update(ExamType).where(ExamType.id == 1).values(minutes=10, further_part_minutes=4)
        )
        connection.execute(
            insert(ExamTypeStream).values(
                exam_type_id=1, stream_id=2, minutes=16, further_part_minutes=8
            )
        )
    with read_session() as session:
        minutes = minutes_each(session, {(1, 1): 1.5, (2, 1): 1.25})
    assert (minutes[1, 1], minutes[2, 1], minutes[3, 1]) == (12.0, 18.0, 10.0)


def test_make_up_days_are_known_as_such() -> None:
    with read_session() as session:
        days = work_days(session)
    assert date(2026, 5, 9) in days.make_up
    assert all(days.calendar.is_working(day) for day in days.make_up)


def test_a_history_is_counted_by_one_statement_for_exams(statements: list[str]) -> None:
    perform(random.Random(8), clock.hospital_zone(), 50)
    statements.clear()
    read(every_day())
    assert len([each for each in statements if "FROM exam" in each or "JOIN exam" in each]) <= 2
    assert len(statements) <= 5
