"""Bookings that several people change at once: every step happens as often as the table of statuses allows."""

from collections import Counter
from dataclasses import replace

import pytest

from tests.races.callers import Call
from tests.races.conftest import Race
from tests.support.department import account_id, at
from tests.support.exam_room import arrived, book, booking, counted, running
from tests.support.soundness import count
from tracker.services.booking import BookingOrder
from tracker.services.changing import cancel_booking, mark_no_show
from tracker.services.examining import Start, finish, start
from tracker.services.exams import ExamEntry, enter_exam_later

CALLERS = 32
TAKEN = "SlotTakenError slot_taken"
ILLEGAL = "IllegalTransitionError illegal_transition"
STALE = "StaleError stale"
NOT_BOOKABLE = "NotBookableError not_bookable"


@pytest.fixture
def desk(app_context: None) -> int:
    return account_id("reception")


def kinds(answers: list[str]) -> Counter[str]:
    """How often each came of it."""
    return Counter("ok" if answer.startswith("ok") else answer for answer in answers)


def test_a_patient_is_checked_in_once(race: Race, desk: int) -> None:
    call: Call = ("check_in", (desk, at(9), book(1, at(9))))
    assert kinds(race([call] * CALLERS)) == {"ok": 1, ILLEGAL: CALLERS - 1}


def test_of_those_who_saw_one_version_one_changes_it(race: Race, desk: int) -> None:
    call: Call = ("check_in", (desk, at(9), book(1, at(9)), 1))
    assert kinds(race([call] * CALLERS)) == {"ok": 1, STALE: CALLERS - 1}


def test_cancelled_or_started_never_both_ways(race: Race, desk: int) -> None:
    """Started first it is stopped by the cancellation; cancelled first it cannot be started."""
    booking_id = arrived(1, at(9))
    wanted = [("cancel", (desk, at(9), booking_id)), ("start", (desk, at(9), booking_id))] * 16
    answers = race(wanted)
    assert kinds(answers[0::2]) == {"ok": 1, ILLEGAL: 15}
    assert kinds(answers[1::2])["ok"] in {0, 1}
    assert set(kinds(answers[1::2])) <= {"ok", ILLEGAL, "ConflictError device_in_use"}
    assert booking(booking_id).status == "cancelled"


def test_no_show_or_checked_in(race: Race, desk: int) -> None:
    booking_id = book(1, at(9))
    wanted = [("check_in", (desk, at(9), booking_id)), ("cancel", (desk, at(9), booking_id))] * 8
    found = kinds(race(wanted))
    assert found["ok"] in {1, 2}  # an arrived patient may leave, a cancelled one cannot arrive
    assert found["ok"] + found[ILLEGAL] == 16


def test_a_patient_who_is_moved_about_ends_in_one_place(race: Race, desk: int) -> None:
    booking_id = book(1, at(9))
    wanted = [
        ("move", (desk, at(8), booking_id, f"US{1 + n % 20:02}", at(10, n, day=n % 3)))
        for n in range(CALLERS)
    ]
    found = kinds(race(wanted))
    assert found["ok"] >= 1
    assert set(found) <= {"ok", STALE}
    assert booking(booking_id).version == 1 + found["ok"]


def test_one_of_many_is_moved_to_a_free_minute(race: Race, desk: int) -> None:
    ids = [book(n + 1, at(8 + n % 4, 10 * (n // 4 % 5)), device="US07") for n in range(16)]
    answers = race([("move", (desk, at(8), each, "US08", at(9))) for each in ids])
    assert kinds(answers) == {"ok": 1, TAKEN: 15}


def test_two_who_swap_find_each_other_in_the_way(race: Race, desk: int) -> None:
    first, second = book(1, at(9)), book(2, at(9), device="US08")
    wanted = [
        ("move", (desk, at(8), first, "US08", at(9))),
        ("move", (desk, at(8), second, "US07", at(9))),
    ]
    assert kinds(race(wanted * 4)) == {TAKEN: 8}


def test_a_freed_time_goes_to_one(race: Race, desk: int) -> None:
    """Several bookings of one time were cancelled one after the other: one of them comes back."""
    ids = []
    for patient in range(1, 9):
        ids.append(book(patient, at(9)))
        cancel_booking(ids[-1], reason="rang up", by=desk, now=at(8))
    order = BookingOrder("M00020", "abdominal", "outpatient", "US07", at(9))
    wanted: list[Call] = [("undo", (desk, at(8), each)) for each in ids]
    assert kinds(race([*wanted, ("book", (desk, at(8), order))])) == {"ok": 1, TAKEN: 8}


def test_all_who_return_get_a_time_of_their_own(race: Race, desk: int) -> None:
    """Sixteen come after all, when the four machines for contrast have a morning and an afternoon left."""
    ids = []
    for number in range(16):
        device = ("US05", "US09", "US14", "US20")[number % 4]
        place = at(8 + number // 4 // 2, 30 * (number // 4 % 2))
        ids.append(book(number + 1, place, device=device, exam_type="contrast"))
        mark_no_show(ids[-1], by=desk, now=place)
    found = kinds(race([("return_patient", (desk, at(9), each)) for each in ids]))
    assert found == {"ok": 16}
    assert count("booking", "status = 'arrived'") == 16


# --- at the machine --------------------------------------------------------------------------------


def test_one_exam_is_started_on_a_machine(race: Race) -> None:
    doctor = account_id("sonographer")
    here = [arrived(n, at(9, 10 * n)) for n in range(5)[1:]]
    elsewhere = [arrived(n, at(9), device=f"US{n:02}") for n in range(8, 14)]
    wanted = [("start", (doctor, at(9, 50), each, "US07")) for each in [*here, *elsewhere]]
    assert kinds(race(wanted)) == {"ok": 1, "ConflictError device_in_use": 9}


def test_an_exam_is_finished_once(race: Race) -> None:
    call: Call = ("finish", (account_id("sonographer"), at(9, 9), running(1, at(9))))
    assert kinds(race([call] * CALLERS)) == {"ok": 1, ILLEGAL: CALLERS - 1}
    assert counted()[0] == count("exam") == 1


def test_one_number_is_given_to_one_exam(race: Race) -> None:
    doctor = account_id("sonographer")
    ids = [running(n, at(9), device=f"US{n:02}") for n in range(1, 17)]
    answers = race([("finish", (doctor, at(9, 9), each, "A1")) for each in ids])
    assert kinds(answers) == {"ok": 1, "InvalidError number_in_use": 15}
    assert counted()[0] == 1


def test_two_machines_with_each_others_patients_never_stand_still(race: Race) -> None:
    """Finish and start next takes both machines' days: here in both orders at once."""
    doctor, colleague = account_id("sonographer"), account_id("colleague")
    pairs = [("US01", "US02"), ("US03", "US04"), ("US05", "US06"), ("US07", "US08")]
    wanted: list[Call] = []
    for number, (one, other) in enumerate(pairs):
        first, second = (
            arrived(4 * number + n, at(9), device=device) for n, device in ((1, one), (2, other))
        )
        for n, device in ((3, one), (4, other)):
            arrived(4 * number + n, at(9, 10), device=device)
        for by, taken, device in ((doctor, first, other), (colleague, second, one)):
            start(taken, Start(device=device), by=by, now=at(9))
            wanted.append(("finish_and_start_next", (by, at(9, 10), taken)))
    assert kinds(race(wanted)) == {"ok": 8}
    assert count("booking", "status = 'in_progress'") == 8


def test_three_steps_are_taken_back_and_no_more(race: Race) -> None:
    doctor = account_id("sonographer")
    booking_id = running(1, at(9))
    finish(booking_id, by=doctor, now=at(9, 9))
    answers = race([("undo", (doctor, at(9, 9), booking_id))] * 8)
    assert kinds(answers) == {"ok": 3, ILLEGAL: 5}
    assert (booking(booking_id).status, counted()) == ("booked", (0, 0))


def test_an_exam_is_voided_once(race: Race) -> None:
    head = account_id("head")
    exam_id = finish(running(1, at(9)), by=account_id("sonographer"), now=at(9, 9))
    answers = race([("void", (head, at(10), exam_id))] * 16)
    assert kinds(answers) == {"ok": 1, "ConflictError already_voided": 15}
    assert counted() == (0, 0)


def test_an_exam_entered_later_is_voided_once(race: Race) -> None:
    head = account_id("head")
    entry = ExamEntry("M00001", "abdominal", "outpatient", "US07", "D01", at(8), at(8, 10))
    enter_exam_later(replace(entry, patient="M00002"), by=head, now=at(9))
    exam_id = enter_exam_later(entry, by=head, now=at(9))
    answers = race([("void", (head, at(10), exam_id))] * 16)
    assert kinds(answers) == {"ok": 1, "ConflictError already_voided": 15}
    assert counted()[0] == 1
