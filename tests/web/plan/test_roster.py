"""A roster is pasted or sent as a file, read, its unknown words answered, and put into the draft."""

from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.support.cast import ClientOf
from tests.support.department import MONDAY, at
from tests.web.office.forms import form_of, resend, words
from tests.web.plan.planning import block
from tracker.db import read_session
from tracker.domain.plan import monday_of
from tracker.queries.plan import WeekPlan, week_plan
from tracker.web.workbooks import write_workbook

WEEK = "week=2026-W48"
VIEWS = ("draft", "published")
CHANGED_THERE = "whoever cannot wait changes these days in the published plan"
ADDRESS, TAKE = f"/plan/roster?{WEEK}", f"/plan/roster/take?{WEEK}"


def plan(app: Flask) -> WeekPlan:
    with app.app_context(), read_session() as session:
        return week_plan(session, monday_of(MONDAY), now=at(7))


def send(client: FlaskClient, page: str, **changes: object) -> TestResponse:
    """What the form of the page says, with changes, to be read."""
    return client.post(ADDRESS, data={**form_of(page, ADDRESS), **changes})


def put(client: FlaskClient, page: str) -> TestResponse:
    """The same to be put into the draft; the file is not sent again."""
    fields = form_of(page, ADDRESS)
    return client.post(TAKE, data={**fields, "file": []})


def test_a_roster_is_read_shown_and_put_into_the_draft(app: Flask, head: FlaskClient) -> None:
    page = send(head, head.get(ADDRESS).text, text="工号\t周三上午\nD11\tUS02\nD12\t年假").text
    assert "US02 Wed 25 Nov 08:00–12:00" in words(page)
    assert "Who is away" in page
    assert plan(app).draft is None
    answer = put(head, page)
    assert (answer.status_code, answer.location) == (303, f"/plan?{WEEK}")
    draft = plan(app).draft
    assert draft is not None
    assert draft.last_action == "roster"
    assert "1 absence added" in words(head.get(answer.location).text)


def test_unknown_words_are_asked_for_and_answers_are_kept_while_it_is_read_again(
    app: Flask, head: FlaskClient
) -> None:
    text = "姓名\t周三上午\n<b>王二</b>\tUS01\nD11\t二诊室"
    page = send(head, head.get(ADDRESS).text, text=text).text
    assert "二诊室" in words(page)
    assert "&lt;b&gt;王二&lt;/b&gt;" in page
    refusal = put(head, page)
    assert refusal.status_code == 422
    assert "Say first what" in words(refusal.text)
    answers = {"words-0-answer": "US02", "people-0-answer": "nothing"}
    page = send(head, refusal.text, **answers).text
    assert form_of(page, ADDRESS)["words-0-answer"] == ["US02"]
    assert put(head, page).status_code == 303
    assert plan(app).draft is not None


def test_what_was_said_earlier_can_be_said_otherwise(app: Flask, head: FlaskClient) -> None:
    text = "工号\t周三上午\nD11\t二诊室"
    page = send(head, head.get(ADDRESS).text, text=text).text
    assert put(head, send(head, page, **{"words-0-answer": "US02"}).text).status_code == 303
    page = send(head, head.get(ADDRESS).text, text=text).text
    assert "What was said of words and rows" in page
    assert form_of(page, ADDRESS)["words-0-answer"] == ["US02"]
    again = send(head, page, **{"words-0-answer": "US03"}).text
    assert "US03 Wed 25 Nov" in words(again)
    assert put(head, again).status_code == 303
    fields = form_of(send(head, head.get(ADDRESS).text, text=text).text, ADDRESS)
    assert fields["words-0-answer"] == ["US03"]


def test_tomorrow_waits_in_the_draft_and_the_plan_says_where_it_is_changed(
    head: FlaskClient,
) -> None:
    page = send(head, head.get(ADDRESS).text, text="工号\t周二上午\nD11\tUS02").text
    assert put(head, page).status_code == 303
    draft, published = (head.get(f"/plan?{WEEK}&view={view}").text for view in VIEWS)
    assert CHANGED_THERE in words(draft)
    assert CHANGED_THERE not in words(published)
    link = 'href="/plan/block?at=US02.2026-11-24.480"'
    assert link not in draft
    assert link in published


def test_days_after_tomorrow_are_edited_in_the_draft(head: FlaskClient) -> None:
    page = send(head, head.get(ADDRESS).text, text="工号\t周三上午\nD11\tUS02").text
    assert put(head, page).status_code == 303
    draft = head.get(f"/plan?{WEEK}&view=draft").text
    assert CHANGED_THERE not in words(draft)
    assert 'href="/plan/block?at=US02.2026-11-25.480"' in draft


def test_a_file_takes_the_place_of_the_text(app: Flask, head: FlaskClient) -> None:
    rows = [["工号", "2026-11-25 上午"], ["D11", "US02"]]
    file = (BytesIO(write_workbook({"排班": rows}, words={})), "roster.xlsx")
    page = send(head, head.get(ADDRESS).text, file=file).text
    assert "D11\tUS02" in page
    assert put(head, page).status_code == 303


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(("language", "hours"), [("en", "hours"), ("zh", "时间")])
def test_a_day_long_block_is_shown_cut_before_and_after(
    app: Flask, head: FlaskClient, language: str, hours: str
) -> None:
    first, second = (doctor_at(app, starts) for starts in (480, 810))
    whole, remove = (f"/plan/block?at=US01.2026-11-25.{starts}" for starts in (480, 810))
    assert resend(head, remove, "/plan/block/remove").status_code == 303
    put_whole = {"ends": "17:00", "operator": "", "as_is": "1"}
    assert resend(head, whole, "/plan/block", **put_whole).status_code == 303
    head.set_cookie("lang", language)
    text = f"工号\t周三上午\t周三下午\n{first}\tUS01\t\n{second}\t\tUS01"
    page = send(head, head.get(ADDRESS).text, text=text).text
    assert words(page).count("(08:00–17:00)") == 2, "until now, of either half"
    assert "08:00–13:30" in page
    assert "13:30–17:00" in page
    assert put(head, page).status_code == 303
    review = words(head.get("/plan/publish?week=2026-W48").text)
    assert f"{hours} 08:00–12:00 → 08:00–13:30" in review, "as published until now"


def doctor_at(app: Flask, starts: int) -> str:
    found = block(app, starts)
    assert found is not None
    return plan(app).facts.doctors[found.operator_id or 0].code


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "Paste a roster, or choose a file."),
        ("nothing of the kind", "No row names the days"),
        ("工号\t周三\nD11\tUS01\x00", "characters that cannot be kept"),
    ],
)
def test_what_is_no_roster_is_said_beside_the_field(
    head: FlaskClient, text: str, says: str
) -> None:
    answer = send(head, head.get(ADDRESS).text, text=text)
    assert answer.status_code == 422
    assert says in words(answer.text)


def test_a_file_that_is_none_is_said_beside_its_field(head: FlaskClient) -> None:
    file = (BytesIO(b"\x89PNG"), "roster.xlsx")
    answer = send(head, head.get(ADDRESS).text, file=file)
    assert answer.status_code == 422
    assert "This is no XLSX file" in words(answer.text)


def test_a_draft_that_was_changed_meanwhile_is_not_written_over(
    app: Flask, head: FlaskClient
) -> None:
    first = send(head, head.get(ADDRESS).text, text="工号\t周三上午\nD11\tUS02").text
    assert put(head, first).status_code == 303
    answer = put(head, first)
    assert answer.status_code == 409
    assert "D11\tUS02" in answer.text
    assert "The draft was changed meanwhile." in words(answer.text)
    assert put(head, answer.text).status_code == 303, "what is shown now was seen"


@pytest.mark.parametrize("who", ["reception", "sonographer", "admin"])
def test_the_head_alone_takes_rosters_in(client_of: ClientOf, who: str) -> None:
    client = client_of(who)
    assert client.get(ADDRESS).status_code == 403
    assert "/plan/roster" not in client.get("/plan").text


def test_a_stranger_signs_in_first(client_of: ClientOf) -> None:
    assert client_of("stranger").get(ADDRESS).status_code in {302, 303}
