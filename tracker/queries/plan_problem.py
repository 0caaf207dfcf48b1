"""What the optimiser is asked about a week, read from its rows: half-days, needs, the present plan and its bookings."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db import core
from tracker.domain.lifecycle import LIVE
from tracker.domain.plan import PlanBlock
from tracker.domain.planpast import Moment
from tracker.domain.planproblem import HalfDay, Need, PlanProblem, Standing
from tracker.domain.supply import MINUTE
from tracker.domain.workcalendar import minute_of
from tracker.models.booking import Booking
from tracker.queries.calendar import work_calendar
from tracker.queries.forecast import ExpectedDemand, expected_demand
from tracker.queries.plan import WeekPlan, moment_of, week_plan
from tracker.queries.settings import department_settings
from tracker.queries.streams import PartOfDayRow, StreamRow, parts_of_day, streams

WEIGHT_OF_HOURS, WEIGHT_OF_THE_DAY, WEIGHT_OF_DAYS = 1.5, 1.2, 1.0
"""A minute for a stream that is due within hours, on the day agreed, or within days."""


@dataclass(frozen=True, slots=True)
class WeekProblem:
    """A week to plan, and the plan that it was read from."""

    problem: PlanProblem
    plan: WeekPlan


def week_problem(session: Session, monday: date, *, now: datetime, seed: int = 0) -> WeekProblem:
    """The week of `monday` as a problem: what is to come of it, on the draft if there is one.

    Half-days that have begun are no more planned: their blocks stay as they are.
    """
    plan, moment = week_plan(session, monday, now=now), moment_of(now)
    halves = half_days(session, plan.facts.working, moment)
    rows = expected_demand(session, monday, plan.days[-1])
    kinds = streams(session)
    problem = PlanProblem(
        half_days=halves,
        facts=plan.facts,
        needs=tuple(_needs(session, rows, kinds, halves)),
        standing=tuple(_standing(session, plan, moment)),
        reserving=frozenset(each.id for each in kinds if each.release_rule is not None),
        seed=seed,
    )
    return WeekProblem(problem, plan)


def half_days(session: Session, working: frozenset[date], moment: Moment) -> tuple[HalfDay, ...]:
    """The parts of the working days that have not begun."""
    fasting = minute_of(department_settings(session).fasting_ends)
    found = (
        HalfDay(day, part.code, minute_of(part.starts), minute_of(part.ends), fasting)
        for day in sorted(working)
        for part in parts_of_day(session)
    )
    return tuple(
        each
        for each in found
        if (each.local_date, each.starts) >= (moment.local_date, moment.minute)
    )


# --- needs -------------------------------------------------------------------------------------------


def _needs(
    session: Session,
    rows: Sequence[ExpectedDemand],
    kinds: Sequence[StreamRow],
    halves: tuple[HalfDay, ...],
) -> Iterator[Need]:
    """Each forecast with the half-days within its stream's goal; what was due before now is not planned."""
    stream = {each.id: each for each in kinds}
    goals = _Goals(session, halves)
    days = {half.local_date for half in halves}
    for row in rows:
        if row.local_date in days and row.stream_id in stream and row.minutes > 0:
            places, goes_on = goals.within(stream[row.stream_id], row.local_date, row.part)
            weight = _weight(stream[row.stream_id])
            yield Need(row.stream_id, row.exam_type_id, row.minutes, places, weight, goes_on)


def _weight(stream: StreamRow) -> float:
    if stream.goal_working_hours is not None:
        return WEIGHT_OF_HOURS
    return WEIGHT_OF_DAYS if stream.goal_working_days is not None else WEIGHT_OF_THE_DAY


class _Goals:
    """Which half-days lie within a stream's goal, from the part of the day on which it is asked for."""

    def __init__(self, session: Session, halves: tuple[HalfDay, ...]) -> None:
        self._calendar = work_calendar(session)
        self._halves = halves
        self._parts: Mapping[str, PartOfDayRow] = {p.code: p for p in parts_of_day(session)}

    def within(self, stream: StreamRow, day: date, part: str) -> tuple[tuple[int, ...], bool]:
        """Places of the half-days, and whether the goal reaches beyond the last of them."""
        if stream.goal_working_hours is not None:
            starts = minute_of(self._parts[part].starts)
            last_day = self._later(day, max(1, stream.goal_working_hours // 24))
            last, first = (last_day, starts), (day, starts)
        else:
            last, first = (self._later(day, stream.goal_working_days or 0), 24 * 60), (day, 0)
        places = tuple(
            place
            for place, half in enumerate(self._halves)
            if first <= (half.local_date, half.starts) <= last
        )
        return places, last[0] > self._halves[-1].local_date

    def _later(self, day: date, working_days: int) -> date:
        for _ in range(working_days):
            day = self._calendar.next_working_day(day)
        return day


# --- the present plan --------------------------------------------------------------------------------


def _standing(session: Session, plan: WeekPlan, moment: Moment) -> Iterator[Standing]:
    booked = _booked(session, plan.days[0], plan.days[-1])
    for block in plan.blocks:
        held = booked.get(block.block_id or 0, {})
        yield Standing(
            block=block,
            booked=held,
            is_fixed=moment.has_begun(block) or _is_bare(block, held),
        )


def _is_bare(block: PlanBlock, held: Mapping[int, int]) -> bool:
    """Booked exam types that the block does not allow any more: somebody is settling that by hand."""
    return not held.keys() <= block.exam_type_ids


def _booked(session: Session, first: date, last: date) -> dict[int, dict[int, int]]:
    """Minutes that live bookings hold by block and exam type; added ones hold none."""
    columns = Booking.__table__.c
    rows = core(session).execute(
        select(
            columns.block_id,
            columns.exam_type_id,
            columns.starts_at,
            columns.device_ends_at,
            columns.is_added,
        ).where(
            columns.local_date.between(first, last + timedelta(days=1)),
            columns.block_id.is_not(None),
            columns.status.in_([status.value for status in LIVE]),
        )
    )
    minutes: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for row in rows:
        taken = 0 if row.is_added else (row.device_ends_at - row.starts_at) // MINUTE
        minutes[row.block_id][row.exam_type_id] += taken
    return {block: dict(each) for block, each in minutes.items()}
