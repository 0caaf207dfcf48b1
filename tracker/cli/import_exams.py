"""`import`: bring performed exams in from a CSV or XLSX file, or say with --dry-run what would become of it."""

import argparse
import json
from datetime import datetime
from pathlib import Path

from tracker import clock
from tracker.cli import Answer, CommandFailed, application, progress
from tracker.cli.migrate import make_ready
from tracker.domain.errors import DomainError
from tracker.domain.examfile import Words
from tracker.domain.fileexams import RefusedRow, reasons_of
from tracker.drivers.import_reading import Decisions, Tally, open_exam_file

_SHOWN = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The file, and how its words are to be understood."""
    parser.add_argument("file", type=Path, metavar="FILE", help="CSV or XLSX of performed exams")
    parser.add_argument("--dry-run", action="store_true", help="read and judge, write nothing")
    parser.add_argument("--sheet", default="", metavar="NAME", help="this sheet of the workbook")
    parser.add_argument(
        "--map",
        type=Path,
        metavar="FILE",
        help='JSON of words and what they mean here: {"stream": {"住院": "cadre_ward"}, …}; '
        'kinds header, exam_type, stream, device, operator; "" stands for an empty cell',
    )


def run(arguments: argparse.Namespace) -> Answer:
    """Read the file; exit status 1 when it is refused as a whole, and nothing has changed then."""
    app = application()
    make_ready(app)
    with app.app_context():
        try:
            return _dry_run(arguments, now=clock.now())
        except (DomainError, OSError) as error:
            told = error.strerror if isinstance(error, OSError) else str(error)
            return _refused(str(told))


def _refused(error: str) -> Answer:
    facts = {"rows_in": 0, "rejected": 0, "duplicates": 0, "error": error, "problems": []}
    return Answer(f"The file is refused: {error}", facts, status=1)


def _own_words(path: Path | None) -> Words:
    """The words of --map. Raises CommandFailed for what is no such file."""
    if path is None:
        return {}
    try:
        read = json.loads(path.read_text(encoding="utf-8-sig"))
        return {
            str(kind): {str(w): str(code) for w, code in of.items()} for kind, of in read.items()
        }
    except (OSError, ValueError, AttributeError) as error:
        raise CommandFailed(f"{path} is no JSON file of words: {error}") from error


def _dry_run(arguments: argparse.Namespace, *, now: datetime) -> Answer:
    tally, problems = Tally(), []
    with open_exam_file(
        arguments.file,
        zone=clock.hospital_zone(),
        now=now,
        sheet=arguments.sheet,
        own=_own_words(arguments.map),
    ) as file:
        for note in file.notes:
            progress(str(note))
        for batch in file.judged(Decisions()):
            tally.add(batch)
            problems += [
                _problem(each.verdict) for each in batch if isinstance(each.verdict, RefusedRow)
            ]
    return Answer(_text(tally, problems), _facts(tally, problems))


def _facts(tally: Tally, problems: list[dict[str, object]]) -> dict[str, object]:
    return {
        "rows_in": tally.rows_in,
        "rejected": tally.rejected,
        "duplicates": tally.duplicates,
        "error": None,
        "problems": problems,
    }


def _problem(row: RefusedRow) -> dict[str, object]:
    return {"row": row.row, "field": row.reasons[0].field, "reason": reasons_of(row.reasons)}


def _text(tally: Tally, problems: list[dict[str, object]]) -> str:
    lines = [
        f"{tally.rows_in} rows go in, {tally.rejected} do not ({tally.duplicates} duplicates)."
    ]
    lines += [f"row {each['row']}: {each['reason']}" for each in problems[:_SHOWN]]
    if len(problems) > _SHOWN:
        lines.append(f"… and {len(problems) - _SHOWN} more")
    return "\n".join(lines)
