"""The slip: what a patient takes along, on two papers, and the new one after a move that names the old as void."""

import re

import pytest
from barcode.charsets.code128 import CODES
from flask.testing import FlaskClient

from tests.support.cast import ClientOf
from tests.support.department import account_id, at
from tests.web.desk.hands import Hands
from tracker import clock
from tracker.services.changing import Move, move_booking
from tracker.services.settings import change_settings

START_C, CODE_B = 105, 100


@pytest.fixture
def desk(client_of: ClientOf) -> FlaskClient:
    with clock.at(at(8)):
        return client_of("reception")


def slip(desk: FlaskClient, booking: int, query: str = "", *, lang: str = "zh") -> str:
    """What the slip says, in one line."""
    desk.set_cookie("lang", lang)
    with clock.at(at(8)):
        page = desk.get(f"/bookings/{booking}/slip{query}")
    assert page.status_code == 200
    return " ".join(page.text.partition("<article")[2].split())


def move(hands: Hands, booking: int, device: str, hour: int, minute: int = 0) -> None:
    with hands.app.app_context():
        wanted = Move(device, at(hour, minute), "患者要求")
        move_booking(booking, wanted, by=account_id("reception"), now=at(8))


@pytest.mark.parametrize(
    ("size", "look"), [("", "slip-a5"), ("roll", "slip-roll"), ("x", "slip-a5")]
)
def test_it_tells_who_what_when_and_where(
    desk: FlaskClient, hands: Hands, size: str, look: str
) -> None:
    booking = hands.book(at(9, 8), "US05", exam_type="abdominal", parts=2)
    with hands.app.app_context():
        change_settings({"desk_phone": "85-123"}, by=account_id("admin"), now=at(7))
    chinese = slip(desk, booking, f"?size={size}")
    assert f'class="slip {look}"' in chinese or f" {look}" in chinese
    for text in ("病人1", "女", "75", "× 2", "09:00–09:30", "2026年11月23日 周一", "US05", "空腹"):
        assert text in chinese
    for text in ("超声科分诊台", "85-123", "作废"):
        assert (text in chinese) == (text != "作废")
    assert "09:08" not in chinese  # a patient is told the band
    english = slip(desk, booking, lang="en")
    assert "Mon 23 Nov 2026" in english
    assert "Reception desk of the department" in english


@pytest.mark.engines("sqlite")
def test_the_paper_is_kept_for_this_browser(
    client_of: ClientOf, desk: FlaskClient, hands: Hands
) -> None:
    booking = hands.book(at(9), "US05")
    assert "slip-roll" in slip(desk, booking, "?size=roll")
    assert "slip-roll" in slip(desk, booking)
    assert "slip-roll" in slip(desk, booking, "?size=huge")
    assert "slip-a5" in slip(desk, booking, "?size=a5")
    assert "slip-a5" in slip(desk, booking)


@pytest.mark.engines("sqlite")
def test_a_scanner_reads_the_booking_number(desk: FlaskClient, hands: Hands) -> None:

    numbers = [hands.book(at(9, 20 * n), "US05", patient=f"M{n:05}") for n in range(2, 5)]
    for number in numbers:
        assert read_barcode(slip(desk, number)) == str(number)


def read_barcode(page: str) -> str:
    """As a scanner does: bars and gaps back to values, the check value proved. Raises for what is unreadable."""
    svg = page.partition('class="slip-barcode"')[2].partition("</svg>")[0]
    bars = re.findall(r'<rect x="(\d+)" width="(\d+)" height="24"/>', svg)
    modules = ""
    for left, width in ((int(a), int(b)) for a, b in bars):
        modules = modules.ljust(left, "0") + "1" * width
    modules = modules.strip("0")
    values = [CODES.index(modules[n : n + 11]) for n in range(0, len(modules) - 13, 11)]
    start, *data, check = values
    assert check == (start + sum(n * value for n, value in enumerate(data, start=1))) % 103
    text, pairs = "", start == START_C
    for value in data:
        if pairs and value == CODE_B:
            pairs = False
        else:
            text += f"{value:02}" if pairs else chr(value + 32)
    return text


def test_a_move_prints_a_new_slip_that_names_the_old_time(desk: FlaskClient, hands: Hands) -> None:
    booking = hands.book(at(9, 8), "US05")
    assert "作废" not in slip(desk, booking)
    move(hands, booking, "US06", 10, 40)
    moved = slip(desk, booking)
    assert "10:30–11:00" in moved
    assert re.search(r"2026年11月23日 周一 09:00–09:30[^<]*US05[^<]*作废", moved)
    english = slip(desk, booking, lang="en")
    assert "replaces the slip of Mon 23 Nov 2026 09:00–09:30 on US05" in english


def test_a_move_within_the_band_leaves_the_slip_valid(desk: FlaskClient, hands: Hands) -> None:
    booking = hands.book(at(9), "US05")
    move(hands, booking, "US05", 9, 12)
    assert "作废" not in slip(desk, booking)


def test_after_two_moves_the_last_slip_that_said_otherwise_is_named(
    desk: FlaskClient, hands: Hands
) -> None:
    booking = hands.book(at(9), "US05")
    move(hands, booking, "US06", 10)
    move(hands, booking, "US06", 10, 10)
    page = slip(desk, booking)
    assert "10:00–10:30" in page
    assert "US05" in page.partition("09:00–09:30")[2]
    move(hands, booking, "US05", 9)
    assert "10:00–10:30" in slip(desk, booking).partition("slip-void")[2]


def test_the_slip_of_a_cancelled_booking_is_void(desk: FlaskClient, hands: Hands) -> None:
    booking = hands.book(at(9), "US05")
    hands.cancel(booking)
    assert "作废" in slip(desk, booking)


@pytest.mark.engines("sqlite")
def test_one_key_on_the_booking_prints(desk: FlaskClient, hands: Hands) -> None:
    booking = hands.book(at(9), "US05")
    with clock.at(at(8)):
        page = desk.get(f"/bookings/{booking}").text
    link = re.search(rf'<a [^>]*href="/bookings/{booking}/slip#print"[^>]*>', page)[0]
    assert 'data-hotkey="F8"' in link
