"""Many who want the same time, the same patient or the last minutes: one gets it, the rest are told so."""

from collections import Counter

import pytest
from sqlalchemy import insert

from tests.races.callers import Call
from tests.races.conftest import Race
from tests.support.department import MONDAY, account_id, at
from tests.support.exam_room import book
from tests.support.soundness import count
from tracker.db import transaction
from tracker.models import ApiToken
from tracker.queries.openings import Wish
from tracker.services.booking import BookingOrder

CALLERS = 32
TAKEN = "SlotTakenError slot_taken"


def order(
    patient: int, hour: int, minute: int = 0, *, day: int = 0, **more: object
) -> BookingOrder:
    wanted = {"device": "US07", "exam_type": "abdominal", "stream": "outpatient", **more}
    return BookingOrder(patient=f"M{patient:05}", start=at(hour, minute, day=day), **wanted)


def booking(by: int, wanted: BookingOrder) -> Call:
    return "book", (by, at(8), wanted)


def kinds(answers: list[str]) -> Counter[str]:
    """How often each came of it; every success is one kind."""
    return Counter("ok" if answer.startswith("ok") else answer for answer in answers)


def test_one_minute_is_given_once(race: Race) -> None:
    by = account_id("reception")
    answers = race([booking(by, order(number, 9)) for number in range(1, CALLERS + 1)])
    assert kinds(answers) == {"ok": 1, TAKEN: CALLERS - 1}


def test_what_overlaps_is_given_once(race: Race) -> None:
    by = account_id("reception")
    wanted = [order(n, 9, n % 10, parts=1 + n % 3) for n in range(1, CALLERS + 1)]
    found = kinds(race([booking(by, each) for each in wanted]))
    assert found["ok"] in {1, 2}  # 10 minutes at 9:00 leave no room before 9:09 for a second
    assert found["ok"] + found[TAKEN] == CALLERS


def test_all_who_take_the_first_opening_offered_get_one_or_are_told(race: Race) -> None:
    by, wish = account_id("reception"), Wish("contrast", "outpatient", MONDAY, MONDAY, limit=1)
    answers = race(
        [("book_first_offered", (by, at(8), wish, f"M{n:05}")) for n in range(1, CALLERS + 1)]
    )
    found = kinds(answers)
    assert set(found) <= {"ok", TAKEN}
    assert found["ok"] == count("booking") >= 1


def test_a_band_takes_in_as_many_as_there_is_room_for(race: Race) -> None:
    by = account_id("reception")
    wanted = [order(n, 9, within_minutes=99) for n in range(1, 17)]
    # a band is over all machines: each of these gets a minute, nobody the same on the same machine
    assert kinds(race([booking(by, each) for each in wanted])) == {"ok": 16}


def test_the_last_minutes_of_a_block_are_given_once(race: Race) -> None:
    by = account_id("reception")
    for number, (hour, minute, parts) in enumerate(
        [(8, 0, 10), (8, 55, 10), (9, 50, 10), (10, 45, 10)], start=36
    ):
        book(number, at(hour, minute), parts=parts)
    book(35, at(11, 40))
    answers = race([booking(by, order(n, 11, 50)) for n in range(1, CALLERS + 1)])
    assert kinds(answers) == {"ok": 1, TAKEN: CALLERS - 1}


def test_minutes_kept_for_others_are_not_given_to_the_quick(race: Race) -> None:
    """Tuesday's 240 minutes hold 95 for others: 14 exams of 10 fit beside them, though 24 have a gap."""
    by = account_id("reception")
    places = [(8 + 10 * n // 60, 10 * n % 60) for n in range(24)]
    wanted = [order(n, *place, day=1) for n, place in enumerate(places, start=1)]
    answers = race([booking(by, each) for each in wanted])
    assert kinds(answers) == {"ok": 14, TAKEN: 10}
    assert count("booking") == 14


def test_a_reserve_is_filled_by_its_own_stream_up_to_the_last_minute(race: Race) -> None:
    """145 minutes for outpatients, then 75 for medical exams: neither takes the other's, 20 stay kept."""
    by = account_id("reception")
    for number in range(14):
        book(number + 1, at(8, 10 * number, day=1))
    wanted = [
        order(n, 10, 20 + 10 * (n % 10), day=1, stream=stream)
        for n, stream in enumerate(["outpatient", "medical_exam"] * 10, start=15)
    ]
    found = kinds(race([booking(by, each) for each in wanted]))
    assert set(found) == {"ok", TAKEN}
    assert count("booking", "stream_id = 1") == 14  # 145 minutes hold no fifteenth
    assert count("booking", "stream_id = 3") == found["ok"] <= 8


def test_a_patient_is_in_one_place(race: Race) -> None:
    by = account_id("reception")
    devices = [f"US{number:02}" for number in range(1, 21)]
    answers = race([booking(by, order(1, 9, device=device)) for device in devices])
    assert kinds(answers) == {"ok": 1, TAKEN: 19}


def test_a_patient_is_in_one_place_when_added_too(race: Race) -> None:
    by = account_id("reception")
    wanted = [order(1, 9, device=f"US{n:02}", added_reason="urgent") for n in range(1, 17)]
    found = kinds(race([booking(by, each) for each in wanted]))
    assert found.pop("ok") == 1
    # asked after the winner it is not bookable, asked beside it the time was taken
    assert set(found) <= {TAKEN, "NotBookableError not_bookable"}


@pytest.mark.parametrize(("role", "cap"), [("head", 4), ("reception", 2)])
def test_a_block_takes_its_cap_of_added_bookings(race: Race, role: str, cap: int) -> None:
    by = account_id(role)
    wanted = [order(n, 9, added_reason="urgent") for n in range(1, CALLERS + 1)]
    answers = race([booking(by, each) for each in wanted])
    assert kinds(answers) == {"ok": cap, "NotBookableError not_bookable": CALLERS - cap}


def test_one_idempotency_key_books_once_and_answers_all(race: Race) -> None:
    by = account_id("reception")
    with transaction() as session:
        values = {"account_id": by, "token_hash": "x", "created_at": at(7)}
        token_id = session.execute(insert(ApiToken).values(**values)).inserted_primary_key[0]
    answers = race([("book_once", (by, at(8), order(1, 9), token_id, "k1"))] * CALLERS)
    assert len(set(answers)) == 1
    assert answers[0].startswith("ok ")
    assert (count("booking"), count("idempotency_key")) == (1, 1)
