"""The commands of run.py within this process: quicker than a process each, the same from the words on."""

from collections.abc import Callable
from typing import NamedTuple

import pytest

from tracker import cli
from tracker.cli.dispatch import main
from tracker.db import db


class Said(NamedTuple):
    """What a command left: its exit status, what it said on stdout and on stderr."""

    status: int
    out: str
    messages: str


Terminal = Callable[..., Said]


def run_here(
    capsys: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch, url: str, *words: object
) -> Said:
    """`python run.py WORDS` with `DATABASE_URL=url`."""
    patch.setenv("DATABASE_URL", url)
    cli.settings.cache_clear()
    cli.application.cache_clear()
    capsys.readouterr()
    try:
        status = main([str(word) for word in words])
    finally:
        if cli.application.cache_info().currsize:
            with cli.application().app_context():
                db.engine.dispose()
        cli.application.cache_clear()
        cli.settings.cache_clear()
    return Said(status, *capsys.readouterr())
