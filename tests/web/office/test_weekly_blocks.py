"""The weekly pattern: seen by weekday and device; added, changed (open days too, if asked), ended."""

from datetime import time

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.support.cast import submit
from tests.support.department import at
from tests.web.desk.hands import Hands
from tests.web.office.forms import form_of, resend, words
from tracker.db import read_session
from tracker.models import Block
from tracker.queries.weekly_blocks import WeeklyBlockRow, open_blocks, weekly_blocks

NEW = {
    "device": "US05",
    "weekday": "5",
    "starts": "08:00",
    "ends": "12:00",
    "operator": "D01",
    "exam_types": ["abdominal", "contrast"],
    "reserve_cadre_ward": "30",
}


def pattern(app: Flask) -> list[WeeklyBlockRow]:
    with app.app_context(), read_session() as session:
        return list(weekly_blocks(session))


def monday_morning(app: Flask, device: str = "US01") -> WeeklyBlockRow:
    return next(b for b in pattern(app) if (b.device, b.weekday, b.starts) == (device, 0, time(8)))


def operators_of_open_days(app: Flask, block: WeeklyBlockRow) -> set[int | None]:
    with app.app_context(), read_session() as session:
        ids = [number for number, _day in open_blocks(session, block.id, now=at(7))]
        return set(session.scalars(select(Block.operator_id).where(Block.id.in_(ids))))


@pytest.mark.engines("sqlite")
def test_the_pattern_is_seen_by_weekday_and_by_device(office: FlaskClient) -> None:
    by_day = office.get("/admin/weekly-blocks?weekday=1").text
    assert by_day.count('aria-label="Change ') == 42
    by_device = office.get("/admin/weekly-blocks?device=US07").text
    assert by_device.count('aria-label="Change US07') == 10
    assert "No block here" in words(office.get("/admin/weekly-blocks?weekday=6").text)


def test_a_block_is_added(app: Flask, office: FlaskClient) -> None:
    answer = submit(office, "/admin/weekly-blocks/new", **NEW)
    assert (answer.status_code, answer.location) == (303, "/admin/weekly-blocks?device=US05")
    added = next(b for b in pattern(app) if b.weekday == 5)
    assert (added.operator, added.exam_types) == ("D01", {"abdominal", "contrast"})
    assert added.reserve_minutes == {"cadre_ward": 30}


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    ("field", "more"),
    [
        ("device", {"device": "US99"}),
        ("weekday", {"weekday": "7"}),
        ("starts", {"starts": "eight"}),
        ("ends", {"ends": "08:00"}),
        ("operator", {"operator": "N01"}),
        ("exam_types", {"exam_types": []}),
        ("exam_types", {"exam_types": ["cardiac"]}),
        ("starts", {"weekday": "0"}),
        ("reserve_cadre_ward", {"reserve_cadre_ward": "-1"}),
    ],
)
def test_what_is_refused_is_told_beside_its_field(
    office: FlaskClient, field: str, more: dict[str, object]
) -> None:
    answer = submit(office, "/admin/weekly-blocks/new", **{**NEW, **more})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text


@pytest.mark.engines("sqlite")
def test_reserves_longer_than_the_block_are_told_above_the_form(office: FlaskClient) -> None:
    fields = {**NEW, "reserve_cadre_ward": "200", "reserve_medical_exam": "100"}
    answer = submit(office, "/admin/weekly-blocks/new", **fields)
    assert answer.status_code == 422
    assert "The reserves are longer than the block." in words(answer.text)


def test_a_change_leaves_days_that_are_open(app: Flask, office: FlaskClient) -> None:
    block = monday_morning(app)
    before = operators_of_open_days(app, block)
    address = f"/admin/weekly-blocks/{block.id}"
    assert "Days are open through Mon 23 Nov 2026" in words(office.get(address).text)
    assert resend(office, address, operator="").status_code == 303
    assert monday_morning(app).operator is None
    assert operators_of_open_days(app, block) == before != {None}


def test_open_days_follow_when_asked(app: Flask, office: FlaskClient) -> None:
    block = monday_morning(app)
    answer = resend(office, f"/admin/weekly-blocks/{block.id}", operator="", also_open="y")
    assert answer.status_code == 303
    assert operators_of_open_days(app, block) == {None}
    assert "Days already open that are changed: 1." in words(office.get(answer.location).text)


@pytest.mark.engines("sqlite")
def test_a_day_that_cannot_follow_is_named(app: Flask, office: FlaskClient, hands: Hands) -> None:
    hands.book(at(9), exam_type="superficial")
    block = monday_morning(app)
    kept = sorted(block.exam_types - {"superficial"})
    answer = resend(office, f"/admin/weekly-blocks/{block.id}", exam_types=kept, also_open="y")
    told = words(office.get(answer.location).text)
    assert "Mon 23 Nov: superficial is booked in these hours" in told


@pytest.mark.engines("sqlite")
def test_who_saves_second_is_told(app: Flask, office: FlaskClient) -> None:
    address = f"/admin/weekly-blocks/{monday_morning(app).id}"
    mine = form_of(office.get(address).text, address)
    resend(office, address, ends="11:30")
    answer = office.post(address, data={**mine, "ends": "11:00"})
    assert answer.status_code == 409
    assert form_of(answer.text, address)["ends"] == ["11:00"]


@pytest.mark.engines("sqlite")
def test_a_block_is_ended(app: Flask, office: FlaskClient) -> None:
    block = monday_morning(app)
    address = f"/admin/weekly-blocks/{block.id}"
    assert resend(office, address, f"{address}/retire").status_code == 303
    assert block.id not in {each.id for each in pattern(app)}
    assert office.get(address).status_code == 404
