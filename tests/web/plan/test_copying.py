"""A day is copied to other days, a week's plan from another week; both wait in the draft."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.cast import ClientOf, submit
from tests.web.office.forms import form_of, resend, words
from tests.web.plan.planning import REMOVE, WEEK, block, plan

PAGE, DAY, COPY_WEEK = "/plan/copy?week=2026-W48", "/plan/copy/day", "/plan/copy/week"


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    ("name", "status"),
    [("head", 200), ("admin", 403), ("sonographer", 403), ("reception", 403), ("stranger", 303)],
)
def test_only_the_head_copies(client_of: ClientOf, name: str, status: int) -> None:
    client = client_of(name)
    assert client.get(PAGE).status_code == status
    if name != "head":
        assert submit(client, DAY, week="2026-W48").status_code == status
        assert submit(client, COPY_WEEK, week="2026-W48").status_code == status


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("address", [PAGE, "/plan/copy?week=2026-W40", DAY])
def test_the_page_is_well_made_in_both_languages(
    head: FlaskClient, language: str, address: str
) -> None:
    head.set_cookie("lang", language)
    assert head.get(address).status_code == 200


def test_a_day_is_copied(app: Flask, head: FlaskClient) -> None:
    wednesday, friday = block(app), block(app, 810, day=27)
    assert wednesday is not None
    assert friday is not None
    resend(head, "/plan/block?at=US01.2026-11-25.810", REMOVE)
    sent = {"source": "2026-11-25", "targets": ["2026-11-26", "2026-11-27"]}
    answer = resend(head, PAGE, DAY, **sent)
    assert (answer.status_code, answer.location) == (303, WEEK)
    assert block(app, 810, day=27) is None
    copied = block(app, day=26)
    assert copied is not None
    assert copied.operator_id == wednesday.operator_id
    assert "Undo: a day copied" in words(head.get(WEEK).text)


def test_a_week_is_copied_onto_the_days_that_wait(app: Flask, head: FlaskClient) -> None:
    resend(head, "/plan/block?at=US01.2026-11-26.480", REMOVE)
    answer = resend(head, PAGE, COPY_WEEK, from_week="2026-W47")
    assert answer.status_code == 303
    # nothing was opened in the week before: the days that wait are empty, today and tomorrow stay
    found = plan(app)
    assert {b.local_date.day for b in found.blocks} == {23, 24}
    assert "Undo: a week copied" in words(head.get(WEEK).text)


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    ("action", "field", "more"),
    [
        (DAY, "targets", {"targets": []}),
        (DAY, "targets", {"targets": ["2026-11-23"]}),
        (DAY, "source", {"source": "2026-12-23", "targets": ["2026-11-26"]}),
        (COPY_WEEK, "from_week", {"from_week": "2026-W48"}),
    ],
)
def test_what_is_refused_changes_nothing(
    app: Flask, head: FlaskClient, action: str, field: str, more: dict[str, object]
) -> None:
    answer = resend(head, PAGE, action, **more)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert plan(app).draft is None


@pytest.mark.engines("sqlite")
def test_who_copies_on_an_old_page_looks_again(app: Flask, head: FlaskClient) -> None:
    sent = form_of(head.get(PAGE).text, DAY)
    resend(head, "/plan/block?at=US02.2026-11-25.480", REMOVE)
    answer = head.post(DAY, data={**sent, "source": "2026-11-25", "targets": ["2026-11-27"]})
    assert answer.status_code == 409
    assert "Somebody else changed the draft meanwhile." in words(answer.text)
