"""`import`: bring performed exams in from a CSV or XLSX file, say with --dry-run what would become of it, or undo it."""

import argparse
import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from tracker import clock
from tracker.cli import Answer, CommandFailed, application, progress
from tracker.cli.migrate import make_ready
from tracker.domain.errors import DomainError
from tracker.domain.examfile import Words
from tracker.domain.fileexams import RefusedRow, reasons_of
from tracker.domain.roles import SYSTEM_ACCOUNT_ID
from tracker.drivers.import_reading import Decisions, JudgedRow, Tally, open_exam_file
from tracker.drivers.importing import ENDED_EARLY, Bringing, bring_in, clear
from tracker.services.importing import (
    NewImport,
    fail_import,
    register_import,
    undo_import,
)

_SHOWN = 20

Problems = list[dict[str, object]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The file, and how its words are to be understood; or which import to undo."""
    parser.add_argument(
        "file", type=Path, nargs="?", metavar="FILE", help="CSV or XLSX of performed exams"
    )
    parser.add_argument("--dry-run", action="store_true", help="read and judge, write nothing")
    parser.add_argument("--sheet", default="", metavar="NAME", help="this sheet of the workbook")
    parser.add_argument(
        "--map",
        type=Path,
        metavar="FILE",
        help='JSON of words and what they mean here: {"stream": {"住院": "cadre_ward"}, …}; '
        'kinds header, exam_type, stream, device, operator; "" stands for an empty cell',
    )
    parser.add_argument("--undo", type=int, metavar="NUMBER", help="undo the import of this number")
    parser.add_argument("--reason", default="", help="why; needed to undo and for closed months")


def run(arguments: argparse.Namespace) -> Answer:
    """Bring the file in; exit status 1 when it is refused as a whole, and nothing has changed then."""
    if (arguments.file is None) == (arguments.undo is None):
        raise CommandFailed("Name a file to bring in, or with --undo the import to undo.")
    app = application()
    make_ready(app)
    own = _own_words(arguments.map)
    with app.app_context():
        if arguments.undo is not None:
            return _undo(arguments)
        try:
            if arguments.dry_run:
                return _dry_run(arguments, own, now=clock.now())
            return _import(arguments, own)
        except (DomainError, OSError) as error:
            told = error.strerror if isinstance(error, OSError) else str(error)
            return _refused(str(told))


def _undo(arguments: argparse.Namespace) -> Answer:
    reason, now = arguments.reason, clock.now()
    undo_import(arguments.undo, reason=reason, by=SYSTEM_ACCOUNT_ID, now=now)
    return Answer(f"Import {arguments.undo} counts no more.", {"undone": arguments.undo})


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
            str(kind): {str(word): str(code) for word, code in of.items()}
            for kind, of in read.items()
        }
    except (OSError, ValueError, AttributeError) as error:
        raise CommandFailed(f"{path} is no JSON file of words: {error}") from error


def _dry_run(arguments: argparse.Namespace, own: Words, *, now: datetime) -> Answer:
    tally = Tally()
    problems: Problems = []
    zone, sheet = clock.hospital_zone(), arguments.sheet
    with open_exam_file(arguments.file, zone=zone, now=now, sheet=sheet, own=own) as file:
        for note in file.notes:
            progress(str(note))
        for batch in file.judged(Decisions()):
            tally.add(batch)
            problems += _problems(batch)
    return Answer(_text(tally, problems), _facts(tally, problems))


def _import(arguments: argparse.Namespace, own: Words) -> Answer:
    problems: Problems = []
    registered: list[int] = []
    with arguments.file.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()

    def register() -> int:
        new = NewImport(arguments.file.name, digest, arguments.sheet, state="staging")
        made = register_import(new, by=SYSTEM_ACCOUNT_ID, now=clock.now())
        assert isinstance(made, int)  # no idempotency key was sent
        registered.append(made)
        return made

    def watch(batch: Sequence[JudgedRow]) -> None:
        problems.extend(_problems(batch))

    how = Bringing(
        zone=clock.hospital_zone(),
        clock=clock.now,
        by=SYSTEM_ACCOUNT_ID,
        sheet=arguments.sheet,
        own=own,
        reason=arguments.reason,
        watch=watch,
    )
    try:
        tally = bring_in(register, arguments.file, how)
    except BaseException as error:
        for (
            import_id
        ) in registered:  # stopped, or overtaken: what was staged counts nothing and goes
            fail_import(import_id, _kept(error))
            clear(import_id)
        raise
    text = f"Import {registered[0]}: {_text(tally, problems)}"
    return Answer(text, {**_facts(tally, problems), "import": registered[0]})


def _kept(error: BaseException) -> dict[str, Any]:
    """Why it ended, for the page; a fault's own words may hold statements and names of patients."""
    if isinstance(error, DomainError):
        return {"text": error.text, "params": dict(error.params)}
    return {"text": ENDED_EARLY, "params": {}}


def _facts(tally: Tally, problems: Problems) -> dict[str, object]:
    return {
        "rows_in": tally.rows_in,
        "rejected": tally.rejected,
        "duplicates": tally.duplicates,
        "error": None,
        "problems": problems,
    }


def _problems(batch: Sequence[JudgedRow]) -> Problems:
    return [
        {
            "row": verdict.row,
            "field": verdict.reasons[0].field,
            "reason": reasons_of(verdict.reasons),
        }
        for verdict in (each.verdict for each in batch)
        if isinstance(verdict, RefusedRow)
    ]


def _text(tally: Tally, problems: Problems) -> str:
    lines = [
        f"{tally.rows_in} rows go in, {tally.rejected} do not ({tally.duplicates} duplicates)."
    ]
    lines += [f"row {each['row']}: {each['reason']}" for each in problems[:_SHOWN]]
    if len(problems) > _SHOWN:
        lines.append(f"… and {len(problems) - _SHOWN} more")
    return "\n".join(lines)
