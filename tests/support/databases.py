"""Fresh databases for tests: each engine's is migrated once per process and copied for every test.

Which server PostgreSQL's are on is decided in postgres.py.
"""

import os
import secrets
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import flask_migrate
from flask import Flask
from sqlalchemy.engine import URL

from config import Settings
from tests.support import postgres
from tests.support.hygiene import HygieneClient
from tracker import create_app
from tracker.db import db


@dataclass(frozen=True)
class Template:
    """A state of the database to start from: `fill` makes it, once, on top of `base`."""

    name: str
    fill: Callable[[], object]
    base: "Template | None" = None


SCHEMA = Template("schema", flask_migrate.upgrade)

FAST_ARGON2 = {"time_cost": 1, "memory_kib": 8}


class Store(Protocol):
    """One engine's test database."""

    url: str

    def reset(self, template: Template) -> None:
        """Bring the database back to `template`; nobody may be connected."""

    def close(self) -> None:
        """Remove everything that was made."""


class SqliteStore:
    """A file, and beside it one file per template."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder / "test.sqlite"
        self.url = f"sqlite:///{self._file}"

    def reset(self, template: Template) -> None:
        source = self._made(template)
        for suffix in ("", "-wal", "-shm"):
            Path(f"{self._file}{suffix}").unlink(missing_ok=True)
        shutil.copyfile(source, self._file)

    def close(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    def _made(self, template: Template) -> Path:
        file = self._folder / f"{template.name}.sqlite"
        if not file.exists():
            draft = file.with_suffix(".draft")
            draft.touch()
            if template.base is not None:
                shutil.copyfile(self._made(template.base), draft)
            fill(template, f"sqlite:///{draft}")
            draft.rename(file)
        return file


class PostgresStore:
    """A database on the test server, and one database per template."""

    def __init__(self, server: URL) -> None:
        self._server = server
        self._prefix = f"tracker_test_{os.getpid()}_{secrets.token_hex(3)}"
        self._made: dict[str, str] = {}
        self.url = self._url(self._prefix)
        if postgres.is_embedded():
            self._drop_left_behind()

    def reset(self, template: Template) -> None:
        self._copy(self._template(template), self._prefix)

    def close(self) -> None:
        for name in (self._prefix, *self._made.values()):
            self._run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _template(self, template: Template) -> str:
        if template.name not in self._made:
            name = f"{self._prefix}_{template.name}"
            self._copy(self._template(template.base) if template.base else "template0", name)
            fill(template, self._url(name))
            self._made[template.name] = name
        return self._made[template.name]

    def _copy(self, source: str, target: str) -> None:
        self._run(f"DROP DATABASE IF EXISTS {target} WITH (FORCE)")
        self._run(f"CREATE DATABASE {target} TEMPLATE {source} STRATEGY FILE_COPY")

    def _drop_left_behind(self) -> None:
        with postgres.connect(self._server) as connection:
            rows = connection.execute(
                "SELECT datname FROM pg_database WHERE datname ~ '^tracker_test_'"
            )
            for (name,) in rows.fetchall():
                if not postgres.process_lives(int(name.split("_")[2])):
                    connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _run(self, statement: str) -> None:
        with postgres.connect(self._server) as connection:
            connection.execute(statement)

    def _url(self, name: str) -> str:
        return self._server.set(database=name).render_as_string(hide_password=False)


@dataclass(frozen=True)
class Bench:
    """A test database and an application on it; making one for every test would cost more than most tests."""

    store: Store
    app: Flask

    def reset(self, template: Template) -> None:
        """Bring the database back to `template`."""
        with self.app.app_context():
            db.engine.dispose()
        self.store.reset(template)


class Benches:
    """The benches of one test process, by engine."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: dict[str, Bench] = {}

    def of(self, engine: str) -> Bench:
        """The bench of `sqlite` or `postgresql`. Raises PostgresMissingError."""
        if engine not in self._made:
            store = self._store(engine)
            self._made[engine] = Bench(store, make_app(store.url))
        return self._made[engine]

    def close(self) -> None:
        """Remove every database that was made."""
        for bench in self._made.values():
            with bench.app.app_context():
                db.engine.dispose()
            bench.store.close()

    def _store(self, engine: str) -> Store:
        if engine == "sqlite":
            return SqliteStore(self._folder)
        return PostgresStore(postgres.server_url())


def fill(template: Template, url: str) -> None:
    """Run the template's step inside an application on `url`, and let go of the database."""
    with make_app(url).app_context():
        try:
            template.fill()
        finally:
            db.engine.dispose()


def make_app(url: str, **overrides: object) -> Flask:
    """An application on `url` with the settings of a department; `overrides` are Flask's keys."""
    instance = os.environ["INSTANCE_DIR"]
    settings = Settings.from_environment({"DATABASE_URL": url, "INSTANCE_DIR": instance})
    app = create_app({**settings.as_flask(), "TESTING": True, "ARGON2": FAST_ARGON2, **overrides})
    app.test_client_class = HygieneClient
    return app
