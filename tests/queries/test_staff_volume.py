"""Figures of doctors: whatever is examined, shared, corrected or voided, all points together are those of the rows."""

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from tests.support.databases import Template
from tests.support.department import DEPARTMENT, MONDAY, account_id, at
from tests.support.exam_room import correction_of, exams
from tracker.db import db, read_session
from tracker.domain.shares import Shares, SharesFrom, share_points, shares_on
from tracker.queries.exams import ExamFilter, list_exams
from tracker.queries.staff_volume import StaffFigures, staff_figures
from tracker.services.exams import ExamEntry, correct, enter_exam_later, void
from tracker.services.shares import set_shares_from

pytestmark = pytest.mark.usefixtures("app_context")

FIRST, LAST = MONDAY - timedelta(days=3), MONDAY + timedelta(days=6)
PEOPLE = ("D01", "D02", "D03", "D04")
KNOWN = [
    SharesFrom(MONDAY, Shares(600, 333, 67)),
    SharesFrom(MONDAY + timedelta(days=3), Shares(500, 250, 250)),
]


@pytest.fixture
def template() -> Template:
    return DEPARTMENT


def by_code(first: date = FIRST, last: date = LAST) -> dict[str, StaffFigures]:
    with read_session() as session:
        return {each.code: each for each in staff_figures(session, first, last)}


def enter(luck: random.Random, day: int) -> None:
    people = luck.sample(PEOPLE, 3)
    entry = ExamEntry(
        f"M{luck.randrange(1, 41):05}",
        luck.choice(("abdominal", "cardiac", "contrast")),
        "outpatient",
        luck.choice(("US01", "US02")),
        people[0],
        at(8, day=day),
        at(9, day=day),
        parts=luck.randrange(1, 4),
        is_another=True,
        supervisor=luck.choice((people[1], None)),
        assistant=luck.choice((people[2], None)),
    )
    enter_exam_later(entry, by=account_id("head"), now=at(12, day=day))


def work(luck: random.Random) -> None:
    """Ten days with exams, corrections and voids, and shares that change twice."""
    head = account_id("head")
    for each in KNOWN:
        set_shares_from(each.valid_from, each.shares, by=head, now=at(7))
    for _ in range(30):
        enter(luck, luck.randrange(-3, 7))
    for exam in luck.sample(exams(), 5):
        change = correction_of(exam, operator="D05", parts=luck.randrange(1, 4))
        correct(exam.id, change, by=head, now=at(12, day=9))
    for exam in luck.sample(exams(), 5):
        void(exam.id, reason="twice", by=head, now=at(12, day=9))


@pytest.mark.parametrize("seed", [1, 2])
def test_all_figures_are_those_of_the_rows(seed: int) -> None:
    work(random.Random(seed))
    found = by_code()
    points: dict[str, list[int]] = {code: [0, 0, 0] for code in found}
    with read_session() as session:
        rows = list_exams(session, ExamFilter(FIRST, LAST))
    for row in rows:
        got = share_points(
            row.points_hundredths,
            shares_on(row.local_date, KNOWN),
            supervised=row.supervisor is not None,
            assisted=row.assistant is not None,
        )
        points[row.operator][0] += got.operator
        if row.supervisor:
            points[row.supervisor][1] += got.supervisor
        if row.assistant:
            points[row.assistant][2] += got.assistant
    assert points == {
        code: [
            each.own_points_hundredths,
            each.supervised.points_hundredths,
            each.assisted.points_hundredths,
        ]
        for code, each in found.items()
    }
    with db.engine.connect() as connection:
        total = connection.execute(
            text("SELECT sum(points_hundredths) FROM exam WHERE voided_at IS NULL")
        ).scalar_one()
    assert sum(each.points_hundredths for each in found.values()) == total
    for code, each in found.items():
        own = [row for row in rows if row.operator == code]
        assert (each.own.exams, each.days) == (len(own), len({row.local_date for row in own}))
        assert each.supervised.exams == sum(row.supervisor == code for row in rows)
        assert each.assisted.exams == sum(row.assistant == code for row in rows)


def test_one_person_has_the_same_figures_alone_as_among_all() -> None:
    work(random.Random(3))
    everybody = by_code()
    for code in PEOPLE:
        with read_session() as session:
            [alone] = staff_figures(session, FIRST, LAST, code=code)
        assert alone == everybody[code]


def test_without_shares_the_operator_has_all_and_supervising_is_counted_all_the_same() -> None:
    entry = ExamEntry("M00001", "abdominal", "outpatient", "US01", "D01", at(8), at(9))
    supervised = replace(entry, supervisor="D02")
    enter_exam_later(supervised, by=account_id("head"), now=at(12))
    found = by_code()
    assert found["D01"].points_hundredths == found["D01"].own.points_hundredths == 100
    assert (found["D02"].supervised.exams, found["D02"].points_hundredths) == (1, 0)
    assert found["D02"].points_a_day is None


def test_a_doctor_without_an_exam_is_listed_and_a_nurse_is_not() -> None:
    found = by_code()
    assert found["D01"].is_empty
    assert {each.kind for each in found.values()} == {"doctor"}
