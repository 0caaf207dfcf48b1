"""Answers to htmx: whether a request is one, and what a page's script is told by headers."""

import json
from typing import Any

from flask import Response, current_app, request


def is_htmx() -> bool:
    """Whether the page itself asks and expects a fragment."""
    return request.headers.get("HX-Request") == "true"


def tell_page(response: Response, event: str, text: str = "", *, kind: str = "success") -> Response:
    """Let the page's script hear an event, e.g. `announce` with a sentence (assets/app/announce.js)."""
    # A header holds ASCII only: json.dumps escapes the rest.
    response.headers["HX-Trigger"] = json.dumps({event: {"text": text, "kind": kind}})
    return response


def answer_in_place(event: str, text: str) -> Response:
    """Change nothing on the page but say a sentence."""
    return tell_page(Response(headers={"HX-Reswap": "none"}), event, text)


def render_block(template_name: str, block: str, **context: Any) -> str:
    """One named block of a page, as the page itself would show it."""
    template = current_app.jinja_env.get_template(template_name)
    current_app.update_template_context(context)
    inside = template.new_context(context)
    # The page's imports belong to its frame, not to the block: one step runs them, and no block yet.
    next(template.root_render_func(inside), None)
    return "".join(template.blocks[block](inside))
