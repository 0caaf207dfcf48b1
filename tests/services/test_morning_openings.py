"""The third next openings of a morning: noted once, at the beginning of a working day, as the page shows them then."""

from datetime import date, timedelta

import pytest

from tests.support.catalogue import last_entry
from tests.support.databases import Template
from tests.support.department import DEPARTMENT, MONDAY, SYSTEM, at
from tests.support.soundness import count, tables
from tracker.db import read_session
from tracker.domain.spread import Spread
from tracker.queries.morning_openings import OUT_OF_REACH, course, mornings
from tracker.queries.next_openings import third_next_openings
from tracker.services.morning_openings import note_morning

pytestmark = pytest.mark.usefixtures("app_context")


@pytest.fixture
def template() -> Template:
    return DEPARTMENT


def test_a_working_morning_is_noted_once_as_it_was_seen() -> None:
    with read_session() as session:
        seen = third_next_openings(session, now=at(7, 20))
    assert note_morning(by=SYSTEM, now=at(7, 20)) == len(seen) > 0
    assert last_entry() == ("note", "morning_opening", {"rows": len(seen)})
    before = tables()
    assert note_morning(by=SYSTEM, now=at(9, 59)) == 0
    assert tables() == before
    with read_session() as session:
        found = mornings(session, MONDAY, MONDAY)
        for each in seen:
            noted = course(session, MONDAY, MONDAY, exam_type_id=each.exam_type.id)
            assert noted[MONDAY][each.stream.id] == each.days
    for of_type in found.exam_types:
        for stream_id, spread in of_type.streams.items():
            (days,) = [
                each.days
                for each in seen
                if (each.exam_type.id, each.stream.id) == (of_type.exam_type.id, stream_id)
            ]
            assert spread == Spread({OUT_OF_REACH if days is None else days: 1})


def test_nothing_is_noted_of_another_hour_or_day() -> None:
    saturday = timedelta(days=5)
    for now in (at(5, 59), at(10), at(21), at(7, 20) + saturday):
        assert note_morning(by=SYSTEM, now=now) is None
    assert count("morning_opening") == 0
    assert note_morning(by=SYSTEM, now=at(6)) is not None
    with read_session() as session:
        later = mornings(session, MONDAY + timedelta(days=1), date(2027, 12, 31))
    assert (list(later.exam_types), list(later.streams)) == ([], [])
