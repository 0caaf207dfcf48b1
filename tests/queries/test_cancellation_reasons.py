"""Why bookings were cancelled: the reason of the cancelling itself, whatever is noted of the booking afterwards."""

import pytest

from tests.support.databases import Template
from tests.support.department import DEPARTMENT, MONDAY, account_id, at
from tests.support.exam_room import book
from tests.support.starting_data import SYSTEM
from tracker.db import read_session
from tracker.queries.attendance import ReasonCount, reasons
from tracker.services.changing import cancel_booking
from tracker.services.taking_over import Takeover, take_over_machine

pytestmark = pytest.mark.usefixtures("app_context")


@pytest.fixture
def template() -> Template:
    return DEPARTMENT


def test_a_takeover_of_its_block_is_no_reason_why_a_booking_was_cancelled() -> None:
    cancel_booking(book(1, at(11)), reason="called off", by=account_id("reception"), now=at(8))
    takeover = Takeover(device="US07", operator="D20", reason="the doctor fell ill")
    take_over_machine(takeover, by=SYSTEM, now=at(10))
    with read_session() as session:
        assert reasons(session, MONDAY, MONDAY) == [ReasonCount("cancelled", "called off", 1)]
