"""What the commands on a virtual clock share: an application made ready, and nobody else at work on its database."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine

from tracker.cli import CommandFailed, application
from tracker.cli.migrate import make_ready
from tracker.db import db
from tracker.db_lease import lease

JOBS_LEASE = "jobs"


@contextmanager
def virtual_days() -> Iterator[Engine]:
    """Inside the application, holding the jobs' lease. Raises CommandFailed while the jobs are at work."""
    app = application()
    make_ready(app)
    with app.app_context(), lease(db.engine, JOBS_LEASE) as mine:
        if not mine.held:
            raise CommandFailed("The jobs process is at work on this database. Stop it first.")
        yield db.engine
