"""The frame and its macros, rendered on made-up values: strict HTML, labels, one h1, no macro forgotten."""

import re
from xml.etree.ElementTree import Element

import html5lib
import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.web.gallery import ROOT, gallery_app
from tracker.web.navigation import NAVIGATION, navigation_for

PAGES = [
    "/",
    "/form",
    "/timeline",
    "/charts",
    "/login?roles=nobody",
    "/errors/404",
    "/errors/500",
    "/broken",
]
XHTML = "{http://www.w3.org/1999/xhtml}"


@pytest.fixture(scope="module")
def gallery() -> Flask:
    return gallery_app()


@pytest.fixture
def visitor(gallery: Flask) -> FlaskClient:
    return gallery.test_client()


def parse(text: str) -> Element:
    """The page as a tree; any departure from the HTML standard is an error."""
    tree: Element = html5lib.HTMLParser(strict=True).parse(text)
    return tree


def page_at(visitor: FlaskClient, address: str) -> Element:
    """A page that came as it should, as a tree."""
    answer = visitor.get(address)
    assert answer.status_code == 200
    return parse(answer.text)


def all_of(tree: Element, *tags: str) -> list[Element]:
    return [element for element in tree.iter() if element.tag in {XHTML + tag for tag in tags}]


@pytest.mark.parametrize("address", PAGES)
def test_pages_are_strict_html(visitor: FlaskClient, address: str) -> None:
    tree = page_at(visitor, address)
    ids = [element.get("id") for element in tree.iter() if element.get("id")]
    assert len(all_of(tree, "h1")) == 1
    assert len(ids) == len(set(ids))
    assert not [
        element for element in tree.iter() if element.get("style") or element.get("onclick")
    ]


@pytest.mark.parametrize("address", PAGES)
def test_every_field_has_a_name_for_people(visitor: FlaskClient, address: str) -> None:
    tree = page_at(visitor, address)
    labelled = {label.get("for") for label in all_of(tree, "label")}
    fields = [
        field
        for field in all_of(tree, "input", "select", "textarea")
        if field.get("type") != "hidden"
    ]
    nameless = [
        field for field in fields if field.get("id") not in labelled and not field.get("aria-label")
    ]
    assert nameless == []


@pytest.mark.parametrize("address", PAGES)
def test_every_post_carries_the_token(visitor: FlaskClient, address: str) -> None:
    tree = page_at(visitor, address)
    posts = [form for form in all_of(tree, "form") if form.get("method") == "post"]
    without = [
        form.get("action")
        for form in posts
        if "csrf_token" not in {field.get("name") for field in all_of(form, "input")}
    ]
    assert without == []


def test_an_error_stands_beside_its_field_and_is_tied_to_it(visitor: FlaskClient) -> None:
    page = visitor.get("/form").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    answer = visitor.post("/form", data={"csrf_token": token[1], "name": ""})
    tree = parse(answer.text)
    field = next(one for one in all_of(tree, "input") if one.get("id") == "name")
    error = next(one for one in tree.iter() if one.get("id") == "name-error")
    assert answer.status_code == 422
    assert (field.get("aria-invalid"), field.get("aria-describedby")) == (
        "true",
        "name-hint name-error",
    )
    assert "A name is needed." in "".join(error.itertext())


def test_a_panel_is_a_page_and_a_fragment(visitor: FlaskClient) -> None:
    page = visitor.get("/form").text
    fragment = visitor.get("/form", headers={"HX-Request": "true"}).text
    assert "<html" in page
    assert "hx-post" not in page
    assert "<html" not in fragment
    assert 'hx-post="/form" hx-target="#dialog-content"' in fragment
    assert 'id="dialog-title"' in fragment


def test_a_refusal_for_htmx_is_a_fragment(visitor: FlaskClient) -> None:
    text = visitor.get("/errors/409?fragment").text
    assert 'role="alert"' in text
    assert "<html" not in text


def test_hostile_text_stays_text(gallery: Flask) -> None:
    template = gallery.jinja_env.from_string(
        '{% from "macros/status.html" import exam_type_chip %}'
        '{% from "macros/actions.html" import link_button, post_button %}'
        '{% from "macros/content.html" import pairs %}'
        "{{ exam_type_chip(evil, title=evil) }}{{ link_button(evil, evil, title=evil) }}"
        "{{ post_button(evil, evil, {evil: evil}) }}{{ pairs([(evil, evil)]) }}"
    )
    with gallery.test_request_context("/"):
        text = template.render(evil='"><script>alert(1)</script>')
    assert "<script>" not in text


def test_the_gallery_shows_every_macro() -> None:
    sources = "".join(path.read_text() for path in (ROOT / "templates").rglob("*.html"))
    sources += "".join(path.read_text() for path in (ROOT / "tests/web/gallery").rglob("*.html"))
    macros = [
        name
        for path in (ROOT / "templates/macros").glob("*.html")
        for name in re.findall(r"{%-? macro (\w+)", path.read_text())
    ]
    unused = [name for name in macros if len(re.findall(rf"\b{name}\(", sources)) < 2]
    assert unused == []


@pytest.mark.parametrize(
    ("roles", "paths"),
    [
        ({"reception"}, ["/board", "/book", "/schedule", "/bookings", "/patients", "/settle"]),
        (
            {"sonographer"},
            ["/board", "/book", "/worklist", "/schedule", "/bookings", "/patients", "/exams"],
        ),
        ({"admin"}, ["/board", "/schedule", "/closures", "/admin"]),
        (set(), []),
    ],
)
def test_each_role_sees_its_own_entries(roles: set[str], paths: list[str]) -> None:
    assert [item.path for item in navigation_for(roles)] == paths


def test_the_head_sees_all_but_the_administration() -> None:
    assert len(navigation_for({"head"})) == len(NAVIGATION) - 1


def test_the_page_shown_is_marked_in_the_navigation(gallery: Flask) -> None:
    with gallery.test_request_context("/patients/7"):
        assert [item.path for item in NAVIGATION if item.is_current] == ["/patients"]
    with gallery.test_request_context("/patientsx"):
        assert [item.path for item in NAVIGATION if item.is_current] == []


def test_what_waits_to_be_settled_is_counted_in_the_bar(visitor: FlaskClient) -> None:
    assert '<span class="site-count">3</span>' in visitor.get("/").text


def test_nobody_signed_in_sees_no_navigation(visitor: FlaskClient) -> None:
    page = visitor.get("/login?roles=nobody").text
    assert "site-nav" not in page
    assert "/logout" not in page
