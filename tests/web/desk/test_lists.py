"""Bookings in lists: of a day, of a patient, to settle. Statements do not grow with rows."""

from collections.abc import Callable
from datetime import datetime

import pytest
from flask.testing import FlaskClient

from tests.support.cast import ClientOf
from tests.support.department import at
from tests.web.desk.hands import Hands
from tracker import clock
from tracker.domain.lifecycle import Status

pytestmark = pytest.mark.engines("sqlite")


@pytest.fixture
def desk(client_of: ClientOf) -> FlaskClient:
    with clock.at(at(8)):
        return client_of("reception")


def test_a_day_is_filtered_by_device_and_status(desk: FlaskClient, hands: Hands) -> None:
    first = hands.book(at(9), "US05")
    second = hands.book(at(10), "US06")
    hands.arrive(second)
    with clock.at(at(8)):
        whole = desk.get("/bookings?date=2026-11-23").text
        of_device = desk.get("/bookings?date=2026-11-23&device=US05").text
        arrived = desk.get("/bookings?date=2026-11-23&status=arrived").text
        other_day = desk.get("/bookings?date=2026-11-24").text
    shown = [
        [f'href="/bookings/{one}" data-row' in page for one in (first, second)]
        for page in (whole, of_device, arrived, other_day)
    ]
    assert shown == [[True, True], [True, False], [False, True], [False, False]]


def test_a_scanned_number_opens_its_booking(desk: FlaskClient) -> None:
    with clock.at(at(8)):
        assert desk.get("/bookings?number=42").location == "/bookings/42"
        assert desk.get("/bookings?number=abc").status_code == 422


@pytest.mark.parametrize(
    "query", ["date=nonsense", "status=happy", "cursor=x", "cursor=9e99.1", "date=9999-12-31"]
)
def test_a_strange_address_is_refused(desk: FlaskClient, query: str) -> None:
    with clock.at(at(8)):
        assert desk.get(f"/bookings?{query}").status_code == 422


def test_long_lists_go_on_by_page(
    desk: FlaskClient, hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker.web.views.day_lists.PAGE_ROWS", 2)
    ids = [hands.book(at(9, 8 * n), "US05", patient=f"M0000{n + 1}") for n in range(3)]
    with clock.at(at(8)):
        page = desk.get("/bookings?date=2026-11-23").text
        cursor = page.partition("cursor=")[2].partition('"')[0]
        rest = desk.get(f"/bookings?date=2026-11-23&cursor={cursor}").text
    assert [f'"/bookings/{one}"' in page for one in ids] == [True, True, False]
    assert [f'"/bookings/{one}"' in rest for one in ids] == [False, False, True]


def test_what_a_day_leaves_open_is_listed_and_counted(
    desk: FlaskClient, client_of: ClientOf, hands: Hands
) -> None:
    arrived, running, flagged = (
        hands.book(at(9), "US05"),
        hands.book(at(9), "US06", patient="M00002"),
        hands.book(at(9, day=1), "US07", patient="M00003"),
    )
    hands.arrive(arrived)
    hands.arrive(running)
    hands.start(running, at(9))
    hands.close("US07", at(8, day=1), at(12, day=1), now=at(8))
    with clock.at(at(8, day=1)):
        client = client_of("reception")
        page, board = client.get("/settle").text, client.get("/board").text
    assert [f'href="/bookings/{one}"' in page for one in (arrived, running, flagged)] == [True] * 3
    assert '<span class="site-count">3</span>' in page
    assert '<span class="site-count">3</span>' in board
    hands.cancel(arrived, now=at(8, day=1))
    with clock.at(at(8, 1, day=1)):
        assert '<span class="site-count">2</span>' in client.get("/settle").text
    assert hands.look(arrived).status == Status.CANCELLED


def test_an_empty_list_says_so(desk: FlaskClient) -> None:
    with clock.at(at(8)):
        assert 'class="nothing"' in desk.get("/settle").text
        assert 'class="nothing"' in desk.get("/bookings").text


def test_a_patients_page_shows_bookings_and_exams(desk: FlaskClient, hands: Hands) -> None:
    done, ahead = hands.book(at(8), "US05"), hands.book(at(9, day=1), "US05")
    hands.examine(done, at(8), at(8, 8))
    with clock.at(at(8, 20)):
        page = desk.get("/patients/1").text
    assert f'href="/bookings/{ahead}"' in page
    assert hands.look(done).exam_number in page
    assert "M00001" in page


@pytest.mark.parametrize(
    "path", ["/bookings", "/settle", "/patients", "/patients/1", "/bookings/1/slip"]
)
def test_others_see_no_list(client_of: ClientOf, hands: Hands, path: str) -> None:
    hands.book(at(9), "US05")
    with clock.at(at(8)):
        assert client_of("admin").get(path).status_code == 403
        assert client_of("stranger").get(path).status_code == 303


@pytest.mark.parametrize(
    "path", ["/bookings?date=2026-11-23", "/settle", "/patients/1", "/book?patient=1", "/board"]
)
def test_statements_do_not_grow_with_rows(
    client_of: ClientOf, hands: Hands, counted: Callable[..., object], path: str
) -> None:
    def statements_at(now: datetime) -> int:
        with clock.at(now):
            client = client_of("reception")
            client.get(path)
            with counted() as statements:  # type: ignore[attr-defined]
                client.get(path)
        return len(statements)

    now = at(8, day=1) if path == "/settle" else at(8)
    hands.arrive(hands.book(at(9), "US05"))
    with_one = statements_at(now)
    for minute in (10, 20):
        hands.arrive(hands.book(at(9, minute), "US05"))
    assert statements_at(now) == with_one
