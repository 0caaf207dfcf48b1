"""Taking a machine over: the block is split at this minute, and everything that hangs on it follows."""

from datetime import datetime

import pytest
from sqlalchemy import select

from tests.support.department import MONDAY, account_id, at
from tests.support.exam_room import arrived, book, booking, exams, history, running
from tests.support.soundness import assert_sound, tables
from tracker.db import read_session, transaction
from tracker.domain.errors import ConflictError, InvalidError, StaleError
from tracker.domain.horizon import DayBlock
from tracker.models import AuditEntry, Block, BlockExamType, BlockReserve, Device, StaffMember
from tracker.services.changing import cancel_booking, check_in
from tracker.services.examining import finish, start
from tracker.services.taking_over import Takeover, take_over_machine
from tracker.services.undoing import undo_step
from tracker.writes.blocks import insert_blocks
from tracker.writes.occupancy import rebuild_occupancy

pytestmark = pytest.mark.usefixtures("app_context")

CADRE, MEDICAL = 2, 3
MACHINE, BEFORE = "US11", "D24"
ABLE, ELSEWHERE = "D01", "D16"
"""D01 is off on Monday morning, D16 works on US01; both can do what US11 does."""


def take(operator: str = ABLE, *, device: str = MACHINE, now: datetime, **more: object) -> None:
    reason = str(more.pop("reason", ""))
    wanted = Takeover(device, operator, reason)
    take_over_machine(wanted, by=account_id("head"), now=now, **more)  # type: ignore[arg-type]
    assert_sound()


def blocks(device: str = MACHINE) -> list[tuple[datetime, datetime, str | None]]:
    """Start, end and doctor of every block of the machine on Monday morning."""
    with read_session() as session:
        rows = session.execute(
            select(Block.starts_at, Block.ends_at, StaffMember.code)
            .join(Device, Device.id == Block.device_id)
            .outerjoin(StaffMember, StaffMember.id == Block.operator_id)
            .where(Device.code == device, Block.ends_at <= at(12))
            .order_by(Block.starts_at)
        )
        return [tuple(row) for row in rows]


def of_block(column: object, starts_at: datetime, device: str = MACHINE) -> list[object]:
    """The rows of a table beside the block of the machine that starts then."""
    table = column.class_  # type: ignore[attr-defined]
    with read_session() as session:
        return list(
            session.scalars(
                select(column)  # type: ignore[call-overload]
                .join(Block, Block.id == table.block_id)
                .join(Device, Device.id == Block.device_id)
                .where(Device.code == device, Block.starts_at == starts_at)
                .order_by(column)
            )
        )


def audited(entity: str = "block") -> list[tuple[str, dict[str, object]]]:
    with read_session() as session:
        rows = session.execute(
            select(AuditEntry.action, AuditEntry.change)
            .where(AuditEntry.entity == entity)
            .order_by(AuditEntry.id)
        )
        return [(row.action, row.change) for row in rows][1:]  # the first opened the horizon


def test_the_block_ends_now_and_the_rest_is_the_new_doctors() -> None:
    take(now=at(9, 30, second=40))
    assert blocks() == [(at(8), at(9, 30), BEFORE), (at(9, 30), at(12), ABLE)]
    types = of_block(BlockExamType.exam_type_id, at(8))
    assert types == of_block(BlockExamType.exam_type_id, at(9, 30))
    assert len(types) == 3
    assert [action for action, _ in audited()] == ["add", "take_over"]


def test_bookings_to_come_follow_the_doctor_and_what_is_done_stays() -> None:
    done = running(1, at(8), device=MACHINE)
    finish(done, by=account_id("sonographer"), now=at(8, 9))
    late = arrived(2, at(8, 40), device=MACHINE)  # waits since before the change
    to_come = book(3, at(10), device=MACHINE)
    take(now=at(9))
    assert [booking(each).operator for each in (done, late, to_come)] == [BEFORE, ABLE, ABLE]
    assert booking(done).block_id == booking(late).block_id != booking(to_come).block_id
    assert [step.change.keys() for step in history(to_come)[1:]] == [{"block_id", "operator_id"}]
    assert len(history(done)) == 4
    assert exams()[0].operator == "D01"  # whose account it was: nothing of the past changes


def test_a_booking_around_this_minute_stays_whole() -> None:
    book(1, at(8, 55), device=MACHINE)  # 08:55 to 09:05
    take(now=at(9))
    assert blocks() == [(at(8), at(9, 5), BEFORE), (at(9, 5), at(12), ABLE)]


def test_an_exam_in_progress_stays_with_who_began_it() -> None:
    runs = arrived(1, at(8, 55), device=MACHINE)
    start(runs, by=account_id("colleague"), now=at(8, 55))
    take(now=at(9))
    finish(runs, by=account_id("colleague"), now=at(9, 4))
    assert exams()[0].operator == booking(runs).started_operator == "D02"
    assert_sound()


def test_reserves_keep_what_they_have_used_and_what_is_left() -> None:
    book(1, at(8), device=MACHINE, stream="medical_exam")
    book(2, at(8, 10), device=MACHINE, stream="medical_exam", exam_type="superficial")
    check_in(book(3, at(8, 20), device=MACHINE, stream="medical_exam"), by=1, now=at(8, 5))
    before = of_block(BlockReserve.minutes, at(8))
    take(now=at(9))
    # the first two are past and nobody came: they have used nothing
    assert of_block(BlockReserve.minutes, at(8)) == [10]
    assert of_block(BlockReserve.minutes, at(9)) == [20, 65]
    assert before == [20, 75]


def test_what_was_cancelled_comes_back_into_the_block_it_now_lies_in() -> None:
    cancelled = book(1, at(10), device=MACHINE)
    cancel_booking(cancelled, reason="ill", by=1, now=at(8, 30))
    take(now=at(9))
    undo_step(cancelled, by=account_id("reception"), now=at(9, 5))
    assert booking(cancelled).status == "booked"
    assert_sound()


def test_the_doctor_leaves_the_block_in_which_he_stands() -> None:
    around = book(1, at(8, 55), device="US01")
    later = book(2, at(10), device="US01")
    take(ELSEWHERE, now=at(9))
    assert blocks("US01") == [(at(8), at(8, 55), ELSEWHERE), (at(8, 55), at(12), None)]
    assert blocks() == [(at(8), at(9), BEFORE), (at(9), at(12), ELSEWHERE)]
    assert [booking(each).operator for each in (around, later)] == [None, None]


def test_two_doctors_change_places() -> None:
    book(1, at(8, 55), device="US01")
    book(2, at(8, 50), device=MACHINE, exam_type="cardiac")  # until 09:05
    take(ELSEWHERE, now=at(9))
    take(BEFORE, device="US01", now=at(9, 1), reason="vascular is examined by D16")
    assert blocks() == [
        (at(8), at(8, 50), BEFORE),
        (at(8, 50), at(9, 5), None),
        (at(9, 5), at(12), ELSEWHERE),
    ]
    assert blocks("US01")[-1] == (at(9, 5), at(12), BEFORE)


def test_nobody_leaves_a_patient_in_the_middle_of_an_exam() -> None:
    runs = arrived(1, at(8, 55), device="US02")
    start(runs, by=account_id("sonographer"), now=at(8, 55))
    before = tables()
    with pytest.raises(ConflictError) as refusal:
        take(now=at(9))
    assert (refusal.value.field, refusal.value.params) == ("operator", {"device": "US02"})
    assert tables() == before


def test_a_missing_competence_needs_a_reason_that_is_kept() -> None:
    before = tables()
    with pytest.raises(InvalidError) as refusal:
        take("D10", now=at(9))
    assert refusal.value.field == "reason"
    assert tables() == before
    to_come = book(1, at(10), device=MACHINE)
    take("D10", now=at(9), reason=" D24 was called away ")
    taken = dict(audited())["take_over"]
    assert taken["without_competence"] == ["cardiac"]
    assert taken["reason"] == history(to_come)[-1].reason == "D24 was called away"


def test_before_the_hours_begin_the_whole_block_is_taken_and_at_noon_the_next_one() -> None:
    booked = book(1, at(10), device=MACHINE)
    take(now=at(7, 40))
    assert blocks() == [(at(8), at(12), ABLE)]
    assert booking(booked).operator == ABLE
    take("D05", now=at(12, 30), reason="vascular waits")  # leaves US18
    assert blocks() == [(at(8), at(12), ABLE)]
    with read_session() as session:
        afternoon = session.scalars(
            select(Block)
            .join(StaffMember, StaffMember.id == Block.operator_id)
            .where(StaffMember.code == "D05", Block.local_date == at(12).date())
        ).one()
    assert (afternoon.starts_at, afternoon.ends_at) == (at(13, 30), at(17))


def test_a_booking_to_the_end_of_the_hours_leaves_nothing_to_split() -> None:
    last = book(1, at(11, 50), device=MACHINE)
    take(now=at(11, 55))
    assert blocks() == [(at(8), at(12), BEFORE)]
    assert booking(last).operator == ABLE


@pytest.mark.parametrize(
    ("operator", "device", "now", "field"),
    [
        (BEFORE, MACHINE, at(9), "operator"),  # works there already
        ("", MACHINE, at(9), "operator"),
        ("D99", MACHINE, at(9), "operator"),
        ("N01", MACHINE, at(9), "operator"),
        (ABLE, MACHINE, at(17), "device"),  # the day is over
        (ABLE, "US99", at(9), "device"),
    ],
)
def test_what_cannot_be_changes_nothing(
    operator: str, device: str, now: datetime, field: str
) -> None:
    before = tables()
    with pytest.raises((InvalidError, ConflictError)) as refusal:
        take(operator, device=device, now=now)
    assert refusal.value.field == field
    assert tables() == before


def test_an_old_page_changes_nothing() -> None:
    take(now=at(9), version=1)
    with pytest.raises(StaleError):
        take("D21", now=at(9), version=7)
    assert blocks()[-1] == (at(9), at(12), ABLE)


def test_a_machine_can_be_taken_again_and_again() -> None:
    booked = book(1, at(11), device=MACHINE)
    for minute, operator in ((10, ABLE), (20, "D21"), (20, "D13"), (50, ABLE)):
        take(operator, now=at(9, minute))
    assert [code for *_, code in blocks()] == [BEFORE, ABLE, "D13", ABLE]
    assert booking(booked).operator == ABLE
    assert sum((ends - starts).seconds for starts, ends, _ in blocks()) == 4 * 3600


def test_a_night_that_runs_past_midnight_is_taken_over_as_the_block_that_runs() -> None:
    open_night(at(22), at(2, day=1))
    take(now=at(0, 30, day=1), reason="the night")
    with read_session() as session:
        night = session.execute(
            select(Block.starts_at, Block.ends_at, Block.local_date, StaffMember.code)
            .outerjoin(StaffMember, StaffMember.id == Block.operator_id)
            .where(Block.starts_at >= at(22), Block.ends_at <= at(2, day=1))
            .order_by(Block.starts_at)
        ).all()
    assert [tuple(row) for row in night] == [
        (at(22), at(0, 30, day=1), MONDAY, None),
        (at(0, 30, day=1), at(2, day=1), MONDAY, ABLE),
    ]


def open_night(starts_at: datetime, ends_at: datetime) -> None:
    with transaction() as session:
        device_id = session.scalars(select(Device.id).where(Device.code == MACHINE)).one()
        types = frozenset(
            session.scalars(
                select(BlockExamType.exam_type_id)
                .join(Block, Block.id == BlockExamType.block_id)
                .where(Block.device_id == device_id)
            )
        )
        block = DayBlock(device_id, MONDAY, starts_at, ends_at, None, None, types)
        insert_blocks(session, [block])
        rebuild_occupancy(session, [(device_id, MONDAY)])
