"""Who took part beside the operator: recorded when an exam is finished, entered, settled or corrected."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from tests.support.department import account_id, at, staff_code
from tests.support.exam_room import arrived, correction_of, counted, exams, row_counts, running
from tracker.db import read_session
from tracker.domain.errors import InvalidError
from tracker.models import StaffMember
from tracker.queries.exams import ExamDetails, earlier_versions
from tracker.services.examining import Report, finish
from tracker.services.exams import ExamEntry, correct, enter_exam_later
from tracker.services.settling import Examined, settle_as_examined

pytestmark = pytest.mark.usefixtures("app_context")


def code_of(kind: str, place: int = 0) -> str:
    with read_session() as session:
        codes = select(StaffMember.code).where(StaffMember.kind == kind).order_by(StaffMember.id)
        return session.scalars(codes).all()[place]


def finished(**named: str | None) -> ExamDetails:
    booking_id = running(1, at(9))
    finish(booking_id, Report("A1", **named), by=account_id("sonographer"), now=at(9, 10))
    return exams()[-1]


def test_nobody_is_recorded_unless_named() -> None:
    exam = finished()
    assert (exam.supervisor, exam.supervisor_name, exam.assistant) == (None, None, None)


def test_finishing_records_who_is_named_and_counts_for_the_operator_as_ever() -> None:
    exam = finished(supervisor=code_of("doctor", 4), assistant=code_of("nurse"))
    assert (exam.supervisor, exam.assistant) == (code_of("doctor", 4), code_of("nurse"))
    assert exam.operator == staff_code("sonographer")
    assert counted() == (1, exam.points_hundredths)


@pytest.mark.parametrize("field", ["supervisor", "assistant"])
@pytest.mark.parametrize("who", ["nobody", "operator", "twice", "nurse"])
def test_who_cannot_take_part_is_refused_beside_the_field(field: str, who: str) -> None:
    booking_id = running(1, at(9))
    other = "assistant" if field == "supervisor" else "supervisor"
    colleague = staff_code("colleague")
    named = {
        "nobody": {field: "X99"},
        "operator": {field: staff_code("sonographer")},
        "twice": {field: colleague, other: colleague},
        "nurse": {"supervisor": code_of("nurse")},
    }[who]
    before = row_counts()
    with pytest.raises(InvalidError) as refusal:
        finish(booking_id, Report(**named), by=account_id("sonographer"), now=at(9, 10))
    refused = {"twice": "assistant", "nurse": "supervisor"}.get(who, field)
    assert (refusal.value.field, row_counts()) == (refused, before)


def test_entering_later_and_settling_record_them_too() -> None:
    named = {"supervisor": code_of("doctor", 4), "assistant": code_of("technician")}
    entry = ExamEntry("M00002", "abdominal", "outpatient", "US07", "D01", at(8), at(8, 10))
    enter_exam_later(replace(entry, **named), by=account_id("head"), now=at(12))
    booking_id = arrived(3, at(10))
    done = Examined("US07", "D01", at(10), at(10, 10), **named)
    settle_as_examined(booking_id, done, by=account_id("head"), now=at(9, day=1))
    assert [(exam.supervisor, exam.assistant) for exam in exams()] == [tuple(named.values())] * 2


def test_a_correction_changes_them_and_keeps_the_version_before() -> None:
    exam = finished(supervisor=code_of("doctor", 4))
    change = correction_of(exam, supervisor=None, assistant=code_of("doctor", 5))
    correct(exam.id, change, by=account_id("head"), now=at(12))
    [now] = exams()
    assert (now.supervisor, now.assistant, now.version) == (None, code_of("doctor", 5), 2)
    with read_session() as session:
        [before] = earlier_versions(session, exam.id)
        supervisor = session.get_one(StaffMember, before.values["supervisor_id"])
    assert (supervisor.code, before.values["assistant_id"]) == (code_of("doctor", 4), None)


def test_who_left_stays_in_a_correction_of_his_exam() -> None:
    exam = finished(supervisor=code_of("doctor", 4))
    correct(exam.id, correction_of(exam, number="A2"), by=account_id("head"), now=at(12))
    assert exams()[0].supervisor == code_of("doctor", 4)


def test_the_operator_cannot_become_his_own_supervisor_by_a_correction() -> None:
    exam = finished(supervisor=code_of("doctor", 4))
    with pytest.raises(InvalidError) as refusal:
        correct(
            exam.id,
            correction_of(exam, operator=code_of("doctor", 4)),
            by=account_id("head"),
            now=at(12),
        )
    assert refusal.value.field == "supervisor"
