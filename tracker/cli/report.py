"""`report`: the day as text, or a day, a month or a year as a file; the same files as the pages give."""

import argparse
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

from flask_babel import force_locale
from sqlalchemy.orm import Session

from tracker import clock
from tracker.cli import Answer, CommandFailed, application
from tracker.db import read_session
from tracker.queries.closing import DIMENSIONS
from tracker.queries.day_summary import day_summary
from tracker.queries.volume import VolumeFilter
from tracker.reports.csv_file import csv_pieces
from tracker.reports.day_text import day_text
from tracker.reports.definitions import definitions
from tracker.reports.kept import write_whole
from tracker.reports.report import month_report, year_report
from tracker.reports.report_files import KINDS, report_file
from tracker.reports.volume_table import volume_table
from tracker.reports.workbook import write_xlsx

DAY_KINDS = ("txt", "csv", "xlsx")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """One period, the file, the language."""
    period = parser.add_mutually_exclusive_group(required=True)
    period.add_argument("--day", metavar="2026-11-23", type=date.fromisoformat)
    period.add_argument("--month", metavar="2026-11", type=_month)
    period.add_argument("--year", metavar="2026", type=_year)
    parser.add_argument(
        "--out",
        metavar="FILE",
        type=Path,
        help="a day: .txt (else printed), .csv or .xlsx; a month or a year: .pdf, .xlsx or .csv",
    )
    parser.add_argument("--lang", choices=("zh", "en"), default="zh")


def _month(text: str) -> date:
    return date.fromisoformat(f"{text}-01")


def _year(text: str) -> int:
    if not 2000 <= int(text) <= 2099:
        raise ValueError(text)
    return int(text)


def run(arguments: argparse.Namespace) -> Answer:
    """Write the file. Raises CommandFailed for a kind that the period has not, or a file that cannot be written."""
    out: Path | None = arguments.out
    kind = out.suffix.removeprefix(".").lower() if out else "txt"
    kinds = DAY_KINDS if arguments.day else KINDS
    if kind not in kinds:
        raise CommandFailed(
            f"--out takes a file that ends with {', '.join(f'.{k}' for k in kinds)}."
        )
    with application().app_context(), force_locale(arguments.lang), read_session() as session:
        content = _content(session, arguments, kind, clock.now())
    if out is None:
        return Answer(content.decode(), {"text": content.decode().splitlines()})
    try:
        write_whole(out, content)
    except OSError as error:
        raise CommandFailed(f"{out} cannot be written: {error.strerror}") from error
    return Answer(f"{out}: {len(content):,} bytes", {"file": str(out), "bytes": len(content)})


def _content(session: Session, arguments: argparse.Namespace, kind: str, now: datetime) -> bytes:
    if arguments.day:
        return _day(session, arguments.day, kind, now)
    if arguments.month:
        return report_file(month_report(session, arguments.month, now=now), kind)
    return report_file(year_report(session, arguments.year, now=now), kind)


def _day(session: Session, day: date, kind: str, now: datetime) -> bytes:
    if kind == "txt":
        return f"{day_text(session, day_summary(session, day, now=now))}\n".encode()
    table = volume_table(session, VolumeFilter(day, day), DIMENSIONS)
    if kind == "csv":
        return b"".join(csv_pieces(table))
    book = BytesIO()
    write_xlsx(book, [table], definitions())
    return book.getvalue()
