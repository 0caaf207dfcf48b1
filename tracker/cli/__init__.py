"""Commands of run.py: each parses, calls one service or driver and prints. No rule, no SQL.

A command is a module with two functions and a line in `COMMANDS`:

    def add_arguments(parser: argparse.ArgumentParser) -> None
    def run(arguments: argparse.Namespace) -> Answer

`run` tells how it goes with `progress()` (stderr), takes the application from `application()`,
returns an `Answer` (stdout), and raises `CommandFailed`, or lets a DomainError pass, when the
thing could not be done. Every command has `--json` without asking for it.
"""

import functools
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from flask import Flask

    from config import Settings


class Command(NamedTuple):
    """Where a command lives and its one line in `python run.py --help`."""

    module: str
    help: str


# Modules are loaded by name, and only the one asked for: `--help` stays quick, and `jobs`, which
# has a room of its own, is started from here without cli importing it.
COMMANDS: dict[str, Command] = {
    "serve": Command("tracker.cli.serve", "start the web server and the jobs beside it (default)"),
    "create-user": Command("tracker.cli.create_user", "make an account (password from stdin)"),
    "create-token": Command("tracker.cli.create_token", "make an API token and print it"),
    "jobs": Command("tracker.jobs.process", "run the jobs (serve starts them beside the server)"),
    "replay": Command("tracker.cli.replay", "drive a file of requests through the services"),
    "simulate": Command("tracker.cli.simulate", "drive a whole made-up year through the services"),
    "demo": Command("tracker.cli.demo", "fill an empty database with trial data"),
    "import": Command(
        "tracker.cli.import_exams", "bring performed exams in from a CSV or XLSX file"
    ),
    "report": Command(
        "tracker.cli.report", "write a day, a month or a year as text, CSV, XLSX or PDF"
    ),
    "rebuild": Command("tracker.cli.rebuild", "make roll-ups and occupancy anew from their rows"),
    "backup": Command("tracker.cli.backup", "write the whole database to one file"),
    "restore": Command("tracker.cli.restore", "put a backup into an empty database"),
    "migrate": Command(
        "tracker.cli.migrate", "make the database ready: schema, starting data, coming weeks"
    ),
}


@dataclass(frozen=True)
class Answer:
    """What a command found: `text` for people, `facts` for `--json` (plain JSON values), exit status."""

    text: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)
    status: int = 0


class CommandFailed(Exception):  # noqa: N818 - the failure of a command, not of the program
    """The command could not be done; the text says why in a sentence. Exit status 1."""


def progress(text: str) -> None:
    """Tell the person at the terminal how far it is; never part of the result."""
    print(text, file=sys.stderr, flush=True)


@functools.cache
def settings() -> "Settings":
    """The settings of this process. Raises SettingError."""
    from config import Settings

    return Settings.from_environment()


@functools.cache
def application() -> "Flask":
    """The application of this process, made from `settings()`; push its context yourself."""
    from tracker import create_app

    return create_app(settings().as_flask())
