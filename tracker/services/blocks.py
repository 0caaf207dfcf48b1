"""Changing a published block: another operator, other exam types. Its hours change by closing and opening."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, insert, select
from sqlalchemy.orm import Session

from tracker.db import service
from tracker.domain.errors import N_, ConflictError, InvalidError
from tracker.domain.lifecycle import Status
from tracker.models.block import Block, BlockExamType
from tracker.models.booking import Booking
from tracker.models.catalogue import ExamType
from tracker.queries.block_terms import block_exam_type_ids, doctor_of_code
from tracker.queries.devices import devices
from tracker.writes.audit import plain
from tracker.writes.booking_rows import Author
from tracker.writes.catalogue_rows import locked_row, save_row
from tracker.writes.occupancy import lock_device_days, lock_supply, rebuild_occupancy
from tracker.writes.operators import change_operator_of_bookings


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
    key = (block.device_id, block.local_date)
    lock_device_days(session, [key], now=now)
    device = next(d for d in devices(session, include_retired=True) if d.id == block.device_id)
    operator = doctor_of_code(session, values.operator)
    wanted = block_exam_type_ids(session, values.exam_types, device, operator)
    change = _change_exam_types(session, block_id, wanted)
    operator_id, author = None if operator is None else operator.id, Author(by, now)
    if operator_id != block.operator_id:
        change["operator_id"] = [block.operator_id, operator_id]
        _change_operator(session, block, operator_id, author)
    if change:
        save_row(session, block, author, change=change)
        rebuild_occupancy(session, [key])


def _change_exam_types(
    session: Session, block_id: int, wanted: frozenset[int]
) -> dict[str, object]:
    present = frozenset(
        session.scalars(
            select(BlockExamType.exam_type_id).where(BlockExamType.block_id == block_id)
        )
    )
    if present == wanted:
        return {}
    _refuse_booked(session, block_id, present - wanted)
    session.execute(delete(BlockExamType).where(BlockExamType.block_id == block_id))
    session.execute(
        insert(BlockExamType),
        [{"block_id": block_id, "exam_type_id": each} for each in sorted(wanted)],
    )
    return {"exam_type_ids": [plain(present), plain(wanted)]}


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


def _change_operator(
    session: Session, block: Block, operator_id: int | None, author: Author
) -> None:
    if operator_id is not None:
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
    change_operator_of_bookings(session, [block.id], operator_id, author)
    block.operator_id = operator_id


def _to_come(block_id: int) -> ColumnElement[bool]:
    return and_(
        Booking.block_id == block_id,
        Booking.status.in_([Status.BOOKED.value, Status.ARRIVED.value]),
    )
