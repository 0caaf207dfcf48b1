"""What an earlier day left open is settled as examined: by the desk too, for the doctor who did it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from tests.support.department import account_id, at
from tests.support.exam_room import (
    arrived,
    arrived_before_its_day,
    book,
    booking,
    counted,
    exams,
    history,
    running,
)
from tests.support.refusals import refused
from tests.support.soundness import assert_sound
from tracker.db import read_session, transaction
from tracker.domain.errors import ConflictError, InvalidError, NotFoundError, StaleError
from tracker.models import AuditEntry, Exam, ExamType
from tracker.services.examining import finish
from tracker.services.settling import Examined, settle_as_examined

pytestmark = pytest.mark.usefixtures("app_context")

DONE = Examined("US08", "D12", at(9, 5), at(9, 17))
TUESDAY = at(7, 30, day=1)


def test_the_exam_counts_on_its_day_for_the_doctor_and_names_who_entered_it(desk: int) -> None:
    booking_id = arrived(1, at(9))
    done = replace(DONE, parts=2, number="N7", reason="下班未点")
    exam_id = settle_as_examined(booking_id, done, by=desk, now=TUESDAY)
    [exam] = exams()
    assert (exam.id, exam.number, exam.booking_id) == (exam_id, "N7", booking_id)
    assert (exam.operator, exam.device, exam.parts) == ("D12", "US08", 2)
    assert (exam.started_at, exam.ended_at, exam.local_date) == (at(9, 5), at(9, 17), at(9).date())
    assert (exam.entered_later, exam.entered_reason) == (True, "下班未点")
    after = booking(booking_id)
    assert (after.status, after.started_operator, after.exam_id) == ("completed", "D12", exam_id)
    assert (history(booking_id)[-1].by, history(booking_id)[-1].at) == ("reception", TUESDAY)
    with read_session() as session:
        assert session.get_one(Exam, exam_id).logged_by_id == desk
        entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert (entry.entity, entry.action, entry.by_id) == ("exam", "log", desk)
    assert counted()[0] == 1
    assert_sound()


def test_an_exam_in_progress_is_settled_with_its_parts_and_a_number_of_ours(desk: int) -> None:
    booking_id = running(1, at(9), parts=3)
    settle_as_examined(booking_id, DONE, by=desk, now=TUESDAY)
    [exam] = exams()
    assert (exam.parts, exam.started_at, exam.number[0]) == (3, at(9, 5), "U")
    assert_sound()


def test_what_is_of_today_or_waits_no_more_is_not_the_lists(desk: int) -> None:
    today, booked = arrived(1, at(9)), book(2, at(10))
    evening = at(18)
    for booking_id, now in ((today, evening), (booked, TUESDAY)):
        refusal = refused(ConflictError, settle_as_examined, booking_id, DONE, by=desk, now=now)
        assert refusal.code == "not_left_open"
    settle_as_examined(today, DONE, by=desk, now=TUESDAY)
    refused(ConflictError, settle_as_examined, today, DONE, by=desk, now=TUESDAY)
    refused(NotFoundError, settle_as_examined, 999, DONE, by=desk, now=TUESDAY)


def test_somebody_else_was_first(desk: int) -> None:
    booking_id = arrived(1, at(9))
    refused(StaleError, settle_as_examined, booking_id, DONE, by=desk, now=TUESDAY, version=1)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"operator": "D99"}, "operator"),
        ({"device": "US99"}, "device"),
        ({"ended_at": at(9)}, "end"),
        ({"ended_at": TUESDAY + timedelta(minutes=1)}, "end"),
        ({"number": " "}, "exam_number"),
        ({"reason": "a\0"}, "reason"),
    ],
)
def test_what_cannot_be_meant_is_refused_on_its_field(
    change: dict[str, object], field: str, desk: int
) -> None:
    booking_id = arrived(1, at(9))
    done = replace(DONE, **change)  # type: ignore[arg-type]
    assert (
        refused(InvalidError, settle_as_examined, booking_id, done, by=desk, now=TUESDAY).field
        == field
    )


def test_nobody_is_examined_on_a_day_before_the_check_in(desk: int) -> None:
    booking_id = arrived(1, at(9))
    year, step = timedelta(days=365), settle_as_examined
    typed = replace(DONE, started_at=DONE.started_at - year, ended_at=DONE.ended_at - year)
    assert refused(InvalidError, step, booking_id, typed, by=desk, now=TUESDAY).field == "start"
    assert (booking(booking_id).status, exams()) == ("arrived", [])


def test_who_came_a_day_early_is_settled_on_the_day_of_the_check_in(desk: int) -> None:
    booking_id = arrived_before_its_day(1, at(9, day=1), now=at(9))
    settle_as_examined(booking_id, DONE, by=desk, now=at(8, day=2))
    assert exams()[0].local_date == at(9).date()


def test_an_exam_that_was_clicked_elsewhere_that_day_is_not_counted_twice(desk: int) -> None:
    booking_id, other = arrived(1, at(9)), running(1, at(10))
    finish(other, by=account_id("sonographer"), now=at(10, 9))
    step = settle_as_examined
    refusal = refused(InvalidError, step, booking_id, DONE, by=desk, now=TUESDAY)
    assert (refusal.code, refusal.field) == ("same_exam_that_day", "is_another")
    step(booking_id, replace(DONE, is_another=True), by=desk, now=TUESDAY)
    assert counted()[0] == 2


def test_an_exam_type_that_was_retired_overnight_is_settled_all_the_same(desk: int) -> None:
    booking_id = arrived(1, at(9))
    with transaction() as session:
        session.execute(update(ExamType).values(retired_at=at(20)))
    settle_as_examined(booking_id, DONE, by=desk, now=TUESDAY)
    assert booking(booking_id).status == "completed"
