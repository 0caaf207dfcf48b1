"""Tables as an XLSX workbook: real numbers and dates, a frozen header, a sheet of definitions and filters.

Rows are written as they come and leave memory at once, so a year costs no more of it than a day.
"""

from collections.abc import Sequence
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import xlsxwriter
from flask_babel import gettext as _

from tracker.reports.tables import Column, Definition, Kind, Table, Value

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
AS_TYPED = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
"""Texts stay texts, whatever they begin with."""
HEADER = {"bold": True, "bg_color": "#e8eef7"}
LONGEST_TITLE = 31
MOST_ROWS = 1_048_575
"""Below the header, in one sheet: what Excel takes."""

_FORMATS = {
    Kind.NUMBER: "#,##0",
    Kind.POINTS: "#,##0.0#",
    Kind.SHARE: "0.0%",
    Kind.DAY: "yyyy-mm-dd",
    Kind.INSTANT: "yyyy-mm-dd hh:mm",
}


def write_xlsx(
    target: Path | BytesIO, tables: Sequence[Table], definitions: Sequence[Definition]
) -> None:
    """Write the workbook, a sheet for each table and one that says what they mean. Raises OSError.

    The rows of the tables are read in their order, each once.
    """
    file = str(target) if isinstance(target, Path) else target
    with xlsxwriter.Workbook(file, {**AS_TYPED, "constant_memory": True}) as book:
        formats = {kind: book.add_format({"num_format": text}) for kind, text in _FORMATS.items()}
        header = book.add_format(HEADER)
        for table in tables:
            _write_table(book.add_worksheet(_sheet_name(table.title)), table, formats, header)
        columns = (Column(_("Word"), width=26), Column(_("What it means"), width=100))
        rows = ((each.word, each.meaning) for each in definitions)
        meanings = Table(_("Definitions"), columns, rows)
        _write_table(book.add_worksheet(_sheet_name(meanings.title)), meanings, formats, header)


def _sheet_name(title: str) -> str:
    """As Excel takes it: without the marks it forbids, at most 31 characters."""
    plain = "".join(" " if mark in "[]:*?/\\'" else mark for mark in title)
    return plain[:LONGEST_TITLE].strip()


def _write_table(sheet: Any, table: Table, formats: dict[Kind, Any], header: Any) -> None:
    sheet.freeze_panes(1, 0)
    for place, column in enumerate(table.columns):
        sheet.set_column(place, place, column.width, formats.get(column.kind))
        sheet.write_string(0, place, column.title, header)
    for number, row in enumerate(table.rows, start=1):
        for place, value in enumerate(row):
            _write_cell(sheet, (number, place), value, formats.get(table.columns[place].kind))


def _write_cell(sheet: Any, place: tuple[int, int], value: Value, look: Any) -> None:
    if value is None:
        return
    if isinstance(value, str):
        sheet.write_string(*place, value)
    elif isinstance(value, datetime | date):
        sheet.write_datetime(*place, value, look)
    else:
        sheet.write_number(*place, value, look)
