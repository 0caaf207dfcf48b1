"""A block is moved to another cell or copied there, by the form in its dialog or by the one that dragging sends."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.cast import ClientOf, submit
from tests.web.office.forms import form_of, resend, words
from tests.web.plan.planning import BLOCK, MOVE, PLACE, REMOVE, WEEK, block, plan

THERE = {"device": "US01", "half_day": "2026-11-26.morning"}


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    ("name", "status"),
    [("admin", 403), ("sonographer", 403), ("reception", 403), ("stranger", 303)],
)
def test_only_the_head_moves(client_of: ClientOf, name: str, status: int) -> None:
    assert submit(client_of(name), MOVE, block=PLACE).status_code == status


def test_a_block_exchanges_its_doctor_with_the_one_there(app: Flask, head: FlaskClient) -> None:
    here, there = block(app), block(app, day=26)
    assert here is not None
    assert there is not None
    assert here.operator_id != there.operator_id
    answer = resend(head, BLOCK, MOVE, **THERE, how="move")
    assert answer.status_code == 303
    assert answer.location.endswith("#US01.2026-11-26.480")
    now_here, now_there = block(app), block(app, day=26)
    assert now_here is not None
    assert now_there is not None
    assert now_here.operator_id == there.operator_id
    assert now_there.operator_id == here.operator_id
    assert "Undo: a block moved" in words(head.get(WEEK).text)


@pytest.mark.engines("sqlite")
def test_into_an_empty_cell_it_goes_as_it_is(app: Flask, head: FlaskClient) -> None:
    before = block(app)
    assert before is not None
    resend(head, "/plan/block?at=US01.2026-11-26.480", REMOVE)
    assert resend(head, BLOCK, MOVE, **THERE, how="move").status_code == 303
    moved = block(app, day=26)
    assert moved is not None
    assert moved.operator_id == before.operator_id
    assert block(app) is None


def test_a_dragged_copy_replaces_what_stands_there(app: Flask, head: FlaskClient) -> None:
    before = block(app)
    assert before is not None
    dragged = {
        **form_of(head.get(WEEK).text, MOVE),
        "block": PLACE,
        "to": "US01.2026-11-27.afternoon",
        "how": "copy",
    }
    assert head.post(MOVE, data=dragged).status_code == 303
    assert block(app) == before
    copied = block(app, day=27)
    assert copied is not None
    (change,) = [c for c in plan(app).changes if c.after is not None]
    assert change.after is not None
    assert change.after.local_date.day == 27
    assert change.after.operator_id == before.operator_id


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    ("to", "status"),
    [
        ("US99.2026-11-26.morning", 404),
        ("US01.2026-11-27.night", 404),
        ("US01.2026-12-25.morning", 404),
        ("US01", 422),
    ],
)
def test_a_place_that_is_none_is_refused(head: FlaskClient, to: str, status: int) -> None:
    sent = {"block": PLACE, "to": to, "how": "move", "version": "0"}
    assert submit(head, MOVE, **sent).status_code == status


@pytest.mark.engines("sqlite")
def test_what_changes_at_once_is_not_mixed_with_what_waits(app: Flask, head: FlaskClient) -> None:
    answer = resend(head, BLOCK, MOVE, device="US01", half_day="2026-11-24.morning", how="move")
    assert answer.status_code == 422
    assert "Today and tomorrow change at once" in words(answer.text)
    assert plan(app).draft is None


@pytest.mark.engines("sqlite")
def test_who_drags_on_an_old_page_looks_again(app: Flask, head: FlaskClient) -> None:
    dragged = {**form_of(head.get(WEEK).text, MOVE), "block": PLACE, "how": "copy"}
    resend(head, "/plan/block?at=US02.2026-11-25.480", REMOVE)
    answer = head.post(MOVE, data={**dragged, "to": "US01.2026-11-27.afternoon"})
    assert answer.status_code == 409
    assert "Somebody changed the draft of this week meanwhile." in words(answer.text)


@pytest.mark.engines("sqlite")
def test_the_address_of_a_step_leads_back_to_the_plan(head: FlaskClient) -> None:
    assert head.get(MOVE).location == "/plan"
