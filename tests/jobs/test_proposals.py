"""The jobs process makes the proposals that were asked for; one that fails says so and stops no other."""

from datetime import timedelta

import pytest

from tests.support.department import MONDAY, SYSTEM, at
from tracker import clock
from tracker.db import read_session
from tracker.jobs.proposals import make_those_asked_for
from tracker.queries.plan_runs import newest_run
from tracker.services import proposals
from tracker.services.forecasting import forecast_demand
from tracker.services.proposals import ask_for_proposal

pytestmark = [pytest.mark.usefixtures("app_context"), pytest.mark.engines("sqlite")]

WEEKS = [MONDAY + timedelta(weeks=1), MONDAY + timedelta(weeks=2)]


def states() -> list[str]:
    with read_session() as session:
        runs = [newest_run(session, monday) for monday in WEEKS]
    return [run.state for run in runs if run is not None]


def ask_for_both() -> None:
    forecast_demand(by=SYSTEM, now=at(21), through=WEEKS[1] + timedelta(days=4))
    for monday in WEEKS:
        ask_for_proposal(monday, by=SYSTEM, now=at(21))


def test_all_that_wait_are_made():
    ask_for_both()
    with clock.at(at(21, 5)):
        assert make_those_asked_for() == 2
        assert states() == ["done", "done"]
        assert make_those_asked_for() == 0


def test_one_that_fails_stops_no_other(monkeypatch: pytest.MonkeyPatch):
    ask_for_both()
    read, seen = proposals.week_problem, []

    def once_broken(*args: object, **named: object) -> object:
        seen.append(1)
        if len(seen) == 1:
            raise RuntimeError("a mistake")
        return read(*args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(proposals, "week_problem", once_broken)
    with clock.at(at(21, 5)):
        assert make_those_asked_for() == 2
    assert states() == ["failed", "done"]
