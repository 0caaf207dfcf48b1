"""A block is opened from its cell, changed, added, removed; what it breaks is told before it is kept; undo, discard."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.cast import ClientOf, submit
from tests.web.office.forms import resend, words
from tests.web.plan.planning import BLOCK, PLACE, PUT, REMOVE, WEEK, block, free_doctor, plan


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    ("name", "status"),
    [("head", 200), ("admin", 403), ("sonographer", 403), ("reception", 403), ("stranger", 303)],
)
def test_only_the_head_edits(client_of: ClientOf, name: str, status: int) -> None:
    client = client_of(name)
    assert client.get(BLOCK).status_code == status
    if name != "head":
        assert submit(client, PUT, at=PLACE).status_code == status
        assert submit(client, REMOVE, at=PLACE).status_code == status
        assert submit(client, "/plan/undo", week="2026-W48").status_code == status
        assert client.get("/plan/drop?week=2026-W48").status_code == status
        assert submit(client, "/plan/drop", week="2026-W48").status_code == status


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
@pytest.mark.parametrize(
    "place", [PLACE, "US01.2026-11-23.480", "P01.2026-11-25.480", "US01.2026-11-28.morning"]
)
def test_the_block_is_a_page_and_a_dialog(
    head: FlaskClient, language: str, headers: dict[str, str], place: str
) -> None:
    head.set_cookie("lang", language)
    assert head.get(f"/plan/block?at={place}", headers=headers).status_code == 200


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    ("place", "status"),
    [
        ("US01", 422),
        ("US01.2026-11-25.", 422),
        ("US01.1850-11-25.480", 422),
        ("US99.2026-11-25.480", 404),
        ("US01.2026-11-25.481", 404),
        ("US01.2026-11-25.night", 404),
    ],
)
def test_a_place_that_is_none_is_refused(head: FlaskClient, place: str, status: int) -> None:
    assert head.get("/plan/block", query_string={"at": place}).status_code == status
    assert submit(head, PUT, at=place).status_code == status


def test_another_doctor_waits_in_the_draft(app: Flask, head: FlaskClient) -> None:
    before = block(app)
    assert before is not None
    doctor = free_doctor(app, before)
    published = plan(app).published
    answer = resend(head, BLOCK, PUT, operator=doctor.code)
    assert answer.status_code == 303
    assert answer.location == f"/plan?week=2026-W48&day=2026-11-25&at={PLACE}#{PLACE}"
    changed = block(app)
    assert changed is not None
    assert changed.operator_id == doctor.id
    after = plan(app)
    assert after.published == published
    assert len(after.changes) == 1
    told = words(head.get(WEEK).text)
    assert "Draft with 1 change by head." in told
    assert "Undo: a block changed" in told


@pytest.mark.engines("sqlite")
def test_hours_reserves_and_exam_types_are_saved(app: Flask, head: FlaskClient) -> None:
    answer = resend(
        head,
        BLOCK,
        PUT,
        starts="09:00",
        ends="11:30",
        exam_types=["abdominal"],
        reserve_cadre_ward="30",
        reserve_medical_exam="",
    )
    assert answer.status_code == 303
    changed = block(app, 540)
    assert changed is not None
    assert (changed.ends, sorted(changed.reserve_minutes.values())) == (690, [30])
    assert len(changed.exam_type_ids) == 1
    assert block(app) is None


@pytest.mark.engines("sqlite")
def test_the_portable_goes_on_rounds(app: Flask, head: FlaskClient) -> None:
    place = "P01.2026-11-25.480"
    sent = {"place": "住院楼 5 层", "transport_minutes": "15"}
    assert resend(head, f"/plan/block?at={place}", PUT, **sent).status_code == 303
    page = head.get(WEEK).text
    assert "住院楼 5 层" in page[page.index(f'id="{place}"') :][:1500]
    assert "Ward or theatre" not in head.get(BLOCK).text


def test_what_breaks_a_rule_is_shown_first_and_kept_with_a_reason(
    app: Flask, head: FlaskClient
) -> None:
    answer = resend(head, BLOCK, PUT, operator="")
    assert answer.status_code == 422
    assert "No doctor is named." in words(answer.text)
    assert plan(app).draft is None
    answer = resend(head, BLOCK, PUT, operator="", reason_no_operator="周二再定")
    assert answer.status_code == 303
    (broken,) = plan(app).broken
    assert (broken.code, broken.allowed) == ("no_operator", "周二再定")
    told = words(head.get(WEEK).text)
    assert "No doctor is named. – 周二再定" in told


def test_it_is_kept_without_a_reason_when_that_is_asked_for(app: Flask, head: FlaskClient) -> None:
    assert resend(head, BLOCK, PUT, operator="", as_is="1").status_code == 303
    assert [each.code for each in plan(app).in_the_way] == ["no_operator"]
    page = head.get(WEEK).text
    assert "1 broken rule stands in the way of publishing" in words(page)
    assert f'<a href="#{PLACE}">' in page


@pytest.mark.engines("sqlite")
def test_a_reason_goes_with_the_rule_that_was_broken(app: Flask, head: FlaskClient) -> None:
    before = block(app)
    assert before is not None
    resend(head, BLOCK, PUT, operator="", reason_no_operator="周二再定")
    doctor = plan(app).facts.doctors[before.operator_id or 0]
    assert resend(head, BLOCK, PUT, operator=doctor.code).status_code == 303
    after = block(app)
    assert after is not None
    assert after.overrules == {}


@pytest.mark.engines("sqlite")
def test_nobody_overrules_a_machine_that_cannot(app: Flask, head: FlaskClient) -> None:
    found = plan(app)
    machine = next(d for d in found.facts.devices.values() if d.code == "US01")
    barred = next(t for t in found.facts.exam_types.values() if t.id not in machine.exam_type_ids)
    page = head.get(BLOCK).text
    assert "The machine lacks a function for it." in words(page)
    answer = resend(head, BLOCK, PUT, exam_types=[barred.code], reason_not_open="x")
    assert answer.status_code == 422
    assert "Nobody may overrule this." in words(answer.text)


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    ("field", "more"),
    [
        ("starts", {"starts": "eight"}),
        ("ends", {"ends": ""}),
        ("operator", {"operator": "N01"}),
        ("reserve_cadre_ward", {"reserve_cadre_ward": "-1"}),
        ("reason_no_operator", {"operator": "", "reason_no_operator": "x" * 401}),
    ],
)
def test_what_is_refused_is_told_beside_its_field(
    app: Flask, head: FlaskClient, field: str, more: dict[str, object]
) -> None:
    answer = resend(head, BLOCK, PUT, **more)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text or field == "reason_no_operator"
    assert plan(app).draft is None


@pytest.mark.engines("sqlite")
def test_no_minute_left_is_no_block(app: Flask, head: FlaskClient) -> None:
    answer = resend(head, BLOCK, PUT, starts="11:00", ends="10:00")
    assert answer.status_code == 422
    assert "No minute is left for patients." in words(answer.text)


def test_a_block_is_added_to_an_empty_cell_and_removed(app: Flask, head: FlaskClient) -> None:
    before = block(app)
    assert before is not None
    doctor = free_doctor(app, before)
    assert resend(head, BLOCK, REMOVE).status_code == 303
    assert block(app) is None
    empty = "/plan/block?at=US01.2026-11-25.morning"
    sent = {"operator": doctor.code, "exam_types": ["superficial"]}
    assert resend(head, empty, PUT, **sent).status_code == 303
    added = block(app)
    assert added is not None
    assert (added.operator_id, added.ends) == (doctor.id, 720)


def test_the_last_step_is_undone(app: Flask, head: FlaskClient) -> None:
    before = block(app)
    resend(head, BLOCK, REMOVE)
    answer = resend(head, WEEK, "/plan/undo")
    assert answer.status_code == 303
    assert block(app) == before
    assert "The last step is undone." in words(head.get(answer.location).text)


def test_the_draft_is_discarded(app: Flask, head: FlaskClient) -> None:
    before = block(app)
    resend(head, BLOCK, REMOVE)
    asked = head.get("/plan/drop?week=2026-W48")
    assert "1 change is lost" in words(asked.text)
    answer = resend(head, "/plan/drop?week=2026-W48", "/plan/drop")
    assert (answer.status_code, answer.location) == (303, WEEK)
    assert plan(app).draft is None
    assert block(app) == before
    assert "No draft of this week is open." in words(head.get("/plan/drop?week=2026-W48").text)
    assert submit(head, "/plan/drop", week="2026-W48", version="3").status_code == 409


def test_who_comes_second_looks_again(app: Flask, head: FlaskClient, client_of: ClientOf) -> None:
    before = block(app)
    page = head.get(BLOCK)
    assert page.status_code == 200
    resend(client_of("head"), "/plan/block?at=US02.2026-11-25.480", REMOVE)
    answer = submit(
        head,
        PUT,
        at=PLACE,
        version="0",
        starts="08:00",
        ends="12:00",
        operator="",
        exam_types=["superficial"],
        reason_no_operator="later",
    )
    assert answer.status_code == 409
    assert "Somebody changed the draft of this week meanwhile." in words(answer.text)
    assert block(app) == before


@pytest.mark.engines("sqlite")
def test_the_published_plan_stays_to_be_seen_beside_the_draft(head: FlaskClient) -> None:
    resend(head, BLOCK, REMOVE)
    draft = head.get(WEEK).text
    published = head.get(f"{WEEK}&view=published").text
    assert f'id="{PLACE}"' not in draft
    assert f'id="{PLACE}"' in published
    assert BLOCK not in published
