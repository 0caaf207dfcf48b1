"""A terminal for tests of commands that need no process of their own."""

import functools

import pytest

from tests.support.databases import Bench, Template
from tests.support.terminal import Terminal, run_here

EMPTY = Template("empty", lambda: None)
"""A database without a table."""


@pytest.fixture
def terminal_on(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """`terminal_on(url, "backup", file)`: the command on the database at `url`."""
    return functools.partial(run_here, capsys, monkeypatch)


@pytest.fixture
def terminal(terminal_on: Terminal, bench: Bench, engine_url: str) -> Terminal:
    """`terminal("backup", file)`: the command on the database under test, as the template left it."""
    return functools.partial(terminal_on, engine_url)
