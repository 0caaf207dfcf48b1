"""The kinds of value that requests carry: how each is read, refused and described in the OpenAPI document.

Every refusal is a Reason, so that it has a code and is told in the caller's language. No schema lives here.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, ClassVar

from marshmallow import ValidationError, fields

from tracker.domain.catalogue import MOST_POINTS_HUNDREDTHS
from tracker.domain.errors import N_, InvalidError, Params, Reason
from tracker.domain.texts import plain_line

REQUIRED = Reason("required", N_("This is needed."))
UNKNOWN = Reason("unknown", N_("There is no such field."))
INVALID = Reason("invalid", N_("This value cannot be read."))
NOT_A_TEXT = Reason("invalid", N_("Give a text."))
NOT_A_CODE = Reason("invalid", N_("A code has letters, digits and the signs _ and - only."))
NOT_A_PATIENT = Reason("invalid", N_("Name a patient by id or medical record number."))
NOT_A_DATE = Reason("invalid", N_("Give a date such as 2026-11-23."))
NOT_AN_INSTANT = Reason(
    "invalid", N_("Give an instant with its offset, such as 2026-11-23T08:30:00+08:00.")
)
NOT_YES_OR_NO = Reason("invalid", N_("Give true or false."))
NOT_POINTS = Reason("invalid", N_("Give points from 0 to 1000, with two decimals at most."))
NOT_AN_ID = Reason("invalid", N_("Give an id as answers give it."))
NOT_AN_OBJECT = Reason("invalid", N_("Give a JSON object."))
OUT_OF_TIME = Reason("invalid", N_("This lies outside the years that can be booked."))

LONGEST_REASON = 400
YEARS = range(1900, 2200)
"""Beyond them the arithmetic of days and zones would overflow."""

_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_WHOLE = re.compile(r"-?\d{1,15}", re.ASCII)
CODE = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$"
_CONTROL = r"\u0000-\u001f\u007f-\u009f\u2028\u2029"
LINE = f"^[^{_CONTROL}]*$"
VISIBLE_LINE = rf"^[^{_CONTROL}]*[^\s{_CONTROL}][^{_CONTROL}]*$"
PATIENT = r"^(~[1-9][0-9]{0,8}|[A-Za-z0-9][A-Za-z0-9._-]{0,39})$"
ROW_ID = r"^[1-9][0-9]{0,8}$"
_ROW_ID = re.compile(ROW_ID[1:-1], re.ASCII)
_CODE = re.compile(CODE[1:-1], re.ASCII)
_PATIENT = re.compile(PATIENT[1:-1], re.ASCII)


def refused(reason: Reason) -> ValidationError:
    """A field's refusal, as marshmallow passes it on."""
    return ValidationError([reason])


def _nothing() -> None:
    """What an optional field is when it was not sent."""


class _Reasoned(fields.Field):
    """A field whose refusals are Reasons; `describe` adds to its description in the OpenAPI document."""

    described: ClassVar[Mapping[str, object]] = {}
    invalid = INVALID

    def __init__(
        self, description: str = "", *, described: Mapping[str, object] = {}, **kwargs: Any
    ):
        metadata = {**self.described, **described}
        if description:
            metadata["description"] = description
        kwargs.setdefault("allow_none", False)
        if kwargs.get("load_default", _nothing) is None:
            kwargs["load_default"] = _nothing  # so that the description names no default
        super().__init__(metadata=metadata, **kwargs)

    def make_error(self, key: str, **_kwargs: object) -> ValidationError:
        """Instead of marshmallow's sentences."""
        return refused(REQUIRED if key in ("required", "null") else self.invalid)


class Text(_Reasoned, fields.String):
    """One line of text, made plain (see plain_line); `pattern` is told, and checked by whoever keeps it."""

    invalid = NOT_A_TEXT

    def __init__(
        self,
        description: str = "",
        *,
        longest: int,
        least: int = 1,
        pattern: str | None = None,
        **kwargs: Any,
    ):
        self._lengths = {"longest": longest, "least": least}
        described = {
            "minLength": least,
            "maxLength": longest,
            "pattern": pattern or (VISIBLE_LINE if least else LINE),
        }
        super().__init__(description, described=described, **kwargs)

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> str:
        if not isinstance(value, str):
            raise refused(self.invalid)
        try:
            return plain_line(value, field="", **self._lengths)
        except InvalidError as error:
            raise refused(Reason("invalid", error.text, Params(error.params))) from error


class Code(_Reasoned, fields.String):
    """The code of a device, a stream, an exam type or a staff member."""

    described: ClassVar[Mapping[str, object]] = {"pattern": CODE}
    invalid = NOT_A_CODE

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> str:
        if not isinstance(value, str) or not _CODE.fullmatch(value):
            raise refused(self.invalid)
        return value


class Codes(Code):
    """Codes of one kind, separated by commas; any of them will do."""

    described: ClassVar[Mapping[str, object]] = {
        "pattern": f"^{CODE.strip('^$')}(,{CODE.strip('^$')})*$"
    }

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> Any:
        given = value.split(",") if isinstance(value, str) else [value]
        return tuple(super(Codes, self)._deserialize(each) for each in given)


class PatientKey(_Reasoned, fields.String):
    """A patient's id (as answers give it, with ~ before it) or medical record number."""

    described: ClassVar[Mapping[str, object]] = {"pattern": PATIENT}
    invalid = NOT_A_PATIENT

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> Any:
        found = patient_key(value) if isinstance(value, str) else None
        if found is None:
            raise refused(self.invalid)
        return found


def patient_key(text: str) -> int | str | None:
    """An id as a number, an MRN as a text; None for what can be neither."""
    if not _PATIENT.fullmatch(text):
        return None
    return int(text[1:]) if text.startswith("~") else text


class Day(_Reasoned, fields.Date):
    """A date."""

    invalid = NOT_A_DATE

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> date:
        if not isinstance(value, str) or not _DATE.fullmatch(value):
            raise refused(self.invalid)
        try:
            found = date.fromisoformat(value)
        except ValueError as error:
            raise refused(self.invalid) from error
        if found.year not in YEARS:
            raise refused(OUT_OF_TIME)
        return found


class Instant(_Reasoned, fields.AwareDateTime):
    """An instant with its offset (RFC 3339); one without is refused."""

    invalid = NOT_AN_INSTANT

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> datetime:
        # an unescaped + of an address arrives as a space
        text = value.replace(" ", "+") if isinstance(value, str) else ""
        if not _INSTANT.fullmatch(text):
            raise refused(self.invalid)
        try:
            found = datetime.fromisoformat(text.upper())
        except ValueError as error:
            raise refused(self.invalid) from error
        if found.year not in YEARS:
            raise refused(OUT_OF_TIME)
        return found


class Whole(_Reasoned, fields.Integer):
    """A whole number from `low` to `high`."""

    def __init__(self, low: int, high: int, description: str = "", **kwargs: Any):
        self._range = (low, high)
        described = {"minimum": low, "maximum": high}
        super().__init__(description, described=described, **kwargs)

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> int:
        low, high = self._range
        number = _whole(value)
        if number is None or not low <= number <= high:
            text = N_("Enter a whole number from %(low)s to %(high)s.")
            raise refused(Reason("invalid", text, Params(low=low, high=high)))
        return number


def _whole(value: object) -> int | None:
    if isinstance(value, str):  # from an address
        return int(value) if _WHOLE.fullmatch(value) else None
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


class Points(_Reasoned, fields.Float):
    """Points with at most two decimals; their value is in hundredths."""

    described: ClassVar[Mapping[str, object]] = {
        "minimum": 0,
        "maximum": MOST_POINTS_HUNDREDTHS / 100,
    }
    invalid = NOT_POINTS

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> int:
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise refused(self.invalid)
        if not 0 <= value <= MOST_POINTS_HUNDREDTHS / 100 or round(value, 2) != value:
            raise refused(self.invalid)
        return round(value * 100)


class RowId(_Reasoned, fields.String):
    """The id of a row, as answers give it."""

    described: ClassVar[Mapping[str, object]] = {"pattern": ROW_ID}
    invalid = NOT_AN_ID

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> Any:
        if not isinstance(value, str) or not _ROW_ID.fullmatch(value):
            raise refused(self.invalid)
        return int(value)


class Flag(_Reasoned, fields.Boolean):
    """Yes or no."""

    invalid = NOT_YES_OR_NO

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise refused(self.invalid)
        return value


class OneOf(_Reasoned, fields.String):
    """One of a few words."""

    def __init__(self, words: tuple[str, ...], description: str = "", **kwargs: Any):
        self._words = words
        super().__init__(description, described={"enum": list(words)}, **kwargs)

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> str:
        if value not in self._words:
            text = N_("Give one of: %(words)s.")
            raise refused(Reason("invalid", text, Params(words=", ".join(self._words))))
        return str(value)


class Several(_Reasoned, fields.String):
    """Some of a few words, separated by commas."""

    def __init__(self, words: tuple[str, ...], description: str = "", **kwargs: Any):
        self._words = words
        one = "|".join(words)
        described = {"pattern": f"^({one})(,({one}))*$"}
        super().__init__(description, described=described, **kwargs)

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> Any:
        chosen = value.split(",") if isinstance(value, str) else [""]
        if not set(chosen) <= set(self._words):
            text = N_("Give one or more of: %(words)s.")
            raise refused(Reason("invalid", text, Params(words=", ".join(self._words))))
        return chosen


class Inner(_Reasoned, fields.Nested):
    """An object inside an object."""

    def __init__(self, schema: Any, description: str = "", **kwargs: Any):
        super().__init__(description, nested=schema, **kwargs)
