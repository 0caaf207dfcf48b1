"""A week's plan as it stands: what is published, what the draft makes of it, which rules that breaks. No writes."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker import clock
from tracker.db import core
from tracker.domain.horizon import DayBlock
from tracker.domain.lifecycle import LIVE
from tracker.domain.plan import (
    BlockChange,
    DeviceDate,
    PlanBlock,
    by_device_date,
    changes_between,
    from_json,
    merged,
    week_days,
)
from tracker.domain.planpast import Moment, edits_to_come
from tracker.domain.planrules import BrokenRule, PlanFacts, broken_rules
from tracker.domain.supply import MINUTE
from tracker.domain.workcalendar import day_start, local_date_of
from tracker.models.block import Block, BlockExamType, BlockReserve
from tracker.models.booking import Booking
from tracker.models.plan import BlockOverrule, DraftDay, DraftStep, PlanDraft, PlannedWeek
from tracker.queries.calendar import work_calendar
from tracker.queries.horizon import blocks_missing
from tracker.queries.plan_facts import plan_facts

Edits = dict[DeviceDate, tuple[PlanBlock, ...]]


@dataclass(frozen=True, slots=True)
class Draft:
    """The open draft of a week: its edited device days, what was published when each was first edited, its steps."""

    id: int
    version: int
    edited: Edits
    base: Edits
    steps: int = 0
    last_action: str | None = None


@dataclass(frozen=True, slots=True)
class BlockUse:
    """Minutes of a block that live bookings hold, and how many they are (added ones hold none)."""

    minutes: int
    bookings: int


@dataclass(frozen=True, slots=True)
class WeekPlan:
    """A week as published and as the draft has it (`blocks`); without a draft both are the same.

    `edited`: device days that the draft says, as far as they are to come. `stale`: those of them where
    something else is published by now than when they were first edited. `broken`: all rules that blocks to
    come break. `load`: published block → what is booked. `is_planned`: the plan of the week was published.
    """

    monday: date
    days: tuple[date, ...]
    draft: Draft | None
    is_planned: bool
    published: tuple[PlanBlock, ...]
    blocks: tuple[PlanBlock, ...]
    edited: frozenset[DeviceDate]
    stale: tuple[DeviceDate, ...]
    broken: tuple[BrokenRule, ...]
    changes: tuple[BlockChange, ...]
    load: Mapping[int, BlockUse]
    facts: PlanFacts

    @property
    def stored(self) -> tuple[PlanBlock, ...]:
        """What is published without what the pattern is still to give."""
        return tuple(each for each in self.published if each.block_id is not None)

    @property
    def in_the_way(self) -> tuple[BrokenRule, ...]:
        """The broken rules that keep the plan from being published."""
        return tuple(each for each in self.broken if each.stands_in_the_way)


def moment_of(now: datetime) -> Moment:
    """Now as a plan sees it; a begun minute is past."""
    zone = clock.hospital_zone()
    today = local_date_of(now, zone)
    return Moment(today, -((day_start(today, zone) - now) // MINUTE))


def week_plan(session: Session, monday: date, *, now: datetime) -> WeekPlan:
    """The plan of the week of `monday`. Some thirty statements, whatever the number of blocks."""
    days, moment = week_days(monday), moment_of(now)
    published = published_plan(session, monday, now=now)
    draft = open_draft(session, monday)
    edited = {} if draft is None else edits_to_come(published, draft.edited, moment)
    blocks = merged(published, edited)
    facts = plan_facts(session, days[0], days[-1])
    broken = broken_rules(blocks, facts)
    return WeekPlan(
        monday=monday,
        days=days,
        draft=draft,
        is_planned=session.get(PlannedWeek, monday) is not None,
        published=published,
        blocks=blocks,
        edited=frozenset(edited),
        stale=() if draft is None else _stale(draft, published, moment),
        broken=tuple(each for each in broken if not moment.is_past(each.block)),
        changes=tuple(changes_between(published, blocks)),
        load=block_use(session, days[0], days[-1]),
        facts=facts,
    )


def _stale(draft: Draft, published: Sequence[PlanBlock], moment: Moment) -> tuple[DeviceDate, ...]:
    standing = by_device_date(published)
    return tuple(
        key
        for key in sorted(draft.edited, key=lambda k: (k[1], k[0]))
        if key[1] >= moment.local_date
        and changes_between(draft.base.get(key, ()), standing.get(key, ()))
    )


# --- what is published -------------------------------------------------------------------------------


def published_plan(session: Session, monday: date, *, now: datetime) -> tuple[PlanBlock, ...]:
    """The published blocks of a week and, on days to come that are not opened yet, what the pattern gives.

    Those of the pattern have no `block_id`. By device, date and start.
    """
    days = week_days(monday)
    stored = stored_plan(session, days[0], days[-1])
    return merged((*stored, *_of_pattern(session, days, now)), {})


def _of_pattern(session: Session, days: Sequence[date], now: datetime) -> list[PlanBlock]:
    today = local_date_of(now, clock.hospital_zone())
    if days[-1] < today:
        return []
    calendar = work_calendar(session)
    to_come = list(calendar.working_days(max(today, days[0]), days[-1]))
    return [plan_block(block) for block in blocks_missing(session, to_come, calendar)]


def plan_block(block: DayBlock) -> PlanBlock:
    """A block of a day as the plan has it: minutes after local midnight."""
    midnight = day_start(block.local_date, clock.hospital_zone())
    return PlanBlock(
        device_id=block.device_id,
        local_date=block.local_date,
        starts=(block.starts_at - midnight) // MINUTE,
        ends=(block.ends_at - midnight) // MINUTE,
        operator_id=block.operator_id,
        exam_type_ids=block.exam_type_ids,
        reserve_minutes={each.stream_id: each.minutes for each in block.reserves},
        place=block.place,
        transport_minutes=block.transport_minutes,
    )


def stored_plan(session: Session, first: date, last: date) -> list[PlanBlock]:
    """The published blocks from `first` to `last`, as the plan has them. Four statements."""
    chosen = Block.local_date.between(first, last)
    types: dict[int, set[int]] = defaultdict(set)
    for block_id, exam_type_id in session.execute(
        select(BlockExamType.block_id, BlockExamType.exam_type_id).join(Block).where(chosen)
    ):
        types[block_id].add(exam_type_id)
    reserves: dict[int, dict[int, int]] = defaultdict(dict)
    for block_id, stream_id, minutes in session.execute(
        select(BlockReserve.block_id, BlockReserve.stream_id, BlockReserve.minutes)
        .join(Block)
        .where(chosen)
    ):
        reserves[block_id][stream_id] = minutes
    overrules: dict[int, dict[str, str]] = defaultdict(dict)
    for block_id, code, reason in session.execute(
        select(BlockOverrule.block_id, BlockOverrule.code, BlockOverrule.reason)
        .join(Block, Block.id == BlockOverrule.block_id)
        .where(chosen)
    ):
        overrules[block_id][code] = reason
    rows = session.execute(
        select(
            Block.id,
            Block.device_id,
            Block.local_date,
            Block.starts_at,
            Block.ends_at,
            Block.operator_id,
            Block.place,
            Block.transport_minutes,
        )
        .where(chosen)
        .order_by(Block.device_id, Block.local_date, Block.starts_at)
    )
    return [_stored(row, types[row.id], reserves[row.id], overrules[row.id]) for row in rows]


def _stored(
    row: Any, types: set[int], reserves: dict[int, int], overrules: dict[str, str]
) -> PlanBlock:
    midnight = day_start(row.local_date, clock.hospital_zone())
    return PlanBlock(
        device_id=row.device_id,
        local_date=row.local_date,
        starts=(row.starts_at - midnight) // MINUTE,
        ends=(row.ends_at - midnight) // MINUTE,
        operator_id=row.operator_id,
        exam_type_ids=frozenset(types),
        reserve_minutes=reserves,
        place=row.place,
        transport_minutes=row.transport_minutes,
        overrules=overrules,
        block_id=row.id,
    )


def block_use(session: Session, first: date, last: date) -> dict[int, BlockUse]:
    """What live bookings hold of each block of these days. One statement."""
    columns = Booking.__table__.c
    rows = core(session).execute(
        select(columns.block_id, columns.starts_at, columns.device_ends_at, columns.is_added).where(
            columns.local_date.between(first, last + timedelta(days=1)),
            columns.block_id.is_not(None),
            columns.status.in_([status.value for status in LIVE]),
        )
    )
    minutes: dict[int, int] = defaultdict(int)
    bookings: dict[int, int] = defaultdict(int)
    for block_id, starts_at, device_ends_at, is_added in rows:
        bookings[block_id] += 1
        minutes[block_id] += 0 if is_added else (device_ends_at - starts_at) // MINUTE
    return {each: BlockUse(minutes[each], count) for each, count in bookings.items()}


# --- what the draft says -----------------------------------------------------------------------------


def open_draft(session: Session, monday: date) -> Draft | None:
    """The draft that is being made for a week; None when there is none. Three statements."""
    row = session.execute(
        select(PlanDraft.id, PlanDraft.version).where(
            PlanDraft.monday == monday, PlanDraft.closed_at.is_(None)
        )
    ).one_or_none()
    if row is None:
        return None
    days = session.execute(
        select(DraftDay.device_id, DraftDay.local_date, DraftDay.blocks, DraftDay.base)
        .where(DraftDay.draft_id == row.id)
        .order_by(DraftDay.local_date, DraftDay.device_id)
    ).all()
    steps = session.execute(
        select(DraftStep.number, DraftStep.action)
        .where(DraftStep.draft_id == row.id)
        .order_by(DraftStep.number.desc())
    ).all()
    return Draft(
        id=row.id,
        version=row.version,
        edited={(d.device_id, d.local_date): _read(d, d.blocks) for d in days},
        base={(d.device_id, d.local_date): _read(d, d.base) for d in days},
        steps=len(steps),
        last_action=steps[0].action if steps else None,
    )


def _read(row: Any, blocks: list[dict[str, Any]]) -> tuple[PlanBlock, ...]:
    return from_json((row.device_id, row.local_date), blocks)
