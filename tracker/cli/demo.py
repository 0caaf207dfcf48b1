"""`demo`: fill a database that holds no patient with trial data, and say how to sign in."""

import argparse
import secrets
import time
from pathlib import Path

from flask import Flask

from tracker.cli import Answer, application, progress, settings
from tracker.cli.migrate import make_ready
from tracker.db import db, read_session
from tracker.drivers.trial import make_trial
from tracker.queries.installation import FILLING, trial_state

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is mistaken for another


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`demo` takes no arguments: DEMO_PASSWORD sets the password."""


def run(arguments: argparse.Namespace) -> Answer:
    """Make the trial data. Raises ConflictError for a database that holds a patient."""
    began = time.monotonic()
    given = settings().demo_password
    password = given or "".join(secrets.choice(_LETTERS) for _ in range(10))
    app = application()
    make_ready(app)
    if settings().trial:
        clear_if_stopped(app)
    with app.app_context():
        make_trial(password, engine=db.engine, tell=progress)
        db.engine.dispose()
    progress(f"Trial data is ready after {time.monotonic() - began:.0f} s.")
    shown = "the one in DEMO_PASSWORD" if given else password
    text = f"Sign in as reception, sonographer, head or admin. Password of all four: {shown}"
    return Answer(text, {"accounts": ["reception", "sonographer", "head", "admin"]})


def clear_if_stopped(app: Flask) -> None:
    """Remove the file of a trial whose filling was stopped half way, so that it is filled from the start."""
    with app.app_context():
        with read_session() as session:
            stopped = trial_state(session) == FILLING
        url = db.engine.url
        db.engine.dispose()
    if not stopped or url.get_backend_name() != "sqlite" or not url.database:
        return
    progress("The trial data was stopped half way. Starting over.")
    for ending in ("", "-wal", "-shm"):
        Path(url.database + ending).unlink(missing_ok=True)
    make_ready(app)
