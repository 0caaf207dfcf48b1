"""Another operator or other exam types for a published block."""

import pytest
from sqlalchemy import select

from tests.support import catalogue
from tests.support.catalogue import book, entries_of, last_entry
from tests.support.department import SYSTEM, at
from tests.support.exam_room import history
from tracker.db import read_session, transaction
from tracker.domain.errors import ConflictError, InvalidError, NotFoundError, StaleError
from tracker.models import Block, BlockExamType, Booking, ExamType, Occupancy, StaffMember
from tracker.services.blocks import BlockValues, change_block
from tracker.writes.occupancy import rebuild_occupancy

pytestmark = pytest.mark.usefixtures("app_context")
PLAIN = frozenset({"abdominal", "superficial"})


@pytest.fixture
def block() -> Block:
    """US12, Tuesday morning."""
    with read_session() as session:
        of_device = (
            Block.device_id == catalogue.device("US12").id,
            Block.starts_at == at(8, day=1),
        )
        return session.scalars(select(Block).where(*of_device)).one()


@pytest.fixture
def free_doctor() -> StaffMember:
    """Somebody who is off on Tuesday morning."""
    with read_session() as session:
        at_work = select(Block.operator_id).where(Block.starts_at == at(8, day=1))
        return session.scalars(
            select(StaffMember).where(StaffMember.kind == "doctor", StaffMember.id.not_in(at_work))
        ).first()


def change(block: Block, operator: str | None, exam_types=PLAIN, **more: object) -> None:
    values = BlockValues(operator=operator, exam_types=exam_types)
    change_block(block.id, values, by=SYSTEM, now=at(9), **more)


def types_of(block: Block) -> set[str]:
    with read_session() as session:
        return set(
            session.scalars(
                select(ExamType.code)
                .join(BlockExamType, BlockExamType.exam_type_id == ExamType.id)
                .where(BlockExamType.block_id == block.id)
            )
        )


def assert_occupancy_agrees() -> None:
    with transaction() as session:
        keys = session.execute(select(Occupancy.device_id, Occupancy.local_date)).all()
        assert rebuild_occupancy(session, [tuple(key) for key in keys]) == 0


def test_another_doctor_takes_the_block_and_its_bookings(block: Block, free_doctor: StaffMember):
    booking_id = book("abdominal", "US12", at(9, day=1))
    change(block, free_doctor.code, version=1)
    with read_session() as session:
        assert session.get_one(Block, block.id).operator_id == free_doctor.id
        assert session.get_one(Booking, booking_id).operator_id == free_doctor.id
    change_of_booking = {"operator_id": [block.operator_id, free_doctor.id]}
    assert history(booking_id)[-1].change == change_of_booking
    assert entries_of("booking", booking_id)[-1] == ("change", change_of_booking)
    assert types_of(block) == PLAIN
    assert last_entry()[:2] == ("change", "block")
    assert_occupancy_agrees()


def test_nobody_may_be_named(block: Block):
    change(block, None)
    with read_session() as session:
        assert session.get_one(Block, block.id).operator_id is None
    assert_occupancy_agrees()


def test_a_doctor_at_work_elsewhere_is_refused(block: Block):
    with read_session() as session:
        other = session.scalars(
            select(StaffMember.code)
            .join(Block, Block.operator_id == StaffMember.id)
            .where(Block.starts_at == at(8, day=1), Block.id != block.id)
        ).first()
    with pytest.raises(InvalidError) as refusal:
        change(block, other)
    assert refusal.value.field == "operator"


@pytest.mark.parametrize("exam_types", [frozenset(), frozenset({"x"}), frozenset({"cardiac"})])
def test_what_the_machine_cannot_do_is_refused(block: Block, exam_types: frozenset[str]):
    with pytest.raises(InvalidError) as refusal:
        change(block, None, exam_types)
    assert refusal.value.field == "exam_types"


def test_what_is_booked_cannot_be_taken_away(block: Block):
    book("abdominal", "US12", at(9, day=1))
    with pytest.raises(ConflictError):
        change(block, None, frozenset({"superficial"}))
    assert "abdominal" in types_of(block)


def test_an_old_version_an_unknown_block_and_one_that_is_over(block: Block):
    with pytest.raises(StaleError):
        change(block, None, version=7)
    values = BlockValues(operator=None, exam_types=PLAIN)
    with pytest.raises(NotFoundError):
        change_block(999_999, values, by=SYSTEM, now=at(9))
    with pytest.raises(ConflictError):
        change_block(block.id, values, by=SYSTEM, now=at(12, day=1))
