"""The weekly pattern: adding, changing and retiring its blocks. Days already opened stay as they are."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time

from sqlalchemy.orm import Session

from tracker.db import service
from tracker.domain.catalogue import whole_minute, whole_number
from tracker.domain.errors import N_, InvalidError
from tracker.domain.texts import plain_line
from tracker.models.block import WeeklyBlock
from tracker.queries.block_terms import block_exam_type_ids, doctor_of_code
from tracker.queries.devices import device_by_code
from tracker.queries.plan_terms import LONGEST_PLACE, LONGEST_TRANSPORT
from tracker.queries.streams import streams
from tracker.queries.weekly_blocks import stored_pattern
from tracker.writes.audit import plain, write_audit
from tracker.writes.booking_rows import Author
from tracker.writes.catalogue_rows import change_row, locked_row, save_row
from tracker.writes.occupancy import lock_supply
from tracker.writes.pressure import refresh_scarcity
from tracker.writes.weekly_blocks import WeeklyHours, insert_weekly_blocks, replace_details

_COLUMNS = (
    "device_id", "weekday", "starts", "ends", "operator_id", "place", "transport_minutes",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeklyBlockValues:
    """A block of the pattern as entered, by codes: weekday (Monday 0), local times, minutes per stream.

    `place`: a ward or a theatre, empty for the device's room; transport passes at either end.
    """

    device: str
    weekday: int
    starts: time
    ends: time
    operator: str | None
    exam_types: frozenset[str]
    reserve_minutes: Mapping[str, int] = field(default_factory=dict)
    place: str = ""
    transport_minutes: int = 0


@service
def add_weekly_block(session: Session, values: WeeklyBlockValues, *, by: int, now: datetime) -> int:
    """Add a block to the pattern; returns its id. It holds for days that are opened from now on.

    Raises InvalidError: a device or doctor in two blocks at once, or an exam type that the machine or the
    doctor cannot do.
    """
    lock_supply(session)
    hours = _checked(session, values, besides=None)
    (weekly_block_id,) = insert_weekly_blocks(session, [hours])
    refresh_scarcity(session)
    write_audit(
        session,
        action="add",
        entity="weekly_block",
        entity_id=weekly_block_id,
        by=by,
        now=now,
        change={"device": values.device, "weekday": values.weekday},
    )
    return weekly_block_id


@service
def change_weekly_block(
    session: Session,
    weekly_block_id: int,
    values: WeeklyBlockValues,
    *,
    version: int | None = None,
    by: int,
    now: datetime,
) -> None:
    """Change a block of the pattern, for days that are opened from now on.

    Raises InvalidError, NotFoundError, StaleError.
    """
    lock_supply(session)
    block = locked_row(session, WeeklyBlock, weekly_block_id, version=version)
    hours = _checked(session, values, besides=weekly_block_id)
    change = change_row(block, {name: getattr(hours, name) for name in _COLUMNS})
    before = next((b for b in stored_pattern(session) if b.id == weekly_block_id), None)
    if before is None or before.exam_type_ids != hours.exam_type_ids:
        change["exam_types"] = plain(values.exam_types)
    if before is None or before.reserve_minutes != hours.reserve_minutes:
        change["reserve_minutes"] = dict(values.reserve_minutes)
    if change:
        replace_details(session, weekly_block_id, hours)
        save_row(session, block, Author(by, now), change=change)
        refresh_scarcity(session)


@service
def retire_weekly_block(
    session: Session, weekly_block_id: int, *, version: int | None = None, by: int, now: datetime
) -> None:
    """Open no more days from a block of the pattern. Raises NotFoundError, StaleError."""
    lock_supply(session)
    block = locked_row(session, WeeklyBlock, weekly_block_id, version=version)
    if block.retired_at is None:
        block.retired_at = now
        save_row(session, block, Author(by, now), action="retire")
        refresh_scarcity(session)


def _checked(session: Session, values: WeeklyBlockValues, *, besides: int | None) -> WeeklyHours:
    whole_number(values.weekday, field="weekday", high=6)
    starts, ends = whole_minute(values.starts), whole_minute(values.ends)
    if ends <= starts:
        raise InvalidError(N_("The end lies before the start."), field="ends")
    device = device_by_code(session, values.device)
    if device is None or device.is_retired:
        raise InvalidError(N_("There is no such device."), field="device")
    operator = doctor_of_code(session, values.operator)
    way = whole_number(values.transport_minutes, field="transport_minutes", high=LONGEST_TRANSPORT)
    open_minutes = _minutes(starts, ends) - 2 * way
    if open_minutes <= 0:
        raise InvalidError(N_("No minute is left for patients."), field="transport_minutes")
    hours = WeeklyHours(
        device_id=device.id,
        weekday=values.weekday,
        starts=starts,
        ends=ends,
        operator_id=None if operator is None else operator.id,
        exam_type_ids=block_exam_type_ids(session, values.exam_types, device, operator),
        reserve_minutes=_reserve_minutes(session, values.reserve_minutes, open_minutes),
        place=plain_line(values.place, field="place", longest=LONGEST_PLACE),
        transport_minutes=way,
    )
    _refuse_overlap(session, hours, besides)
    return hours


def _reserve_minutes(
    session: Session, wanted: Mapping[str, int], block_minutes: int
) -> dict[int, int]:
    known = {stream.code: stream for stream in streams(session)}
    for code, minutes in wanted.items():
        if code not in known or known[code].release_rule is None:
            text = N_("%(code)s holds no reserve: it has no release time.")
            raise InvalidError(text, field="reserve_minutes", params={"code": code})
        whole_number(minutes, field="reserve_minutes", high=block_minutes)
    if sum(wanted.values()) > block_minutes:
        raise InvalidError(N_("The reserves are longer than the block."), field="reserve_minutes")
    return {known[code].id: minutes for code, minutes in wanted.items() if minutes}


def _refuse_overlap(session: Session, hours: WeeklyHours, besides: int | None) -> None:
    for other in stored_pattern(session):
        together = other.starts < hours.ends and hours.starts < other.ends
        if other.id == besides or other.weekday != hours.weekday or not together:
            continue
        if other.device_id == hours.device_id:
            raise InvalidError(N_("The device already has working hours then."), field="starts")
        if hours.operator_id is not None and other.operator_id == hours.operator_id:
            text = N_("The doctor already works on another device then.")
            raise InvalidError(text, field="operator")


def _minutes(starts: time, ends: time) -> int:
    return (ends.hour - starts.hour) * 60 + ends.minute - starts.minute
