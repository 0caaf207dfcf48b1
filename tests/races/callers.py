"""Callers that run into each other: threads here, or processes of their own. What they call is in calls.py."""

import functools
import multiprocessing
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from typing import Any

from flask import Flask

from tests.races import calls
from tests.support.databases import make_app
from tracker.db import db

Call = tuple[str, tuple[Any, ...]]
"""The name of a function of calls.py and its arguments, as they can be sent to a process."""

PROCESSES = 8
PATIENCE = 60  # seconds


def in_threads(app: Flask, wanted: Sequence[Call]) -> list[str]:
    """Run the calls at once, a thread each, on one application; what came of each, in order."""
    return together([functools.partial(_answer, app, call) for call in wanted])


def together(works: Sequence[Callable[[], str]]) -> list[str]:
    """Run these at the same moment, a thread each."""
    start = threading.Barrier(len(works))
    answers = [""] * len(works)

    def run(place: int) -> None:
        start.wait(PATIENCE)
        answers[place] = works[place]()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    return answers


def _answer(app: Flask, call: Call) -> str:
    name, arguments = call
    with app.app_context():
        return calls.answer_of(getattr(calls, name), arguments)


# --- processes -------------------------------------------------------------------------------------


def fresh_processes() -> ForkServerContext:
    """Makes processes that inherit nothing of this one; what costs most, the imports, is done once."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.races.callers", "tests.races.preloaded"])
    return context


@dataclass
class Crew:
    """Eight processes that were spawned once and take calls until they are told to go home."""

    _members: list[tuple[Any, Connection]] = field(default_factory=list)

    def race(self, url: str, wanted: Sequence[Call]) -> list[str]:
        """Run the calls at once, dealt out to the processes, where each call has a thread of its own."""
        hands = [list(wanted[number::PROCESSES]) for number in range(PROCESSES)]
        for (_, line), hand in zip(self._hired(), hands, strict=True):
            line.send((url, hand))
        for _, line in self._members:
            assert line.recv() == "ready"
        starts_at = time.monotonic() + 0.05
        for _, line in self._members:
            line.send(starts_at)
        answers = [""] * len(wanted)
        for number, (_, line) in enumerate(self._members):
            assert line.poll(PATIENCE), "a process gave no answer"
            answers[number::PROCESSES] = line.recv()
        return answers

    def _hired(self) -> list[tuple[Any, Connection]]:
        if not self._members:
            for _ in range(PROCESSES):
                here, there = fresh_processes().Pipe()
                process = fresh_processes().Process(target=serve, args=(there,), daemon=True)
                process.start()
                there.close()
                self._members.append((process, here))
        return self._members

    def dismiss(self) -> None:
        """Send everybody home and wait until they have gone."""
        for _, line in self._members:
            line.send(None)
        for process, line in self._members:
            process.join(PATIENCE)
            line.close()


def serve(line: Connection) -> None:
    """What each process does: make an application, say so, begin at the moment named, answer, disconnect."""
    apps: dict[str, Flask] = {}
    while (task := line.recv()) is not None:
        url, hand = task
        app = apps[url] = apps.get(url) or make_app(url)
        with app.app_context():
            db.engine.connect().close()
            line.send("ready")
            time.sleep(max(0.0, line.recv() - time.monotonic()))
            answers = in_threads(app, hand) if hand else []
            db.engine.dispose()  # the next test replaces the database
        line.send(answers)
