"""A bad day from end to end: whatever went wrong, every patient is accounted for and every exam counted once."""

import contextlib
import functools
import os
import signal
from collections.abc import Callable
from datetime import datetime

import pytest

from tests.races.callers import fresh_processes
from tests.support.bad_day import (
    BAD_DAY,
    LATE,
    WALK_INS,
    WRONG_CLICKS,
    BadDay,
    serve_until_killed,
)
from tests.support.databases import Template
from tests.support.department import MONDAY, at
from tests.support.soundness import assert_sound, count, instant
from tests.support.starting_data import SYSTEM
from tracker.db import read_session
from tracker.drivers.no_shows import mark_due_no_shows
from tracker.queries.settling import flagged_bookings, unsettled_bookings
from tracker.queries.volume import VolumeFilter, volume

ENDED = {"completed", "no_show", "cancelled"}


@pytest.fixture
def template() -> Template:
    return BAD_DAY


@pytest.mark.usefixtures("app_context")
def test_a_bad_day_ends_with_everybody_accounted_for(engine_url: str) -> None:
    day = BadDay()
    day.book_everybody()
    acknowledged: set[int] = set()
    events: dict[datetime, Callable[[], object]] = {
        at(11): lambda: acknowledged.update(killed_at_work(engine_url)),
        at(9, 15): functools.partial(day.break_down, "US05", at(12), bookings="move"),
        at(10, 40): functools.partial(day.doctor_leaves, "US08"),
        at(14, 10): functools.partial(day.break_down, "US11", at(17, 30), bookings="flag"),
    }
    for number in range(WALK_INS):
        events[at(8, 33 + number)] = functools.partial(day.walk_in, number + 1, f"US{number + 12}")
    for number in range(WRONG_CLICKS + 8):
        hour = 8 + number // 4
        minute = 4 + 14 * (number % 4)
        events[at(hour, minute)] = functools.partial(day.click_wrongly, number)
    day.run(events)
    check(day, acknowledged)


def killed_at_work(url: str) -> set[int]:
    """Let a server process book for other days and kill it in the middle; what it had acknowledged."""
    line, its_end = fresh_processes().Pipe(duplex=False)
    process = fresh_processes().Process(target=serve_until_killed, args=(url, its_end))
    process.start()
    its_end.close()
    said = {line.recv() for _ in range(15)}
    os.kill(process.pid, signal.SIGKILL)
    process.join(60)
    with contextlib.suppress(EOFError):
        while True:
            said.add(line.recv())
    return said


def check(day: BadDay, acknowledged: set[int]) -> None:
    """Nobody is lost, nothing is counted twice, and what was meant to go wrong did."""
    mark_due_no_shows(by=SYSTEM, now=at(19))
    with read_session() as session:
        assert not flagged_bookings(session, since=MONDAY)
        assert not unsettled_bookings(session, before=MONDAY)
        counted = volume(session, VolumeFilter(MONDAY, MONDAY)).total.exams
    today = {
        row["id"]: row["status"] for row in day.rows() if instant(row["starts_at"]) < at(0, day=1)
    }
    assert set(today.values()) <= ENDED
    assert {visit.booking_id for visit in day.visits} <= today.keys()
    assert len(acknowledged) >= 15
    assert count("booking", f"id IN {tuple(acknowledged)} AND status = 'booked'") == len(
        acknowledged
    )
    assert counted == count("exam", "voided_at IS NULL") == count("booking", "status = 'completed'")
    assert count("exam", "entered_later") == day.tally["on paper"] > 10
    assert day.tally["wrong clicks"] >= WRONG_CLICKS
    assert day.tally["given away"] >= LATE * 3 // 4
    assert_sound()
