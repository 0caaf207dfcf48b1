"""Points from a day on: an exam has those of its own day, however late it is entered or corrected."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.support import catalogue
from tests.support.catalogue import last_entry
from tests.support.department import MONDAY, account_id, at
from tests.support.exam_room import correction_of, counted, exams, running
from tracker.db import read_session
from tracker.domain.errors import ConflictError, InvalidError, NotFoundError
from tracker.domain.weights import Weights
from tracker.queries.catalogue import exam_terms
from tracker.queries.weights import all_weights, points_on, weights_rows
from tracker.services.examining import finish
from tracker.services.exams import ExamEntry, correct, enter_exam_later
from tracker.services.weights import PointsFrom, drop_points_from, set_points_from

pytestmark = pytest.mark.usefixtures("app_context")
ENTRY = ExamEntry("M00001", "abdominal", "outpatient", "US07", "D01", at(8), at(8, 10), parts=2)
TUESDAY = MONDAY + timedelta(days=1)


def from_day(day: date, first: int, further: int = 0, *, stream: str | None = None) -> int:
    wanted = PointsFrom(
        valid_from=day,
        points_hundredths=first,
        further_part_points_hundredths=further,
        stream=stream,
    )
    exam_type_id = catalogue.exam_type("abdominal").id
    return set_points_from(exam_type_id, wanted, by=account_id("admin"), now=at(7))


def entered(**values: object) -> int:
    entry = replace(ENTRY, **values)
    exam_id = enter_exam_later(entry, by=account_id("head"), now=at(12, day=1))
    return next(exam.points_hundredths for exam in exams() if exam.id == exam_id)


def test_changing_next_months_points_never_rewrites_what_was_examined_before() -> None:
    entered()
    before, total = exams(), counted()
    from_day(TUESDAY, 999, 99)
    assert (exams(), counted()) == (before, total)
    assert entered(patient="M00002") == before[0].points_hundredths  # entered after the change
    assert entered(patient="M00003", started_at=at(8, day=1), ended_at=at(9, day=1)) == 999 + 99


def test_an_exam_that_is_finished_has_the_points_of_the_day_on_which_it_began() -> None:
    from_day(MONDAY, 300)
    finish(running(1, at(9)), by=account_id("sonographer"), now=at(9, 10))
    assert [exam.points_hundredths for exam in exams()] == [300]


def test_a_correction_to_another_day_takes_the_points_of_that_day() -> None:
    entered(parts=1)
    from_day(TUESDAY, 700)
    [exam] = exams()
    day = timedelta(days=1)
    moved = correction_of(exam, started_at=exam.started_at + day, ended_at=exam.ended_at + day)
    correct(exam.id, moved, by=account_id("head"), now=at(12, day=1))
    assert [each.points_hundredths for each in exams()] == [700]
    back = correction_of(exam, parts=2)
    correct(exam.id, back, by=account_id("head"), now=at(12, day=1))
    assert [each.points_hundredths for each in exams()] == [150]


def test_a_stream_may_have_points_of_its_own_from_a_day_on() -> None:
    from_day(MONDAY, 200)
    from_day(MONDAY, 40, stream="cadre_ward")
    assert entered(parts=1, stream="cadre_ward") == 40
    assert entered(parts=1, patient="M00002") == 200


@pytest.mark.parametrize("stream", ["outpatient", "cadre_ward", "medical_exam"])
def test_many_exams_at_once_are_weighed_as_one_is(stream: str) -> None:
    from_day(MONDAY, 200, 20)
    from_day(TUESDAY, 40, 4, stream="cadre_ward")
    with read_session() as session:
        known = all_weights(session)
        terms = exam_terms(session, exam_type_code="abdominal", stream_code=stream)
        assert terms is not None
        for day in (MONDAY - timedelta(days=400), MONDAY, TUESDAY):
            weights = known.on(day, terms.exam_type_id, terms.stream_id)
            assert points_on(session, terms, 3, day) == weights.points_of(3)
        assert known.on(TUESDAY, terms.exam_type_id, None) == Weights(200, 20)


@pytest.mark.parametrize("day", [MONDAY - timedelta(days=1), TUESDAY])
def test_a_day_that_is_over_or_taken_is_refused_beside_the_field(day: date) -> None:
    from_day(TUESDAY, 200)
    with pytest.raises(InvalidError) as refusal:
        from_day(day, 300)
    assert refusal.value.field == "valid_from"
    from_day(TUESDAY, 300, stream="outpatient")  # its own rows have days of their own


def test_today_is_refused_once_an_exam_of_the_type_is_counted() -> None:
    by = account_id("sonographer")
    finish(running(1, at(9)), by=by, now=at(9, 10))
    with pytest.raises(InvalidError) as refusal:
        from_day(MONDAY, 300)
    assert refusal.value.field == "valid_from"
    from_day(MONDAY, 300, stream="cadre_ward")  # of which none was examined yet


@pytest.mark.parametrize("name", ["points_hundredths", "further_part_points_hundredths"])
def test_points_are_whole_hundredths_within_bounds(name: str) -> None:
    wanted = PointsFrom(valid_from=TUESDAY, points_hundredths=1, further_part_points_hundredths=1)
    with pytest.raises(InvalidError) as refusal:
        set_points_from(1, replace(wanted, **{name: -1}), by=account_id("admin"), now=at(7))
    assert refusal.value.field == name


def test_points_that_have_not_begun_are_taken_back_and_others_are_not() -> None:
    exam_type_id, by = catalogue.exam_type("abdominal").id, account_id("admin")
    begun, to_come = from_day(MONDAY, 200), from_day(TUESDAY, 300)
    drop_points_from(exam_type_id, to_come, by=by, now=at(7))
    assert last_entry()[:2] == ("remove", "exam_type")
    with pytest.raises(ConflictError):
        drop_points_from(exam_type_id, begun, by=by, now=at(7))
    with pytest.raises(NotFoundError):
        drop_points_from(exam_type_id, to_come, by=by, now=at(7))
    with pytest.raises(NotFoundError):
        drop_points_from(catalogue.exam_type("lung").id, begun, by=by, now=at(7))
    with read_session() as session:
        assert [row.points_hundredths for row in weights_rows(session, exam_type_id)] == [200]


def test_an_unknown_exam_type_or_stream_is_refused() -> None:
    with pytest.raises(InvalidError) as refusal:
        from_day(TUESDAY, 1, stream="nobody")
    assert refusal.value.field == "stream"
    wanted = PointsFrom(valid_from=TUESDAY, points_hundredths=1, further_part_points_hundredths=1)
    with pytest.raises(NotFoundError):
        set_points_from(999_999, wanted, by=account_id("admin"), now=at(7))
