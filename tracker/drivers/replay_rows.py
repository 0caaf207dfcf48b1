"""The requests of a replay file: reading and refusing rows. The simulation is in replay."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from tracker.domain.errors import InvalidError
from tracker.domain.patients import checked_number

COLUMNS = (
    "requested_at",
    "stream",
    "exam_type",
    "earliest",
    "latest",
    "mrn",
    "name",
    "sex",
    "birth_date",
    "arrives_early_minutes",
    "no_show",
    "service_minutes",
)
_LONGEST_SERVICE_MINUTES = 480.0


@dataclass(frozen=True, slots=True)
class Request:
    """One exam asked for. `line` counts the header as 1; instants are aware, days hospital days.

    The patient comes `early_minutes` before the planned start (negative: late), or not at all.
    """

    line: int
    requested_at: datetime
    stream: str
    exam_type: str
    earliest: date
    latest: date
    mrn: str
    name: str
    sex: str
    birth_date: date
    early_minutes: int
    stays_away: bool
    service_minutes: float


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """A row that cannot be understood, and why."""

    line: int
    reason: str


class UnreadableFileError(ValueError):
    """The file as a whole cannot be replayed; the text says why."""


def read_requests(path: Path) -> Iterator[Request | BrokenRow]:
    """Every row of a CSV file (UTF-8, with or without BOM). Raises UnreadableFileError."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
            if missing:
                raise UnreadableFileError(f"{path.name} lacks the columns {', '.join(missing)}")
            for row in reader:
                yield _request(row, reader.line_num)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UnreadableFileError(f"{path.name} cannot be read: {error}") from error


def _request(row: dict[str, str], line: int) -> Request | BrokenRow:
    try:
        request = Request(
            line=line,
            requested_at=_instant(row["requested_at"]),
            stream=_text(row, "stream"),
            exam_type=_text(row, "exam_type"),
            earliest=date.fromisoformat(row["earliest"]),
            latest=date.fromisoformat(row["latest"]),
            mrn=_number(row),
            name=_text(row, "name"),
            sex=_text(row, "sex"),
            birth_date=date.fromisoformat(row["birth_date"]),
            early_minutes=int(row["arrives_early_minutes"]),
            stays_away={"0": False, "1": True}[row["no_show"]],
            service_minutes=_service(row["service_minutes"]),
        )
    except KeyError as error:
        return BrokenRow(line, f"no_show is {error}, not 0 or 1")
    except (ValueError, TypeError) as error:
        return BrokenRow(line, str(error))
    if request.latest < request.earliest:
        return BrokenRow(line, "latest lies before earliest")
    return request


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(f"requested_at {text!r} has no offset")
    return instant


def _text(row: dict[str, str], name: str) -> str:
    text = (row[name] or "").strip()
    if not text:
        raise ValueError(f"{name} is empty")
    return text


def _number(row: dict[str, str]) -> str:
    """The number as it is kept: a run that goes on finds its patients by it."""
    try:
        return checked_number(_text(row, "mrn"))
    except InvalidError as error:
        raise ValueError(f"mrn: {error}") from error


def _service(text: str) -> float:
    minutes = float(text)
    if not 0 < minutes <= _LONGEST_SERVICE_MINUTES:
        raise ValueError(f"service_minutes {text!r} is out of range")
    return minutes
