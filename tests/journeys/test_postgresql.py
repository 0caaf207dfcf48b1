"""One patient's way through the department on PostgreSQL: added, booked, checked in, examined, counted."""

import pytest
from flask import Flask
from playwright.sync_api import expect

from tests.journeys.conftest import SignIn
from tests.journeys.going import go, go_by_key
from tests.support.cast import make_cast
from tests.support.databases import Template
from tests.support.department import at
from tests.support.live import Hospital, Words
from tests.support.starting_data import CATALOGUE, SYSTEM
from tracker import clock
from tracker.services.horizon import open_horizon

pytestmark = [pytest.mark.browser, pytest.mark.engines("postgresql")]


@pytest.fixture
def template() -> Template:
    return CATALOGUE


@pytest.fixture
def words() -> Words:
    return Words("zh")


@pytest.fixture(autouse=True)
def _open_day(app: Flask) -> None:
    """Monday is open, and there is an account of each role."""
    with clock.at(at(8)):
        make_cast(app)
        with app.app_context():
            open_horizon(by=SYSTEM, now=at(0), through=at(12).date())


def test_a_patient_is_booked_examined_and_counted(
    hospital: Hospital, words: Words, sign_in: SignIn
) -> None:
    # given: reception adds somebody who is here
    desk = sign_in("reception")
    desk.goto(f"{hospital.address}/book")
    desk.get_by_label(words("Name"), exact=True).fill("诸葛小满")
    desk.get_by_label(words("Birth date")).fill("1990-02-28")
    desk.get_by_label(words("Female"), exact=True).check()
    go(desk.get_by_role("button", name=words("Add and go on")))

    # when: the first opening is booked with check-in, and the sonographer examines
    desk.locator("input[type=radio][name=stream][value=outpatient]").check(force=True)
    desk.locator("input[type=radio][name=exam_type][value=superficial]").check(force=True)
    desk.get_by_label(words("The patient is here: check in at once")).check()
    opening = desk.locator("#openings .opening").first
    device = (opening.get_attribute("value") or "")[:4]
    go(opening)
    expect(desk.locator(".booking-head")).to_contain_text(words("Arrived"))
    doctor = sign_in("sonographer")
    doctor.goto(f"{hospital.address}/worklist?device={device}")
    go_by_key("F2", doctor)
    expect(doctor.locator("#running")).to_contain_text("诸葛小满")
    hospital.wait(minutes=8)
    go_by_key("F8", doctor)
    expect(doctor.locator("#messages")).to_contain_text(words("The exam is finished and counted."))

    # then: the head sees one exam
    head = sign_in("head")
    head.goto(f"{hospital.address}/volume")
    expect(head.locator("a.figure-card .figure-value").first).to_have_text(f"1 {words('exams')}")
