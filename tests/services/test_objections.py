"""*Not mine* and *missing*: a doctor says it of the own rows, the head decides, the figures follow once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.support.catalogue import last_entry
from tests.support.department import MONDAY, account_id, at, staff_code
from tests.support.exam_room import correction_of, counted, exams, row_counts, running
from tracker.db import read_session
from tracker.domain.errors import (
    ConflictError,
    DomainError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
)
from tracker.queries.exams import ExamDetails, earlier_versions
from tracker.queries.objections import (
    ObjectionRow,
    count_open_objections,
    decided_objections,
    objection,
    objections_of,
    open_objections,
)
from tracker.services.examining import Report, finish
from tracker.services.exams import ExamEntry, correct, void
from tracker.services.objections import (
    MissingExam,
    decline_objection,
    enter_missing,
    hand_exam_on,
    object_not_mine,
    report_missing,
)

pytestmark = pytest.mark.usefixtures("app_context")

MISSING = MissingExam("M00007", "abdominal", "US07", MONDAY, "on paper")
ENTRY = ExamEntry(
    "M00007", "abdominal", "outpatient", "US07", "D01", at(8), at(8, 10), reason="was missing"
)


def examined(**named: str) -> ExamDetails:
    """An exam of `sonographer` (D01), perhaps with others."""
    booking_id = running(1, at(9))
    finish(booking_id, Report("A1", **named), by=account_id("sonographer"), now=at(9, 10))
    return exams()[-1]


def object_to(exam: ExamDetails, *, by: str = "sonographer", note: str = "") -> int:
    return object_not_mine(exam.id, note=note, by=account_id(by), now=at(10))


def report(missing: MissingExam = MISSING, *, by: str = "sonographer") -> int:
    return report_missing(missing, by=account_id(by), now=at(10))


def look(objection_id: int) -> ObjectionRow:
    with read_session() as session:
        return objection(session, objection_id)


def test_an_objection_waits_for_the_head_and_the_exam_counts_on() -> None:
    exam = examined()
    before = counted()
    objection_id = object_to(exam, note="I was away")
    row = look(objection_id)
    assert (row.kind, row.doctor, row.exam_number) == ("not_mine", "D01", "A1")
    assert (row.note, row.is_open, counted()) == ("I was away", True, before)
    assert last_entry() == ("add", "objection", {"kind": "not_mine"})
    with read_session() as session:
        assert open_objections(session) == objections_of(session, "D01") == [row]
        assert (count_open_objections(session), decided_objections(session)) == (1, [])


def test_what_is_not_the_doctors_is_handed_on_by_a_new_version() -> None:
    exam = examined()
    objection_id = object_to(exam)
    hand_exam_on(objection_id, to="D02", reason="it was Chen", by=account_id("head"), now=at(12))
    [now] = exams()
    assert (now.operator, now.version, now.number) == ("D02", 2, "A1")
    assert counted() == (1, exam.points_hundredths)
    with read_session() as session:
        [version] = earlier_versions(session, exam.id)
        assert count_open_objections(session) == 0
        [row] = decided_objections(session)
    assert (version.reason, row.decision_reason) == ("it was Chen", "it was Chen")
    assert (row.decision, row.decided_by) == ("corrected", "head")
    assert last_entry() == ("decide", "objection", {"decision": "corrected"})


@pytest.mark.parametrize(("to", "left"), [(None, None), ("D05", "D05")])
def test_a_supervisor_is_taken_out_or_replaced(to: str | None, left: str | None) -> None:
    exam = examined(supervisor=staff_code("colleague"))
    objection_id = object_to(exam, by="colleague")
    hand_exam_on(objection_id, to=to, reason="was not there", by=account_id("head"), now=at(12))
    [now] = exams()
    assert (now.operator, now.supervisor) == (exam.operator, left)


@pytest.mark.parametrize("to", [None, "", "X99", "D01", "D02", "N01"])
def test_whom_it_cannot_be_handed_to_is_refused_beside_the_field(to: str | None) -> None:
    exam = examined(supervisor="D02")
    objection_id = object_to(exam)
    before = row_counts()
    with pytest.raises(InvalidError) as refusal:
        hand_exam_on(objection_id, to=to, reason="no", by=account_id("head"), now=at(12))
    assert (refusal.value.field, row_counts()) == ("operator", before)
    assert look(objection_id).is_open


def test_declining_keeps_the_exam_and_needs_a_reason() -> None:
    exam = examined()
    objection_id = object_to(exam)
    with pytest.raises(InvalidError) as refusal:
        decline_objection(objection_id, reason=" ", by=account_id("head"), now=at(12))
    assert refusal.value.field == "reason"
    decline_objection(objection_id, reason="signed by you", by=account_id("head"), now=at(12))
    row = look(objection_id)
    assert (row.decision, row.decision_reason) == ("kept", "signed by you")
    assert exams() == [exam]
    object_to(exam)  # said once more, with a better note perhaps


def test_an_exam_has_one_open_objection_and_is_the_doctors_own() -> None:
    exam = examined()
    for who, error in (("colleague", ForbiddenError), ("head", ForbiddenError)):
        with pytest.raises(error):
            object_to(exam, by=who)
    object_to(exam)
    with pytest.raises(ConflictError):
        object_to(exam)
    with pytest.raises(NotFoundError):
        object_not_mine(999_999, by=account_id("sonographer"), now=at(10))


def test_what_was_voided_or_corrected_meanwhile_cannot_be_handed_on() -> None:
    exam, head = examined(), account_id("head")
    objection_id = object_to(exam)
    correct(exam.id, correction_of(exam, operator="D02"), by=head, now=at(11))
    with pytest.raises(ConflictError):
        hand_exam_on(objection_id, to="D03", reason="no", by=head, now=at(12))
    void(exam.id, reason="twice", by=head, now=at(12))
    with pytest.raises(ConflictError):
        hand_exam_on(objection_id, to="D03", reason="no", by=head, now=at(12))
    with pytest.raises(ConflictError):
        object_to(exam, by="colleague")
    decline_objection(objection_id, reason="voided", by=head, now=at(12))


def test_a_missing_exam_is_entered_once_and_the_doctor_sees_it() -> None:
    objection_id = report()
    assert counted() == (0, 0)
    exam_id = enter_missing(objection_id, ENTRY, by=account_id("head"), now=at(12))
    [exam] = exams()
    assert (exam.id, exam.operator, exam.entered_later) == (exam_id, "D01", True)
    assert counted() == (1, 100)
    row = look(objection_id)
    assert (row.decision, row.made_exam_id) == ("entered", exam_id)
    with pytest.raises(ConflictError):
        enter_missing(objection_id, ENTRY, by=account_id("head"), now=at(12))
    assert counted() == (1, 100)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"patient": " "}, "patient"),
        ({"exam_type": "nose"}, "exam_type"),
        ({"device": "X9"}, "device"),
        ({"day": MONDAY + timedelta(days=1)}, "day"),
        ({"note": "x" * 401}, "note"),
    ],
)
def test_a_report_that_cannot_be_is_refused_beside_its_field(
    changes: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidError) as refusal:
        report(replace(MISSING, **changes))  # type: ignore[arg-type]
    assert refusal.value.field == field


def test_a_missing_exam_that_cannot_be_entered_stays_open() -> None:
    objection_id, before = report(), row_counts()
    for wrong in (
        replace(ENTRY, patient="M99999"),
        replace(ENTRY, ended_at=at(7)),
        replace(ENTRY, reason=""),
    ):
        with pytest.raises(DomainError):
            enter_missing(objection_id, wrong, by=account_id("head"), now=at(12))
    assert (row_counts(), look(objection_id).is_open) == (before, True)
    decline_objection(objection_id, reason="not in the book", by=account_id("head"), now=at(12))
    assert look(objection_id).decision == "declined"


def test_who_is_no_member_of_staff_misses_nothing() -> None:
    with pytest.raises(ForbiddenError):
        report(by="head")


def test_each_kind_has_its_own_decision() -> None:
    missing, head = report(), account_id("head")
    not_mine = object_to(examined())
    with pytest.raises(NotFoundError):
        hand_exam_on(missing, to="D02", reason="no", by=head, now=at(12))
    with pytest.raises(NotFoundError):
        enter_missing(not_mine, ENTRY, by=head, now=at(12))
    with pytest.raises(NotFoundError):
        decline_objection(999_999, reason="no", by=head, now=at(12))
