"""Proposals for a week's plan: asked for in a page, made by the jobs process, accepted into the draft.

Nothing is published here. The optimiser itself is tracker/planner.
"""

import time
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db import read_session, service
from tracker.domain.errors import N_, ConflictError, InvalidError, NotFoundError
from tracker.domain.plan import DeviceDate, PlanBlock, by_device_date
from tracker.domain.plangoals import Place
from tracker.domain.proposal import effects, is_taken, kept_proposal, place_of_change, with_change
from tracker.models import PlanRun
from tracker.queries.forecast import expected_demand
from tracker.queries.plan import moment_of, week_plan
from tracker.queries.plan_problem import half_days, week_problem
from tracker.queries.plan_runs import OPEN, is_cancel_asked
from tracker.writes.audit import note_row
from tracker.writes.booking_rows import Author
from tracker.writes.draft_rows import lock_or_make_draft
from tracker.writes.drafting import put_in_draft
from tracker.writes.runs import ask_to_end, claim_oldest

LOOK_SECONDS = 1.0
"""How often a run asks whether it is cancelled."""
GIVE_UP_SECONDS = 600.0
"""After ten minutes the best plan so far is taken; such a run is not repeatable."""
ENDED_EARLY = N_("The jobs process ended before the proposal was made. Ask again.")
WENT_WRONG = N_("The proposal could not be made: a mistake in the software, incident %(incident)s.")


@service
def ask_for_proposal(session: Session, monday: date, *, by: int, now: datetime) -> int:
    """Ask for a proposal for the week of `monday`; returns the run's id. The jobs process makes it.

    Raises ConflictError when one is being made, InvalidError when nothing of the week is left to plan or
    nothing was forecast for it.
    """
    if session.scalar(select(PlanRun.id).where(PlanRun.monday == monday, PlanRun.state.in_(OPEN))):
        raise ConflictError(N_("A proposal for this week is being made."))
    plan = week_plan(session, monday, now=now)
    if not half_days(session, plan.facts.working, moment_of(now)):
        raise InvalidError(N_("Nothing of this week is left to plan."))
    if not expected_demand(session, monday, plan.days[-1]):
        raise InvalidError(N_("Nobody has forecast what will be asked for in this week."))
    run = PlanRun(monday=monday, asked_at=now, asked_by_id=by, progress={}, proposal={})
    session.add(run)
    session.flush()
    _note(session, run, "ask", Author(by, now))
    return run.id


@service
def cancel_run(session: Session, run_id: int, *, by: int, now: datetime) -> None:
    """End a run: at once if it waits, else as soon as the optimiser looks. One that has ended stays as it is."""
    run = session.get(PlanRun, run_id, with_for_update=True)
    if run is None:
        raise NotFoundError(N_("This entry does not exist."))
    if ask_to_end(run, now=now):
        _note(session, run, "cancel", Author(by, now))


@service
def accept_proposal(
    session: Session,
    run_id: int,
    is_meant: Callable[[Place], bool],
    *,
    version: int,
    by: int,
    now: datetime,
) -> int:
    """Take those changes of a proposal whose place `is_meant` into the week's draft; returns how many device days.

    What was planned otherwise since the proposal was made is passed over. `version` is the draft's that was seen,
    0 for none. Raises ConflictError when nothing is left to take, NotFoundError, StaleError.
    """
    run = session.get(PlanRun, run_id)
    if run is None or run.state != "done":
        raise NotFoundError(N_("There is no such proposal."))
    author = Author(by, now)
    draft = lock_or_make_draft(session, run.monday, version=version, author=author)
    standing = by_device_date(week_plan(session, run.monday, now=now).blocks)
    wanted = _wanted(run.proposal, is_meant, standing)
    if not wanted:
        raise ConflictError(
            N_("None of it is left to accept: the plan was changed after the proposal was made.")
        )
    put_in_draft(session, draft, wanted, action="proposal", author=author)
    _note(session, run, "accept", author)
    return len(wanted)


def _wanted(
    proposal: Mapping[str, Any],
    is_meant: Callable[[Place], bool],
    standing: Mapping[DeviceDate, tuple[PlanBlock, ...]],
) -> dict[DeviceDate, tuple[PlanBlock, ...]]:
    """Device day → blocks with the changes that are meant; those planned otherwise meanwhile are passed over."""
    wanted: dict[DeviceDate, tuple[PlanBlock, ...]] = {}
    for effect in effects(proposal):
        key = effect.change.key
        now = wanted.get(key, standing.get(key, ()))
        if is_meant(place_of_change(effect.change)) and not is_taken(now, effect.change):
            after = with_change(now, effect.change)
            if after is not None:
                wanted[key] = after
    return wanted


def _note(session: Session, run: PlanRun, action: str, author: Author) -> None:
    change = {"monday": run.monday.isoformat()}
    note_row(session, run, action, author, change)


# --- the jobs process --------------------------------------------------------------------------------


@service
def claim_run(session: Session, *, now: datetime) -> int | None:
    """The oldest run that waits, now running; None when none does."""
    why = {"text": ENDED_EARLY, "params": {}}
    return claim_oldest(session, PlanRun, now=now, progress=why)


def make_proposal(
    run_id: int, *, clock: Callable[[], datetime], is_ending: Callable[[], bool] = lambda: False
) -> str:
    """Make the proposal of a run that was claimed; returns the state it ended in. It may take minutes.

    When the process `is_ending` the run fails with a sentence. Raises UnsoundPlanError when the planner made a mistake; the caller notes it by `fail_run`.
    """
    from tracker.planner.propose import STEPS, Cancelled, Progress, propose

    with read_session() as session:
        run = session.get_one(PlanRun, run_id)
        monday, seed = run.monday, run.seed
        week = week_problem(session, monday, now=clock(), seed=seed)

    is_cancelled = _StopAsked(run_id)

    def watch(progress: Progress) -> None:
        _keep_progress(run_id, {"step": progress.step, "of": STEPS, "met": progress.met})

    try:
        solution = propose(
            week.problem,
            watch=watch,
            is_asked_to_stop=lambda: is_ending() or is_cancelled(),
            seconds=GIVE_UP_SECONDS,
        )
    except Cancelled:
        return _end(run_id, now=clock())
    kept = kept_proposal(week.problem, solution)
    _keep_solution(run_id, kept, is_repeatable=solution.is_repeatable, now=clock())
    return "done"


class _StopAsked:
    """Whether a run's end was asked for; looks into the database once a second at most."""

    def __init__(self, run_id: int) -> None:
        self._run_id, self._looked, self._found = run_id, 0.0, False

    def __call__(self) -> bool:
        if time.monotonic() - self._looked >= LOOK_SECONDS:
            self._looked = time.monotonic()
            with read_session() as session:
                self._found = is_cancel_asked(session, self._run_id)
        return self._found


@service
def fail_run(session: Session, run_id: int, incident: str, *, now: datetime) -> None:
    """Note that a run ended by a mistake of the software, with the incident of the log."""
    run = session.get_one(PlanRun, run_id)
    run.state, run.ended_at = "failed", now
    run.progress = {"text": WENT_WRONG, "params": {"incident": incident}}


@service
def _keep_progress(session: Session, run_id: int, progress: dict[str, Any]) -> None:
    session.get_one(PlanRun, run_id).progress = progress


@service
def _keep_solution(
    session: Session, run_id: int, kept: dict[str, Any], *, is_repeatable: bool, now: datetime
) -> None:
    run = session.get_one(PlanRun, run_id)
    run.state, run.ended_at = "done", now
    run.proposal, run.is_repeatable = kept, is_repeatable


@service
def _end(session: Session, run_id: int, *, now: datetime) -> str:
    """A run without a plan: cancelled by a person, else failed because its process ended."""
    run = session.get_one(PlanRun, run_id)
    run.state, run.ended_at = "cancelled" if run.cancel_asked else "failed", now
    if not run.cancel_asked:
        run.progress = {"text": ENDED_EARLY, "params": {}}
    return run.state
