"""Handing the desk to the next person in the middle of a form: the page stays, and is sent in the new name."""

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import SignIn
from tests.journeys.going import go
from tests.support.cast import PASSWORD
from tests.support.live import Hospital, Words

pytestmark = [pytest.mark.browser, pytest.mark.engines("sqlite")]


def test_the_next_person_goes_on_with_what_was_typed(
    sign_in: SignIn, hospital: Hospital, words: Words
) -> None:
    page = sign_in("reception")
    page.goto(f"{hospital.address}/patients/new")
    name = page.get_by_label(words("Name"), exact=True)
    name.fill("王小明")
    page.locator(".site-user summary").click()
    page.get_by_role("link", name=words("Switch user, stay on this page")).click()
    dialog = page.get_by_role("dialog", name=words("Switch user"))
    expect(dialog.get_by_label(words("User name"))).to_be_focused()
    dialog.get_by_label(words("User name")).fill("head")
    dialog.get_by_label(words("Password")).fill("wrong")
    dialog.get_by_role("button", name=words("Switch"), exact=True).click()
    expect(dialog.get_by_role("alert").or_(dialog.locator(".form-error")).first).to_be_visible()
    dialog.get_by_label(words("Password")).fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(page.locator(".site-user-name b")).not_to_contain_text("reception")
    expect(page.locator("#site-nav a[href='/volume']")).to_have_count(1)
    expect(name).to_have_value("王小明")
    go(page.locator("form[action='/patients/new'] button"))
    expect(page.locator(".form-error").first).to_be_visible()  # its token was the next person's
    expect(name).to_have_value("王小明")
    page.locator(".site-user summary").click()
    expect(page.get_by_role("button", name=words("Sign out"))).to_be_visible()


def hand_over(page: Page, words: Words, name: str) -> None:
    page.locator(".site-user summary").click()
    page.get_by_role("link", name=words("Switch user, stay on this page")).click()
    dialog = page.get_by_role("dialog", name=words("Switch user"))
    dialog.get_by_label(words("User name")).fill(name)
    dialog.get_by_label(words("Password")).fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()


def test_the_doctor_chosen_by_the_page_is_the_next_person(
    sign_in: SignIn, hospital: Hospital, words: Words
) -> None:
    """What somebody chose by hand stays, as everything typed does."""
    page = sign_in("sonographer")
    page.goto(f"{hospital.address}/exams/enter")
    doctor = page.locator("select[name=operator]")
    start = page.locator("input[name=rows-0-start]")
    start.fill("09:10")
    expect(doctor).to_have_value("D11")
    hand_over(page, words, "head")
    expect(doctor).to_have_value("D01")
    expect(start).to_have_value("09:10")
    hand_over(page, words, "sonographer")
    expect(doctor).to_have_value("D11")
    doctor.select_option("D05")
    hand_over(page, words, "head")
    expect(page.locator("#site-nav a[href='/volume']")).to_have_count(1)
    expect(doctor).to_have_value("D05")
