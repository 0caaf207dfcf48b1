"""A text file as rows: its encoding, and once for each separator it may have. NUL bytes are passed over."""

import codecs
import csv
from collections.abc import Iterator
from pathlib import Path

from tracker.domain.errors import N_
from tracker.spreadsheets import Cells, Table, refused

SEPARATORS = (",", "\t", ";")
LONGEST_CELL = 4_000_000
"""Characters; what is longer is a quotation mark that is never closed."""

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
        Table("", lambda separator=separator: _rows(path, encoding, separator))  # type: ignore[misc]
        for separator in SEPARATORS
    ]


def _rows(path: Path, encoding: str, separator: str) -> Iterator[Cells]:
    with path.open(encoding=encoding, newline="") as file:
        lines = (line.replace("\0", "") for line in file)
        try:
            yield from csv.reader(lines, delimiter=separator)
        except csv.Error as error:
            raise refused(N_("a quotation mark is never closed")) from error


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
