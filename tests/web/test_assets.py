"""The built front end: addresses by manifest, compressed delivery, icons that exist."""

import gzip
import json
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tracker.web.assets import Assets, register_assets

SCRIPT = b"console.log('hello')" * 50


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What the bundler leaves behind, with one script and the sprite."""
    (tmp_path / "app-ABC.js").write_bytes(SCRIPT)
    (tmp_path / "app-ABC.js.gz").write_bytes(gzip.compress(SCRIPT))
    (tmp_path / "app-ABC.js.br").write_bytes(b"brotli")
    (tmp_path / "icons-D.svg").write_text("<svg/>")
    manifest = {"files": {"app.js": "app-ABC.js", "icons.svg": "icons-D.svg"}, "icons": ["plus"]}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    return tmp_path


@pytest.fixture
def visitor(folder: Path) -> FlaskClient:
    """A browser before an application that serves `folder`."""
    app = Flask(__name__)
    register_assets(app, folder)
    return app.test_client()


def test_names_become_hashed_addresses(folder: Path) -> None:
    assert Assets.read(folder).address("app.js") == "/assets/app-ABC.js"


def test_a_name_that_was_never_built_is_an_error(folder: Path) -> None:
    with pytest.raises(KeyError):
        Assets.read(folder).address("typo.js")


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [("gzip, deflate, br", "br"), ("gzip, deflate", "gzip"), ("br;q=0, gzip", "gzip"), ("", None)],
)
def test_a_file_travels_compressed_as_the_browser_takes_it(
    visitor: FlaskClient, accepted: str, encoding: str | None
) -> None:
    answer = visitor.get("/assets/app-ABC.js", headers={"Accept-Encoding": accepted})
    assert answer.headers.get("Content-Encoding") == encoding
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.mimetype == "text/javascript"
    expected = {"br": b"brotli", "gzip": gzip.compress(SCRIPT), None: SCRIPT}[encoding]
    assert len(answer.data) == len(expected)


def test_a_file_is_kept_for_good_and_not_sent_twice(visitor: FlaskClient) -> None:
    first = visitor.get("/assets/app-ABC.js")
    again = visitor.get("/assets/app-ABC.js", headers={"If-None-Match": first.headers["ETag"]})
    assert first.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize(
    "name",
    ["manifest.json", "app-ABC.js.gz", "nothing.js", "..%2F..%2Fconfig.py", "%2Fetc%2Fpasswd"],
)
def test_nothing_but_built_files_is_served(visitor: FlaskClient, name: str) -> None:
    assert visitor.get(f"/assets/{name}").status_code == 404


def test_an_icon_is_hidden_from_screen_readers_unless_it_is_named(folder: Path) -> None:
    assets = Assets.read(folder)
    assert assets.icon("plus") == (
        '<svg class="icon" aria-hidden="true"><use href="/assets/icons-D.svg#plus"></use></svg>'
    )
    assert 'role="img" aria-label="&lt;Add&gt;"' in assets.icon("plus", "<Add>")


def test_an_icon_outside_the_sprite_is_an_error(folder: Path) -> None:
    with pytest.raises(KeyError, match=r"assets/icons\.txt"):
        Assets.read(folder).icon("pluss")


def test_pages_work_without_a_built_front_end(tmp_path: Path) -> None:
    assets = Assets.read(tmp_path / "nowhere")
    assert assets.address("app.js") == "/assets/app.js"
    assert assets.served == frozenset()
    assert "icons.svg#anything" in assets.icon("anything")
