"""Whatever was entered, corrected, voided, brought in and undone: sums, lists and pages say what the rows say."""

from datetime import date
from itertools import combinations

import pytest
from sqlalchemy import select

from tests.support.databases import Template
from tests.support.recount import Recount, Sums
from tests.support.soundness import assert_sound
from tests.support.starting_data import SYSTEM
from tests.support.two_years import NOW, TWO_YEARS
from tracker.db import read_session, transaction
from tracker.drivers.importing import clear
from tracker.models import ExamImport
from tracker.queries.exams import ExamFilter, list_exams
from tracker.queries.volume import KEYS, Amounts, VolumeFilter, volume
from tracker.services.importing import forget_import
from tracker.writes.volume_rebuild import rebuild_volume

pytestmark = pytest.mark.usefixtures("app_context")
FIRST, LAST = date(2025, 1, 1), date(2027, 12, 31)


@pytest.fixture
def template(engine: str) -> Template:
    return TWO_YEARS[engine]


def sums_of(amounts: Amounts) -> Sums:
    return Sums(
        amounts.exams, amounts.visits, amounts.parts, amounts.minutes, amounts.live_exams,
        amounts.live_minutes, amounts.points_hundredths,
    )  # fmt: skip


def test_sums_and_lists_are_those_of_the_rows_by_any_keys() -> None:
    told = Recount()
    assert len({exam.year for exam in told.exams}) == 3
    spans = [
        (FIRST, LAST),
        (date(2025, 12, 28), date(2026, 1, 4)),
        (date(2026, 12, 28), date(2027, 1, 3)),
    ]
    for first, last in spans:
        chosen = told.chosen(first, last)
        with read_session() as session:
            listed = list_exams(session, ExamFilter(first, last))
            assert [exam.id for exam in listed] == [
                exam.id for exam in sorted(chosen, key=lambda e: (e.day, e.id))
            ]
            assert sums_of(volume(session, VolumeFilter(first, last)).total) == told.sums(chosen)
            for by in [*combinations(KEYS, 1), *combinations(KEYS, 2), KEYS]:
                found = volume(session, VolumeFilter(first, last), by).rows
                sums = {tuple(row.keys[key] for key in by): sums_of(row.amounts) for row in found}
                assert sums == told.by(chosen, *by), by


def test_it_is_sound_and_making_it_anew_changes_nothing() -> None:
    with read_session() as session:
        left = session.scalars(select(ExamImport.id).where(ExamImport.state == "staging")).one()
    forget_import(left, by=SYSTEM, now=NOW)
    clear(left)
    assert_sound()
    with transaction() as session:
        assert rebuild_volume(session, FIRST, LAST) == 0
