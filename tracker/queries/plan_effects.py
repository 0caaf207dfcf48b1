"""What publishing would change, and which bookings it hits: read for the preview and, under locks, for publishing."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from tracker.db import core
from tracker.domain.horizon import DayBlock
from tracker.domain.lifecycle import LIVE, MOVABLE
from tracker.domain.plan import DeviceDate
from tracker.domain.planeffects import Effects, Fate, Requests, Standing, effects_of
from tracker.domain.ranking import DeviceStanding
from tracker.domain.supply import MINUTE, BlockLoad, DeviceDay, ExamRequest
from tracker.models.booking import Booking
from tracker.queries.closures import HitBooking, booking_rows
from tracker.queries.occupancy import device_days
from tracker.queries.occupancy_derived import Scope, derived_days, opened_keys
from tracker.queries.openings import Asked, ask_again, with_patient
from tracker.queries.plan import WeekPlan
from tracker.queries.plan_step import PlanStep, plan_step


@dataclass(frozen=True, slots=True)
class FateRow:
    """A booking hit by the plan: as it stands, and where it would go (None: kept and flagged)."""

    booking: HitBooking
    to_device_id: int | None
    to_start: datetime | None


@dataclass(frozen=True, slots=True)
class Preview:
    """What publishing does to bookings: moved, kept and flagged, and how many change their doctor alone."""

    moved: tuple[FateRow, ...]
    flagged: tuple[FateRow, ...]
    other_doctor: int


# --- what it does to bookings ------------------------------------------------------------------------


def effects_on(
    session: Session,
    step: PlanStep,
    days: Mapping[DeviceDate, DeviceDay],
    *,
    now: datetime,
) -> Effects:
    """What a step does to the bookings of the device days it changes.

    `days` holds those and, where bookings may have to move, all others of the same dates.
    """
    changed = {change.before.block_id for change in step.changes if change.before is not None}
    plans = {}
    for key, ids in step.ids.items():
        standing = {each.block_id: each for each in days[key].blocks}
        plans[key] = tuple(
            standing[block_id]
            if block_id in standing and block_id not in changed
            else block_load(block_id, step.day_blocks[block_id], days[key].midnight)
            for block_id in ids
        )
    return effects_of(
        days, plans, bookings_of(session, step.after, now), _requests(session), now=now
    )


def block_load(block_id: int, block: DayBlock, midnight: datetime) -> BlockLoad:
    """A block as the rules take it, with nothing booked: without the way there and back."""
    starts = (block.starts_at - midnight) // MINUTE + block.transport_minutes
    ends = (block.ends_at - midnight) // MINUTE - block.transport_minutes
    return BlockLoad(
        block_id=block_id,
        starts=starts,
        ends=max(starts, ends),
        operator_id=block.operator_id,
        exam_type_ids=block.exam_type_ids,
        reserves=block.reserves,
    )


def bookings_of(session: Session, keys: Collection[DeviceDate], now: datetime) -> list[Standing]:
    """The live bookings of these device days. One statement."""
    if not keys:
        return []
    columns = Booking.__table__.c
    names = list(Standing.__dataclass_fields__)[1:-1]  # between its id and whether it is to come
    rows = core(session).execute(
        select(columns.id, *(columns[name] for name in names), columns.status).where(
            tuple_(columns.device_id, columns.local_date).in_(sorted(keys)),
            columns.status.in_([status.value for status in LIVE]),
        )
    )
    movable = {status.value for status in MOVABLE}
    values = ([*row[:-1], row.status in movable and row.ends_at > now] for row in rows)
    return [Standing(*each) for each in values]


def _requests(session: Session) -> Requests:
    asked: dict[int, Asked] = {}

    def of(booking: Standing) -> Asked:
        if booking.booking_id not in asked:
            found = ask_again(session, session.get_one(Booking, booking.booking_id))
            day = booking.local_date
            asked[booking.booking_id] = with_patient(session, found, day, day)
        return asked[booking.booking_id]

    def request_of(booking: Standing) -> ExamRequest:
        return of(booking).request

    def standing_of(booking: Standing) -> Mapping[int, DeviceStanding]:
        return of(booking).standing

    return Requests(request_of, standing_of)


# --- the preview -------------------------------------------------------------------------------------


def publishing_preview(session: Session, week: WeekPlan, *, now: datetime) -> Preview:
    """What publishing a week as it was read would do to bookings, if nobody books meanwhile."""
    step = plan_step(session, week.stored, week.blocks)
    effects = effects_on(session, step, _days_as_they_are(session, step, now), now=now)
    fated = {fate.booking.booking_id for fate in effects.fates}
    doctors = {block_id: block.operator_id for block_id, block in step.day_blocks.items()}
    stay = [each for each in effects.bookings if each.booking_id not in fated]
    rows = {row.id: row for row in booking_rows(session, fated)}
    told = [_told(fate, rows[fate.booking.booking_id]) for fate in effects.fates]
    return Preview(
        moved=tuple(each for each in told if each.to_start is not None),
        flagged=tuple(each for each in told if each.to_start is None),
        other_doctor=sum(
            each.is_to_come
            and effects.blocks[each.booking_id] is not None
            and doctors[effects.blocks[each.booking_id] or 0] != each.operator_id
            for each in stay
        ),
    )


def _told(fate: Fate, row: HitBooking) -> FateRow:
    if fate.to is None:
        return FateRow(row, None, None)
    return FateRow(row, fate.to.device_id, fate.to.start)


def keys_to_lock(session: Session, step: PlanStep) -> list[DeviceDate]:
    """The device days that a step changes and, where bookings may have to move, all others of its dates."""
    keys = set(step.after)
    if step.may_strand:
        dates = step.dates
        opened = opened_keys(session, dates[0], dates[-1])
        keys |= {key for key in opened if key[1] in dates}
    return sorted(keys)


def _days_as_they_are(
    session: Session, step: PlanStep, now: datetime
) -> dict[DeviceDate, DeviceDay]:
    """The device days of a step as locking would give them; those without a row are derived."""
    keys = keys_to_lock(session, step)
    if not keys:
        return {}
    devices = tuple(sorted({key[0] for key in keys}))
    first, last = min(key[1] for key in keys), max(key[1] for key in keys)
    found = device_days(session, device_ids=devices, first=first, last=last, now=now)
    days = {(day.device_id, day.local_date): day for day in found}
    if any(key not in days for key in keys):
        days = {**derived_days(session, Scope(devices, first, last)), **days}
    return {key: days[key] for key in keys}
