"""Today and tomorrow are changed at once: a doctor is ill at 07:50, and the bookings stay or are told."""

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.department import at
from tests.web.desk.hands import Hands
from tests.web.office.forms import form_of, resend, words
from tests.web.plan.planning import BLOCK, MOVE, PUT, REMOVE, WEEK, block, free_doctor, plan

TODAY, TOMORROW = "US01.2026-11-23.480", "US01.2026-11-24.480"


def of_today(app: Flask) -> object:
    found = block(app, day=23, published=True)
    return found and found.operator_id


@pytest.mark.parametrize(("place", "day"), [(TODAY, 23), (TOMORROW, 24)])
def test_another_doctor_takes_over_at_once(
    app: Flask, head: FlaskClient, hands: Hands, place: str, day: int
) -> None:
    before = block(app, day=day, published=True)
    assert before is not None
    booking = hands.book(at(9, day=day - 23))
    # what is booked there needs no competence: any doctor will do
    doctor = free_doctor(app, replace(before, exam_type_ids=frozenset()))
    address = f"/plan/block?at={place}"
    assert "a change takes effect at once" in words(head.get(address).text)
    answer = resend(head, address, PUT, operator=doctor.code, exam_types=["superficial"])
    assert answer.status_code == 303
    after = block(app, day=day, published=True)
    assert after is not None
    assert after.operator_id == doctor.id
    assert plan(app).draft is None
    assert "The plan is in force" in words(head.get(answer.location).text)
    assert hands.look(booking).device == "US01"


@pytest.mark.engines("sqlite")
def test_hours_are_extended_at_once(app: Flask, head: FlaskClient) -> None:
    answer = resend(head, "/plan/block?at=US01.2026-11-23.810", PUT, ends="18:30")
    assert answer.status_code == 303
    after = block(app, 810, day=23, published=True)
    assert after is not None
    assert after.ends == 18 * 60 + 30


@pytest.mark.engines("sqlite")
def test_a_rule_that_breaks_asks_for_its_reason_before(app: Flask, head: FlaskClient) -> None:
    before = of_today(app)
    address = f"/plan/block?at={TODAY}"
    answer = resend(head, address, PUT, operator="")
    assert answer.status_code == 422
    assert "Keep it in the draft without a reason" not in words(answer.text)
    assert of_today(app) == before
    assert resend(head, address, PUT, operator="", reason_no_operator="病假").status_code == 303
    assert of_today(app) is None


@pytest.mark.engines("sqlite")
def test_a_block_of_today_is_taken_away_and_its_patients_move(
    app: Flask, head: FlaskClient, hands: Hands
) -> None:
    booking = hands.book(at(9))
    answer = resend(head, f"/plan/block?at={TODAY}", REMOVE)
    assert answer.status_code == 303
    page = head.get(answer.location).text
    assert f'<a href="/bookings/{booking}">' in page
    assert hands.look(booking).device != "US01" or hands.look(booking).is_flagged


@pytest.mark.engines("sqlite")
def test_who_saw_another_day_looks_again(app: Flask, head: FlaskClient) -> None:
    address = f"/plan/block?at={TODAY}"
    sent = form_of(head.get(address).text, PUT)
    resend(head, "/plan/block?at=US01.2026-11-23.810", PUT, ends="18:30")
    answer = head.post(PUT, data={**sent, "ends": "11:30"})
    assert answer.status_code == 409
    assert form_of(answer.text, PUT)["version"] != sent["version"]


@pytest.mark.engines("sqlite")
def test_today_is_open_from_both_views_of_a_week_with_a_draft(head: FlaskClient) -> None:
    resend(head, BLOCK, REMOVE)
    for view in ("draft", "published"):
        assert f"/plan/block?at={TODAY}" in head.get(f"{WEEK}&view={view}").text


@pytest.mark.engines("sqlite")
def test_a_cell_of_a_later_day_is_copied_to_today_at_once(app: Flask, head: FlaskClient) -> None:
    later = block(app, day=25)
    assert later is not None
    doctor = free_doctor(app, replace(later, local_date=later.local_date.replace(day=23)))
    resend(head, BLOCK, PUT, operator=doctor.code, as_is="1")
    sent = {"device": "US01", "half_day": "2026-11-23.morning", "how": "copy"}
    answer = resend(head, BLOCK, MOVE, **sent)
    assert answer.status_code == 303
    assert of_today(app) == doctor.id
