"""Eight in the morning: twelve desks press at the same moment. Each gets a time or other times, and types nothing twice."""

import re
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from html import unescape

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.support.cast import ClientOf
from tests.support.department import at
from tests.support.soundness import assert_sound
from tests.web.desk.hands import Hands
from tests.web.office.forms import Fields, form_of
from tracker import clock

DESKS = 12
TYPED = {"stream": "outpatient", "parts": "1", "from": "2026-11-23", "to": "2026-11-23"}


@dataclass
class Desk:
    """A browser with a patient in front of it and the page that it sees."""

    client: FlaskClient
    patient: int
    page: str = ""
    answers: list[TestResponse] = field(default_factory=list)

    def search(self, **wish: str) -> None:
        self.page = self.client.get("/book", query_string={**wish, "patient": self.patient}).text

    def press(self, opening: str, **ticked: str) -> None:
        """Take an opening with the form that stands on the page, as it stands there."""
        with clock.at(at(8)):
            fields = {**take_form(self.page), "opening": opening, **ticked}
            self.answers.append(self.client.post("/book", data=fields))
            self.page = self.answers[-1].text

    @property
    def is_done(self) -> bool:
        return self.answers[-1].status_code == 303


def take_form(page: str) -> Fields:
    action = re.search(r'<form class="take" method="post" action="([^"]+)"', page)[1]
    return form_of(page, unescape(action))


def openings_in(page: str) -> list[str]:
    return re.findall(r'name="opening" value="([^"]+)" data-row', page)


@pytest.fixture
def desks(client_of: ClientOf) -> list[Desk]:
    with clock.at(at(8)):
        return [Desk(client_of("reception"), number) for number in range(1, DESKS + 1)]


def all_press(desks: Sequence[Desk], **ticked: str) -> None:
    """Every desk takes the first opening on its page, all at the same moment."""
    together = threading.Barrier(len(desks))

    def press(desk: Desk) -> None:
        first = openings_in(desk.page)[0]
        together.wait(timeout=60)
        desk.press(first, **ticked)

    with ThreadPoolExecutor(len(desks)) as threads:
        list(threads.map(press, desks))


def test_all_who_press_the_same_minute_get_one_of_its_band(desks: list[Desk], hands: Hands) -> None:
    with clock.at(at(8)):
        for desk in desks:
            desk.search(**TYPED, exam_type="superficial")
    assert len({openings_in(desk.page)[0] for desk in desks}) == 1
    all_press(desks)
    assert [desk.answers[0].status_code for desk in desks] == [303] * DESKS
    booked = [hands.bookings(desk.patient)[0] for desk in desks]
    assert len({(booking.device, booking.starts_at) for booking in booked}) == DESKS
    assert all(at(11, 30) <= booking.starts_at < at(12) for booking in booked)
    with clock.at(at(8)):
        told = [desk.client.get(desk.answers[0].location).text for desk in desks]
    assert sum('class="message message-warning"' in page for page in told) == DESKS - 1
    with hands.app.app_context():
        assert_sound()


def test_where_the_band_is_full_nobody_types_anything_again(
    desks: list[Desk], hands: Hands
) -> None:
    wish = {
        **TYPED,
        "exam_type": "contrast",
        "part_of_day": "morning",
    }  # four machines, half an hour
    with clock.at(at(8)):
        for desk in desks:
            desk.search(**wish)
    waiting, rounds = desks, 0
    while waiting and rounds < DESKS:
        all_press(waiting, check_in="y")
        waiting, rounds = [desk for desk in waiting if not desk.is_done], rounds + 1
        for desk in waiting:
            assert desk.answers[-1].status_code == 409
            kept = {name: values[-1] for name, values in form_of(desk.page, "/book").items()}
            assert {name: kept[name] for name in wish} == wish
            assert kept["patient"] == str(desk.patient)
            assert take_form(desk.page)["check_in"] == ["y"]
            assert openings_in(desk.page)
    assert rounds > 1
    assert waiting == []
    booked = [hands.bookings(desk.patient) for desk in desks]
    assert [[booking.status for booking in each] for each in booked] == [["arrived"]] * DESKS
    with hands.app.app_context():
        assert_sound()
