"""A desk books beside every step of bringing files in, undoing and summing: it waits for one step at most.

How long a step takes is measured by benchmarks/bringing_in. Here a booking is asked for just before each step commits.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Thread, get_ident
from time import sleep

import pytest
from flask import Flask
from sqlalchemy import event

from tests.races.test_together import beside
from tests.support.department import MONDAY, account_id, at
from tests.support.exam_files import row, sheet
from tests.support.exam_room import book
from tests.support.soundness import assert_sound
from tracker import clock
from tracker.db import db, transaction
from tracker.db_queue import write_queue_for
from tracker.domain.errors import StaleError
from tracker.drivers.importing import SUMMED_AT_ONCE, Bringing, bring_in
from tracker.models import ExamImport
from tracker.services.importing import (
    NewImport,
    begin_staging,
    put_in_force,
    register_import,
    undo_import,
)
from tracker.services.upkeep import rebuild_month
from tracker.writes.imported_rows import lock_coming_in_force

pytestmark = pytest.mark.usefixtures("app_context")

FILES, ROWS = 2, SUMMED_AT_ONCE + 300
LATER = at(7) + timedelta(days=30)
PATIENCE = 60  # seconds after which a booking is taken to be stuck


def some_rows(number: int) -> bytes:
    """A file of as many exams as several transactions write and sum, over three weeks."""
    return sheet(
        [
            row(
                number=f"F{number}-{n}",
                patient_name=f"人{number}-{n}",
                start=f"2026-10-{n % 21 + 1:02} {8 + n % 9:02}:{n % 60:02}",
                end="",
            )
            for n in range(ROWS)
        ]
    )


def bring_and_undo(folder: Path, by: int) -> None:
    """One file after the other, every second one undone; then a month's sums anew."""
    for number in range(FILES):
        path = folder / f"{number}.csv"
        path.write_bytes(some_rows(number))
        new = NewImport(path.name, "0" * 64, state="staging")
        now = LATER + timedelta(minutes=number)
        import_id = register_import(new, by=by, now=LATER)
        how = Bringing(zone=clock.hospital_zone(), clock=lambda now=now: now, by=by)  # type: ignore[misc]
        bring_in(lambda import_id=import_id: import_id, path, how)  # type: ignore[misc]
        if number % 2:
            undo_import(import_id, reason="twice", by=by, now=now)
    rebuild_month(MONDAY.replace(month=10, day=1), MONDAY.replace(month=10, day=31))


class Desk:
    """Asks for a booking, in a thread of its own, whenever this thread is about to commit.

    On PostgreSQL no step is in its way, and it is booked before the step commits. On SQLite it stands in the queue of
    writers then, and is booked before the next step.
    """

    def __init__(self, app: Flask) -> None:
        self.made: list[int] = []
        self._app = app
        self._asking: Thread | None = None
        self._queue = write_queue_for(db.engine.url)
        self._waits_its_turn = db.engine.dialect.name == "sqlite"

    @contextmanager
    def beside_each_step(self) -> Iterator[None]:
        """What this thread writes inside has a booking beside it."""
        steps = get_ident()

        def ask(_connection: object) -> None:
            if get_ident() == steps:
                self._ask()

        event.listen(db.engine, "commit", ask)
        try:
            yield
            self._see_it_booked()
        finally:
            event.remove(db.engine, "commit", ask)

    def _ask(self) -> None:
        self._see_it_booked()
        self._asking = Thread(target=self._book, args=(len(self.made),), daemon=True)
        self._asking.start()
        if not self._waits_its_turn:
            self._see_it_booked()
        else:
            while self._asking.is_alive() and not self._queue._waiting:
                sleep(0.001)

    def _see_it_booked(self) -> None:
        if self._asking is not None:
            self._asking.join(PATIENCE)
            assert not self._asking.is_alive(), "a booking waits for more than one step"

    def _book(self, nth: int) -> None:
        day, place = divmod(nth, 12)
        with self._app.app_context():
            self.made.append(book(nth + 1, at(8, 15 * place, day=day), device="US07"))


@pytest.mark.engines("postgresql")
def test_of_two_files_that_come_in_force_at_once_one_is_read_again(app: Flask) -> None:
    """Both were read before either counted: they may hold the same exams."""
    by = account_id("head")
    ids = [register_import(NewImport("f.csv", "0" * 64, state="staging"), by=by, now=LATER)
           for _ in range(FILES)]  # fmt: skip
    for import_id in ids:
        begin_staging(import_id, by=by, now=LATER)
    second = partial(put_in_force, ids[1], {}, by=by, now=LATER)
    with (  # noqa: PT012 - the thread's refusal comes with the end of the block
        pytest.raises(StaleError),
        beside(app, second) as begin,
        transaction() as session,
    ):
        lock_coming_in_force(session)
        session.get_one(ExamImport, ids[0]).in_force_at = LATER
        session.flush()
        begin()


def test_no_booking_waits_for_more_than_one_step(app: Flask, tmp_path: Path) -> None:
    by, desk, commits = account_id("head"), Desk(app), []
    steps = get_ident()
    event.listen(db.engine, "commit", lambda _: commits.append(get_ident() == steps))
    with desk.beside_each_step():
        bring_and_undo(tmp_path, by)
    assert len(desk.made) == sum(commits) > 2 * ROWS // SUMMED_AT_ONCE
    assert_sound()
