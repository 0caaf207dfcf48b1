"""Headers, tokens and proxies of every page."""

import pytest
from flask.testing import FlaskClient

from tests.support.cast import ClientOf, submit, token_in
from tests.support.databases import make_app

pytestmark = pytest.mark.engines("sqlite")


@pytest.mark.parametrize("path", ["/login", "/", "/nowhere", "/assets/nothing.js"])
def test_every_answer_has_the_headers(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "upgrade-insecure-requests" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "Strict-Transport-Security" not in headers


@pytest.mark.parametrize("path", ["/account", "/admin/sheets/accounts/accounts.xlsx", "/"])
def test_neither_page_nor_download_is_left_in_the_browser(client_of: ClientOf, path: str) -> None:
    assert client_of("admin").get(path).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("token", [None, "", "x"])
def test_no_form_is_accepted_without_its_token(client_of: ClientOf, token: str | None) -> None:
    client = client_of("head")
    data = {"language": "en"} if token is None else {"language": "en", "csrf_token": token}
    answer = client.post("/account/language", data=data)
    assert answer.status_code == 400
    assert submit(client, "/account/language", language="en").status_code == 303


def test_a_token_of_another_browser_is_refused(client_of: ClientOf) -> None:
    token = token_in(client_of("head"))
    data = {"language": "en", "csrf_token": token}
    assert client_of("head").post("/account/language", data=data).status_code == 400


def test_htmx_sends_the_token_as_a_header(client_of: ClientOf) -> None:
    client = client_of("head")
    headers = {"HX-Request": "true", "X-CSRFToken": token_in(client)}
    answer = client.post("/account/language", data={"language": "en"}, headers=headers)
    assert answer.headers["HX-Redirect"] == "/account"


def test_a_token_serves_a_whole_shift(client_of: ClientOf) -> None:
    assert client_of("head").application.config["WTF_CSRF_TIME_LIMIT"] is None


@pytest.mark.parametrize(("proxies", "is_secure"), [(0, False), (1, True)])
def test_a_proxy_is_believed_only_where_the_settings_say_so(
    engine_url: str, proxies: int, is_secure: bool
) -> None:
    client = make_app(engine_url, TRUSTED_PROXIES=proxies).test_client()
    headers = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7"}
    cookie = client.get("/login", headers=headers).headers["Set-Cookie"]
    assert ("Secure" in cookie) is is_secure


def test_a_form_that_is_too_large_is_refused(client_of: ClientOf) -> None:
    answer = submit(client_of("head"), "/account/language", language="x" * 3_000_000)
    assert answer.status_code == 413
