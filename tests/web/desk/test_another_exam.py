"""Another exam for the same patient: after the last of the day, the same machine first, the visit's order watched."""

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient

from tests.support.cast import ClientOf, submit
from tests.support.department import at
from tests.web.desk.hands import Hands
from tracker import clock

PATIENT = 1


@pytest.fixture
def desk(client_of: ClientOf) -> FlaskClient:
    with clock.at(at(8)):
        return client_of("reception")


def openings_in(page: str) -> list[str]:
    return re.findall(r'name="opening" value="([^"]+)" data-row', page)


def press_another(desk: FlaskClient, booking: int) -> dict[str, str]:
    """The request that the booking's button begins."""
    with clock.at(at(8)):
        page = desk.get(f"/bookings/{booking}").text
    link = re.search(r'<a [^>]*href="(/book\?[^"]+)"[^>]*data-hotkey="F7"', page)[1]
    query = parse_qs(urlsplit(unescape(link)).query)
    return {name: values[0] for name, values in query.items()}


def search(desk: FlaskClient, request: dict[str, str], **more: object) -> str:
    with clock.at(at(8)):
        answer = desk.get("/book", query_string={**request, **more})
    assert answer.status_code == 200
    return answer.text


def test_patient_and_stream_are_kept_and_the_search_begins_behind_the_last_exam(
    desk: FlaskClient, hands: Hands
) -> None:
    first = hands.book(at(9, day=1), "US05", stream="cadre_ward")
    hands.book(at(10, 2, day=1), "US06", stream="cadre_ward")  # the last of the visit
    request = press_another(desk, first)
    assert (request["patient"], request["stream"]) == (str(PATIENT), "cadre_ward")
    page = search(desk, request, exam_type="superficial")
    found = openings_in(page)
    assert found[0] == "US06@2026-11-24T10:10"
    assert {value.partition("@")[2][:10] for value in found} == {"2026-11-24"}
    assert min(value.partition("@")[2] for value in found) == "2026-11-24T10:10"
    assert re.search(r"10:10[^<]*US06", page.partition("follows")[2])


def test_the_same_machine_comes_first_in_each_band_where_it_can_do_the_exam(
    desk: FlaskClient, hands: Hands
) -> None:
    request = press_another(desk, hands.book(at(8), "US17"))
    found = openings_in(search(desk, request, exam_type="superficial"))
    assert [value.partition("@")[0] for value in found] == ["US17"] * len(found)
    contrast = openings_in(search(desk, request, exam_type="contrast"))
    assert contrast  # which this machine cannot do
    assert not [value for value in contrast if value.startswith("US17")]


def test_where_the_same_machine_is_taken_another_does_it(desk: FlaskClient, hands: Hands) -> None:
    request = press_another(desk, hands.book(at(9), "US05"))
    hands.book(at(9, 8), "US05", patient="M00002", parts=6)
    found = openings_in(search(desk, request, exam_type="superficial"))
    assert found[0].endswith("2026-11-23T09:08")
    assert not found[0].startswith("US05")


@pytest.mark.parametrize(
    ("booked", "wanted", "words"),
    [
        ("prostate", "abdominal", "空腹"),  # drunk already: no fasting exam can follow
        ("pelvic_floor", "prostate", "憋尿"),  # emptied already: the full bladder came first
        ("abdominal", "prostate", "60"),  # an hour to drink
    ],
)
def test_a_broken_order_of_fasting_and_bladder_is_warned_about(
    desk: FlaskClient, hands: Hands, booked: str, wanted: str, words: str
) -> None:
    device = {"prostate": "US19", "pelvic_floor": "US17", "abdominal": "US05"}[booked]
    request = press_another(desk, book_somewhere(hands, booked, device))
    page = search(desk, request, exam_type=wanted)
    warning = re.search(r'<small class="opening-warning">.*?</small>', page, re.DOTALL)
    assert warning
    assert words in warning[0]


def book_somewhere(hands: Hands, exam_type: str, device: str) -> int:
    return hands.book(at(8, 30), device, exam_type=exam_type)


def test_no_warning_where_the_order_holds(desk: FlaskClient, hands: Hands) -> None:
    request = press_another(desk, hands.book(at(8), "US05", exam_type="abdominal"))
    page = search(desk, request, exam_type="superficial")
    assert "opening-warning" not in page


def test_another_day_is_a_visit_of_its_own(desk: FlaskClient, hands: Hands) -> None:
    request = press_another(desk, hands.book(at(10), "US05"))
    days = {"from": "2026-11-24", "to": "2026-11-24"}
    found = openings_in(search(desk, request, exam_type="superficial", **days))
    assert found[0].endswith("2026-11-24T11:30")


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("after", ["999", "0", "x"])
def test_a_booking_of_nobody_or_somebody_else_changes_nothing(
    desk: FlaskClient, hands: Hands, after: str
) -> None:
    other = hands.book(at(10), "US05", patient="M00002")
    wish = {"patient": PATIENT, "exam_type": "superficial", "stream": "outpatient"}
    with clock.at(at(8)):
        strange = desk.get("/book", query_string={**wish, "after": after})
        of_other = desk.get("/book", query_string={**wish, "after": other}).text
    assert strange.status_code == (200 if after == "999" else 422)
    assert openings_in(of_other)[0].endswith("2026-11-23T11:30")


def test_it_is_booked_behind_the_first(desk: FlaskClient, hands: Hands) -> None:
    request = press_another(desk, hands.book(at(9), "US05"))
    page = search(desk, request, exam_type="superficial")
    with clock.at(at(8)):
        wish = {**request, "exam_type": "superficial"}
        submit(desk, "/book", **wish, opening=openings_in(page)[0])
    assert [(b.device, b.starts_at) for b in hands.bookings(PATIENT)] == [
        ("US05", at(9)),
        ("US05", at(9, 8)),
    ]
