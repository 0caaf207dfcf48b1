"""The built front end: its manifest, the addresses of its files, and their delivery."""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, current_app, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

DIST = Path(__file__).resolve().parent.parent / "static" / "dist"
MIME_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
ENCODINGS = (("br", ".br"), ("gzip", ".gz"))  # the smaller first
IMMUTABLE = "public, max-age=31536000, immutable"  # a changed file has another name

blueprint = Blueprint("assets", __name__)
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Assets:
    """What the bundler wrote (assets/build.mjs); it never changes while the process runs."""

    folder: Path
    files: Mapping[str, str]
    icons: frozenset[str]
    served: frozenset[str]

    @classmethod
    def read(cls, folder: Path) -> "Assets":
        """Read the manifest of `folder`; nothing is served where the front end was not built."""
        try:
            manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            log.warning(
                "the front end is not built: pages have no styles (npm ci && npm run build)"
            )
            return cls(folder, {}, frozenset(), frozenset())
        served = frozenset(path.name for path in folder.iterdir() if path.suffix in MIME_TYPES)
        return cls(folder, manifest["files"], frozenset(manifest["icons"]), served)

    def address(self, name: str) -> str:
        """The address of a source name such as app.js. Raises KeyError for one never built."""
        return f"/assets/{self.files[name] if self.files else name}"

    def icon(self, name: str, label: str = "") -> Markup:
        """One icon of the sprite, hidden from screen readers unless it has a `label`.

        Raises KeyError for a name that assets/icons.txt does not list.
        """
        if self.files and name not in self.icons:
            raise KeyError(f"no icon {name!r} in assets/icons.txt")
        meaning = (
            Markup('role="img" aria-label="{}"').format(label)
            if label
            else Markup('aria-hidden="true"')
        )
        return Markup('<svg class="icon" {}><use href="{}#{}"></use></svg>').format(
            meaning, self.address("icons.svg"), name
        )


@blueprint.get("/assets/<name>")
def asset_file(name: str) -> ResponseReturnValue:
    """A built file, compressed as the browser takes it, to be kept for good."""
    assets: Assets = current_app.extensions["assets"]
    if name not in assets.served:
        abort(404)
    encoding, suffix = _best_encoding()
    try:
        content = (assets.folder / f"{name}{suffix}").read_bytes()
    except FileNotFoundError:  # built anew since this process started
        abort(404)
    response = Response(content, mimetype=MIME_TYPES[Path(name).suffix])
    if encoding:
        response.headers["Content-Encoding"] = encoding
    response.headers["Cache-Control"] = IMMUTABLE
    response.vary.add("Accept-Encoding")
    response.set_etag(f"{name}{suffix}")
    return response.make_conditional(request)


def _best_encoding() -> tuple[str, str]:
    accepted = request.accept_encodings
    return next((pair for pair in ENCODINGS if accepted.quality(pair[0]) > 0), ("", ""))


def register_assets(app: Flask, folder: Path = DIST) -> None:
    """Serve the built files and give templates `asset("app.js")` and `icon("plus", _("Add"))`."""
    assets = Assets.read(folder)
    app.extensions["assets"] = assets
    app.jinja_env.globals.update(asset=assets.address, icon=assets.icon)
    app.register_blueprint(blueprint)
