"""The ways back, told before they are taken: one press for ten minutes, then a reason; a cancellation while there is room."""

import pytest

from tests.support.cast import ClientOf, submit
from tests.support.department import at
from tests.web.desk.hands import Hands
from tracker import clock
from tracker.domain.lifecycle import Status
from tracker.queries import read_session
from tracker.queries.exams import ExamFilter, list_exams


@pytest.fixture
def finished(hands: Hands) -> int:
    """Examined at US01 from 09:00, finished at 09:08:00."""
    booking = hands.book(at(9))
    hands.examine(booking, at(9), at(9, 8))
    return booking


@pytest.mark.parametrize(("minute", "second", "left"), [(8, 0, 10), (12, 0, 6), (17, 59, 1)])
def test_one_press_with_the_time_left(
    client_of: ClientOf, hands: Hands, finished: int, minute: int, second: int, left: int
) -> None:
    path = f"/worklist/{finished}/undo-finish-now"
    with clock.at(at(9, minute, second=second)):
        client = client_of("sonographer")
        for page in ("/worklist?device=US01", f"/bookings/{finished}"):
            text = client.get(page).text
            assert (path in text, f"({left} min left)" in text) == (True, True)
            assert "is voided and counts nothing" in text
        version = hands.look(finished).version
        answer = submit(client, path, device="US01", version=version)
        assert answer.location == "/worklist?device=US01"
    assert hands.look(finished).status == Status.IN_PROGRESS
    assert voided(hands) == [(True, "")]


@pytest.mark.parametrize(("minute", "second"), [(18, 0), (18, 1)])
def test_after_ten_minutes_the_press_asks_for_a_reason(
    client_of: ClientOf, hands: Hands, finished: int, minute: int, second: int
) -> None:
    path = f"/worklist/{finished}/undo-finish"
    with clock.at(at(9, minute, second=second)):
        client = client_of("sonographer")
        for page in ("/worklist?device=US01", f"/bookings/{finished}"):
            text = client.get(page).text
            assert (f"{path}-now" in text, path in text) == (False, True)
        answer = submit(client, f"{path}-now", device="US01")  # from a page of before
        assert answer.location == f"{path}?device=US01"
        asked = client.get(answer.location).text
        assert ("ten minutes ago" in asked, 'name="reason"' in asked) == (True, True)
        assert hands.look(finished).status == Status.COMPLETED
        submit(client, path, device="US01", reason="Wrong patient")
    assert hands.look(finished).status == Status.IN_PROGRESS
    assert voided(hands) == [(True, "Wrong patient")]


def test_a_press_on_an_old_page_changes_nothing(
    client_of: ClientOf, hands: Hands, finished: int
) -> None:
    with clock.at(at(9, 9)):
        client = client_of("sonographer")
        path = f"/worklist/{finished}/undo-finish-now"
        assert submit(client, path, device="US01", version=1).status_code == 409
        assert submit(client, "/worklist/999/undo-finish-now").status_code == 404
        assert client.get(path).location == "/worklist"
    assert hands.look(finished).status == Status.COMPLETED


@pytest.mark.parametrize("who", ["reception", "admin"])
def test_nobody_else_takes_a_finish_back(
    client_of: ClientOf, hands: Hands, finished: int, who: str
) -> None:
    with clock.at(at(9, 9)):
        client = client_of(who)
        assert submit(client, f"/worklist/{finished}/undo-finish-now").status_code == 403
        page = client.get(f"/bookings/{finished}").text
    assert ("undo-finish" in page, "is voided and counts nothing" in page) == (False, False)
    assert hands.look(finished).status == Status.COMPLETED


def test_each_step_says_what_its_undo_changes(client_of: ClientOf, hands: Hands) -> None:
    booking = hands.book(at(9))
    told = {}
    with clock.at(at(8, 50)):
        client = client_of("sonographer")
        hands.arrive(booking)
        told["arrived"] = client.get(f"/bookings/{booking}").text
        hands.start(booking, at(8, 50))
        told["started"] = client.get(f"/bookings/{booking}").text
        told["list"] = client.get("/worklist?device=US01").text
        stop = client.get(f"/bookings/{booking}/cancel").text
    assert "booked again and not here" in told["arrived"]
    assert "the patient waits again" in told["started"]
    assert "the patient waits again" in told["list"]
    assert "No exam is counted" in stop


def test_a_cancellation_is_undone_while_its_time_is_free(client_of: ClientOf, hands: Hands) -> None:
    booking = hands.book(at(9))
    undo = f'action="/bookings/{booking}/undo"'
    with clock.at(at(8)):
        client = client_of("reception")
        assert "Its time is free at once" in client.get(f"/bookings/{booking}/cancel").text
        hands.cancel(booking)
        free = client.get(f"/bookings/{booking}").text
        assert (undo in free, "which is still free" in free) == (True, True)
        other = hands.book(at(9), patient="M00002")
        taken = client.get(f"/bookings/{booking}").text
        assert (undo in taken, "The device is booked at this time." in taken) == (False, True)
        assert submit(client, f"/bookings/{booking}/undo").status_code == 409
        hands.cancel(other)
        submit(client, f"/bookings/{booking}/undo")
    assert hands.look(booking).status == Status.BOOKED


def test_a_cancellation_of_the_past_stays(client_of: ClientOf, hands: Hands) -> None:
    booking = hands.book(at(9))
    hands.cancel(booking)
    with clock.at(at(9, 1)):
        page = client_of("reception").get(f"/bookings/{booking}").text
    assert "The time lies in the past." in page


def test_voiding_says_what_becomes_of_the_booking(
    client_of: ClientOf, hands: Hands, finished: int
) -> None:
    exam = hands.look(finished).exam_id
    with clock.at(at(10)):
        page = client_of("head").get(f"/exams/{exam}/void").text
    assert "Its booking is in progress again." in page


def voided(hands: Hands) -> list[tuple[bool, str]]:
    with hands.app.app_context(), read_session() as session:
        found = list_exams(session, ExamFilter(include_voided=True))
    return [(exam.is_voided, exam.void_reason) for exam in found]
