"""Publishing a week's draft: blocks change, bookings follow, move or are flagged, and nobody is stranded."""

from dataclasses import replace
from datetime import timedelta
from itertools import combinations

import pytest
from sqlalchemy import func, select

from tests.support.catalogue import book, device, entries_of, exam_type, stream
from tests.support.department import MONDAY, at
from tests.support.exam_room import history
from tracker.db import read_session
from tracker.domain import planedits
from tracker.domain.errors import ConflictError, StaleError
from tracker.domain.plan import PlanBlock, week_days
from tracker.domain.planrules import may_perform
from tracker.models import Block, BlockReserve, Booking, PlannedWeek
from tracker.queries.occupancy_derived import differing_days
from tracker.queries.plan import WeekPlan, week_plan
from tracker.queries.plan_effects import publishing_preview
from tracker.services.blocks import BlockValues, change_block
from tracker.services.changing import cancel_booking
from tracker.services.horizon import open_horizon
from tracker.services.planning import edit_plan
from tracker.services.publishing import publish

pytestmark = pytest.mark.usefixtures("app_context")
NOW = at(7)
TUESDAY = MONDAY + timedelta(days=1)
NEXT = MONDAY + timedelta(weeks=8)


def plan(monday=MONDAY, now=NOW) -> WeekPlan:
    with read_session() as session:
        return week_plan(session, monday, now=now)


def of_day(code: str, day=TUESDAY, monday=MONDAY) -> tuple[PlanBlock, ...]:
    key = (device(code).id, day)
    return tuple(block for block in plan(monday).blocks if block.key == key)


def put(edits, by: int, *, monday=MONDAY, now=NOW):
    """Edit and publish, with the preview before."""
    week = plan(monday, now)
    version = edit_plan(
        monday,
        edits,
        action="edit",
        version=week.draft.version if week.draft else 0,
        by=by,
        now=now,
    )
    with read_session() as session:
        preview = publishing_preview(session, week_plan(session, monday, now=now), now=now)
    done = publish(monday, version=version, by=by, now=now)
    assert {row.booking.id for row in preview.moved} == set(done.moved)
    assert {row.booking.id for row in preview.flagged} == set(done.flagged)
    for row in preview.moved:
        stands = booking(row.booking.id)
        assert (stands.device_id, stands.starts_at) == (row.to_device_id, row.to_start)
    assert_sound()
    return done


def booking(booking_id: int) -> Booking:
    with read_session() as session:
        return session.get_one(Booking, booking_id)


def assert_sound() -> None:
    with read_session() as session:
        assert differing_days(session, MONDAY - timedelta(days=7), NEXT + timedelta(days=7)) == []
        lost = select(func.count(Booking.id)).where(
            Booking.block_id.is_not(None), Booking.block_id.not_in(select(Block.id))
        )
        assert session.scalar(lost) == 0
        aside = select(func.count(Block.id)).where(Block.starts_at < at(0, day=-100))
        assert session.scalar(aside) == 0


def pair() -> tuple[PlanBlock, PlanBlock]:
    """Two blocks of Tuesday morning whose doctors can do each other's work; abdominal is part of it."""
    week = plan()
    abdominal = exam_type("abdominal").id
    mornings = [b for b in week.blocks if b.local_date == TUESDAY and b.starts == 480]
    return next(
        (one, other)
        for one, other in combinations(mornings, 2)
        if abdominal in one.exam_type_ids
        and all(
            may_perform(week.facts.doctors[doctor], week.facts.exam_types[each])
            for doctor, block in ((one.operator_id, other), (other.operator_id, one))
            for each in block.exam_type_ids
        )
    )


def test_two_doctors_change_places_and_their_bookings_follow(head: int):
    one, other = pair()
    code = plan().facts.devices[one.device_id].code
    booking_id = book("abdominal", code, at(9, day=1))
    target = planedits.Cell(*other.key, 0)
    parts = ((480, 720), (780, 1020))
    edits = planedits.drag(plan().blocks, (one.key, one.starts), target, parts)
    done = put(edits, head)
    assert (done.moved, done.flagged, len(done.changes)) == ((), (), 2)
    now_there = of_day(code)[0]
    assert (now_there.block_id, now_there.operator_id) == (one.block_id, other.operator_id)
    assert booking(booking_id).operator_id == other.operator_id
    assert booking(booking_id).block_id == one.block_id
    assert history(booking_id)[-1].change == {"operator_id": [one.operator_id, other.operator_id]}
    change = {"operator_id": [one.operator_id, other.operator_id]}
    assert entries_of("block", one.block_id)[-1] == ("change", change)
    assert plan().draft is None
    assert plan().is_planned


def test_a_booking_without_its_block_is_moved_on_its_day(head: int):
    booking_id = book("abdominal", "US12", at(9, day=1))
    block = of_day("US12")[0]
    done = put(planedits.remove_block(plan().blocks, (block.key, block.starts)), head)
    moved = booking(booking_id)
    assert (done.moved, done.flagged) == ((booking_id,), ())
    assert (moved.starts_at, moved.is_flagged) == (at(9, day=1), False)
    assert moved.device_id != block.device_id
    assert history(booking_id)[-1].reason == "The device plan was changed."
    with read_session() as session:
        assert session.get(Block, block.block_id) is None


def test_where_no_place_is_left_the_booking_is_kept_and_flagged(head: int):
    booking_id = book("abdominal", "US12", at(9, day=1))
    keep = {each.id for each in [exam_type("superficial")]}
    edits = {
        key: tuple(replace(b, exam_type_ids=frozenset(keep)) for b in plan().blocks if b.key == key)
        for key in {b.key for b in plan().blocks if b.local_date == TUESDAY}
        if keep <= plan().facts.devices[key[0]].exam_type_ids
    }
    others = {b.key for b in plan().blocks if b.local_date == TUESDAY} - edits.keys()
    done = put({**edits, **dict.fromkeys(others, ())}, head)
    kept = booking(booking_id)
    assert (done.moved, done.flagged) == ((), (booking_id,))
    assert (kept.starts_at, kept.is_flagged) == (at(9, day=1), True)
    assert kept.flag_reason == "The device plan was changed."


def test_a_booking_cut_off_by_shorter_hours_moves_to_the_nearest_time(head: int):
    booking_id = book("abdominal", "US12", at(11, 30, day=1))
    block = of_day("US12")[0]
    shorter = replace(block, ends=660)
    done = put(planedits.replace_block(plan().blocks, (block.key, block.starts), shorter), head)
    assert done.moved == (booking_id,)
    assert booking(booking_id).starts_at == at(11, 30, day=1)
    assert of_day("US12")[0].block_id == block.block_id


def test_a_block_that_is_cut_in_two_keeps_its_bookings_in_their_part(head: int):
    early, late = (
        book("abdominal", "US12", at(9, day=1)),
        book("abdominal", "US12", at(11, day=1), patient=2),
    )
    block, afternoon = of_day("US12")
    second = replace(block, starts=630, block_id=None, reserve_minutes={})
    first = replace(block, ends=630, reserve_minutes={})
    done = put({block.key: (first, second, afternoon)}, head)
    assert (done.moved, done.flagged) == ((), ())
    new = of_day("US12")[1]
    assert (new.starts, booking(early).block_id, booking(late).block_id) == (
        630,
        block.block_id,
        new.block_id,
    )


def test_two_blocks_of_a_machine_change_their_hours_in_one_step(head: int):
    morning, afternoon = of_day("US12")
    edits = {
        morning.key: (
            replace(morning, starts=afternoon.starts, ends=afternoon.ends),
            replace(afternoon, starts=morning.starts, ends=morning.ends, reserve_minutes={}),
        )
    }
    put(edits, head)
    assert [b.block_id for b in of_day("US12")] == [afternoon.block_id, morning.block_id]


def test_a_cancelled_booking_does_not_keep_a_block(head: int):
    booking_id = book("abdominal", "US12", at(9, day=1))
    cancel_booking(booking_id, reason="changed her mind", by=head, now=NOW)
    block = of_day("US12")[0]
    put(planedits.remove_block(plan().blocks, (block.key, block.starts)), head)
    assert booking(booking_id).block_id is None


def test_reserves_and_reasons_are_stored_with_their_block(head: int):
    block = of_day("US12")[0]
    cadre = stream("cadre_ward")
    changed = replace(
        block,
        operator_id=None,
        reserve_minutes={cadre.id: 40},
        overrules={"no_operator": "Will be named on Monday."},
    )
    put(planedits.replace_block(plan().blocks, (block.key, block.starts), changed), head)
    stored = of_day("US12")[0]
    assert stored.reserve_minutes == {cadre.id: 40}
    assert stored.overrules == {"no_operator": "Will be named on Monday."}
    with read_session() as session:
        reserve = session.get_one(BlockReserve, (block.block_id, cadre.id))
        assert reserve.released_at == at(8, day=1)
    assert [broken.allowed for broken in plan().broken] == ["Will be named on Monday."]
    put(
        planedits.overrule(plan().blocks, (block.key, block.starts), {"no_operator": "Later."}),
        head,
    )
    assert of_day("US12")[0].overrules == {"no_operator": "Later."}


def test_all_broken_rules_are_told_at_once(head: int):
    morning, afternoon = of_day("US12")
    nobody = replace(morning, operator_id=None)
    edits = {morning.key: (nobody, replace(afternoon, exam_type_ids=frozenset()))}
    version = edit_plan(MONDAY, edits, action="edit", version=0, by=head, now=NOW)
    with pytest.raises(ConflictError) as refusal:
        publish(MONDAY, version=version, by=head, now=NOW)
    assert refusal.value.code == "rules_broken"
    assert {b.code for b in refusal.value.details["broken"]} == {"no_operator", "no_exam_type"}
    assert of_day("US12")[0].block_id == morning.block_id
    assert not plan().is_planned


def test_a_week_that_was_not_opened_is_opened_and_left_to_the_plan(head: int):
    first = [b for b in plan(NEXT).blocks if b.local_date == NEXT]
    gone = first[0].key
    put({gone: ()}, head, monday=NEXT)
    blocks = plan(NEXT).blocks
    assert all(block.block_id for block in blocks)
    assert gone not in {block.key for block in blocks}
    before = len(blocks)
    assert open_horizon(by=head, now=NOW, through=NEXT + timedelta(days=6)).blocks > 0
    assert len(plan(NEXT).blocks) == before
    with read_session() as session:
        assert session.get_one(PlannedWeek, NEXT).published_by_id == head
        weekly = select(func.count(Block.id)).where(
            Block.local_date.in_(week_days(NEXT)), Block.weekly_block_id.is_(None)
        )
        assert session.scalar(weekly) == 0


def test_what_was_published_meanwhile_has_to_be_confirmed(head: int):
    block = of_day("US12")[0]
    version = edit_plan(MONDAY, {block.key: ()}, action="edit", version=0, by=head, now=NOW)
    change_block(
        block.block_id,
        BlockValues(operator=None, exam_types=frozenset({"abdominal"})),
        by=head,
        now=NOW,
    )
    assert plan().stale == (block.key,)
    with pytest.raises(ConflictError) as refusal:
        publish(MONDAY, version=version, by=head, now=NOW)
    assert refusal.value.code == "draft_stale"
    publish(MONDAY, version=version, confirmed_stale=True, by=head, now=NOW)
    assert block.starts not in {b.starts for b in of_day("US12")}


def test_another_version_or_no_draft_publishes_nothing(head: int):
    with pytest.raises(ConflictError) as refusal:
        publish(MONDAY, version=0, by=head, now=NOW)
    assert refusal.value.code == "no_draft"
    version = edit_plan(
        MONDAY, {of_day("US12")[0].key: ()}, action="edit", version=0, by=head, now=NOW
    )
    with pytest.raises(StaleError):
        publish(MONDAY, version=version + 1, by=head, now=NOW)


def test_what_is_past_is_not_rewritten(head: int):
    """At 10:00 the morning runs: it ends now when it is taken away, and the day before stays."""
    later = at(10, day=1)
    morning, afternoon = of_day("US12")
    monday = of_day("US12", MONDAY)
    version = edit_plan(
        MONDAY,
        {monday[0].key: (), morning.key: (afternoon,)},
        action="edit",
        version=0,
        by=head,
        now=NOW,
    )
    publish(MONDAY, version=version, by=head, now=later)
    assert of_day("US12", MONDAY) == monday
    cut, rest = of_day("US12")
    assert (cut.block_id, cut.starts, cut.ends) == (morning.block_id, 480, 600)
    assert rest == afternoon
    assert_sound()


def test_a_round_loses_the_way_there_and_back(head: int):
    booking_id = book("abdominal", "US12", at(8, day=1))
    block = of_day("US12")[0]
    ward = replace(block, place="Ward 7", transport_minutes=20, reserve_minutes={})
    done = put(planedits.replace_block(plan().blocks, (block.key, block.starts), ward), head)
    assert done.moved == (booking_id,)
    assert (of_day("US12")[0].place, of_day("US12")[0].open_minutes) == ("Ward 7", 200)
    with pytest.raises(Exception, match="no working hours"):
        book("abdominal", "US12", at(8, 19, day=1), patient=3)
    assert book("abdominal", "US12", at(8, 20, day=1), patient=3)
