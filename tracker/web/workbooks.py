"""XLSX files and back: an uploaded workbook as lines of text, a list as a workbook to download.

What the columns mean is domain/sheets. A file is held to its limits before anything reads it whole.
"""

import json
import re
import zipfile
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from io import BytesIO
from itertools import zip_longest

import xlsxwriter
from python_calamine import CalamineError, CalamineWorkbook

from tracker.domain.errors import N_, InvalidError
from tracker.domain.sheets import MOST_ROWS, Sheet
from tracker.services.sheets import SheetLine

MOST_COLUMNS = 100
MOST_DIGITS = 7  # of a row's number
MOST_UNPACKED = 50_000_000  # bytes of all parts of the archive
MOST_PACKED = 400_000  # characters that a page's form may carry along
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_PARTS = {"[content_types].xml", "xl/workbook.xml"}
_SHEET = re.compile(rb"<(?:\w+:)?sheetData[\s/>]")
_TAG = re.compile(rb"<(/?)(?:\w+:)?(row|c|f)(?=[\s/>])([^<>]*)>")
_PLACE = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]*)(\d+)["']""")
_TITLE = re.compile(r"\[(\w+)\]\s*$")

Lines = dict[str, list[SheetLine]]
Cells = Sequence[str | int | float]


def read_workbook(content: bytes, sheets: Sequence[Sheet]) -> Lines:
    """The lines of each known sheet, by its name; a workbook of one unnamed sheet is the first of `sheets`.

    Raises InvalidError on `file` for what is no XLSX, holds formulas or columns that are not known, or is
    longer than MOST_ROWS.
    """
    _check_archive(content)
    try:
        with CalamineWorkbook.from_filelike(BytesIO(content)) as workbook:
            names = workbook.sheet_names
            first = names[0] if names and not {each.name for each in sheets} & set(names) else None
            tables = {
                sheet.name: workbook.get_sheet_by_name(first or sheet.name).to_python(
                    skip_empty_area=False
                )
                for sheet in sheets
                if sheet.name in names or (first and sheet is sheets[0])
            }
    except (CalamineError, OSError, ValueError) as error:
        raise _no_workbook() from error
    lines = {
        sheet.name: _lines(sheet, tables[sheet.name]) for sheet in sheets if sheet.name in tables
    }
    if not any(lines.values()):
        raise InvalidError(N_("The sheet has no rows."), field="file")
    return lines


def read_table(content: bytes) -> list[list[str]]:
    """The cells of a workbook's first sheet as texts, whatever its columns are. Raises InvalidError on `file`."""
    _check_archive(content)
    try:
        with CalamineWorkbook.from_filelike(BytesIO(content)) as workbook:
            rows = workbook.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError, IndexError) as error:
        raise _no_workbook() from error
    return [[cell_text(cell) for cell in row] for row in rows]


def _check_archive(content: bytes) -> None:
    """A workbook of Excel and no other kind; each part is read to its end, so that none is longer than it says."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            if sum(part.file_size for part in archive.infolist()) > MOST_UNPACKED:
                raise InvalidError(N_("The file is too large."), field="file")
            if not {name.lower() for name in archive.namelist()} >= _PARTS:
                raise _no_workbook()
            for part in archive.namelist():
                xml = archive.read(part)
                if _SHEET.search(
                    xml
                ):  # wherever it lies: the workbook's own table of contents names it
                    _check_sheet(xml)
    except (
        zipfile.BadZipFile,
        zlib.error,
        NotImplementedError,
        RuntimeError,
        EOFError,
        OSError,
    ) as error:
        raise _no_workbook() from error


def _check_sheet(xml: bytes) -> None:
    """No formulas, and no cell far out: a single one would make the whole area between be read."""
    rows, cells, here = 0, 0, b""
    for tag in _TAG.finditer(xml):
        is_end, name, attributes = tag.groups()
        if name == b"f":
            raise _formula(here.decode())
        if attributes.count(b'"') % 2 or attributes.count(b"'") % 2:
            raise _no_workbook()  # a tag that ends inside a value
        letters, number = found.groups() if (found := _PLACE.search(attributes)) else (b"", b"0")
        here = b"" if is_end else letters.upper() + number
        rows += name == b"row" and not is_end
        cells = cells + (not is_end) if name == b"c" else 0
        if len(number) > MOST_DIGITS or max(rows, int(number)) > MOST_ROWS + 1:
            raise _too_long()
        if max(cells, _column_number(letters.upper())) > MOST_COLUMNS:
            raise _too_wide()


def _formula(cell: str) -> InvalidError:
    if not cell:
        return InvalidError(N_("A cell holds a formula. Enter values alone."), field="file")
    return InvalidError(
        N_("Cell %(cell)s holds a formula. Enter values alone."),
        field="file",
        params={"cell": cell},
    )


def _too_long() -> InvalidError:
    return InvalidError(
        N_("A sheet has at most %(count)s rows."), field="file", params={"count": MOST_ROWS}
    )


def _too_wide() -> InvalidError:
    return InvalidError(
        N_("A sheet has at most %(count)s columns."),
        field="file",
        params={"count": MOST_COLUMNS},
    )


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _no_workbook() -> InvalidError:
    return InvalidError(N_("This is no XLSX file that can be read."), field="file")


def _lines(sheet: Sheet, table: Sequence[Sequence[object]]) -> list[SheetLine]:
    if len(table) > MOST_ROWS + 1:
        raise _too_long()
    if not table:
        return []
    columns = _columns(sheet, [cell_text(each) for each in table[0]])
    lines = []
    for number, row in enumerate(table[1:], start=2):
        texts = [cell_text(each) for each in row]
        cells = {name: text for name, text in zip_longest(columns, texts, fillvalue="") if name}
        if any(cells.values()):
            lines.append(SheetLine(number, cells))
    return lines


def _columns(sheet: Sheet, titles: Sequence[str]) -> list[str]:
    """The column of each title: its code alone, or in brackets behind the word for it."""
    known = {column.name for column in sheet.columns}
    names = []
    for title in titles:
        found = _TITLE.search(title)
        name = found[1] if found else title.strip()
        if name and (name not in known or name in names):
            raise InvalidError(
                N_("The column “%(title)s” is not known, or there twice."),
                field="file",
                params={"title": "".join(filter(str.isprintable, title))[:60]},
            )
        names.append(name)
    if missing := [name for name in sheet.key if name not in names]:
        raise InvalidError(
            N_("The column %(name)s is missing."), field="file", params={"name": missing[0]}
        )
    return names


def cell_text(value: object) -> str:
    """A cell as the text a person would type for it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time.min else value.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        minutes = round(value.total_seconds() / 60)
        return f"{minutes // 60:02}:{minutes % 60:02}"
    return "" if value is None else str(value).strip()


def write_workbook(
    tables: Mapping[str, Iterable[Cells]],
    *,
    words: Mapping[int, Sequence[str]],
) -> bytes:
    """A workbook of a sheet per table, its first row the titles; texts stay texts, whatever they begin with.

    `words` gives, by the number of a column from 0, the choices offered in the first sheet.
    """
    target = BytesIO()
    plain = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(target, plain) as workbook:
        bold = workbook.add_format({"bold": True, "bg_color": "#e8eef7"})
        lines = workbook.add_format({"text_wrap": True, "valign": "top"})
        for position, (name, rows) in enumerate(tables.items()):
            page = workbook.add_worksheet(name)
            widths: dict[int, int] = {}
            for number, row in enumerate(rows):
                for column, value in enumerate(row):
                    longest = max(map(len, str(value).split("\n")))
                    style = bold if number == 0 else lines if "\n" in str(value) else None
                    page.write(number, column, value, style)
                    widths[column] = max(widths.get(column, 8), min(longest + 4, 50))
            for column, width in widths.items():
                page.set_column(column, column, width)
            page.freeze_panes(1, 1)
            for place, choices in words.items() if position == 0 else ():
                page.data_validation(
                    1,
                    place,
                    MOST_ROWS,
                    place,
                    {"validate": "list", "source": list(choices)},
                )
    return target.getvalue()


def pack(lines: Mapping[str, Sequence[SheetLine]]) -> str:
    """The lines as a form can carry them to the confirmation. Raises InvalidError when they are too many."""
    plain = {name: [[line.number, line.cells] for line in rows] for name, rows in lines.items()}
    packed = urlsafe_b64encode(zlib.compress(json.dumps(plain).encode())).decode()
    if len(packed) > MOST_PACKED:
        raise InvalidError(N_("The file is too large."), field="file")
    return packed


def unpack(packed: str) -> Lines:
    """The lines of `pack`. Raises InvalidError for anything else."""
    try:
        inflater = zlib.decompressobj()
        plain = json.loads(inflater.decompress(urlsafe_b64decode(packed), 20_000_000))
        return {
            str(name): [
                SheetLine(int(number), {str(column): str(text) for column, text in cells.items()})
                for number, cells in rows
            ]
            for name, rows in plain.items()
        }
    except (ValueError, TypeError, AttributeError, zlib.error, RecursionError) as error:
        raise InvalidError(N_("Choose the file once more."), field="file") from error
