"""A page's form as a person would send it unchanged: every field with its present value."""

import re
from xml.etree.ElementTree import Element

import html5lib
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

Fields = dict[str, list[str]]


def form_of(page: str, action: str) -> Fields:
    """The fields of the form with this action. Raises StopIteration when the page has none."""
    root = html5lib.parse(page, namespaceHTMLElements=False)
    form = next(each for each in root.iter("form") if each.get("action") == action)
    fields: Fields = {}
    for element in form.iter():
        name = element.get("name")
        if name and (value := _value(element)) is not None:
            fields.setdefault(name, []).append(value)
    return fields


def resend(client: FlaskClient, address: str, action: str = "", **changes: object) -> TestResponse:
    """Open a page, change fields of one of its forms (None: leave it out) and send it."""
    fields = {**form_of(client.get(address).text, action or address), **changes}
    data = {name: value for name, value in fields.items() if value is not None}
    return client.post(action or address, data=data)


def words(page: str) -> str:
    """What a page says, without its tags."""
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


def _value(element: Element) -> str | None:
    kind = element.get("type", "")
    if element.tag == "textarea":
        return (element.text or "").removeprefix("\n")
    if element.tag == "select":
        options = list(element.iter("option"))
        chosen = next((o for o in options if o.get("selected") is not None), options[0])
        return chosen.get("value", chosen.text or "")
    if element.tag != "input" or kind in ("submit", "button"):
        return None
    if kind in ("checkbox", "radio") and element.get("checked") is None:
        return None
    return element.get("value", "")
