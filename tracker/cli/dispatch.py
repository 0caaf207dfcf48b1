"""From the words on the command line to an exit status: 0 done, 1 failed, 2 wrong usage.

What a command does lives in its own module.
"""

import argparse
import importlib
import json
import sys
from collections.abc import Sequence
from typing import Protocol

from sqlalchemy.exc import OperationalError

from config import SettingError
from tracker.cli import COMMANDS, Answer, CommandFailed, progress
from tracker.domain.errors import DomainError


class _Module(Protocol):
    def add_arguments(self, parser: argparse.ArgumentParser) -> None: ...
    def run(self, arguments: argparse.Namespace) -> Answer: ...


def main(words: Sequence[str]) -> int:
    """Run the command that `words` name (`serve` without any) and return the exit status."""
    words = words or ["serve"]
    parser = _parser(words[0])
    arguments = parser.parse_args(words)
    module = _load(arguments.command)
    try:
        answer = module.run(arguments)
    except SettingError as error:
        progress(f"Setting: {error}")
        return 2
    except (CommandFailed, DomainError) as error:
        progress(str(error))
        return 1
    except OperationalError as error:
        progress(f"The database does not answer: {error.orig}")
        return 1
    except KeyboardInterrupt:
        progress("Stopped.")
        return 130
    _print(answer, as_json=arguments.json)
    return answer.status


def _parser(first_word: str) -> argparse.ArgumentParser:
    """All commands by name; the arguments of the one in use, whose module alone is loaded."""
    parser = argparse.ArgumentParser(
        prog="run.py", description="Booking for an ultrasound department."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, command in COMMANDS.items():
        subparser = commands.add_parser(name, help=command.help, description=command.help)
        subparser.add_argument("--json", action="store_true", help="result as one JSON object")
        if name == first_word:
            _load(name).add_arguments(subparser)
    return parser


def _load(name: str) -> _Module:
    return importlib.import_module(COMMANDS[name].module)


def _print(answer: Answer, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(answer.facts, ensure_ascii=False))
    elif answer.text:
        print(answer.text)
    sys.stdout.flush()
