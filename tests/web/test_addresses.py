"""Where a form may send a person back to: a path of this site, or nowhere."""

import pytest
from flask import Flask

from tracker.web.addresses import is_local_path, local_path, see_other


@pytest.mark.parametrize(
    "address", ["/", "/board", "/worklist?device=US07&date=2026-11-23", "/a#b"]
)
def test_a_path_of_this_site_is_followed(address: str) -> None:
    assert local_path(address) == address


@pytest.mark.parametrize(
    "address",
    [
        "//evil.example", "/\\evil.example", "\\\\evil.example", "https://evil.example", "javascript:alert(1)",
        "evil", "", "/\t/evil.example", "/a\nb", " /board", "/board\x00", "/a b", "//[",
    ],
)  # fmt: skip
def test_anything_else_leads_to_the_start_page(address: str) -> None:
    assert not is_local_path(address)
    assert local_path(address) == "/"


def test_no_address_leads_to_the_default() -> None:
    assert local_path(None, "/board") == "/board"


def test_a_browser_is_sent_on_and_htmx_is_told_to_go() -> None:
    app = Flask(__name__)
    with app.test_request_context("/"):
        plain = see_other("/board")
    with app.test_request_context("/", headers={"HX-Request": "true"}):
        told = see_other("/board")
    assert (plain.status_code, plain.headers["Location"]) == (303, "/board")
    assert (told.status_code, told.headers["HX-Redirect"]) == (204, "/board")
