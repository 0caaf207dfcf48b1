"""Exams outside the machine's clicks: entered later, corrected by a new version, voided."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from tests.support.databases import Template
from tests.support.department import DEPARTMENT, account_id, at, staff_code
from tests.support.exam_room import booking, counted, exams, row_counts, running
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
    Correction,
    ExamEntry,
    correct,
    enter_exam_later,
    enter_exams_later,
    void,
)

pytestmark = pytest.mark.usefixtures("app_context")

ENTRY = ExamEntry("M00001", "abdominal", "outpatient", "US07", "D01", at(8), at(8, 10))


@pytest.fixture
def template() -> Template:
    return DEPARTMENT


def examined(number: str = "A1") -> ExamDetails:
    """An exam that `sonographer` did on Monday from 9:00 to 9:10."""
    finish(running(1, at(9)), Report(number), by=account_id("sonographer"), now=at(9, 10))
    return exams()[-1]


def as_correction(exam: ExamDetails, **changes: object) -> Correction:
    """A correction that leaves everything as it is but for `changes`."""
    as_it_is = Correction(
        exam_type=exam.exam_type,
        stream=exam.stream,
        device=exam.device,
        operator=exam.operator,
        started_at=exam.started_at,
        ended_at=exam.ended_at,
        parts=exam.parts,
        number=exam.number,
        patient=exam.mrn,
        reason="wrong sheet",
    )
    return replace(as_it_is, **changes)  # type: ignore[arg-type]


# --- entered later ---------------------------------------------------------------------------------


def test_an_exam_entered_later_says_so_and_counts_on_its_own_day(doctor: int) -> None:
    entry = replace(ENTRY, started_at=at(8, day=-3), ended_at=at(8, 10, day=-3), reason="power cut")
    exam_id = enter_exam_later(entry, by=doctor, now=at(9))
    [exam] = exams()
    assert (exam.id, exam.entered_later, exam.entered_reason) == (exam_id, True, "power cut")
    assert (exam.local_date, exam.minutes, exam.booking_id) == (at(0, day=-2).date(), 10, None)
    assert exam.logged_by == "sonographer"
    assert counted() == (0, 0)  # Monday has none


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"exam_type": "x"}, "exam_type"),
        ({"stream": "x"}, "stream"),
        ({"device": "x"}, "device"),
        ({"operator": "x"}, "operator"),
        ({"parts": 0}, "parts"),
        ({"started_at": at(9, 30), "ended_at": at(9, 40)}, "start"),
        ({"ended_at": at(9, 30)}, "end"),
        ({"ended_at": at(8)}, "end"),
        ({"started_at": at(8, day=-2)}, "end"),
        ({"number": "TAKEN"}, "exam_number"),
        ({"number": "x" * 41}, "exam_number"),
        ({"reason": "x" * 401}, "reason"),
    ],
)
def test_an_entry_that_cannot_be_is_refused_on_its_field(
    change: dict[str, object], field: str, doctor: int
) -> None:
    enter_exam_later(replace(ENTRY, number="TAKEN"), by=doctor, now=at(9))
    before = row_counts()
    with pytest.raises(InvalidError) as refusal:
        enter_exam_later(replace(ENTRY, **change), by=doctor, now=at(9))  # type: ignore[arg-type]
    assert refusal.value.field == field
    assert row_counts() == before


def test_several_are_entered_all_or_none(doctor: int) -> None:
    entries = [ENTRY, replace(ENTRY, patient="M00002"), replace(ENTRY, device="US99")]
    before = row_counts()
    with pytest.raises(InvalidError) as refusal:
        enter_exams_later(entries, by=doctor, now=at(9))
    assert (refusal.value.field, refusal.value.details["row"]) == ("device", 2)
    assert row_counts() == before
    assert len(enter_exams_later(entries[:2], by=doctor, now=at(9))) == 2
    assert counted()[0] == 2


def test_an_unknown_patient_names_the_row(doctor: int) -> None:
    entries = [ENTRY, replace(ENTRY, patient="M99999")]
    with pytest.raises(NotFoundError) as refusal:
        enter_exams_later(entries, by=doctor, now=at(9))
    assert (refusal.value.field, refusal.value.details["row"]) == ("patient", 1)


def test_one_number_twice_in_one_form_is_refused(doctor: int) -> None:
    entries = [replace(ENTRY, number="A1"), replace(ENTRY, patient="M00002", number="A1")]
    with pytest.raises(InvalidError) as refusal:
        enter_exams_later(entries, by=doctor, now=at(9))
    assert (refusal.value.field, refusal.value.details["row"]) == ("exam_number", 1)


# --- corrected -------------------------------------------------------------------------------------


def test_a_correction_keeps_the_version_before_and_moves_the_count(doctor: int) -> None:
    exam = examined()
    change = as_correction(exam, device="US06", parts=2, number="A2", operator="D05")
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
    correct(exam.id, as_correction(exam, number="A2"), by=doctor, now=at(15))
    assert exams()[0].points_hundredths == exam.points_hundredths


def test_the_operator_corrects_on_the_same_day_only(doctor: int) -> None:
    exam = examined()
    change = as_correction(exam, number="A2")
    correct(exam.id, change, by=doctor, now=at(23, 59))
    with pytest.raises(ForbiddenError):
        correct(exam.id, change, by=doctor, now=at(0, day=1))


@pytest.mark.parametrize("who", ["colleague", "reception", "admin"])
def test_nobody_else_corrects(who: str) -> None:
    exam = examined()
    before = row_counts()
    with pytest.raises(ForbiddenError):
        correct(exam.id, as_correction(exam, number="A2"), by=account_id(who), now=at(10))
    assert row_counts() == before


def test_the_head_corrects_afterwards() -> None:
    exam = examined()
    change = as_correction(exam, operator=staff_code("colleague"))
    correct(exam.id, change, by=account_id("head"), now=at(9, day=3))
    assert exams()[0].operator == staff_code("colleague")


def test_what_was_retired_since_may_stay_in_a_correction() -> None:
    exam = examined()
    with db.engine.begin() as connection:
        for table in ("exam_type", "stream", "device", "staff_member"):
            connection.execute(text(f"UPDATE {table} SET retired_at = '2026-11-23 08:00:00+00'"))
    change = as_correction(exam, ended_at=exam.ended_at + timedelta(minutes=1))
    correct(exam.id, change, by=account_id("head"), now=at(12))
    assert exams()[0].minutes == 11


def test_a_correction_needs_a_reason_and_the_version_seen(doctor: int) -> None:
    exam = examined()
    with pytest.raises(InvalidError) as refusal:
        correct(exam.id, as_correction(exam, reason=" "), by=doctor, now=at(10))
    assert refusal.value.field == "reason"
    correct(exam.id, as_correction(exam, number="A2"), by=doctor, now=at(10), version=1)
    with pytest.raises(StaleError):
        correct(exam.id, as_correction(exam, number="A3"), by=doctor, now=at(10), version=1)


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
        correct(exam.id, as_correction(exam), by=account_id("head"), now=at(10))


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
