"""How a refusal is told: its sentence in the reader's language and its HTTP status, alike for web and api."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from flask_babel import format_date, format_datetime, get_locale, gettext

from tracker.domain.errors import (
    ConflictError,
    DomainError,
    ForbiddenError,
    NotBookableError,
    NotFoundError,
    Reason,
)

# Dates as people write them here; `EEE` is the short day of the week.
_DAY = {"zh": "y年M月d日 EEE", "en": "EEE d MMM y"}
_LIST_COMMA = {"zh": "、", "en": ", "}
_STATUS_OF = ((NotFoundError, 404), (ForbiddenError, 403), (ConflictError, 409))


def status_of(refusal: DomainError) -> int:
    """The HTTP status of a refusal; 422 where nothing more special fits."""
    return next((status for kind, status in _STATUS_OF if isinstance(refusal, kind)), 422)


def sentence(refusal: DomainError | Reason) -> str:
    """The sentence in the reader's language, its places filled; instants become hospital time."""
    text = _filled(refusal.text, refusal.params)
    if isinstance(refusal, NotBookableError):
        return " ".join([text, *(sentence(reason) for reason in refusal.reasons)])
    return text


def kept_sentence(kept: Mapping[str, Any]) -> str:
    """The sentence of what was kept as JSON, by its `text` and the `params` of its places; empty without a text."""
    return _filled(kept.get("text", ""), kept.get("params", {}))


def _filled(text: str, params: Mapping[str, object]) -> str:
    if not text:
        return ""
    translated: str = gettext(text)
    if not params:
        return translated
    return translated % {name: _shown(value) for name, value in params.items()}


def _shown(value: object) -> object:
    if isinstance(value, Reason):
        return sentence(value)
    if isinstance(value, datetime):
        return format_datetime(value, f"{_in_language(_DAY)} HH:mm")
    if isinstance(value, date):
        return format_date(value, _in_language(_DAY))
    if isinstance(value, list | tuple | set | frozenset):
        return _in_language(_LIST_COMMA).join(str(_shown(one)) for one in value)
    return value


def _in_language(texts: Mapping[str, str]) -> str:
    locale = get_locale()
    return texts.get(locale.language if locale else "en", texts["en"])
