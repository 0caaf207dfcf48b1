"""`serve`: prepare the database, then run the web server with the jobs process beside it."""

import argparse
import os
import shutil
import socket
from collections.abc import Callable

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server
from sqlalchemy.orm import Session

from config import ROOT, Settings
from tracker.cli import Answer, CommandFailed, application, demo, progress, settings
from tracker.cli.companion import Companion
from tracker.cli.migrate import make_ready
from tracker.db import db, read_session
from tracker.queries.installation import has_administrator, holds_patients

THREADS_PER_PROCESS = 32
STOP_SECONDS = 10


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`serve` takes no arguments: the settings are environment variables (config.py)."""


def run(arguments: argparse.Namespace) -> Answer:
    """Serve until the process is told to stop (TERM, or INT from the keyboard).

    Raises CommandFailed when the address is in use, when the database has the schema of another
    release or other software's tables, or when the workers die as soon as they start.
    """
    here = settings()
    _claim_address(here)
    _share_counters(here)
    make_ready(application(), upgrade=False)
    sign_in = _prepare(here)
    with Companion("jobs", stop_seconds=STOP_SECONDS):
        _serve(here, sign_in)
    return Answer()


def _share_counters(here: Settings) -> None:
    """Let the counters of several workers be one sum at /metrics; each start begins at nothing.

    Comes before the application is loaded: the metrics library looks at this variable once.
    """
    if here.web_processes == 1 or "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        return
    folder = here.instance_dir / "metrics"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)


def _claim_address(here: Settings) -> None:
    """The server shares its port between workers, so a second start would not notice the first."""
    family = socket.AF_INET6 if ":" in here.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((here.host, here.port))
        except OSError as error:
            raise CommandFailed(
                f"Cannot listen on {here.host} port {here.port} ({error.strerror}): "
                "choose another with HOST and PORT."
            ) from error


def _prepare(here: Settings) -> str:
    """Fill an empty trial; return the sentence that says how to sign in."""
    if here.trial:
        demo.clear_if_stopped(application())
    with application().app_context():
        if here.trial and not _ask(holds_patients):
            progress(demo.run(argparse.Namespace()).text)
        knows_administrator = _ask(has_administrator)
        db.engine.dispose()  # the workers are forked from here: no connection may go along
    if here.trial:
        return (
            "This is a trial. Sign in as reception, sonographer, head or admin, with the password"
            " shown when the trial was made (or the one in DEMO_PASSWORD)."
        )
    if knows_administrator:
        return "Sign in with your account."
    return (
        "Nobody can sign in yet. Make the first administrator (the password is asked for):\n"
        "  .venv/bin/python run.py create-user NAME --role admin"
    )


def _ask(question: Callable[[Session], bool]) -> bool:
    with read_session() as session:
        return question(session)


def _serve(here: Settings, sign_in: str) -> None:
    server = Server(
        "tracker.wsgi:app",
        address=here.host,
        port=here.port,
        interface=Interfaces.WSGI,
        workers=here.web_processes,
        blocking_threads=THREADS_PER_PROCESS,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_SECONDS,
        websockets=False,
        working_dir=ROOT,
        log_access=False,  # its lines would carry what people searched for
        log_level=LogLevels.error,
    )
    server.on_startup(
        lambda: progress(f"\nOpen http://{_shown(here.host)}:{here.port}\n{sign_in}\n")
    )
    try:
        server.serve()
    except SystemExit as exit_:
        raise CommandFailed("The web server's workers did not stay up; see above.") from exit_


def _shown(host: str) -> str:
    """The address as a browser takes it: listening everywhere is not an address to open."""
    if host in {"0.0.0.0", "::"}:  # nosec  # looked for, not listened on
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host
