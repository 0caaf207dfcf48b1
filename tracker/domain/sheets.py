"""The administrator's lists as sheets: which columns each has, and how one cell is read and shown.

A cell arrives as text, whatever the spreadsheet made of it. What values a row may have is said by
domain/catalogue; whether it fits the other rows, only a service knows.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, time
from decimal import Decimal
from typing import Any

from tracker.domain.catalogue import (
    BLADDERS,
    COLOURS,
    MOST_POINTS_HUNDREDTHS,
    STAFF_KINDS,
    TITLES,
    DeviceValues,
    ExamTypeValues,
    PairValues,
    StaffValues,
    StreamValues,
)
from tracker.domain.errors import N_, InvalidError
from tracker.domain.texts import refuse_controls

MOST_ROWS = 5000
MOST_CHANGES = 400
"""Rows that one import adds or changes at most: the transaction then lasts less than a second."""

_YES = frozenset({"yes", "y", "true", "1", "是", "√", "✓"})
_NO = frozenset({"no", "n", "false", "0", "否", ""})
_PARTED = re.compile(r"[,，、;；\s]+")
_WHOLE = re.compile(r"-?\d{1,9}", re.ASCII)
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::00)?", re.ASCII)
_DATE = re.compile(r"(\d{4})([-/])(\d{2})\2(\d{2})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Column:
    """A column by the name of its value; `kind` is text, word, number, points, yes, codes, time or date.

    A word is one of `words`. An empty cell stands for `empty`; a required one must not be empty.
    """

    name: str
    kind: str = "text"
    words: tuple[str, ...] = ()
    empty: object = ""
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a workbook; `key` names the columns that say which row is meant."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ("code",)


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamPair(PairValues):
    """What differs for one stream of an exam type, with the codes of both."""

    exam_type: str
    stream: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountValues:
    """An account as a sheet has it; `staff` is a staff member's code, or nothing."""

    username: str
    roles: frozenset[str]
    staff: str = ""
    is_active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class DayValues:
    """A day of the working calendar as a sheet has it."""

    local_date: date
    kind: str
    name: str = ""


def _must(name: str, kind: str = "text", words: tuple[str, ...] = ()) -> Column:
    return Column(name, kind, words, is_required=True)


def _count(name: str, empty: object = 0) -> Column:
    return Column(name, "number", empty=empty)


DEVICES = Sheet(
    "devices",
    (
        _must("code"), _must("name"), Column("building"), Column("floor"), Column("room"),
        Column("capabilities", "codes"), Column("ae_title"), Column("is_portable", "yes"),
        _count("sort_order"),
    ),
)  # fmt: skip
EXAM_TYPES = Sheet(
    "exam_types",
    (
        _must("code"), _must("name_zh"), _must("name_en"), Column("loinc"),
        _must("minutes", "number"), _must("further_part_minutes", "number"),
        _count("observation_minutes"), _must("points_hundredths", "points"),
        _must("further_part_points_hundredths", "points"), Column("capabilities", "codes"),
        Column("needs_competence", "yes"), Column("least_title", "word", tuple(TITLES)),
        Column("is_fasting", "yes"), Column("bladder", "word", BLADDERS), Column("preparation_zh"), Column("preparation_en"),
        Column("colour", "word", COLOURS, empty="blue"), _count("sort_order"),
    ),
)  # fmt: skip
OF_STREAMS = Sheet(
    "of_streams",
    (
        _must("exam_type"), _must("stream"), _count("minutes", None),
        _count("further_part_minutes", None), Column("points_hundredths", "points", empty=None),
        Column("further_part_points_hundredths", "points", empty=None), _count("demand_permille"),
    ),
    key=("exam_type", "stream"),
)  # fmt: skip
STREAMS = Sheet(
    "streams",
    (
        _must("code"), _must("name_zh"), _must("name_en"), _count("goal_working_days", None),
        _count("goal_working_hours", None), Column("release_time", "time", empty=None),
        _count("release_days_before"), _count("demand_share_percent"), _count("sort_order"),
    ),
)  # fmt: skip
STAFF = Sheet(
    "staff",
    (
        _must("code"), _must("name"), _must("kind", "word", tuple(STAFF_KINDS)),
        Column("title", "word", tuple(TITLES)), Column("competences", "codes"),
        Column("supervises", "codes"), _count("sort_order"),
    ),
)  # fmt: skip
CALENDAR = Sheet(
    "calendar",
    (
        _must("local_date", "date"),
        _must("kind", "word", ("working", "rest", "holiday", "make_up")),
        Column("name"),
    ),
    key=("local_date",),
)
ACCOUNTS = Sheet(
    "accounts",
    (
        _must("username"),
        _must("roles", "codes"),
        Column("staff"),
        Column("is_active", "yes"),
    ),
    key=("username",),
)
"""No passwords, which belong in no sheet: a new account cannot sign in until it is given one on its page."""

WORKBOOKS: Mapping[str, tuple[Sheet, ...]] = {
    "devices": (DEVICES,),
    "exam-types": (EXAM_TYPES, OF_STREAMS),
    "streams": (STREAMS,),
    "staff": (STAFF,),
    "calendar": (CALENDAR,),
    "accounts": (ACCOUNTS,),
}
VALUES: Mapping[str, type[Any]] = {
    "devices": DeviceValues,
    "exam_types": ExamTypeValues,
    "of_streams": StreamPair,
    "streams": StreamValues,
    "staff": StaffValues,
    "calendar": DayValues,
    "accounts": AccountValues,
}


def read_cell(column: Column, text: str) -> object:
    """The value of a cell. Raises InvalidError on the column, for a control character too: it would be shown."""
    text = text.strip()
    refuse_controls(text, field=column.name, but="\t\r\n")  # these part codes
    if not text and column.is_required:
        raise InvalidError(N_("This cell must not be empty."), field=column.name)
    if column.kind == "codes":
        return frozenset(filter(None, _PARTED.split(text)))
    if column.kind == "yes":
        return _yes(column, text)
    if not text:
        return column.empty
    reader = {"number": _number, "points": _points, "time": _time, "date": _date, "word": _word}
    return reader[column.kind](column, text) if column.kind in reader else text


def shown(column: Column, value: object) -> str:
    """A value as text that `read_cell` reads back."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, frozenset | set | tuple | list):
        return ", ".join(sorted(str(each) for each in value))
    if column.kind == "points" and isinstance(value, int):
        return f"{Decimal(value) / 100:.2f}".rstrip("0").rstrip(".")
    if isinstance(value, time):
        return value.strftime("%H:%M")
    return str(value)


def key_of(sheet: Sheet, values: object) -> str:
    """What names the row: its code, its codes, its date."""
    by_name = {column.name: column for column in sheet.columns}
    return " / ".join(shown(by_name[name], getattr(values, name)) for name in sheet.key)


def read_row(
    sheet: Sheet, cells: Mapping[str, str], present: object | None
) -> tuple[dict[str, object], list[InvalidError]]:
    """The values of a row by name, and every cell's refusal. A column the sheet lacks is as `present` has it."""
    values: dict[str, object] = {}
    if present is not None:
        values = {each.name: getattr(present, each.name) for each in fields(present)}  # type: ignore[arg-type]
    refusals: list[InvalidError] = []
    for column in sheet.columns:
        if column.name not in cells and (present is not None or not column.is_required):
            continue
        try:
            values[column.name] = read_cell(column, cells.get(column.name, ""))
        except InvalidError as refusal:
            refusals.append(refusal)
    return values, refusals


def _yes(column: Column, text: str) -> bool:
    if text.casefold() in _YES:
        return True
    if text.casefold() in _NO:
        return False
    raise InvalidError(N_("Enter yes or no."), field=column.name)


def _number(column: Column, text: str) -> int:
    if not _WHOLE.fullmatch(text):
        raise InvalidError(N_("Enter a whole number."), field=column.name)
    return int(text)


def _points(column: Column, text: str) -> int:
    try:
        hundredths = Decimal(text) * 100
        is_whole = hundredths == hundredths.to_integral_value()
    except ArithmeticError:  # no number, or one too large to compute with
        is_whole = False
    if not is_whole or not 0 <= hundredths <= MOST_POINTS_HUNDREDTHS:
        raise InvalidError(
            N_("Enter points from 0 to 1,000 with at most two decimals, such as 1.6."),
            field=column.name,
        )
    return int(hundredths)


def _time(column: Column, text: str) -> time:
    found = _TIME.fullmatch(text)
    if not found or int(found[1]) > 23 or int(found[2]) > 59:
        raise InvalidError(N_("Enter a time such as 15:30."), field=column.name)
    return time(int(found[1]), int(found[2]))


def _date(column: Column, text: str) -> date:
    try:
        if found := _DATE.fullmatch(text):
            return date(int(found[1]), int(found[3]), int(found[4]))
    except ValueError:
        pass  # no such day: told as below
    raise InvalidError(N_("Enter a date such as 2027-01-01."), field=column.name)


def _word(column: Column, text: str) -> str:
    if text not in column.words:
        raise InvalidError(
            N_("Enter one of: %(words)s."),
            field=column.name,
            params={"words": [word for word in column.words if word]},
        )
    return text
