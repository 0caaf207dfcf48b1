"""How a request's body and query become values: decoded once, every field told apart in the refusal.

What a field takes is in fields.py, which fields there are beside each endpoint.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from functools import wraps
from typing import Any

from flask import request
from marshmallow import RAISE, Schema, ValidationError
from werkzeug.exceptions import UnsupportedMediaType

from tracker.api.fields import NOT_AN_OBJECT, UNKNOWN
from tracker.domain.errors import N_, DomainError, InvalidError, Reason
from tracker.drivers.import_files import MOST_SENT

LARGEST_BODY = 1_000_000  # bytes

FieldError = tuple[str, Reason]
"""The field (dots lead inside) and what is wrong with it."""


class UnreadableError(DomainError):
    """The body is not JSON."""

    code = "validation"


class NotAFormError(UnsupportedMediaType):
    """The body is no form, where a file is to be sent."""

    text = N_("Send multipart/form-data, with the file as the part “file”.")


class RefusedFieldsError(InvalidError):
    """One or more fields of a request cannot be read; `fields` has them all."""

    def __init__(self, fields: list[FieldError]) -> None:
        super().__init__(N_("Some fields cannot be read."))
        self.fields = fields


class RequestSchema(Schema):
    """The fields of one request; any other field is refused."""

    class Meta:
        unknown = RAISE

    error_messages = {"unknown": UNKNOWN, "type": NOT_AN_OBJECT}  # type: ignore[dict-item] # noqa: RUF012


class Reader:
    """What flask-smorest's blueprint asks to read arguments, in the place of webargs."""

    DEFAULT_VALIDATION_STATUS = 422

    def use_args(
        self, schema: type[Schema], *, location: str
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Make a view of a function that takes the values as its last positional argument."""
        loaded = schema()
        source = {"json": json_body, "query": query, "files": form_parts}[location]

        def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
            @wraps(view)
            def run(*args: Any, **kwargs: Any) -> Any:
                return view(*args, load(loaded, source()), **kwargs)

            return run

        return decorate


def load(schema: Schema, given: object) -> dict[str, Any]:
    """The values of a request. Raises RefusedFieldsError."""
    try:
        values: dict[str, Any] = schema.load(given)  # type: ignore[arg-type]
    except ValidationError as error:
        raise RefusedFieldsError(list(_flat(error.messages))) from error
    return values


def _flat(messages: Any, path: str = "") -> Iterator[FieldError]:
    """marshmallow's tree of messages as a list."""
    if isinstance(messages, Mapping):
        for name, inner in messages.items():
            known = "" if name == "_schema" else str(name)
            yield from _flat(inner, f"{path}.{known}".strip(".") if path else known)
        return
    for reason in messages:
        yield path, reason


def query() -> Mapping[str, str]:
    """The query as a mapping; a name given twice has its last value refused as unknown."""
    given = request.args
    if len(given) != sum(1 for _ in given.items(multi=True)):
        twice = [name for name, values in given.lists() if len(values) > 1]
        raise RefusedFieldsError([(name, TWICE) for name in twice])
    return given


def form_parts() -> Mapping[str, object]:
    """The parts of a form that carries a file; one given twice is refused. Raises NotAFormError."""
    request.max_content_length = MOST_SENT
    if request.mimetype not in ("", "multipart/form-data"):
        raise NotAFormError
    parts = [*request.files.items(multi=True), *request.form.items(multi=True)]
    names = [name for name, _part in parts]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise RefusedFieldsError([(name, TWICE) for name in twice])
    return dict(parts)


TWICE = Reason("invalid", N_("Give this once."))


def json_body() -> object:
    """The body decoded; an empty one is an empty object. Raises UnreadableError."""
    request.max_content_length = LARGEST_BODY
    body = request.get_data(cache=True)
    if not body:
        return {}
    if request.mimetype not in ("", "application/json"):
        raise UnsupportedMediaType
    try:
        return json.loads(body, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:  # UnicodeDecodeError is a ValueError
        raise UnreadableError(N_("The body is not JSON.")) from error


def _no_number(constant: str) -> object:
    raise ValueError(f"{constant} is not JSON")
