"""Choosing the language of the pages, with and without a choice made before."""

import re

import pytest
from flask.testing import FlaskClient

from tests.web.gallery import gallery_app


@pytest.fixture
def visitor() -> FlaskClient:
    return gallery_app().test_client()


def language_of(visitor: FlaskClient, **headers: str) -> str | None:
    found = re.search(r'<html lang="([^"]+)"', visitor.get("/login", headers=headers).text)
    return found and found[1]


def choose(visitor: FlaskClient, language: str, following: str = "/login"):  # type: ignore[no-untyped-def]
    token = re.search(r'name="csrf_token" value="([^"]+)"', visitor.get("/login").text)
    assert token
    fields = {"lang": language, "next": following, "csrf_token": token[1]}
    return visitor.post("/language", data=fields)


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-CN"),
        ("en-GB,en;q=0.9", "en"),
        ("fr", "zh-CN"),
        ("", "zh-CN"),
    ],
)
def test_a_browser_that_never_chose_gets_what_it_asks_for_else_chinese(
    visitor: FlaskClient, asked: str, shown: str
) -> None:
    assert language_of(visitor, **{"Accept-Language": asked}) == shown


def test_a_choice_is_kept_whatever_the_browser_asks_for(visitor: FlaskClient) -> None:
    answer = choose(visitor, "en", "/login?next=/board")
    assert (answer.status_code, answer.location) == (303, "/login?next=/board")
    assert language_of(visitor, **{"Accept-Language": "zh-CN"}) == "en"


def test_an_unknown_language_changes_nothing(visitor: FlaskClient) -> None:
    choose(visitor, "en")
    answer = choose(visitor, "tlh")
    assert "Set-Cookie" not in answer.headers or "lang=" not in answer.headers["Set-Cookie"]
    assert language_of(visitor) == "en"


@pytest.mark.parametrize("following", ["//evil.example", "https://evil.example", "/\\evil", ""])
def test_the_switch_leads_nowhere_else(visitor: FlaskClient, following: str) -> None:
    assert choose(visitor, "zh", following).location == "/"


def test_a_forged_choice_is_refused(visitor: FlaskClient) -> None:
    assert visitor.post("/language", data={"lang": "en", "next": "/"}).status_code == 400


def test_the_choice_is_no_business_of_scripts(visitor: FlaskClient) -> None:
    cookie = choose(visitor, "en").headers["Set-Cookie"]
    assert {"HttpOnly", "SameSite=Lax"} <= set(cookie.split("; "))
