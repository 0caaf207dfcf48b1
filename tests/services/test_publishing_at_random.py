"""Any edits published over any bookings: what the preview says comes true, and nobody is lost."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.support.catalogue import book
from tests.support.department import MONDAY, account_id, at
from tracker.db import read_session
from tracker.domain.errors import DomainError
from tracker.domain.lifecycle import MOVABLE, Status
from tracker.domain.plan import PlanBlock, by_device_date
from tracker.domain.planrules import WARNING, broken_rules
from tracker.models import Block, Booking
from tracker.queries.occupancy_derived import differing_days
from tracker.queries.plan import WeekPlan, stored_plan, week_plan
from tracker.queries.plan_effects import publishing_preview
from tracker.services.changing import cancel_booking
from tracker.services.planning import edit_plan
from tracker.services.publishing import publish

pytestmark = pytest.mark.usefixtures("app_context")
TUESDAY = MONDAY + timedelta(days=1)
NOW = at(10, 20, day=1)  # in the middle of Tuesday's morning
DAYS = (TUESDAY, TUESDAY + timedelta(days=1))


def plan() -> WeekPlan:
    with read_session() as session:
        return week_plan(session, MONDAY, now=NOW)


def fill(rng: random.Random, head: int) -> list[int]:
    """Some thirty bookings on few machines, one of ten cancelled."""
    ids = []
    for number in range(60):
        day, hour, code = rng.randint(1, 2), rng.randint(8, 15), f"US{rng.randint(10, 13)}"
        start = at(hour, rng.randint(0, 59), day=day)
        try:
            ids.append(book("abdominal", code, start, patient=1 + number % 40))
        except DomainError:
            continue
        if rng.random() < 0.1:
            cancel_booking(ids[-1], reason="rang up", by=head, now=at(7, 30))
    return ids


def changed(rng: random.Random, block: PlanBlock) -> list[PlanBlock]:
    """What becomes of a block: gone, shorter, later, cut in two, narrower, a round, without its doctor, the same."""
    kind = rng.randrange(8)
    middle = (block.starts + block.ends) // 2
    bare = replace(block, reserve_minutes={})
    return {
        0: [],
        1: [replace(bare, ends=middle)],
        2: [replace(bare, starts=middle)],
        3: [replace(bare, ends=middle), replace(bare, starts=middle, block_id=None)],
        4: [replace(bare, exam_type_ids=frozenset(sorted(block.exam_type_ids)[1:2]))],
        5: [replace(bare, place="Ward 7", transport_minutes=rng.randint(5, 60))],
        6: [replace(block, operator_id=None)],
    }.get(kind, [block])


def edits(rng: random.Random, week: WeekPlan):
    """Half of the device days of two days, with a reason for every rule that warns."""
    found = {}
    for key, blocks in by_device_date(week.blocks).items():
        if key[1] in DAYS and rng.random() < 0.5:
            found[key] = tuple(
                replace(each, overrules=dict.fromkeys(WARNING, "as it has to be"))
                for block in blocks
                for each in changed(rng, block)
            )
    return found


def snapshot(ids: list[int]) -> dict[int, Booking]:
    with read_session() as session:
        return {
            each.id: each for each in session.scalars(select(Booking).where(Booking.id.in_(ids)))
        }


def is_held(booking: Booking) -> bool:
    """Whether it stands in its block, between the way there and the way back, with its doctor."""
    if booking.block_id is None:
        return False
    with read_session() as session:
        block = session.get_one(Block, booking.block_id)
    way = timedelta(minutes=block.transport_minutes)
    return (
        block.device_id == booking.device_id
        and block.starts_at + way <= booking.starts_at
        and booking.ends_at <= block.ends_at - way
        and block.operator_id == booking.operator_id
    )


@pytest.mark.parametrize("seed", range(4))
def test_nobody_is_lost_whatever_is_published(seed: int):
    rng, head = random.Random(seed), account_id("head")
    ids = fill(rng, head)
    before, standing = snapshot(ids), plan().published
    past = [block for block in standing if block.local_date < TUESDAY or block.ends <= 620]
    version = edit_plan(MONDAY, edits(rng, plan()), action="edit", version=0, by=head, now=NOW)
    assert not [broken for broken in plan().broken if broken.refuses]
    with read_session() as session:
        preview = publishing_preview(session, week_plan(session, MONDAY, now=NOW), now=NOW)
    done = publish(MONDAY, version=version, by=head, now=NOW)
    after = snapshot(ids)
    assert {row.booking.id for row in preview.moved} == set(done.moved)
    assert {row.booking.id for row in preview.flagged} == set(done.flagged)
    for row in preview.moved:
        stands = after[row.booking.id]
        assert (stands.device_id, stands.starts_at) == (row.to_device_id, row.to_start)
    for booking_id, booking in after.items():
        to_come = Status(booking.status) in MOVABLE and before[booking_id].ends_at > NOW
        if to_come and booking_id not in done.flagged:
            assert is_held(booking)
        if booking_id not in done.moved:
            assert booking.starts_at == before[booking_id].starts_at
        assert booking.is_flagged == (booking_id in done.flagged)
        assert booking.local_date == before[booking_id].local_date
    assert_sound(past)


def assert_sound(past: list[PlanBlock]) -> None:
    with read_session() as session:
        assert differing_days(session, MONDAY, MONDAY + timedelta(days=6)) == []
        stored = stored_plan(session, MONDAY, MONDAY + timedelta(days=6))
    known = [replace(block, overrules={}) for block in stored]
    assert [block for block in past if block.local_date < TUESDAY and block not in known] == []
    assert {b.block_id for b in past if b.local_date == TUESDAY} <= {b.block_id for b in stored}
    facts = plan().facts
    assert not [each for each in broken_rules(stored, facts) if each.code == "device_twice"]
