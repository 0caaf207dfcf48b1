"""What the page of an import shows: states and columns in words, reasons as sentences, choices for unknown words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from tracker.domain.examfile import COLUMNS
from tracker.queries import Reading
from tracker.queries.imports import ImportRow
from tracker.reports.tables import Column, Kind, Table
from tracker.sentences import kept_sentence
from tracker.web.exam_choices import Pair, read_catalogue

STATE: Mapping[str, LazyString] = {
    "waiting": _l("Waits to be read"),
    "reading": _l("Is being read"),
    "previewed": _l("Waits for you"),
    "asked": _l("Waits to be brought in"),
    "staging": _l("Is being brought in"),
    "in_force": _l("Counts"),
    "undone": _l("Undone"),
    "failed": _l("Refused"),
    "forgotten": _l("Given up"),
}
COLUMN: Mapping[str, LazyString] = {
    "number": _l("Exam number"),
    "patient_name": _l("Patient's name"),
    "id_number": _l("ID number"),
    "mrn": _l("Medical record number"),
    "exam_type": _l("Exam type"),
    "stream": _l("Stream"),
    "device": _l("Device"),
    "operator": _l("Doctor"),
    "date": _l("Day"),
    "start": _l("Start"),
    "end": _l("End"),
    "parts": _l("Number of parts"),
    "fee": _l("Fee"),
}
_LISTS = {"exam_type": "exam_types", "stream": "streams", "device": "devices", "operator": "people"}
"""Kind of word → what of the catalogue it may mean."""
_KINDS: Mapping[str, LazyString] = {
    "refused": _l("Refused"),
    "duplicate": _l("Duplicate"),
    "probable": _l("Probably here already"),
    "left_out": _l("Left out"),
}


@dataclass(frozen=True, slots=True)
class UnknownLine:
    """A word to explain: its kind and text, how many rows hold it, what it may mean."""

    kind: str
    word: str
    rows: int
    choices: Sequence[Pair]


@dataclass(frozen=True, slots=True)
class RejectedLine:
    """A row that does not go in; `exam` is the one here that it may be, `decided` "in", "out" or ""."""

    row: int
    kind: str
    told: str
    cells: Sequence[str]
    exam: int | None
    decided: str


@dataclass(frozen=True, slots=True)
class ImportPage:
    """Everything the page shows of an import."""

    row: ImportRow
    error: str
    titles: Sequence[str]
    columns: Sequence[Pair]
    notes: Sequence[str]
    unknown: Sequence[UnknownLine]
    rejected: Sequence[RejectedLine]
    probable: Sequence[RejectedLine]
    goes_in: int

    @property
    def counts(self) -> Mapping[str, Any]:
        """What the preview found, by name."""
        return self.row.findings


def read_page(reading: Reading, row: ImportRow) -> ImportPage:
    """The catalogue is read where words are to be explained."""
    found, error = row.findings, row.progress.get("error")
    probable = [_line(each, row.decisions) for each in found.get("probable_rows", ())]
    return ImportPage(
        row=row,
        error=kept_sentence(error) if error else "",
        titles=error.get("titles", ()) if error else found.get("titles", ()),
        columns=[(code, str(COLUMN[code])) for code in COLUMNS],
        notes=[kept_sentence(each) for each in found.get("notes", ())],
        unknown=list(_unknown(reading, found.get("unknown", ()))),
        rejected=[_line(each, row.decisions) for each in found.get("rejected_rows", ())],
        probable=probable,
        goes_in=row.goes_in,
    )


def _unknown(reading: Reading, words: Sequence[Mapping[str, Any]]) -> Iterator[UnknownLine]:
    if not words:
        return
    catalogue = read_catalogue(reading)
    choices = {kind: catalogue.pairs(of, with_retired=True) for kind, of in _LISTS.items()}
    for each in words:
        yield UnknownLine(each["kind"], each["word"], each["rows"], choices[each["kind"]])


def _line(told: Mapping[str, Any], decisions: Mapping[str, Any]) -> RejectedLine:
    decided = decisions.get("rows", {}).get(str(told["row"]))
    return RejectedLine(
        told["row"],
        told["kind"],
        _reasons(told),
        told["cells"],
        told["exam"],
        "" if decided is None else "in" if decided else "out",
    )


def _reasons(told: Mapping[str, Any]) -> str:
    parts = []
    for each in told["reasons"]:
        name = COLUMN.get(each.get("field") or "")
        parts.append(f"{name}: {kept_sentence(each)}" if name else kept_sentence(each))
    return "; ".join(parts)


def refused_table(row: ImportRow, rejected: Iterator[Mapping[str, Any]]) -> Table:
    """The rejected rows with their reasons, to be corrected and sent once more."""
    titles = row.findings.get("titles", ())
    columns = [Column(_("Row"), Kind.NUMBER, 8), Column(_("What happens"), width=14)]
    columns += [Column(_("Reason"), width=50), *(Column(str(title), width=18) for title in titles)]
    rows = (
        [each["row"], str(_KINDS[each["kind"]]), _reasons(each), *each["cells"][: len(titles)]]
        for each in rejected
    )
    return Table(_("Rejected rows"), columns, rows)
