"""What taking a machine over would change, as it is at this moment; the change itself is a service."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from tracker import clock
from tracker.domain.errors import N_, ConflictError, InvalidError
from tracker.domain.horizon import DayBlock
from tracker.domain.lifecycle import LIVE, Status
from tracker.domain.supply import Reserve
from tracker.domain.takeover import Stay, cut_before, cut_behind
from tracker.domain.workcalendar import day_start, local_date_of
from tracker.models import Block, BlockExamType, BlockReserve, Booking, Device, StaffMember
from tracker.queries.block_terms import doctor_of_code
from tracker.queries.exam_types import ExamTypeRow, exam_types
from tracker.queries.occupancy import DayKey, runs_today
from tracker.queries.staff import StaffRow

_TO_COME = frozenset({Status.BOOKED.value, Status.ARRIVED.value})
_LIVE = frozenset(status.value for status in LIVE)


@dataclass(frozen=True, slots=True)
class Shift:
    """A published block with its bookings. `to_come` are those still to be examined: id → exam type."""

    id: int
    version: int
    device: str
    operator_name: str | None
    block: DayBlock
    stays: tuple[Stay, ...]
    to_come: dict[int, int]

    @property
    def key(self) -> DayKey:
        """The device day it stands on."""
        return self.block.device_id, self.block.local_date


@dataclass(frozen=True, slots=True)
class Leaving:
    """A block that the doctor leaves: from `at` on nobody is named there."""

    shift: Shift
    at: datetime


@dataclass(frozen=True, slots=True)
class TakeOver:
    """What will change: `shift` is `operator`'s from `at` on, and with it everybody still to be examined.

    `lacking`: exam types of the block, or booked in it, for which the doctor lacks the competence.
    """

    shift: Shift
    operator: StaffRow
    at: datetime
    lacking: tuple[ExamTypeRow, ...]
    leaving: tuple[Leaving, ...]


def take_over_plan(
    session: Session, *, device: str, operator: str | None, now: datetime
) -> TakeOver:
    """What it means that a doctor (code) takes a machine (code) at `now`. Nine statements at most.

    The block is the one that runs, else the next of the day. Raises InvalidError on `operator` (nobody,
    works here already), ConflictError (examines elsewhere, no hours left).
    """
    doctor = doctor_of_code(session, operator)
    if doctor is None:
        raise InvalidError(N_("Say which doctor takes the machine over."), field="operator")
    shift = shift_now(session, device=device, now=now)
    if shift.block.operator_id == doctor.id:
        raise InvalidError(N_("This doctor already works here."), field="operator")
    _refuse_busy(session, doctor, shift, now)
    return TakeOver(
        shift=shift,
        operator=doctor,
        at=cut_behind(shift.block, shift.stays, now),
        lacking=_lacking(session, shift, doctor),
        leaving=_leaving(session, shift, doctor, now),
    )


def shift_now(session: Session, *, device: str, now: datetime) -> Shift:
    """The block of a machine (code) that runs, else the next of today. Raises ConflictError: there is none."""
    today = local_date_of(now, clock.hospital_zone())
    of_now = or_(Block.local_date == today, Block.starts_at <= now)  # a night began yesterday
    found = _shifts(session, now, Device.code == device, Block.ends_at > now, of_now)
    if not found:
        raise ConflictError(N_("This machine has no working hours left today."), field="device")
    return found[0]


def _leaving(
    session: Session, shift: Shift, doctor: StaffRow, now: datetime
) -> tuple[Leaving, ...]:
    """The doctor's other blocks that the rest of this one meets."""
    begins = max(now, shift.block.starts_at)
    meets = (Block.ends_at > begins, Block.starts_at < shift.block.ends_at)
    found = _shifts(session, now, Block.operator_id == doctor.id, *meets)
    return tuple(Leaving(each, cut_before(each.block, each.stays, begins)) for each in found)


def _refuse_busy(session: Session, doctor: StaffRow, shift: Shift, now: datetime) -> None:
    """Nobody leaves a patient in the middle of an exam."""
    midnight = day_start(local_date_of(now, clock.hospital_zone()), clock.hospital_zone())
    found = session.scalar(
        select(Device.code)
        .join(Booking, Booking.started_device_id == Device.id)
        .where(
            runs_today,
            Booking.started_operator_id == doctor.id,
            Device.id != shift.block.device_id,
        )
        .limit(1),
        {"midnight": midnight},
    )
    if found is not None:
        text = N_("The doctor still has an exam in progress on %(device)s. Finish it first.")
        raise ConflictError(text, field="operator", params={"device": found})


def _lacking(session: Session, shift: Shift, doctor: StaffRow) -> tuple[ExamTypeRow, ...]:
    wanted = shift.block.exam_type_ids.union(shift.to_come.values())
    return tuple(
        each
        for each in exam_types(session, include_retired=True)
        if each.id in wanted and each.needs_competence and each.code not in doctor.competences
    )


def _shifts(session: Session, now: datetime, *which: ColumnElement[bool]) -> list[Shift]:
    """The blocks of a condition, by start. Four statements."""
    rows = session.execute(
        select(
            Block.id,
            Block.version,
            Block.device_id,
            Block.local_date,
            Block.starts_at,
            Block.ends_at,
            Block.operator_id,
            Block.weekly_block_id,
            Block.place,
            Block.transport_minutes,
            Device.code,
            StaffMember.name,
        )
        .join(Device, Device.id == Block.device_id)
        .outerjoin(StaffMember, StaffMember.id == Block.operator_id)
        .where(*which)
        .order_by(Block.starts_at, Block.id)
    ).all()
    ids = [row.id for row in rows]
    types, reserves = _exam_types(session, ids), _reserves(session, ids)
    stays, to_come = _bookings(session, ids, now)
    return [
        Shift(
            id=row.id,
            version=row.version,
            device=row.code,
            operator_name=row.name,
            block=DayBlock(
                *row[2:8], frozenset(types[row.id]), tuple(reserves[row.id]), *row[8:10]
            ),
            stays=tuple(stays[row.id]),
            to_come=to_come[row.id],
        )
        for row in rows
    ]


def _exam_types(session: Session, block_ids: Sequence[int]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    rows = session.execute(
        select(BlockExamType.block_id, BlockExamType.exam_type_id).where(
            BlockExamType.block_id.in_(block_ids)
        )
    )
    for block_id, exam_type_id in rows:
        found[block_id].add(exam_type_id)
    return found


def _reserves(session: Session, block_ids: Sequence[int]) -> dict[int, list[Reserve]]:
    found: dict[int, list[Reserve]] = defaultdict(list)
    rows = session.execute(
        select(
            BlockReserve.block_id,
            BlockReserve.stream_id,
            BlockReserve.minutes,
            BlockReserve.released_at,
        )
        .where(BlockReserve.block_id.in_(block_ids))
        .order_by(BlockReserve.stream_id)
    )
    for row in rows:
        found[row.block_id].append(Reserve(row.stream_id, row.minutes, row.released_at))
    return found


def _bookings(
    session: Session, block_ids: Sequence[int], now: datetime
) -> tuple[dict[int, list[Stay]], dict[int, dict[int, int]]]:
    """Of each block its bookings, and those of them that are still to be examined."""
    stays: dict[int, list[Stay]] = defaultdict(list)
    to_come: dict[int, dict[int, int]] = defaultdict(dict)
    rows = session.execute(
        select(
            Booking.id,
            Booking.block_id,
            Booking.exam_type_id,
            Booking.stream_id,
            Booking.starts_at,
            Booking.ends_at,
            Booking.device_ends_at,
            Booking.status,
            Booking.is_added,
        )
        .where(Booking.block_id.in_(block_ids))
        .order_by(Booking.id)
    )
    for row in rows:
        holds = row.status in _LIVE and not row.is_added
        is_idle = row.status == Status.BOOKED.value and row.ends_at <= now
        span = (row.starts_at, row.device_ends_at)
        stays[row.block_id].append(Stay(row.id, row.stream_id, *span, holds, is_idle))
        if row.status in _TO_COME:
            to_come[row.block_id][row.id] = row.exam_type_id
    return stays, to_come
