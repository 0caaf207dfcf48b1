"""What an address may ask for: days, codes, numbers, places in a list; anything else is refused on its field."""

from collections.abc import Collection
from datetime import UTC, date, datetime

from flask import request

from tracker.domain.errors import N_, InvalidError

FIRST_YEAR, LAST_YEAR = 2000, 2099


def day_argument(name: str, default: date | None = None) -> date | None:
    """The day of ?name=2026-11-23, else `default`. Raises InvalidError on `name`."""
    text = request.args.get(name, "").strip()
    if not text:
        return default
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise InvalidError(N_("Enter a day such as 2026-11-23."), field=name)
    return found


def code_argument(name: str) -> str | None:
    """The code of ?name=US07; None where nothing is asked for."""
    return request.args.get(name, "").strip() or None


def codes_argument(name: str) -> str | tuple[str, ...] | None:
    """The codes of ?name=US07,US08 or ?name=US07&name=US08: one as a text, several as a tuple, None without any."""
    given = ",".join(request.args.getlist(name)).split(",")
    codes = tuple(dict.fromkeys(code for text in given if (code := text.strip())))
    return codes if len(codes) > 1 else codes[0] if codes else None


def codes_text(chosen: str | Collection[str] | None) -> str | None:
    """Codes as an address carries them."""
    return chosen if chosen is None or isinstance(chosen, str) else ",".join(chosen)


def number_argument(name: str) -> int | None:
    """The whole number of ?name=12, for ids; None where there is none or it is none."""
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None


def place_argument(name: str = "cursor") -> tuple[date, int] | None:
    """The day and id behind which a list goes on (`place_text`). Raises InvalidError on `name`."""
    text = request.args.get(name, "")
    if not text:
        return None
    day, _dot, number = text.partition(".")
    try:
        return date.fromisoformat(day), int(number)
    except ValueError as error:
        raise InvalidError(N_("This page of the list does not exist."), field=name) from error


def place_text(day: date, number: int) -> str:
    """A place in a list as an address carries it."""
    return f"{day.isoformat()}.{number}"


def instant_place_argument(name: str = "cursor") -> tuple[datetime, int] | None:
    """The instant and id behind which a list goes on (`instant_place_text`). Raises InvalidError on `name`."""
    text = request.args.get(name, "")
    if not text:
        return None
    seconds, _dot, number = text.partition(".")
    try:
        return datetime.fromtimestamp(int(seconds), UTC), int(number)
    except (ValueError, OverflowError, OSError) as error:
        raise InvalidError(N_("This page of the list does not exist."), field=name) from error


def instant_place_text(instant: datetime, number: int) -> str:
    """A place in a list by instants of whole seconds as an address carries it."""
    return f"{int(instant.timestamp())}.{number}"


def whole_number_argument(name: str) -> int | None:
    """The whole number of ?name=12; None where there is none. Raises InvalidError on `name` for anything else."""
    found = number_argument(name)
    if found is None and request.args.get(name):
        raise InvalidError(N_("Enter a whole number."), field=name)
    return found
