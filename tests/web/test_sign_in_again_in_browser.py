"""A sign-in that ends while a page is in use, in a real browser: the page stays, with all that was typed."""

import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from werkzeug.serving import make_server

from tests.support.cast import PASSWORD, make_cast
from tests.web.conftest import page as probe_page
from tracker import clock
from tracker.db import transaction
from tracker.web.access import ACCESS
from tracker.writes.accounts import end_sign_ins

pytestmark = [pytest.mark.browser, pytest.mark.engines("sqlite")]

FORM = """{% extends "base.html" %}{% block title %}Form{% endblock %}{% block content %}
<form method="post" action="/probe/typed" hx-post="/probe/typed" hx-target="#found">
<input type="hidden" name="csrf_token" value="{{ csrf_token() }}">
<label>Note <input name="note" id="note"></label><button id="send">Send</button></form>
<div id="found"></div>{% endblock %}"""


@pytest.fixture
def address(probes: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The probe pages on a port of their own, with a form that htmx sends."""
    monkeypatch.setitem(ACCESS, "probe_form", frozenset({"reception"}))
    probes.add_url_rule("/probe/form", "probe_form", lambda: probe_page("Form", template=FORM))
    server = make_server("127.0.0.1", 0, probes, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def form(page: Page, probes: Flask, address: str) -> Page:
    """Reception at the form; its sign-in ended while the note was typed."""
    cast = make_cast(probes)
    page.context.add_cookies([{"name": "lang", "value": "en", "url": address}])
    page.goto(f"{address}/probe/form")
    fill_in(page, "reception")
    expect(page.get_by_role("heading", name="Form")).to_be_visible()
    page.get_by_label("Note").fill("what I typed")
    with probes.app_context(), transaction() as session:
        end_sign_ins(session, account_id=cast["reception"], now=clock.now())
    return page


def fill_in(page: Page, username: str) -> None:
    page.get_by_label("User name").fill(username)
    page.get_by_label("Password").fill(PASSWORD)
    with page.expect_navigation():
        page.get_by_role("button", name="Sign in").click()


def test_the_same_person_goes_on_where_the_page_stands(form: Page) -> None:
    form.locator("#send").click()
    dialog = form.get_by_role("dialog", name="Sign in again")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_label("Password")).to_be_focused()
    form.keyboard.type("wrong")
    form.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("not right")
    dialog.get_by_label("Password").fill(PASSWORD)
    form.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    expect(form.locator("#messages")).to_contain_text("signed in again")
    form.locator("#send").click()
    expect(form.locator("#found")).to_contain_text("what I typed")


def test_a_closed_dialog_comes_back_with_the_next_step(form: Page) -> None:
    dialog = form.get_by_role("dialog", name="Sign in again")
    for _ in range(2):
        form.locator("#send").click()
        expect(dialog).to_be_visible()
        form.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
    expect(form.get_by_label("Note")).to_have_value("what I typed")


def test_somebody_else_leaves_the_page(form: Page) -> None:
    form.locator("#send").click()
    dialog = form.get_by_role("dialog", name="Sign in again")
    dialog.get_by_label("User name").fill("admin")
    dialog.get_by_label("Password").fill(PASSWORD)
    with form.expect_navigation():
        form.keyboard.press("Enter")
    expect(form.get_by_label("Note")).to_have_count(0)
    assert "what I typed" not in form.content()


def test_without_script_the_form_waits_in_the_sign_in_page(form: Page, address: str) -> None:
    form.evaluate("document.querySelector('form[hx-post]').removeAttribute('hx-post')")
    with form.expect_navigation():
        form.evaluate("document.querySelector('form[action=\"/probe/typed\"]').submit()")
    expect(form.get_by_role("heading", name="Sign in")).to_be_visible()
    fill_in(form, "reception")
    with form.expect_navigation():
        form.get_by_role("button", name="Send it now").click()
    expect(form.locator(".page-body")).to_contain_text("what I typed")
