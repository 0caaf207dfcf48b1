"""Today and tomorrow changed at once, outside the draft: the doctor who is ill at ten to eight, longer hours."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.support.catalogue import book, device
from tests.support.department import MONDAY, at
from tests.support.exam_room import history
from tracker.db import read_session
from tracker.domain.absences import AbsenceValues
from tracker.domain.errors import ConflictError, InvalidError, StaleError
from tracker.domain.plan import PlanBlock
from tracker.domain.planrules import may_perform
from tracker.models import Booking
from tracker.queries.occupancy_derived import differing_days
from tracker.queries.plan import WeekPlan, week_plan
from tracker.services.absences import add_absence
from tracker.services.planning import edit_plan
from tracker.services.publishing import change_at_once

pytestmark = pytest.mark.usefixtures("app_context")
NOW = at(7, 50)


def plan(now=NOW) -> WeekPlan:
    with read_session() as session:
        return week_plan(session, MONDAY, now=now)


def us12(day=MONDAY) -> tuple[PlanBlock, ...]:
    key = (device("US12").id, day)
    return tuple(block for block in plan().published if block.key == key)


def somebody_free(block: PlanBlock) -> int:
    """A doctor without work then who may do all of the block."""
    week = plan()
    busy = {other.operator_id for other in week.published if other.meets(block)}
    return next(
        doctor.id
        for doctor in week.facts.doctors.values()
        if doctor.id not in busy
        and all(may_perform(doctor, week.facts.exam_types[e]) for e in block.exam_type_ids)
    )


def test_a_sick_doctor_is_covered_and_no_booking_is_lost(head: int):
    booking_id = book("abdominal", "US12", at(9))
    morning, afternoon = us12()
    code = plan().facts.doctors[morning.operator_id].code
    away = AbsenceValues(operator=code, first=MONDAY, last=MONDAY, part="morning", kind="sick")
    assert add_absence(away, by=head, now=NOW).blocks == (morning,)
    cover = replace(morning, operator_id=somebody_free(morning))
    done = change_at_once({morning.key: (cover, afternoon)}, seen=us12(), by=head, now=NOW)
    assert (done.moved, done.flagged) == ((), ())
    assert us12() == (cover, afternoon)
    assert plan().broken == ()
    with read_session() as session:
        booking = session.get_one(Booking, booking_id)
        assert (booking.operator_id, booking.block_id) == (cover.operator_id, morning.block_id)
        assert differing_days(session, MONDAY, MONDAY + timedelta(days=1)) == []
    assert history(booking_id)[-1].change == {
        "operator_id": [morning.operator_id, cover.operator_id]
    }


def test_longer_hours_are_bookable_at_once(head: int):
    morning, afternoon = us12()
    longer = replace(afternoon, ends=afternoon.ends + 60)
    change_at_once({morning.key: (morning, longer)}, by=head, now=NOW)
    assert book("abdominal", "US12", at(afternoon.ends // 60, 10))


def test_the_draft_is_compared_anew(head: int):
    morning, afternoon = us12()
    edits = {morning.key: (morning,)}
    version = edit_plan(MONDAY, edits, action="remove", version=0, by=head, now=NOW)
    change_at_once({morning.key: (replace(morning, ends=700), afternoon)}, by=head, now=NOW)
    assert plan().stale == (morning.key,)
    assert plan().draft.version == version


def test_only_rules_that_the_change_itself_breaks_stand_in_its_way(head: int):
    morning, afternoon = us12()
    nobody = replace(morning, operator_id=None)
    with pytest.raises(ConflictError) as refusal:
        change_at_once({morning.key: (nobody, afternoon)}, by=head, now=NOW)
    assert [b.code for b in refusal.value.details["broken"]] == ["no_operator"]
    reason = {"no_operator": "Cover is on the way."}
    change_at_once({morning.key: (replace(nobody, overrules=reason), afternoon)}, by=head, now=NOW)
    assert us12()[0].overrules == reason
    # the morning still breaks its rule; the afternoon may be changed all the same
    shorter = replace(afternoon, ends=afternoon.ends - 30)
    change_at_once({morning.key: (us12()[0], shorter)}, by=head, now=NOW)
    assert us12()[1].ends == afternoon.ends - 30


def test_an_old_page_changes_nothing(head: int):
    seen = us12()
    change_at_once({seen[0].key: (replace(seen[0], ends=700), seen[1])}, by=head, now=NOW)
    with pytest.raises(StaleError):
        change_at_once({seen[0].key: (seen[1],)}, seen=seen, by=head, now=NOW)


def test_later_days_are_planned_in_the_draft(head: int):
    wednesday = us12(MONDAY + timedelta(days=2))
    with pytest.raises(InvalidError):
        change_at_once({wednesday[0].key: ()}, by=head, now=NOW)


def test_the_past_part_of_today_stays(head: int):
    """At ten the morning cannot begin later, nor be as if it had not been."""
    morning, afternoon = us12()
    edits = {morning.key: (replace(morning, starts=540, ends=660), afternoon)}
    change_at_once(edits, by=head, now=at(10))
    assert (us12()[0].starts, us12()[0].ends) == (480, 660)
    change_at_once({morning.key: (afternoon,)}, by=head, now=at(10, 30))
    assert (us12()[0].block_id, us12()[0].ends) == (morning.block_id, 630)
    early = replace(morning, starts=640, ends=700, block_id=None, reserve_minutes={})
    change_at_once({morning.key: (early, *us12())}, by=head, now=at(11))
    hours = [(480, 630), (660, 700), (afternoon.starts, afternoon.ends)]
    assert [(block.starts, block.ends) for block in us12()] == hours
