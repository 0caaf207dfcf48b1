"""A test client that reads every HTML answer as strictly as a browser never does: what it accepts is well made.

Pages and fragments are parsed by html5lib in strict mode; then names, labels, ids and tokens are looked at.
"""

import re
from collections import Counter
from collections.abc import Iterator
from io import BufferedRandom
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
from flask.testing import FlaskClient
from html5lib.html5parser import ParseError
from werkzeug.test import TestResponse

# A fragment is parsed inside the element it will be put into.
CONTAINERS = {"tr": "tbody", "td": "tr", "th": "tr", "tbody": "table", "option": "select"}
NAMELESS_INPUTS = {"hidden", "submit", "button", "image", "reset"}
FIRST_TAG = re.compile(r"<([a-z0-9]+)", re.IGNORECASE)


class HygieneClient(FlaskClient):
    """FlaskClient, with `check_html` on every answer of type text/html."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send a request, look at the answer. Raises AssertionError with all faults."""
        response = super().open(*args, **kwargs)
        sent = response.request.environ["wsgi.input"]
        if isinstance(
            sent, BufferedRandom
        ):  # a large body, which the client keeps in a file and leaves open
            sent.close()
        if response.mimetype == "text/html" and response.data:
            faults = faults_of(response.text)
            assert not faults, f"{response.request.path}: " + "; ".join(faults)
        return response


def faults_of(text: str) -> list[str]:
    """All that is wrong with a page, or with a fragment (whatever has no doctype)."""
    is_page = text.lstrip().lower().startswith("<!doctype")
    try:
        root = _parsed(text, is_page=is_page)
    except ParseError as error:
        return [f"not well formed: {error}"]
    elements = list(root.iter())
    faults = [
        *_double_ids(elements),
        *_unlabelled(root, elements),
        *_nameless_buttons(elements),
        *_forms_without_token(elements),
        *_inline_code(elements),
    ]
    return [*faults, *_page_faults(root)] if is_page else faults


def _parsed(text: str, *, is_page: bool) -> Element:
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    if is_page:
        return parser.parse(text)
    first = FIRST_TAG.search(text)
    container = CONTAINERS.get(first.group(1).lower(), "div") if first else "div"
    return parser.parseFragment(text, container=container)


def _page_faults(root: Element) -> Iterator[str]:
    headings = len(root.findall(".//h1"))
    if headings != 1:
        yield f"{headings} h1"
    title = root.find(".//title")
    if title is None or not (title.text or "").strip():
        yield "no title"
    if not root.get("lang"):
        yield "no lang"


def _double_ids(elements: list[Element]) -> Iterator[str]:
    counts = Counter(element.get("id") for element in elements if element.get("id") is not None)
    yield from (f"id {name!r} {count} times" for name, count in counts.items() if count > 1)


def _unlabelled(root: Element, elements: list[Element]) -> Iterator[str]:
    ids = {element.get("id") for element in elements}
    labelled = {element.get("for") for element in elements if element.tag == "label"}
    inside = {inner for label in root.iter("label") for inner in label.iter()}
    for element in elements:
        if element.tag not in ("input", "select", "textarea"):
            continue
        if element.get("type", "text") in NAMELESS_INPUTS:
            continue
        named = element.get("aria-label") or element.get("aria-labelledby") in ids - {None}
        if not (named or element.get("id") in labelled - {None} or element in inside):
            yield f"{element.tag} {element.get('name')!r} without a label"
        described = set((element.get("aria-describedby") or "").split())
        yield from (f"no element {name!r} that describes" for name in described - ids)


def _nameless_buttons(elements: list[Element]) -> Iterator[str]:
    for element in elements:
        if element.tag not in ("button", "a", "summary"):
            continue
        inner = " ".join(one.get("aria-label") or one.get("alt") or "" for one in element.iter())
        if not ("".join(element.itertext()) + inner).strip():
            yield f"{element.tag} {element.get('href', '')} without words"


def _forms_without_token(elements: list[Element]) -> Iterator[str]:
    for form in elements:
        if form.tag == "form" and form.get("method", "get").lower() == "post":
            tokens = [one for one in form.iter("input") if one.get("name") == "csrf_token"]
            if len(tokens) != 1 or not tokens[0].get("value"):
                yield f"form {form.get('action')!r} without its CSRF token"


def _inline_code(elements: list[Element]) -> Iterator[str]:
    """What the Content-Security-Policy would refuse."""
    for element in elements:
        if not isinstance(element.tag, str):
            continue  # a comment
        if element.tag == "style" or element.get("style") is not None:
            yield f"inline style at {element.tag}"
        is_data = element.get("type") == "application/json"
        if element.tag == "script" and not element.get("src") and not is_data:
            yield "inline script"
        handlers = [name for name in element.attrib if name.startswith("on")]
        yield from (f"inline {name} at {element.tag}" for name in handlers)
