"""The draft is reviewed as sentences, with the bookings it hits and what it breaks, and put in force."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.cast import ClientOf, submit
from tests.support.department import at
from tests.web.desk.hands import Hands
from tests.web.office.forms import form_of, resend, words
from tests.web.plan.planning import BLOCK, PLACE, PUT, REMOVE, WEEK, block, free_doctor, plan

REVIEW, PUBLISH = "/plan/publish?week=2026-W48", "/plan/publish"


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    ("name", "status"),
    [("head", 200), ("admin", 403), ("sonographer", 403), ("reception", 403), ("stranger", 303)],
)
def test_only_the_head_publishes(client_of: ClientOf, name: str, status: int) -> None:
    client = client_of(name)
    assert client.get(REVIEW).status_code == status
    if name != "head":
        assert submit(client, PUBLISH, week="2026-W48", version="1").status_code == status


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_review_is_well_made_in_both_languages(
    head: FlaskClient, hands: Hands, language: str
) -> None:
    hands.book(at(9, day=2))
    resend(head, BLOCK, REMOVE)
    head.set_cookie("lang", language)
    page = head.get(REVIEW)
    assert page.status_code == 200
    assert 'id="hit-moved"' in page.text


@pytest.mark.engines("sqlite")
def test_without_a_draft_there_is_nothing_to_publish(head: FlaskClient) -> None:
    assert "No draft of this week is open" in words(head.get(REVIEW).text)
    answer = submit(head, PUBLISH, week="2026-W48", version="1")
    assert answer.status_code == 409


@pytest.mark.engines("sqlite")
def test_changes_are_told_as_sentences(app: Flask, head: FlaskClient) -> None:
    before = block(app)
    assert before is not None
    facts = plan(app).facts
    was, becomes = facts.doctors[before.operator_id or 0], free_doctor(app, before)
    resend(
        head,
        BLOCK,
        PUT,
        operator=becomes.code,
        ends="11:00",
        exam_types=["abdominal"],
        reserve_cadre_ward="40",
    )
    resend(head, "/plan/block?at=US02.2026-11-25.480", REMOVE)
    told = words(head.get(REVIEW).text)
    assert "What changes: 2" in told
    assert f"doctor {was.name} → {becomes.name}" in told
    assert "hours 08:00–12:00 → 08:00–11:00" in told
    assert "minutes reserved: Cadre ward 20 → 40" in told
    assert "− Superficial organs" in told
    assert "US02 Wed 25 Nov Morning : no longer worked" in told


def test_a_published_plan_is_what_patients_are_booked_on(app: Flask, head: FlaskClient) -> None:
    before = block(app)
    assert before is not None
    doctor = free_doctor(app, before)
    resend(head, BLOCK, PUT, operator=doctor.code)
    answer = resend(head, REVIEW, PUBLISH)
    assert (answer.status_code, answer.location) == (303, WEEK)
    after = block(app, published=True)
    assert after is not None
    assert after.operator_id == doctor.id
    assert plan(app).draft is None
    told = words(head.get(WEEK).text)
    assert "The plan is in force" in told
    assert "stands on the weekly pattern" not in told


def test_bookings_in_the_way_are_shown_then_moved(
    app: Flask, head: FlaskClient, hands: Hands
) -> None:
    booking = hands.book(at(9, day=2))
    resend(head, BLOCK, REMOVE)
    assert "Bookings that are moved: 1" in words(head.get(REVIEW).text)
    answer = resend(head, REVIEW, PUBLISH)
    page = head.get(answer.location).text
    assert "1 booking was moved:" in words(page)
    assert f'<a href="/bookings/{booking}">' in page
    assert hands.look(booking).device != "US01"


@pytest.mark.engines("sqlite")
def test_what_breaks_a_rule_is_not_published(app: Flask, head: FlaskClient) -> None:
    resend(head, BLOCK, PUT, operator="", as_is="1")
    page = head.get(REVIEW).text
    assert "No doctor is named." in words(page)
    assert f"at={PLACE}" in page
    answer = head.post(PUBLISH, data=form_of(page, PUBLISH))
    assert answer.status_code == 409
    assert "The plan breaks rules." in words(answer.text)
    assert block(app, published=True) is not None


@pytest.mark.engines("sqlite")
def test_a_draft_that_was_changed_is_reviewed_again(
    app: Flask, head: FlaskClient, client_of: ClientOf
) -> None:
    resend(head, BLOCK, REMOVE)
    sent = form_of(head.get(REVIEW).text, PUBLISH)
    resend(client_of("head"), "/plan/block?at=US02.2026-11-25.480", REMOVE)
    answer = head.post(PUBLISH, data=sent)
    assert answer.status_code == 409
    assert "The draft was changed meanwhile." in words(answer.text)
    again = head.post(PUBLISH, data=form_of(answer.text, PUBLISH))
    assert again.status_code == 303
    assert block(app, device="US02") is None
