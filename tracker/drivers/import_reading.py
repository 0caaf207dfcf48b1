"""A file of exams read row by row against what is known here: which go in, which are refused and why. Writes nothing."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from itertools import islice
from pathlib import Path

from tracker.db import planned_for_its_values, read_session
from tracker.domain.errors import N_, Params, Reason
from tracker.domain.examfile import Header, Words, check_header, find_header
from tracker.domain.examrows import RowReader
from tracker.domain.fileexams import FileExam, RefusedRow, SeenRows
from tracker.queries.import_matches import LackingExam, Matches, lacking_exams, refuse_known
from tracker.queries.import_words import known_words
from tracker.spreadsheets import Cells, Table, open_tables, refused
from tracker.spreadsheets.text import NEVER_CLOSED, never_closed, swallows_rows

BATCH = 500
"""Rows that are compared with the database at once."""


@dataclass(frozen=True, slots=True)
class Decisions:
    """What becomes of rows that are probably here already: by row, else of all of them; undecided ones stay out."""

    of_rows: Mapping[int, bool] = field(default_factory=dict)
    of_all: bool | None = None

    def takes(self, row: int) -> bool | None:
        """Whether the row goes in; None while nobody has decided."""
        return self.of_rows.get(row, self.of_all)


@dataclass(frozen=True, slots=True)
class JudgedRow:
    """A row of the file as it stands, and what becomes of it."""

    cells: Cells
    verdict: FileExam | RefusedRow


@dataclass(slots=True)
class ExamFile:
    """An opened file whose header was found. `notes` are what a person should know of how it is read."""

    table: Table
    header: Header
    reader: RowReader
    notes: list[Reason]
    matches: Matches = field(default_factory=Matches)
    _seen: SeenRows = field(default_factory=SeenRows)

    def judged(self, decisions: Decisions) -> Iterator[list[JudgedRow]]:
        """The rows that hold anything, in batches. To be called once. Raises InvalidError on `file`."""
        rows = islice(
            enumerate(self.table.rows(), start=1 - self.header.row), self.header.row + 1, None
        )
        while batch := list(islice(rows, BATCH)):
            read = [(cells, self._read(row, cells)) for row, cells in batch]
            judged = [JudgedRow(cells, verdict) for cells, verdict in read if verdict is not None]
            yield self._compared(judged, decisions)

    def _read(self, row: int, cells: Cells) -> FileExam | RefusedRow | None:
        if cells and isinstance(cells[-1], str) and cells[-1].endswith(NEVER_CLOSED):
            raise never_closed()  # else the rows in that cell would be left out without a word
        if swallows_rows(cells, self.table.separator, len(self.header.titles)):
            text = N_("a quotation mark in row %(row)s makes one cell of whole rows")
            raise refused(text, row=row)
        verdict = self.reader.read(row, cells)
        return self._seen.take(verdict) if isinstance(verdict, FileExam) else verdict

    def _compared(self, judged: Sequence[JudgedRow], decisions: Decisions) -> list[JudgedRow]:
        exams = [each.verdict for each in judged if isinstance(each.verdict, FileExam)]
        if not exams:
            return list(judged)
        with read_session() as session, planned_for_its_values(session):
            refusals = refuse_known(session, exams, self.matches)
        return [self._decided(each, refusals.get(each.verdict.row), decisions) for each in judged]

    @staticmethod
    def _decided(each: JudgedRow, refusal: RefusedRow | None, decisions: Decisions) -> JudgedRow:
        if refusal is None:
            return each
        if refusal.kind == "probable":
            decision = decisions.takes(refusal.row)
            if decision:
                return each
            if decision is False:
                refusal = replace(refusal, kind="left_out")
        return JudgedRow(each.cells, refusal)

    def lacking(self) -> tuple[int, list[LackingExam]]:
        """How many exams here the file lacks in its days, and the first of them; after the last batch."""
        with read_session() as session:
            return lacking_exams(session, self.matches)


@contextmanager
def open_exam_file(
    path: Path, *, zone: tzinfo, now: datetime, sheet: str = "", own: Words | None = None
) -> Iterator[ExamFile]:
    """Open a file and find its header; `own` words stand before all others. Raises InvalidError: the file is refused."""
    with read_session() as session:
        words = known_words(session, own)
    with open_tables(path) as tables:
        table, header, notes = _chosen(tables, sheet, words)
        reader = RowReader(check_header(header, words), words, zone, now, table.is_1904)
        yield ExamFile(table, reader.header, reader, notes)


def _chosen(
    tables: Sequence[Table], sheet: str, words: Words
) -> tuple[Table, Header | None, list[Reason]]:
    """The table whose header has most known columns, the first of several."""
    if sheet:
        tables = [table for table in tables if table.name == sheet]
        if not tables:
            raise refused(N_("no sheet of the name %(sheet)s"), sheet=sheet)
    own = words.get("header", {})
    found = [(table, find_header(table.rows(), own)) for table in tables]
    table, header = max(found, key=lambda each: len(each[1].places) if each[1] else 0)
    if header is None and not any(_is_filled(each) for each in tables):
        raise refused(N_("empty file"))
    others = [each for each, other in found if other and each is not table and each.name]
    return table, header, list(_notes(table, header, others))


def _is_filled(table: Table) -> bool:
    return any(str(cell).strip() for row in islice(table.rows(), 1000) for cell in row)


def _notes(table: Table, header: Header | None, others: Sequence[Table]) -> Iterator[Reason]:
    if table.name:
        yield Reason("sheet", N_("read from the sheet %(sheet)s"), Params(sheet=table.name))
    if others:
        told = Params(sheets=", ".join(each.name for each in others))
        yield Reason(
            "other_sheets", N_("other sheets with a header, which are not read: %(sheets)s"), told
        )
    if header is not None and header.row:
        told = Params(row=header.row + 1)
        yield Reason(
            "header_row", N_("the header is line %(row)s of the table and counts as row 1"), told
        )
    if header is not None and header.unknown:
        told = Params(titles=", ".join(header.unknown))
        yield Reason("unread", N_("columns that are not read: %(titles)s"), told)
    if table.hidden_rows:
        told = Params(count=table.hidden_rows)
        yield Reason("hidden", N_("hidden rows are read too: %(count)s"), told)


@dataclass(slots=True)
class Tally:
    """What a reading comes to. Rejected rows are refused, duplicates, or probably here already."""

    rows_in: int = 0
    refused: int = 0
    duplicates: int = 0
    probable: int = 0
    warnings: Counter[str] = field(default_factory=Counter)

    @property
    def rejected(self) -> int:
        """Data rows that do not go in."""
        return self.refused + self.duplicates + self.probable

    def add(self, batch: Sequence[JudgedRow]) -> None:
        """Count a batch."""
        for each in batch:
            verdict = each.verdict
            if isinstance(verdict, FileExam):
                self.rows_in += 1
                self.warnings.update(reason.code for reason in verdict.warnings)
            elif verdict.kind == "duplicate":
                self.duplicates += 1
            elif verdict.kind == "refused":
                self.refused += 1
            else:
                self.probable += 1
