"""One patient's record and exams under several hands: nothing is counted twice, nothing is left behind."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import text

from tests.races.callers import Call
from tests.races.conftest import Race
from tests.races.test_changing import kinds
from tests.support.department import account_id, at
from tests.support.exam_room import counted, running
from tests.support.soundness import count
from tracker.db import db, read_session
from tracker.domain.patients import PatientFacts
from tracker.queries.patients import patient_by_mrn
from tracker.services.booking import BookingOrder
from tracker.services.examining import Report, finish
from tracker.services.exams import Correction, ExamEntry, enter_exam_later
from tracker.services.patients import add_patient

ENTERED = "InvalidError entered_already"
MERGED = "ConflictError patient_merged"
ENTRY = ExamEntry("M00001", "abdominal", "outpatient", "US07", "D01", at(8), at(8, 10))


@pytest.fixture
def desk(app_context: None) -> int:
    return account_id("reception")


@pytest.fixture
def temporary(desk: int) -> int:
    """A patient who came without a number."""
    added = add_patient(PatientFacts("王小明", "male", date(1980, 2, 29)), by=desk, now=at(7))
    assert isinstance(added, int)
    return added


def known(mrn: str) -> int:
    with read_session() as session:
        return patient_by_mrn(session, mrn).id


def left_behind(patient_id: int) -> int:
    """Bookings and exams that still stand under a record."""
    with db.engine.connect() as connection:
        return sum(
            connection.scalar(
                text(f"SELECT count(*) FROM {table} WHERE patient_id = :id"), {"id": patient_id}
            )
            for table in ("booking", "exam")
        )


def test_one_paper_list_is_entered_once(race: Race, desk: int) -> None:
    """Two desks type in the same list, each from its own end; nobody on it was booked."""
    entries = [replace(ENTRY, patient=f"M{n:05}", device=f"US{n:02}") for n in range(1, 7)]
    wanted: list[Call] = [
        ("enter_later", (desk, at(9), *entries)),
        ("enter_later", (desk, at(9), *reversed(entries))),
    ] * 4
    assert kinds(race(wanted)) == {"ok": 1, ENTERED: 7}
    assert counted()[0] == count("exam") == 6


def test_lists_that_cross_are_all_entered(race: Race, desk: int) -> None:
    """Other patients on the same machines, each desk in an order of its own: only the roll-ups are shared."""
    wanted: list[Call] = []
    for number in range(6):
        entries = [
            replace(ENTRY, patient=f"M{6 * number + n:05}", device=f"US{n:02}") for n in range(1, 7)
        ]
        wanted.append(("enter_later", (desk, at(9), *entries[:: (-1) ** number])))
    assert kinds(race(wanted)) == {"ok": 6}
    assert counted()[0] == count("exam") == 36


def test_one_exam_is_entered_once(race: Race, desk: int) -> None:
    """The patient was not booked: no device day is locked that would let one wait for the other."""
    assert kinds(race([("enter_later", (desk, at(9), ENTRY))] * 8)) == {"ok": 1, ENTERED: 7}
    assert counted()[0] == count("exam") == 1


def test_exams_are_corrected_to_one_patient_at_once(race: Race, desk: int) -> None:
    """Whoever enters a list under the wrong patient corrects its exams one after the other, or all at once."""
    head = account_id("head")
    entries = [
        replace(
            ENTRY,
            started_at=at(8, 10 * n),
            ended_at=at(8, 10 * n + 9),
            number=f"N{n}",
            is_another=True,
        )
        for n in range(8)
    ]
    wanted: list[Call] = []
    for entry in entries:
        exam_id = enter_exam_later(replace(entry, patient="M00002"), by=head, now=at(10))
        facts = {name: getattr(entry, name) for name in _TOLD}
        right = Correction(**facts, patient="M00001", reason="the wrong patient")
        wanted.append(("correct", (head, at(10), exam_id, right)))
    assert kinds(race(wanted)) == {"ok": 8}
    assert left_behind(known("M00002")) == 0


def test_examined_bookings_are_corrected_to_one_patient_at_once(race: Race, desk: int) -> None:
    head, doctor = account_id("head"), account_id("sonographer")
    wanted: list[Call] = []
    for n in range(6):
        exam_id = finish(
            running(2, at(9, 20 * n), device=f"US{n + 1:02}"),
            Report(f"N{n}"),
            by=doctor,
            now=at(9, 20 * n + 9),
        )
        facts = {name: getattr(ENTRY, name) for name in _TOLD}
        facts |= {
            "device": f"US{n + 1:02}",
            "started_at": at(9, 20 * n),
            "ended_at": at(9, 20 * n + 9),
            "number": f"N{n}",
        }
        right = Correction(**facts, patient="M00001", reason="the wrong patient")
        wanted.append(("correct", (head, at(12), exam_id, right)))
    assert kinds(race(wanted)) == {"ok": 6}
    assert left_behind(known("M00002")) == 0


_TOLD = (
    "exam_type", "stream", "device", "operator", "started_at", "ended_at", "parts", "number",
)  # fmt: skip


def test_nothing_is_booked_for_a_record_that_is_merged(
    race: Race, desk: int, temporary: int
) -> None:
    """Booked first it goes along; merged first it is refused and names the record to use."""
    orders = [
        BookingOrder(temporary, "abdominal", "outpatient", f"US{n:02}", at(8 + n % 4, 10 * n % 60))
        for n in range(1, 13)
    ]
    wanted: list[Call] = [("book", (desk, at(7, 30), order)) for order in orders]
    wanted.insert(6, ("merge", (desk, at(7, 30), temporary, known("M00001"))))
    answers = race(wanted)
    assert answers[6] == "ok"
    assert set(kinds(answers)) <= {"ok", MERGED}
    assert left_behind(temporary) == 0
    assert left_behind(known("M00001")) == kinds(answers)["ok"] - 1


def test_nothing_is_entered_for_a_record_that_is_merged(
    race: Race, desk: int, temporary: int
) -> None:
    entries = [
        replace(
            ENTRY,
            patient=temporary,
            device=f"US{n:02}",
            started_at=at(8, 5 * n),
            ended_at=at(8, 5 * n + 4),
            is_another=True,
        )
        for n in range(1, 11)
    ]
    wanted: list[Call] = [("enter_later", (desk, at(10), entry)) for entry in entries]
    wanted.insert(5, ("merge", (desk, at(10), temporary, known("M00001"))))
    answers = race(wanted)
    assert answers[5] == "ok"
    assert set(kinds(answers)) <= {"ok", MERGED}
    assert left_behind(temporary) == 0
    assert counted()[0] == count("exam") == kinds(answers)["ok"] - 1
