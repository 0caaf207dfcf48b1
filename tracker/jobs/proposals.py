"""Making the proposals that pages asked for, one after another, beside the other jobs."""

from collections.abc import Callable

from tracker import clock
from tracker.db import read_session
from tracker.logs import log, report_incident
from tracker.queries.plan_runs import is_run_left
from tracker.services.proposals import claim_run, fail_run, make_proposal


def make_those_asked_for(is_ending: Callable[[], bool] = lambda: False) -> int:
    """Make every proposal that waits; returns how many. One that fails says so in its page and stops no other."""
    with read_session() as session:
        if not is_run_left(session):
            return 0
    made = 0
    while not is_ending() and (run_id := claim_run(now=clock.now())) is not None:
        _make(run_id, is_ending)
        made += 1
    return made


def _make(run_id: int, is_ending: Callable[[], bool]) -> None:
    try:
        state = make_proposal(run_id, clock=clock.now, is_ending=is_ending)
        log().info("proposal made", run=run_id, state=state)
    except Exception as error:  # noqa: BLE001 - whoever waits for it is told, and the next one is made
        incident = report_incident(error)
        log().error("proposal failed", run=run_id, incident=incident)
        fail_run(run_id, incident, now=clock.now())
