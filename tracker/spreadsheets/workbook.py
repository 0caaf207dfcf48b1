"""The sheets of an XLSX workbook as tables; a formula is the value it was saved with, a merged cell stands in each of its rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from tracker.spreadsheets import Cells, Table
from tracker.spreadsheets.archive import check_archive, no_workbook


@contextmanager
def open_sheets(path: Path) -> Iterator[list[Table]]:
    """Every sheet, hidden rows too. Raises InvalidError on `file`."""
    contents = check_archive(path)
    try:
        with CalamineWorkbook.from_path(path) as workbook:
            load = lru_cache(maxsize=1)(workbook.get_sheet_by_name)  # one in memory at a time
            hidden = sum(contents.hidden_rows.values())
            yield [
                Table(name, lambda name=name: _rows(load(name)), contents.is_1904, hidden)  # type: ignore[misc]
                for name in workbook.sheet_names
            ]
            load.cache_clear()
    except (CalamineError, OSError) as error:
        raise no_workbook() from error


def _rows(sheet: CalamineSheet) -> Iterator[Cells]:
    merged = _merged(sheet)
    if not merged:
        yield from _read(sheet)
        return
    standing: dict[int, tuple[int, object]] = {}
    for number, row in enumerate(_read(sheet)):
        for column, last in merged.get(number, ()):
            if column < len(row):
                standing[column] = (last, row[column])
        for column, (last, value) in standing.items():
            if number <= last and row[column] == "":
                row[column] = value
        yield row


def _read(sheet: CalamineSheet) -> Iterator[list[Any]]:
    """The rows; of one with a time longer than Python's no cell can be had."""
    rows = sheet.iter_rows()
    while True:
        try:
            yield next(rows)
        except StopIteration:
            return
        except OverflowError:
            yield ["#NUM!"] * sheet.width


def _merged(sheet: CalamineSheet) -> dict[int, list[tuple[int, int]]]:
    """First row → (column of the row's list, last row) of each cell that stands over several rows."""
    found: dict[int, list[tuple[int, int]]] = {}
    left = sheet.start[1] if sheet.start else 0
    for (first, column), (last, _column) in sheet.merged_cell_ranges or ():
        if last > first and column >= left:
            found.setdefault(first, []).append((column - left, last))
    return found
