"""A text file as rows: its encoding, and once for each separator it may have. NUL bytes are passed over."""

import codecs
import csv
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from tracker.domain.errors import N_, InvalidError
from tracker.spreadsheets import Cells, Table, refused

SEPARATORS = (",", "\t", ";")
LONGEST_CELL = 4_000_000
"""Characters; what is longer is a quotation mark that is never closed."""
NEVER_CLOSED = "\0"
"""Ends the last cell of a file whose last quotation mark is not closed and has swallowed rows; no other cell holds it."""

_CHUNK = 1 << 20
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

csv.field_size_limit(LONGEST_CELL)  # else a cell of 131,073 characters ends the whole file


def tables_of(path: Path) -> list[Table]:
    """The text read with each separator; its header says which is right. Raises InvalidError on `file`."""
    encoding = _encoding_of(path)
    return [
        Table("", lambda separator=separator: _rows(path, encoding, separator), separator=separator)  # type: ignore[misc]
        for separator in SEPARATORS
    ]


def _rows(path: Path, encoding: str, separator: str) -> Iterator[Cells]:
    with path.open(encoding=encoding, newline="") as file:
        try:
            for cells in csv.reader(_lines(file), delimiter=separator):
                if cells and cells[-1].endswith(NEVER_CLOSED):
                    yield from _last_row(cells)
                else:
                    yield cells
        except csv.Error as error:
            raise never_closed() from error


def never_closed() -> InvalidError:
    """The refusal of a file in which a quotation mark makes one cell of many rows."""
    return refused(N_("a quotation mark is never closed"))


def swallows_rows(cells: Cells, separator: str, width: int) -> bool:
    """Whether a cell is whole rows of so many cells: a quotation mark was not closed where its cell ends, but rows later.

    Without the marks each line of the cell, with what stands before and behind it, would be a row.
    """
    for place, cell in enumerate(cells):
        if not isinstance(cell, str) or "\n" not in cell:
            continue
        found = [line.count(separator) for line in cell.split("\n")]
        found[0] += place
        found[-1] += len(cells) - 1 - place
        if width > 2 and set(found) == {width - 1}:
            return True
    return False


def _lines(file: TextIO) -> Iterator[str]:
    """The lines, without marks of the encoding before the first, and one more by which the file's end is known."""
    for number, line in enumerate(file):
        plain = line.replace("\0", "")
        yield plain if number else plain.lstrip("\ufeff")
    yield NEVER_CLOSED


def _last_row(cells: list[str]) -> Iterator[Cells]:
    """What stands open at the file's end: nothing as a rule, a row that lacks its last mark, or all rows since one."""
    last = cells[-1].removesuffix(NEVER_CLOSED).rstrip("\r\n")
    if len(cells) > 1 or last:
        mark = NEVER_CLOSED if "\n" in last or "\r" in last else ""
        yield [*cells[:-1], last + mark]


def _encoding_of(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(_CHUNK)
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return _checked(path, encoding)
    if encoding := _wide(head):
        return _checked(path, encoding)
    if _decodes(path, "utf-8"):
        return "utf-8"
    if _is_damaged(head):
        raise refused(N_("characters that cannot be read: UTF-8 with damaged bytes"))
    return _checked(path, "gb18030")


def _checked(path: Path, encoding: str) -> str:
    if not _decodes(path, encoding):
        raise refused(N_("characters that cannot be read: neither UTF-8, nor UTF-16, nor GB18030"))
    return encoding


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        try:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _wide(head: bytes) -> str:
    """UTF-16 without a mark: every ASCII sign has a NUL on the same side."""
    high, low = head[0:4096:2].count(0), head[1:4096:2].count(0)
    places = min(len(head), 4096) // 2
    if places and max(high, low) > places // 5 and min(high, low) * 10 < max(high, low):
        return "utf-16-be" if high > low else "utf-16-le"
    return ""


def _is_damaged(head: bytes) -> bool:
    """Whether nearly all of it is UTF-8: the rest is then no other encoding."""
    text = head.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    foreign = sum(1 for sign in text if sign > "\x7f") - broken
    return foreign > 10 * broken
