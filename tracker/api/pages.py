"""Lists as pages: what a cursor holds, how it is read back, and the document around the items."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from tracker.api.fields import Text, Whole
from tracker.api.reading import RequestSchema
from tracker.domain.errors import N_, InvalidError

T = TypeVar("T")

MOST, USUAL = 200, 50


class PageQuery(RequestSchema):
    """The part of a list that is wanted."""

    limit = Whole(1, MOST, "How many items at most.", load_default=USUAL)
    cursor = Text(
        "`next_cursor` of the page before; leave it out for the first.",
        longest=600,
        load_default=None,
    )


def write_cursor(place: Sequence[object]) -> str:
    """The text that stands for the place behind which the next page begins."""
    plain = [part.isoformat() if isinstance(part, date) else part for part in place]
    return urlsafe_b64encode(json.dumps(plain).encode()).decode().rstrip("=")


def read_cursor(text: str | None, *kinds: Callable[[Any], Any]) -> Any:
    """The place that a cursor stands for, each part made by its kind; None for the first page.

    Raises InvalidError for a text that this list has not given.
    """
    if text is None:
        return None
    try:
        parts = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        return tuple(kind(part) for kind, part in zip(kinds, parts, strict=True))
    except (ValueError, TypeError, RecursionError) as error:
        raise InvalidError(N_("This is no cursor of this list."), field="cursor") from error


def row_id(part: object) -> int:
    """A cursor's part that is an id. Raises ValueError."""
    if not isinstance(part, int) or not 0 <= part < 1 << 31:
        raise ValueError("not an id")
    return part


def aware(part: str) -> datetime:
    """A cursor's part that is an instant. Raises ValueError."""
    moment = datetime.fromisoformat(part)
    if moment.tzinfo is None or not 1900 < moment.year < 2200:
        raise ValueError("not an instant of ours")
    return moment


def page(
    rows: Sequence[T],
    limit: int,
    *,
    document: Callable[[T], object],
    place: Callable[[T], Sequence[object]],
) -> dict[str, object]:
    """The document of a page whose rows were asked for with `limit` + 1."""
    shown = rows[:limit]
    more = len(rows) > limit
    return {
        "items": [document(row) for row in shown],
        "next_cursor": write_cursor(place(shown[-1])) if more else None,
    }
