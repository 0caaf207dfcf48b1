"""A desk books while files of exams are brought in and undone beside it: nobody waits, and every sum is right."""

import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread

import pytest
from flask import Flask

from tests.support.department import account_id, at
from tests.support.exam_files import row, sheet
from tests.support.exam_room import book
from tests.support.soundness import assert_sound
from tracker import clock
from tracker.drivers.importing import Bringing, bring_in
from tracker.services.importing import NewImport, register_import, undo_import

pytestmark = pytest.mark.usefixtures("app_context")

LONGEST_WAIT = 1.0  # seconds that a file may add to a booking
FILES, ROWS = 2, 2000
LATER = at(7) + timedelta(days=30)


def some_rows(number: int) -> bytes:
    """A file of as many exams as several transactions write, over three weeks."""
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


def bring_and_undo(app: Flask, folder: Path, by: int, done: Event) -> None:
    """One file after the other, every second one undone."""
    with app.app_context():
        for number in range(FILES):
            path = folder / f"{number}.csv"
            path.write_bytes(some_rows(number))
            new = NewImport(path.name, "0" * 64)
            import_id = register_import(new, by=by, now=LATER, state="staging")
            now = LATER + timedelta(minutes=number)
            how = Bringing(zone=clock.hospital_zone(), clock=lambda now=now: now, by=by)  # type: ignore[misc]
            bring_in(lambda import_id=import_id: import_id, path, how)  # type: ignore[misc]
            if number % 2:
                undo_import(import_id, reason="twice", by=by, now=now)
    done.set()


class Desk:
    """Books patient after patient, each at a time of his own."""

    def __init__(self) -> None:
        self._number = 0

    def longest(self, most: int, is_over: Callable[[], bool]) -> float:
        """Book until it is over, at most so many; the seconds that the slowest booking took."""
        longest = 0.0
        for _ in range(most):
            day, place = divmod(self._number, 12)
            self._number += 1
            began = time.monotonic()
            book(self._number, at(8, 15 * place, day=day), device="US07")
            longest = max(longest, time.monotonic() - began)
            if is_over():
                break
            time.sleep(0.05)
        return longest


def test_no_booking_waits_for_a_file(app: Flask, tmp_path: Path) -> None:
    desk, done = Desk(), Event()
    alone = desk.longest(4, lambda: False)
    arguments = (app, tmp_path, account_id("head"), done)
    bringing = Thread(target=bring_and_undo, args=arguments)
    bringing.start()
    try:
        beside = desk.longest(32, done.is_set)
    finally:
        bringing.join(120)
    assert done.is_set()
    assert beside < LONGEST_WAIT + 4 * alone  # a busy machine is slow for everybody
    assert_sound()
