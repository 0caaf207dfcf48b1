"""Fixtures of all tests: a fresh database on each engine, the application on it, a browser."""

import functools
import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from typing import Any

import hypothesis
import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, BrowserContext, expect
from sqlalchemy import event

from tests.support import chromium, postgres
from tests.support.cast import Cast, ClientOf, make_cast, signed_in_client
from tests.support.databases import SCHEMA, Bench, Benches, Template
from tracker.db import db

NewContext = Callable[..., BrowserContext]

ENGINES = ("sqlite", "postgresql")
MISSING_BROWSER = pytest.StashKey[int]()


def everything_required() -> bool:
    """Whether a missing Chromium or PostgreSQL is a failure (.ci/run) and not a reason to skip."""
    return os.environ.get("REQUIRE_ALL_TESTS") == "1"


# Two slow cores and two engines: how long an example takes says nothing here. What decides a landing
# tries the same examples every time.
hypothesis.settings.register_profile(
    "house", deadline=None, print_blob=True, derandomize=everything_required()
)
hypothesis.settings.load_profile("house")


# --- the run ---------------------------------------------------------------------------------------


def pytest_configure(config: pytest.Config) -> None:
    # TERM would end the process without stopping PostgreSQL; an interrupt lets pytest clean up.
    signal.signal(signal.SIGTERM, _interrupt)
    # A shell without job control starts its background with INT ignored, and every process from there inherits it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # A developer's own settings must not reach a test.
    for name in ("DATABASE_URL", "DEMO", "DEMO_PASSWORD", "SECRET_KEY", "METRICS_TOKEN", "HTTPS"):
        os.environ.pop(name, None)
    os.environ["INSTANCE_DIR"] = instance = tempfile.mkdtemp(prefix="tracker-tests-")
    config.add_cleanup(lambda: shutil.rmtree(instance, ignore_errors=True))


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without Chromium leave the browser tests out, and say so in one line at the end."""
    if chromium.path() is not None:
        return
    left_out = [item for item in items if item.get_closest_marker("browser")]
    if left_out and everything_required():
        raise pytest.UsageError("Chromium is missing, and every test is required here")
    config.stash[MISSING_BROWSER] = len(left_out)
    items[:] = [item for item in items if item not in left_out]


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    if count := config.stash.get(MISSING_BROWSER, 0):
        terminalreporter.write_line(f"Chromium is missing: {count} browser tests were not run.")


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    nothing_left = exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED
    if nothing_left and session.config.stash.get(MISSING_BROWSER, 0):
        session.exitstatus = pytest.ExitCode.OK


# --- databases -------------------------------------------------------------------------------------


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that needs a database runs on both engines, or on those its `engines` mark names."""
    if "engine" not in metafunc.fixturenames:
        return
    mark = metafunc.definition.get_closest_marker("engines")
    names = mark.args if mark else ENGINES
    marks = {"postgresql": [pytest.mark.postgres]}
    metafunc.parametrize(
        "engine",
        [pytest.param(name, marks=marks.get(name, [])) for name in ENGINES if name in names],
        indirect=True,
    )


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> str:
    """The name of the engine under test."""
    return str(request.param)


@pytest.fixture(scope="session")
def benches(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Benches]:
    """This process's databases, made when the first test asks, removed at the end."""
    made = Benches(tmp_path_factory.mktemp("databases"))
    yield made
    made.close()


@pytest.fixture
def bench(engine: str, benches: Benches) -> Bench:
    """The database of the engine under test with an application on it, in whatever state."""
    try:
        return benches.of(engine)
    except postgres.PostgresMissingError as error:
        if everything_required() or not postgres.is_embedded():
            raise
        pytest.skip(f"PostgreSQL is missing: {error}")


@pytest.fixture
def template() -> Template:
    """What the database holds when a test begins; a folder's conftest may say otherwise."""
    return SCHEMA


@pytest.fixture
def engine_url(bench: Bench, template: Template) -> str:
    """The address of a database that holds `template` and nothing else."""
    bench.reset(template)
    return bench.store.url


@pytest.fixture
def app(engine_url: str, bench: Bench) -> Flask:
    """The application on a fresh database; no context is pushed."""
    return bench.app


@pytest.fixture
def app_context(app: Flask) -> Iterator[None]:
    """For tests of services, writes and queries. Never together with `client`."""
    with app.app_context():
        yield


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without eyes: nobody is signed in."""
    return app.test_client()


@pytest.fixture
def statements(app: Flask) -> Iterator[list[str]]:
    """The SQL statements sent since the test began; empty it to count anew."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def cast(app: Flask) -> Cast:
    """One account per role, named like the role, with `PASSWORD`; its ids by name."""
    return make_cast(app)


@pytest.fixture
def client_of(app: Flask, cast: Cast) -> ClientOf:
    """`client_of("reception")`: a browser in which that account is signed in; "stranger" is nobody.

    Under a virtual clock call it inside `clock.at(…)`, or the sign-in is of another day.
    """
    return functools.partial(signed_in_client, app, cast)


# --- browser ---------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Debian's Chromium, not one that a test tool would download."""
    expect.set_options(timeout=chromium.PATIENCE_MS)
    arguments = {"executable_path": chromium.path(), "args": chromium.ARGUMENTS}
    return {**browser_type_launch_args, **arguments}


@pytest.fixture(scope="session")
def launched(launch_browser: Callable[[], Browser]) -> Iterator[list[Browser]]:
    """Every browser of this process; only the last may still run."""
    browsers = [launch_browser()]
    yield browsers
    browsers[-1].close()


@pytest.fixture(name="browser")
def _browser(launched: list[Browser], launch_browser: Callable[[], Browser]) -> Browser:
    """The browser of this process, launched anew after one that had to be ended."""
    if not launched[-1].is_connected():
        launched.append(launch_browser())
    return launched[-1]


@pytest.fixture
def new_context(new_context: NewContext, browser: Browser) -> Iterator[NewContext]:
    """`new_context(locale="zh-CN")`: a browser of somebody's own, closed when the test ends."""
    yield new_context
    chromium.close_all_in(browser)
