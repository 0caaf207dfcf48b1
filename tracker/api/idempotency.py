"""The Idempotency-Key header: how it is read, described, and turned into what a service keeps it by."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from flask import request

from tracker.api.access import caller
from tracker.api.interface import as_text, blueprint
from tracker.domain.errors import N_, InvalidError
from tracker.writes.idempotency import Claim

HEADER = "Idempotency-Key"
LONGEST_KEY = 200

idempotent = blueprint.doc(
    parameters=[
        {
            "in": "header",
            "name": HEADER,
            "description": "The same key and body within 24 hours give the same answer again, and "
            "nothing is done twice; another body is refused.",
            "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY},
        }
    ]
)
"""Says in the description that an endpoint knows the header."""


def claimed(body: dict[str, Any], document: Callable[[Any, Any], object]) -> Claim:
    """How this request is answered (with 201 and `document`) and, with the header, the key it is kept under.

    Raises InvalidError for a key that cannot be kept.
    """

    def render(session: Any, result: object) -> tuple[int, str]:
        return 201, as_text(document(session, result))

    key = request.headers.get(HEADER)
    if key is None:
        return Claim(render)
    if not 1 <= len(key) <= LONGEST_KEY or not (key.isascii() and key.isprintable()):
        raise InvalidError(
            N_("A key has 1 to %(most)s plain characters."),
            field=HEADER,
            params={"most": LONGEST_KEY},
        )
    asked = json.dumps([request.endpoint, body], sort_keys=True, default=str)
    return Claim(render, caller().grant_id, key, hashlib.sha256(asked.encode()).hexdigest())
