"""An exam that is on record: corrected by a new version, voided."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from tests.support.department import account_id, at, staff_code
from tests.support.exam_room import booking, correction_of, counted, exams, row_counts, running
from tracker.db import db, read_session
from tracker.domain.errors import (
    ConflictError,
    ForbiddenError,
    IllegalTransitionError,
    InvalidError,
    NotFoundError,
    StaleError,
)
from tracker.queries.exams import ExamDetails, earlier_versions, exam_details
from tracker.services.examining import Report, finish
from tracker.services.exams import (
    ExamEntry,
    correct,
    enter_exam_later,
    void,
)

pytestmark = pytest.mark.usefixtures("app_context")

ENTRY = ExamEntry("M00001", "abdominal", "outpatient", "US07", "D01", at(8), at(8, 10))


def examined(number: str = "A1") -> ExamDetails:
    """An exam that `sonographer` did on Monday from 9:00 to 9:10."""
    finish(running(1, at(9)), Report(number), by=account_id("sonographer"), now=at(9, 10))
    return exams()[-1]


def test_a_correction_keeps_the_version_before_and_moves_the_count(doctor: int) -> None:
    exam = examined()
    change = correction_of(exam, device="US06", parts=2, number="A2", operator="D05")
    correct(exam.id, change, by=doctor, now=at(15), version=exam.version)
    [now] = exams()
    assert (now.version, now.number, now.device, now.parts) == (2, "A2", "US06", 2)
    assert now.points_hundredths > exam.points_hundredths
    assert counted() == (1, now.points_hundredths)
    with read_session() as session:
        [before] = earlier_versions(session, exam.id)
    assert (before.version, before.corrected_by, before.reason) == (1, "sonographer", "wrong sheet")
    assert before.values["number"] == "A1"
    assert before.values["points_hundredths"] == exam.points_hundredths


def test_points_stay_as_they_were_logged_unless_type_or_parts_change(doctor: int) -> None:
    exam = examined()
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE exam_type SET points_hundredths = 999"))
    correct(exam.id, correction_of(exam, number="A2"), by=doctor, now=at(15))
    assert exams()[0].points_hundredths == exam.points_hundredths


def test_the_operator_corrects_on_the_same_day_only(doctor: int) -> None:
    exam = examined()
    change = correction_of(exam, number="A2")
    correct(exam.id, change, by=doctor, now=at(23, 59))
    with pytest.raises(ForbiddenError):
        correct(exam.id, change, by=doctor, now=at(0, day=1))


@pytest.mark.parametrize("who", ["colleague", "reception", "admin"])
def test_nobody_else_corrects(who: str) -> None:
    exam = examined()
    before = row_counts()
    with pytest.raises(ForbiddenError):
        correct(exam.id, correction_of(exam, number="A2"), by=account_id(who), now=at(10))
    assert row_counts() == before


def test_the_head_corrects_afterwards() -> None:
    exam = examined()
    change = correction_of(exam, operator=staff_code("colleague"))
    correct(exam.id, change, by=account_id("head"), now=at(9, day=3))
    assert exams()[0].operator == staff_code("colleague")


def test_what_was_retired_since_may_stay_in_a_correction() -> None:
    exam = examined()
    with db.engine.begin() as connection:
        for table in ("exam_type", "stream", "device", "staff_member"):
            connection.execute(text(f"UPDATE {table} SET retired_at = '2026-11-23 08:00:00+00'"))
    change = correction_of(exam, ended_at=exam.ended_at + timedelta(minutes=1))
    correct(exam.id, change, by=account_id("head"), now=at(12))
    assert exams()[0].minutes == 11


def test_a_correction_needs_a_reason_and_the_version_seen(doctor: int) -> None:
    exam = examined()
    with pytest.raises(InvalidError) as refusal:
        correct(exam.id, correction_of(exam, reason=" "), by=doctor, now=at(10))
    assert refusal.value.field == "reason"
    correct(exam.id, correction_of(exam, number="A2"), by=doctor, now=at(10), version=1)
    with pytest.raises(StaleError):
        correct(exam.id, correction_of(exam, number="A3"), by=doctor, now=at(10), version=1)


# --- voided ----------------------------------------------------------------------------------------


def test_a_voided_exam_stays_and_counts_nothing() -> None:
    exam = examined()
    void(exam.id, reason="twice", by=account_id("head"), now=at(10))
    with read_session() as session:
        now = exam_details(session, exam.id)
    assert (now.is_voided, now.void_reason, counted()) == (True, "twice", (0, 0))
    assert booking(exam.booking_id or 0).status == "in_progress"


def test_voiding_twice_or_without_a_reason_changes_nothing() -> None:
    exam = examined()
    with pytest.raises(InvalidError) as refusal:
        void(exam.id, reason=" ", by=account_id("head"), now=at(10))
    assert refusal.value.field == "reason"
    void(exam.id, reason="twice", by=account_id("head"), now=at(10))
    with pytest.raises(ConflictError) as again:
        void(exam.id, reason="twice", by=account_id("head"), now=at(10))
    assert again.value.code == "already_voided"
    with pytest.raises(ConflictError):
        correct(exam.id, correction_of(exam), by=account_id("head"), now=at(10))


def test_a_voided_exam_that_was_entered_later_has_no_booking_to_go_back() -> None:
    exam_id = enter_exam_later(ENTRY, by=account_id("sonographer"), now=at(9))
    void(exam_id, reason="wrong day", by=account_id("head"), now=at(10))
    assert counted() == (0, 0)


def test_an_unknown_exam_is_not_found() -> None:
    with pytest.raises(NotFoundError):
        void(999, reason="twice", by=account_id("head"), now=at(10))
    with read_session() as session, pytest.raises(NotFoundError):
        exam_details(session, 999)


def test_only_the_table_says_what_a_completed_booking_can_do(doctor: int) -> None:
    exam = examined()
    with pytest.raises(IllegalTransitionError):
        finish(exam.booking_id or 0, by=doctor, now=at(10))
