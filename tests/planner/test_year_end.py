"""The forecast of a year's end: repeatable, never below what is done, wider the more is to come; loaded in jobs alone."""

import itertools
import random
import subprocess
import sys
from dataclasses import replace

import pytest

from config import ROOT
from tracker.domain.yearprofile import DRIFT_PERIODS, LEAST_PERIODS, YearEnd
from tracker.planner.year_end import Outlook, look_ahead

MONTHS = 12


def task(
    periods: int = 60, growth: float = 1.0, *, months: int = 6, noise: float = 0.02
) -> YearEnd:
    """So many months to come, each a period of twenty usual days; levels around 700 exams a day."""
    luck = random.Random(periods)
    levels = tuple(700 * growth**n * luck.gauss(1, noise) for n in range(periods))
    coming = range(MONTHS - months, MONTHS)
    usual = tuple(tuple(20.0 * (m == month) for m in range(MONTHS)) for month in coming)
    return YearEnd(90_000, levels, usual)


def ends(asked: YearEnd) -> list[Outlook]:
    found = look_ahead(asked)
    assert found is not None
    return found


def test_the_same_task_has_the_same_answer() -> None:
    assert look_ahead(task()) == look_ahead(task())


def test_a_steady_level_goes_on() -> None:
    end = ends(task())[-1]
    assert end.expected == pytest.approx(90_000 + 6 * 20 * 700, rel=0.01)
    assert end.low < 90_000 + 6 * 20 * 700 < end.high


def test_growth_goes_on_once_two_years_tell_it() -> None:
    growing = task(DRIFT_PERIODS + 10, 1.01)
    level = growing.periods[-1]
    assert ends(growing)[-1].expected > 90_000 + 6 * 20 * level * 1.02


def test_months_that_are_over_say_what_is_done_and_the_others_grow_wider() -> None:
    found = ends(task())
    assert set(found[:6]) == {Outlook(90_000, 90_000, 90_000)}
    coming = found[6:]
    for month, following in itertools.pairwise(coming):
        assert 90_000 < month.low <= month.expected <= month.high
        assert month.low < following.low
        assert month.expected < following.expected
        assert month.high - month.low < following.high - following.low


def test_noise_widens_and_history_narrows_the_interval() -> None:
    def width(asked: YearEnd) -> int:
        end = ends(asked)[-1]
        return end.high - end.low

    assert width(task(noise=0.005)) < width(task(noise=0.02)) < width(task(noise=0.06))


def test_a_year_that_is_over_is_what_was_done() -> None:
    assert look_ahead(replace(task(), usual=())) == [Outlook(90_000, 90_000, 90_000)] * 12


@pytest.mark.parametrize("periods", [0, 1, LEAST_PERIODS - 1])
def test_too_short_a_history_says_nothing(periods: int) -> None:
    assert look_ahead(task(periods)) is None


def test_neither_pages_nor_interface_nor_jobs_load_the_library_when_they_start() -> None:
    program = (
        "import sys, tracker.web.pages, tracker.api.volume_year, tracker.jobs.process;"
        "print([name for name in ('statsmodels', 'pandas', 'scipy') if name in sys.modules])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "[]"
