"""Changing one published block: another operator, other exam types. Whole days are changed in publishing."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from tracker.db import service
from tracker.domain.errors import N_, ConflictError, InvalidError
from tracker.domain.lifecycle import Status
from tracker.models.block import Block
from tracker.models.booking import Booking
from tracker.models.catalogue import ExamType
from tracker.queries.block_terms import block_exam_type_ids, doctor_of_code
from tracker.queries.devices import devices
from tracker.queries.occupancy_derived import opened_keys
from tracker.queries.plan import stored_plan
from tracker.writes.booking_rows import Author
from tracker.writes.catalogue_rows import locked_row
from tracker.writes.occupancy import lock_device_days, lock_supply
from tracker.writes.plan_force import put_in_force


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockValues:
    """Who works in the block (code of a doctor; None: nobody named yet) and on what (codes)."""

    operator: str | None
    exam_types: frozenset[str]


@service
def change_block(
    session: Session,
    block_id: int,
    values: BlockValues,
    *,
    version: int | None = None,
    by: int,
    now: datetime,
) -> None:
    """Give a block that is not over another operator or other exam types; its bookings stay.

    Bookings whose exam is to come get the new operator. Raises InvalidError (not competent, at work elsewhere),
    ConflictError (over, or an exam type is taken away that is booked), NotFoundError, StaleError.
    """
    lock_supply(session)
    block = locked_row(session, Block, block_id, version=version)
    if block.ends_at <= now:
        raise ConflictError(N_("These working hours are over."))
    device = next(d for d in devices(session, include_retired=True) if d.id == block.device_id)
    operator = doctor_of_code(session, values.operator)
    wanted = block_exam_type_ids(session, values.exam_types, device, operator)
    of_day = [
        each
        for each in stored_plan(session, block.local_date, block.local_date)
        if each.device_id == block.device_id
    ]
    before = next(each for each in of_day if each.block_id == block_id)
    operator_id = None if operator is None else operator.id
    if operator_id not in {None, block.operator_id}:
        _refuse_elsewhere(session, block, operator_id)
    keys = [before.key]
    if not before.exam_type_ids <= wanted:  # what then is locked, in one go and in order
        keys = opened_keys(session, block.local_date, block.local_date)
    lock_device_days(session, keys, now=now)  # before it is asked what is booked
    _refuse_booked(session, block_id, before.exam_type_ids - wanted)
    after = replace(before, operator_id=operator_id, exam_type_ids=wanted)
    session.expunge(block)  # written past it
    changed = [after if each is before else each for each in of_day]
    put_in_force(session, of_day, changed, Author(by, now))


def _refuse_booked(session: Session, block_id: int, exam_type_ids: Iterable[int]) -> None:
    booked = session.scalar(
        select(ExamType.code)
        .join(Booking, Booking.exam_type_id == ExamType.id)
        .where(_to_come(block_id), ExamType.id.in_(list(exam_type_ids)))
        .limit(1)
    )
    if booked is not None:
        text = N_("%(code)s is booked in these hours; move the bookings first.")
        raise ConflictError(text, field="exam_types", params={"code": booked})


def _refuse_elsewhere(session: Session, block: Block, operator_id: int | None) -> None:
    elsewhere = session.scalar(
        select(Block.id).where(
            Block.operator_id == operator_id,
            Block.id != block.id,
            Block.starts_at < block.ends_at,
            Block.ends_at > block.starts_at,
        )
    )
    if elsewhere is not None:
        text = N_("The doctor already works on another device then.")
        raise InvalidError(text, field="operator")


def _to_come(block_id: int) -> ColumnElement[bool]:
    return and_(
        Booking.block_id == block_id,
        Booking.status.in_([Status.BOOKED.value, Status.ARRIVED.value]),
    )
