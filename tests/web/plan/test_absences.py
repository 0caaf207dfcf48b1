"""Who is away: entered, listed with the blocks to be covered, taken back; the plan shows it."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.cast import ClientOf, submit
from tests.web.office.forms import resend, words
from tests.web.plan.planning import WEEK, block, plan

LIST = "/plan/absences"


def away(app: Flask, **more: str) -> dict[str, str]:
    """The doctor of US01 on Wednesday morning is ill that day."""
    found = block(app)
    assert found is not None
    doctor = plan(app).facts.doctors[found.operator_id or 0]
    day = {"first": "2026-11-25", "last": "2026-11-25"}
    return {"operator": doctor.code, **day, "part": "morning", "kind": "sick", "note": "", **more}


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    ("name", "status"),
    [("head", 200), ("admin", 403), ("sonographer", 403), ("reception", 403), ("stranger", 303)],
)
def test_only_the_head_knows_who_is_away(client_of: ClientOf, name: str, status: int) -> None:
    client = client_of(name)
    assert client.get(LIST).status_code == status
    if name != "head":
        assert submit(client, LIST).status_code == status
        assert submit(client, f"{LIST}/1/cancel").status_code == status


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_list_is_well_made_in_both_languages(
    app: Flask, head: FlaskClient, language: str
) -> None:
    resend(head, LIST, **away(app))
    head.set_cookie("lang", language)
    assert head.get(LIST).status_code == 200


def test_an_absence_leads_to_the_block_that_is_to_be_covered(app: Flask, head: FlaskClient) -> None:
    answer = resend(head, LIST, **away(app))
    assert (answer.status_code, answer.location) == (303, LIST)
    page = head.get(LIST).text
    assert "The absence is entered." in words(page)
    assert "1 block still names this doctor" in words(page)
    assert "US01 Wed 25 Nov Morning" in words(page)
    assert "day=2026-11-25&amp;at=US01.2026-11-25.480" in page
    assert "The doctor is away then." in words(head.get(WEEK).text)


def test_an_absence_is_taken_back(app: Flask, head: FlaskClient) -> None:
    resend(head, LIST, **away(app))
    page = head.get(LIST).text
    action = page[page.index(f'action="{LIST}/') + 8 :].partition('"')[0]
    assert resend(head, LIST, action).status_code == 303
    told = words(head.get(LIST).text)
    assert "The absence is taken back." in told
    assert "Nobody is away" in told
    assert submit(head, f"{LIST}/9999/cancel").status_code == 404


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    ("field", "more"),
    [
        ("operator", {"operator": ""}),
        ("operator", {"operator": "N01"}),
        ("first", {"first": "soon"}),
        ("last", {"last": "2026-11-24"}),
        ("last", {"last": "2028-11-24"}),
        ("part", {"part": "night"}),
        ("kind", {"kind": "sleepy"}),
        ("note", {"note": "x" * 201}),
    ],
)
def test_what_is_refused_is_told_beside_its_field(
    app: Flask, head: FlaskClient, field: str, more: dict[str, str]
) -> None:
    answer = resend(head, LIST, **away(app, **more))
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert plan(app).facts.away == ()


@pytest.mark.engines("sqlite")
def test_the_same_is_not_entered_twice(app: Flask, head: FlaskClient) -> None:
    resend(head, LIST, **away(app))
    answer = resend(head, LIST, **away(app))
    assert answer.status_code == 409
    assert "This absence is entered already." in words(answer.text)


@pytest.mark.engines("sqlite")
def test_the_list_costs_the_same_whatever_its_length(
    app: Flask, head: FlaskClient, statements: list[str]
) -> None:
    def cost() -> int:
        head.get(LIST)  # shows the message that it was entered
        del statements[:]
        assert head.get(LIST).status_code == 200
        return len(statements)

    resend(head, LIST, **away(app))
    before = cost()
    resend(head, LIST, **away(app, last="2026-11-26"))
    resend(head, LIST, **away(app, part=""))
    assert cost() == before
