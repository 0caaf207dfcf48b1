"""The frame in a real browser: keyboard, dialogs, scanners, both sizes, nothing for axe, nothing for the policy."""

import threading
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, Request, expect
from werkzeug.serving import make_server

from tests.web.gallery import gallery_app
from tracker.web.assets import DIST

pytestmark = pytest.mark.browser

DESK, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}
# Remarks of Chromium and htmx about what a test brings about: a refused form, a server that is away.
EXPECTED = ("the server responded with a status of 422", "net::ERR_FAILED", "Failed to fetch")


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Where the gallery answers, on a free port."""
    assert (DIST / "manifest.json").exists(), "build the front end first: make test does"
    server = make_server("127.0.0.1", 0, gallery_app(), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def open_page(
    address: str, new_context: Callable[..., BrowserContext]
) -> Iterator[Callable[..., Page]]:
    """Opens a gallery page; at the end nothing may have been refused or have failed in it."""
    complaints: list[str] = []

    def opened(path: str, size: dict[str, int] = DESK, **options: str) -> Page:
        page = new_context(viewport=size, locale="zh-CN", **options).new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text))
        page.goto(address + path)
        page.wait_for_function("document.readyState === 'complete'")
        return page

    yield opened
    assert [one for one in complaints if not any(text in one for text in EXPECTED)] == []


def keep_the_page(page: Page) -> Page:
    """Let no form leave: a browser that is closed while it follows one may never answer again.

    Tried again without this on a busy machine (Chromium 156): of three runs of this file two passed and
    the third never ended.
    """
    page.route(
        "**/*",
        lambda route: route.abort() if route.request.method == "POST" else route.continue_(),
    )
    return page


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize(
    "path", ["/", "/form", "/charts", "/login?roles=nobody", "/errors/409", "/timeline"]
)
def test_pages_fit_and_axe_finds_nothing(
    open_page: Callable[..., Page], path: str, size: dict[str, int]
) -> None:
    page = open_page(path, size)
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    # The timeline widget is left out by name: its table is tested in its place.
    found = Axe().run(page, context={"exclude": [[".ec"]]}).response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []


def test_a_slash_goes_to_the_search_and_the_arrows_through_what_it_finds(
    open_page: Callable[..., Page],
) -> None:
    page = open_page("/")
    page.keyboard.press("/")
    expect(page.locator("[data-search]")).to_be_focused()
    page.keyboard.type("zs")
    rows = page.locator("#found [data-row]")
    expect(rows).to_have_count(3)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(rows.nth(1)).to_be_focused()
    expect(rows.nth(1)).to_have_attribute("tabindex", "0")
    expect(rows.nth(0)).to_have_attribute("tabindex", "-1")
    assert "zs" not in page.url


def test_a_digit_takes_an_opening_while_the_list_has_the_focus(
    open_page: Callable[..., Page],
) -> None:
    page = keep_the_page(open_page("/"))
    page.keyboard.press("2")
    assert page.url.endswith("/")
    page.locator("[data-digit='1']").focus()
    with page.expect_request(lambda request: request.method == "POST") as sent:
        page.keyboard.press("2")
    assert "opening=US04" in (sent.value.post_data or "")


def test_a_function_key_presses_its_button(open_page: Callable[..., Page]) -> None:
    page = keep_the_page(open_page("/"))
    with page.expect_request(lambda request: request.method == "POST") as sent:
        page.keyboard.press("F4")
    assert "id=7" in (sent.value.post_data or "")


def test_a_scanner_fills_field_after_field_and_sends_in_the_last(
    open_page: Callable[..., Page],
) -> None:
    page = keep_the_page(open_page("/login?roles=nobody"))
    expect(page.locator("#username")).to_be_focused()
    page.keyboard.type("reception\n")
    expect(page.locator("#password")).to_be_focused()
    with page.expect_request(lambda request: request.method == "POST") as sent:
        page.keyboard.type("secret\n")
    assert "username=reception&password=secret" in (sent.value.post_data or "")


def test_a_page_opens_in_the_dialog_and_a_refusal_comes_back_into_it(
    open_page: Callable[..., Page],
) -> None:
    page = open_page("/")
    opener = page.locator("a[hx-get='/form']").first
    opener.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#dialog #reason")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#dialog .form-error")).to_be_visible()
    expect(page.locator("#dialog #reason")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#dialog")).to_be_hidden()
    expect(page.locator("#dialog-content")).to_be_empty()
    expect(opener).to_be_focused()


def test_a_question_of_the_page_itself_opens_in_place(open_page: Callable[..., Page]) -> None:
    page = open_page("/")
    page.get_by_text("Ask here").click()
    expect(page.locator("#ask")).to_be_visible()
    page.locator("#ask [data-close-dialog]").click()
    expect(page.locator("#ask")).to_be_hidden()


def test_a_form_is_sent_once_however_often_it_is_pressed(open_page: Callable[..., Page]) -> None:
    page = open_page("/")
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    page.evaluate(
        "const b = document.querySelector('[data-hotkey=F4]'); b.click(); b.click(); b.click()"
    )
    page.wait_for_url("**/form")
    assert len(sent) == 1


def test_a_typed_date_waits_until_it_is_meant(open_page: Callable[..., Page]) -> None:
    page = open_page("/")
    page.locator(".day-nav input[type=date]").focus()
    page.keyboard.type("1")
    assert "date=" not in page.url
    page.keyboard.type("2252026")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.wait_for_url("**date=2026-12-25*")
    assert "device=US07" in page.url


def test_a_picked_date_applies_at_once(open_page: Callable[..., Page]) -> None:
    page = open_page("/")
    with page.expect_navigation(url="**date=2026-12-24*"):
        page.locator(".day-nav input[type=date]").fill("2026-12-24")


def test_a_line_says_that_the_server_is_away_until_it_is_back(
    open_page: Callable[..., Page],
) -> None:
    page = open_page("/")
    line = page.locator("#connection")
    page.clock.install(time=0)
    page.clock.pause_at(1)
    page.reload()  # its clock stands still from the beginning, and is wound on to each look and no further
    page.clock.run_for(100)
    expect(line).to_be_hidden()
    page.route("**/*", lambda route: route.abort())
    page.locator("[data-search]").fill("zs")
    page.clock.run_for(1000)
    expect(line).to_be_visible()
    with page.expect_event("requestfailed"):  # or the next look would join this one
        page.clock.run_for(4000)
    expect(line).to_be_visible()
    page.unroute("**/*")
    page.clock.run_for(5000)
    expect(line).to_be_hidden()


def test_the_navigation_opens_on_a_phone(open_page: Callable[..., Page]) -> None:
    page = open_page("/", PHONE)
    button = page.locator(".site-menu-button")
    expect(page.locator("#site-nav")).to_be_hidden()
    button.click()
    expect(button).to_have_attribute("aria-expanded", "true")
    expect(page.locator("#site-nav a").first).to_be_visible()


def test_the_menu_of_the_person_closes_on_escape(open_page: Callable[..., Page]) -> None:
    page = open_page("/")
    summary = page.locator(".site-user summary")
    summary.click()
    expect(page.locator(".site-user-panel")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".site-user-panel")).to_be_hidden()
    expect(summary).to_be_focused()


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York"])
def test_a_drag_proposes_the_hospitals_minutes_from_any_zone(
    open_page: Callable[..., Page], zone: str
) -> None:
    page = open_page("/timeline", timezone_id=zone)
    exam = page.locator(".timeline-booked").first  # at 11:00
    expect(exam).to_be_visible()
    box, below = exam.bounding_box(), page.locator(".ec-row-head").nth(5).bounding_box()
    assert box
    assert below
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(box["x"] + 60, box["y"] + 20, steps=4)
    with page.expect_request(lambda request: "start=" in request.url) as asked:
        page.mouse.move(box["x"] + 5 + 168, below["y"] + 8, steps=8)  # an hour is 168 px wide
        page.mouse.up()
    assert asked.value.url.endswith("/form?start=2026-11-23T12%3A00&device=US06")
    expect(page.locator("#dialog")).to_be_visible()
    after = page.locator(".timeline-booked").first.bounding_box()
    assert after
    assert after["y"] == box["y"]


def test_charts_are_drawn_from_their_table(open_page: Callable[..., Page]) -> None:
    page = open_page("/charts")
    expect(page.locator("[data-chart=bar] svg")).to_be_visible()
    expect(page.locator("[data-chart=heat] svg")).to_be_visible()
    page.locator("[data-chart=bar] svg").hover()
