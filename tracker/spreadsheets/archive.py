"""Whether an XLSX archive may be read: what it unpacks to, what its XML declares, how far out its cells lie.

Every part is unpacked once, a piece at a time: a size that an archive states proves nothing.
"""

import re
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path

from tracker.domain.errors import N_, InvalidError
from tracker.spreadsheets import refused

MOST_UNPACKED = 400_000_000  # bytes of all parts
MOST_TIMES = 300  # unpacked to packed, beyond the first bytes that every part may have
ALWAYS = 20_000_000  # bytes
MOST_ROWS, MOST_COLUMNS, MOST_CELLS = 1_048_576, 1000, 12_000_000
"""The cells between the first and the last are kept in memory, empty ones too."""

_PIECE = 1 << 20
_LONGEST_TAG = 4096  # pieces overlap by so much
_PARTS = {"[content_types].xml", "xl/workbook.xml"}
_DECLARED = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_PLACE = re.compile(rb"""<(?:\w+:)?c\s[^<>]*?\br\s*=\s*["']([A-Za-z]{1,9})(\d{1,9})["']""")
_ROW = re.compile(rb"<(?:\w+:)?row[\s/>]")
_CELL = re.compile(rb"<(?:\w+:)?c[\s/>]")
_HIDDEN = re.compile(rb"""<(?:\w+:)?row\s[^<>]*?\bhidden\s*=\s*["'](?:1|true)["']""")
_ROW_PLACE = re.compile(rb"""<(?:\w+:)?row\s[^<>]*?\br\s*=\s*["'](\d{1,9})["']""")
_1904 = re.compile(rb"""\bdate1904\s*=\s*["'](?:1|true|on)["']""")


@dataclass
class Contents:
    """What the unpacking found: whether days count from 1904, and the hidden rows of each part."""

    is_1904: bool = False
    hidden_rows: dict[str, int] = field(default_factory=dict)


def check_archive(path: Path) -> Contents:
    """Raises InvalidError on `file` unless this is a workbook of Excel that can be read without harm."""
    try:
        with zipfile.ZipFile(path) as archive:
            return _check(archive, path.stat().st_size)
    except (
        zipfile.BadZipFile,
        zlib.error,
        NotImplementedError,
        RuntimeError,
        EOFError,
        OSError,
    ) as error:
        raise no_workbook() from error


def _check(archive: zipfile.ZipFile, packed: int) -> Contents:
    names = archive.namelist()
    if not {name.lower() for name in names} >= _PARTS:
        raise no_workbook()
    limit = min(MOST_UNPACKED, max(ALWAYS, packed * MOST_TIMES))
    if sum(part.file_size for part in archive.infolist()) > limit:
        raise _bomb()
    found = Contents()
    for part in archive.infolist():
        limit -= _check_part(archive, part, limit, found)
    return found


def _check_part(
    archive: zipfile.ZipFile, part: zipfile.ZipInfo, limit: int, found: Contents
) -> int:
    """Unpack one part; returns its bytes."""
    unpacked, rest, bounds = 0, b"", _Bounds()
    with archive.open(part) as file:
        while piece := file.read(_PIECE):
            unpacked += len(piece)
            if unpacked > limit:
                raise _bomb()
            # a tag is looked at in the piece in which it ends
            rest += piece
            cut = len(rest) if len(piece) < _PIECE else max(0, rest.rfind(b"<", _LONGEST_TAG))
            _look(part.filename.lower(), rest[:cut], bounds, found)
            rest = rest[cut:][-_PIECE:]
    if rest:
        _look(part.filename.lower(), rest, bounds, found)
    found.hidden_rows[part.filename.lower()] = bounds.hidden
    return unpacked


@dataclass
class _Bounds:
    """How far out the cells of one part lie."""

    rows: int = 0
    row_tags: int = 0
    columns: int = 0
    hidden: int = 0


def _look(name: str, xml: bytes, bounds: _Bounds, found: Contents) -> None:
    if not name.endswith((".xml", ".rels", ".vml")):
        return
    if b"\x00" in xml or _DECLARED.search(xml):
        raise refused(N_("XML with a DOCTYPE or entities, which no workbook needs"))
    if name == "xl/workbook.xml":
        found.is_1904 = found.is_1904 or _1904.search(xml) is not None
    if _ROW.search(xml):  # wherever the sheet lies: the workbook's own table of contents names it
        _measure(xml, bounds)


def _measure(xml: bytes, bounds: _Bounds) -> None:
    letters: set[bytes] = set()
    placed = 0
    for match in _PLACE.finditer(xml):
        letters.add(match[1])
        placed += 1
        last = int(match[2])
        bounds.rows = max(bounds.rows, last)
    bounds.row_tags += len(_ROW.findall(xml))
    bounds.rows = max([bounds.rows, bounds.row_tags, *map(int, _ROW_PLACE.findall(xml))])
    bounds.columns = max([bounds.columns, *(_column_number(each.upper()) for each in letters)])
    if len(_CELL.findall(xml)) > placed:  # cells without a place follow each other in their row
        in_rows = (len(_CELL.findall(row)) for row in _ROW.split(xml))
        bounds.columns = max([bounds.columns, *in_rows])
    bounds.hidden += len(_HIDDEN.findall(xml))
    cells = bounds.rows * bounds.columns
    if bounds.rows > MOST_ROWS or bounds.columns > MOST_COLUMNS or cells > MOST_CELLS:
        raise refused(N_("a sheet with cells too far out: copy the rows into a new one"))


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _bomb() -> InvalidError:
    return refused(N_("an archive that unpacks to far more than a workbook holds"))


def no_workbook() -> InvalidError:
    """The refusal of an archive that is no workbook."""
    return refused(N_("no XLSX file that can be read"))
