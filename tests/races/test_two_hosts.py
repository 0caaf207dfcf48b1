"""Two hosts on one PostgreSQL, and one of them killed under load: nothing acknowledged is lost, no desk waits."""

import http.client
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

import psutil
import pytest
from flask import Flask
from sqlalchemy import text

from tests.races.desks import Desk
from tests.support.api import caller
from tests.support.commands import free_port, start_command
from tests.support.soundness import assert_sound
from tracker.db import db
from tracker.db_guards import missing_guards

DESKS = 6
BOOKINGS = 30  # before the kill, and again after it
LONGEST_WAIT = 5.0  # seconds: issue 3, section 4
# Where the machine is busy every answer takes its time, and the longest as many times the usual one as elsewhere.
USUAL_WAITS = 100
PATIENCE = 120.0  # seconds: for a slow machine


def wait_until(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)


def answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def kill_host(pid: int) -> None:
    """As when its power fails: no process of it ends in an orderly way."""
    parent = psutil.Process(pid)
    family = [parent, *parent.children(recursive=True)]
    for member in family:
        member.suspend()  # so that none is started anew meanwhile
    for member in family:
        member.kill()
    parent.wait(PATIENCE)


@pytest.fixture
def hosts(engine_url: str, tmp_path: Path) -> Iterator[dict[int, int]]:
    """Two servers, as on two machines: the process of each by its port."""
    servers = {}
    try:
        for name in ("first", "second"):
            port = free_port()
            servers[port] = start_command(
                "serve", folder=tmp_path / name, DATABASE_URL=engine_url, PORT=str(port)
            )
        wait_until(lambda: all(map(answers, servers)))
        yield {port: server.pid for port, server in servers.items()}
    finally:
        for server in servers.values():
            server.terminate()
        for server in servers.values():
            server.wait(PATIENCE)


@pytest.mark.engines("postgresql")
def test_a_host_killed_under_load_loses_nothing_and_nobody_waits(
    app: Flask, hosts: dict[int, int]
) -> None:
    doomed, other = hosts
    token = caller(app, "reception").token or ""
    desks = [
        Desk(
            f"desk{number}",
            (doomed, other) if number % 2 else (other, doomed),
            token,
            [f"M{patient:05}" for patient in range(1 + number, 41, DESKS)],
        )
        for number in range(DESKS)
    ]
    stop = threading.Event()

    def booked() -> int:
        return sum(len(desk.booked) for desk in desks)

    with ThreadPoolExecutor(DESKS) as pool:
        working = [pool.submit(desk.work, stop) for desk in desks]
        try:
            wait_until(lambda: booked() >= BOOKINGS or any(one.done() for one in working))
            kill_host(hosts[doomed])
            so_far = booked()
            wait_until(lambda: booked() >= so_far + BOOKINGS or any(w.done() for w in working))
        finally:
            stop.set()
        for one in working:
            one.result()
    assert [desk.turns > 0 for desk in desks] == [bool(number % 2) for number in range(DESKS)]
    waits = [wait for desk in desks for wait in desk.waits]
    print(f"{booked()} bookings, usual wait {median(waits):.2f} s, longest {max(waits):.2f} s")
    assert max(waits) <= max(LONGEST_WAIT, USUAL_WAITS * median(waits))
    with app.app_context():
        with db.engine.connect() as connection:
            there = set(connection.scalars(text("SELECT id FROM booking")))
            assert missing_guards(connection) == set()
        # each key has its answer by now: what is there was acknowledged, and once
        assert there == {number for desk in desks for number in desk.booked.values()}
        assert_sound()
        db.engine.dispose()
