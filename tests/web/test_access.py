"""Who gets which page: by role, by sign-in, and never without a line in the table."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.cast import PASSWORD, Cast, ClientOf
from tracker import clock
from tracker.services.sign_in import Attempt, sign_in
from tracker.web.access import may, may_open
from tracker.web.person import enter

pytestmark = pytest.mark.engines("sqlite")


@pytest.mark.parametrize(
    ("name", "status"),
    [("reception", 200), ("head", 200), ("sonographer", 403), ("admin", 403), ("stranger", 303)],
)
def test_a_page_is_open_to_its_roles_alone(prober_of: ClientOf, name: str, status: int) -> None:
    assert prober_of(name).get("/probe/desk").status_code == status


@pytest.mark.parametrize(("name", "status"), [("head", 403), ("admin", 403), ("stranger", 303)])
def test_a_page_that_is_not_in_the_table_answers_nobody(
    prober_of: ClientOf, name: str, status: int
) -> None:
    assert prober_of(name).get("/probe/unlisted").status_code == status


def test_a_public_page_asks_nobody(prober: FlaskClient) -> None:
    assert prober.get("/probe/open").status_code == 200


def test_a_page_that_is_not_there_asks_nobody(client: FlaskClient) -> None:
    assert client.get("/nowhere").status_code == 404
    assert client.delete("/login").status_code == 405


def test_buttons_and_links_follow_the_same_table(probes: Flask, cast: Cast) -> None:
    with probes.test_request_context("/"):
        assert may("probe_open")
        assert not may("probe_desk")
        opened = sign_in(Attempt("reception", PASSWORD, "192.0.2.1"), now=clock.now())
        enter(opened.secret)
        assert may("probe_desk")
        assert not may("probe_unlisted")
        assert may_open("/probe/desk?day=1")
        assert not may_open("/probe/unlisted")
        assert may_open("/nowhere")


def test_after_a_switch_nobody_lands_on_a_page_that_is_refused(prober_of: ClientOf) -> None:
    answer = prober_of("sonographer").get("/login?next=/probe/desk")
    assert (answer.status_code, answer.location) == (303, "/")


def test_one_statement_finds_the_person(client_of: ClientOf, statements: list[str]) -> None:
    client = client_of("head")
    del statements[:]
    assert client.get("/").status_code == 303
    assert len([one for one in statements if one.startswith("SELECT")]) == 1
