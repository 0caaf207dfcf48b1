"""Files of rows as people have them, CSV or XLSX, opened as tables of cells; a hostile one is refused before it is read whole.

What the columns mean is the domain's. Nothing here knows the database or HTTP.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tracker.domain.errors import N_, InvalidError

MOST_BYTES = 64 * 1024 * 1024
"""Of a file as it lies on the disk."""

Cells = Sequence[object]
"""One row: texts, and from a workbook also numbers, dates, times and durations."""


@dataclass(frozen=True, slots=True)
class Table:
    """One way to read a file: a sheet of a workbook, or a text with one kind of separator.

    `rows` starts from the first row each time it is called. `is_1904`: days are counted from 1904. `separator`: of a
    text, else "".
    """

    name: str
    rows: Callable[[], Iterator[Cells]]
    is_1904: bool = False
    hidden_rows: int = 0
    separator: str = ""


def refused(text: str, **params: object) -> InvalidError:
    """The refusal of a whole file; `text` is a clause such as "empty file"."""
    return InvalidError(text, code="file", field="file", params=params)


@contextmanager
def open_tables(path: Path) -> Iterator[list[Table]]:
    """The tables of a file, by what it holds and not by its name; valid inside the block.

    Raises InvalidError on `file` for what is no table: empty, too large, a picture, an old .xls, a hostile archive,
    characters that cannot be read.
    """
    from tracker.spreadsheets import text, workbook

    size = path.stat().st_size
    if size == 0:
        raise refused(N_("empty file"))
    if size > MOST_BYTES:
        raise refused(N_("larger than %(count)s MB"), count=MOST_BYTES // 1024**2)
    with path.open("rb") as file:
        head = file.read(4096)
    if head.startswith(b"PK\x03\x04"):
        with workbook.open_sheets(path) as sheets:
            yield sheets
    else:
        _refuse_strangers(head)
        yield text.tables_of(path)


_STRANGERS = (
    (b"\x89PNG", N_("an image, not a table")),
    (b"\xff\xd8\xff", N_("an image, not a table")),
    (b"GIF8", N_("an image, not a table")),
    (b"RIFF", N_("an image, not a table")),
    (b"II*\x00", N_("an image, not a table")),
    (b"MM\x00*", N_("an image, not a table")),
    (b"BM", N_("an image, not a table")),
    (b"%PDF", N_("a PDF, not a table")),
    (b"\xd0\xcf\x11\xe0", N_("an old .xls workbook or one with a password: save it as .xlsx without one")),
    (b"PK", N_("an archive that is no workbook")),
    (b"\x1f\x8b", N_("an archive that is no workbook")),
    (b"Rar!", N_("an archive that is no workbook")),
    (b"7z\xbc\xaf", N_("an archive that is no workbook")),
)  # fmt: skip


def _refuse_strangers(head: bytes) -> None:
    for beginning, what in _STRANGERS:
        if head.startswith(beginning) and (beginning != b"BM" or b"\x00" in head[:16]):
            raise refused(what)
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        raise refused(N_("a page or an XML file, not a table: save it as .xlsx"))
