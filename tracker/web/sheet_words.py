"""What the columns of the administrator's sheets are called: as the fields of the forms."""

from collections.abc import Mapping
from typing import Any

from flask_babel import force_locale
from flask_babel import lazy_gettext as _l

from tracker.domain.sheets import WORKBOOKS, Column, Sheet, shown
from tracker.services.sheets import SheetLine
from tracker.web.forms.accounts import NewAccountForm
from tracker.web.forms.calendar import DayForm
from tracker.web.forms.devices import DeviceForm
from tracker.web.forms.exam_types import ExamTypeForm, PairForm
from tracker.web.forms.staff import StaffForm
from tracker.web.forms.streams import StreamForm
from tracker.web.labels import BLADDER, STAFF_KIND, TITLE
from tracker.web.office_labels import COLOUR, DAY_KIND
from tracker.web.workbooks import Lines

NOUNS: Mapping[str, Any] = {
    "devices": _l("Devices"),
    "exam-types": _l("Exam types"),
    "streams": _l("Streams"),
    "staff": _l("Staff"),
    "calendar": _l("Working calendar"),
    "accounts": _l("Accounts"),
}
_SHEETS: Mapping[str, Any] = {
    "devices": _l("Devices"),
    "exam_types": _l("Exam types"),
    "of_streams": _l("What differs for a stream"),
    "streams": _l("Streams"),
    "staff": _l("Staff"),
    "calendar": _l("Working calendar"),
    "accounts": _l("Accounts"),
}
_FORMS: Mapping[str, type[Any]] = {
    "devices": DeviceForm,
    "exam_types": ExamTypeForm,
    "of_streams": PairForm,
    "streams": StreamForm,
    "staff": StaffForm,
    "calendar": DayForm,
    "accounts": NewAccountForm,
}
_OTHER: Mapping[str, Any] = {
    "exam_type": _l("Exam type"),
    "stream": _l("Stream"),
    "local_date": _l("Date"),
}
_WORDS: Mapping[tuple[str, str], Mapping[str, Any]] = {
    ("exam_types", "bladder"): BLADDER,
    ("exam_types", "colour"): COLOUR,
    ("exam_types", "least_title"): TITLE,
    ("staff", "kind"): STAFF_KIND,
    ("staff", "title"): TITLE,
    ("calendar", "kind"): DAY_KIND,
}


def sheet_word(name: str) -> str:
    """What a sheet is called for people."""
    return str(_SHEETS[name])


def column_word(sheet: str, name: str) -> str:
    """What a column is called: the label of the form's field."""
    field = getattr(_FORMS[sheet], name, None)
    return str(_OTHER[name] if field is None else field.args[0])


def field_word(sheet: str, name: str | None) -> str:
    """The same for the field of a refusal; empty where the row as a whole is refused."""
    sheets = (each for workbook in WORKBOOKS.values() for each in workbook if each.name == sheet)
    named = {column.name for each in sheets for column in each.columns}
    return column_word(sheet, name) if name and name in named else ""


def titles_of(sheet: Sheet) -> list[str | int | float]:
    """The first row: the word of each column, its code in brackets for the way back."""
    return [f"{column_word(sheet.name, each.name)} [{each.name}]" for each in sheet.columns]


def cells_of(sheet: Sheet, values: object) -> list[str | int | float]:
    """A row; numbers as numbers."""
    return [_cell(column, getattr(values, column.name)) for column in sheet.columns]


def choices_of(sheet: Sheet) -> dict[int, tuple[str, ...]]:
    """The choices of the columns that have some, by the column's number from 0."""
    found = {number: _choices(column) for number, column in enumerate(sheet.columns)}
    return {number: choices for number, choices in found.items() if choices}


def legend(sheets: tuple[Sheet, ...]) -> list[tuple[str, str, str]]:
    """What the code words of the sheets mean, a row each: sheet's column, code, word."""
    return [
        (f"{column_word(sheet.name, column.name)} [{column.name}]", code, str(word))
        for sheet in sheets
        for column in sheet.columns
        for code, word in _WORDS.get((sheet.name, column.name), {}).items()
        if code
    ]


def as_codes(lines: Lines) -> Lines:
    """The lines with each word that people may write (医生, Doctor) as the code it stands for."""
    codes: dict[tuple[str, str, str], str] = {}
    for language in ("zh", "en"):
        with force_locale(language):
            for (sheet, column), words in _WORDS.items():
                codes |= {
                    (sheet, column, str(word).casefold()): code for code, word in words.items()
                }
    return {
        sheet: [
            SheetLine(
                line.number,
                {
                    column: codes.get((sheet, column, text.strip().casefold()), text)
                    for column, text in line.cells.items()
                },
            )
            for line in rows
        ]
        for sheet, rows in lines.items()
    }


def _cell(column: Column, value: object) -> str | int | float:
    text = shown(column, value)
    if column.kind in ("number", "points") and text:
        return float(text) if "." in text else int(text)
    return text


def _choices(column: Column) -> tuple[str, ...]:
    if column.kind == "yes":
        return ("yes", "no")
    return tuple(filter(None, column.words))
