"""Runs run.py as a person at a terminal does; what a command must answer is in tests/cli."""

import os
import socket
import subprocess
import sys
from pathlib import Path

from config import ROOT

RUN = ROOT / "run.py"
_SETTINGS = {"DATABASE_URL", "DEMO", "DEMO_PASSWORD", "SECRET_KEY", "HOST", "PORT", "WEB_PROCESSES"}


def environment(folder: Path, **variables: str) -> dict[str, str]:
    """This process's environment with no settings but INSTANCE_DIR and `variables`."""
    kept = {name: value for name, value in os.environ.items() if name not in _SETTINGS}
    return {**kept, "INSTANCE_DIR": str(folder), **variables}


def run_command(
    *words: str, folder: Path, stdin: str = "", program: Path = RUN, **variables: str
) -> subprocess.CompletedProcess[str]:
    """`python run.py WORDS` on the installation in `folder`, until it ends; `program` is another release's run.py."""
    return subprocess.run(
        command(*words, program=program),
        env=environment(folder, **variables),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def start_command(*words: str, folder: Path, **variables: str) -> subprocess.Popen[str]:
    """`python run.py WORDS` running beside the test; its messages go to `folder`/messages."""
    folder.mkdir(exist_ok=True)
    with (folder / "messages").open("a") as messages:
        return subprocess.Popen(
            command(*words),
            env=environment(folder, **variables),
            stdin=subprocess.DEVNULL,
            stdout=messages,
            stderr=messages,
            text=True,
        )


def command(*words: str, program: Path = RUN) -> list[str]:
    """The command line of `python run.py WORDS`."""
    return [sys.executable, str(program), *words]


def free_port() -> int:
    """A port of this machine on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
