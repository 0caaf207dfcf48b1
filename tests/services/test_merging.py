"""A temporary record merged into the true one: everything goes along, all or nothing, and nobody books for it again."""

from collections.abc import Callable
from datetime import date
from functools import partial

import pytest

from tests.support.department import account_id, at
from tests.support.exam_room import book, booking, counted, exams, history
from tests.support.refusals import refused
from tests.support.soundness import assert_sound, count
from tracker.domain.errors import (
    ConflictError,
    DomainError,
    InvalidError,
    NotFoundError,
    StaleError,
)
from tracker.domain.patients import PatientFacts
from tracker.queries import read_session
from tracker.queries.patients import PatientRow, patient_by_id, patient_by_mrn, search_patients
from tracker.services.booking import BookingOrder, book_exam
from tracker.services.changing import cancel_booking, check_in
from tracker.services.examining import finish, start
from tracker.services.exams import ExamEntry, enter_exam_later
from tracker.services.handing_over import RightPatient, hand_over
from tracker.services.merging import Merge, merge_patient
from tracker.services.patients import add_patient, change_patient
from tracker.services.undoing import undo_step

pytestmark = pytest.mark.usefixtures("app_context")

FACTS = PatientFacts("王小明", "male", date(1980, 2, 29))


@pytest.fixture
def temporary(desk: int) -> int:
    """A patient who came without a number."""
    added = add_patient(FACTS, by=desk, now=at(7))
    assert isinstance(added, int)
    return added


def look(patient_id: int) -> PatientRow:
    with read_session() as session:
        return patient_by_id(session, patient_id)


def known(mrn: str) -> int:
    with read_session() as session:
        return patient_by_mrn(session, mrn).id


def found(text: str) -> list[int]:
    with read_session() as session:
        return [each.patient.id for each in search_patients(session, text, limit=9)]


def book_for(patient: int, hour: int, *, device: str = "US07") -> int:
    order = BookingOrder(patient, "abdominal", "outpatient", device, at(hour))
    return book_exam(order, by=account_id("reception"), now=at(8)).booking_id  # type: ignore[union-attr]


def examined(patient: int, hour: int, *, device: str = "US07") -> int:
    """A booking of the patient that was examined."""
    doctor, booking_id = account_id("sonographer"), book_for(patient, hour, device=device)
    check_in(booking_id, by=doctor, now=at(hour))
    start(booking_id, by=doctor, now=at(hour))
    finish(booking_id, by=doctor, now=at(hour, 8))
    return booking_id


def merge_of(
    temporary: int, mrn: str = "M00001", reason: str = "card brought"
) -> Callable[[], None]:
    """The merge as something to be called."""
    wanted = Merge(known(mrn), reason)
    return partial(merge_patient, temporary, wanted, by=account_id("reception"), now=at(12))


def test_everything_goes_to_the_true_record(temporary: int, desk: int) -> None:
    done, voided, ahead, left = (
        examined(temporary, 9),
        examined(temporary, 10),
        book_for(temporary, 14),
        book_for(temporary, 15),
    )
    cancel_booking(left, reason="ill", by=desk, now=at(11))
    undo_step(voided, by=account_id("sonographer"), now=at(10, 9), reason="mistake")
    book(1, at(16))
    before, true = counted(), known("M00001")
    merge_of(temporary)()
    assert {booking(each).patient_id for each in (done, voided, ahead, left)} == {true}
    assert {(exam.patient_id, exam.version) for exam in exams()} == {(true, 2), (true, 3)}
    assert history(left)[-1].change == {"patient_id": [temporary, true]}
    assert (look(temporary).merged_into_id, look(true).merged_into_id) == (true, None)
    assert counted() == before
    assert count("audit_entry", "entity = 'patient' AND action IN ('merge', 'take over')") == 2
    assert_sound()


def test_the_temporary_number_finds_the_true_record_for_ever(temporary: int, desk: int) -> None:
    number, true = look(temporary).mrn, known("M00001")
    assert found(number) == [temporary]
    merge_of(temporary)()
    assert (found(number), found("王小明"), found("wxm")) == ([true], [], [])
    facts = PatientFacts("病人甲", "female", date(1951, 5, 4))
    change_patient(true, facts, by=desk, now=at(13))
    assert found(number) == [true]


def test_what_both_have_at_one_time_is_listed_and_nothing_changes(
    temporary: int, desk: int
) -> None:
    book_for(temporary, 14)
    book_for(temporary, 15)
    clashing = [book(1, at(14), device="US08"), book(1, at(15), device="US08")]
    refusal = refused(ConflictError, merge_of(temporary))
    assert refusal.code == "patient_busy"
    named = refusal.params["bookings"]
    assert [each.params["number"] for each in named] == clashing  # type: ignore[attr-defined]
    for each in clashing:
        cancel_booking(each, reason="twice", by=desk, now=at(12))
    merge_of(temporary)()
    assert_sound()


def test_nobody_books_or_examines_for_a_merged_record(temporary: int, desk: int) -> None:
    number = look(temporary).mrn
    other = book(2, at(9))
    merge_of(temporary)()
    entry = ExamEntry(
        temporary, "abdominal", "outpatient", "US07", "D01", at(9), at(9, 10), reason="outage"
    )
    steps: list[Callable[[], object]] = [
        partial(book_for, temporary, 14),
        partial(book_for, number, 14),  # type: ignore[arg-type]
        partial(enter_exam_later, entry, by=desk, now=at(12)),
        partial(hand_over, other, RightPatient(temporary, "x"), by=desk, now=at(8)),
        partial(change_patient, temporary, FACTS, by=desk, now=at(12)),
        merge_of(temporary, "M00002"),
    ]
    for step in steps:
        refusal = refused(ConflictError, step)
        assert (refusal.code, refusal.params) == ("patient_merged", {"mrn": "M00001"})


@pytest.mark.parametrize(
    ("mrn", "reason", "kind"),
    [
        ("M00001", "", InvalidError),
        ("M00001", " \t", InvalidError),
        ("M00001", "x" * 401, InvalidError),
        ("itself", "x", InvalidError),
        ("temporary", "x", ConflictError),
    ],
)
def test_what_cannot_be_merged(
    temporary: int, desk: int, mrn: str, reason: str, kind: type[DomainError]
) -> None:
    other = add_patient(FACTS, by=desk, now=at(7))
    assert isinstance(other, int)
    mrns = {"itself": look(temporary).mrn, "temporary": look(other).mrn}
    refused(kind, merge_of(temporary, mrns.get(mrn, mrn), reason))


def test_a_record_with_its_true_number_stays(temporary: int, desk: int) -> None:
    assert refused(ConflictError, merge_of(known("M00002"))).code == "not_temporary"
    version = look(temporary).version
    change_patient(temporary, FACTS, by=desk, now=at(9))
    wanted = Merge(known("M00001"), "x")
    refused(StaleError, merge_patient, temporary, wanted, by=desk, now=at(9), version=version)
    refused(NotFoundError, merge_patient, temporary, Merge(9999, "x"), by=desk, now=at(9))
    refused(NotFoundError, merge_patient, 9999, wanted, by=desk, now=at(9))
