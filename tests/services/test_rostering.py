"""A roster taken in: the draft, the absences and what was answered, in one step or not at all."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select, update

from tests.support.catalogue import book
from tests.support.department import account_id, at
from tests.support.refusals import refused
from tests.support.soundness import count
from tracker.db import read_session, transaction
from tracker.domain.errors import InvalidError, StaleError
from tracker.domain.plan import PlanBlock, monday_of
from tracker.domain.planrules import broken_rules
from tracker.models import Absence, Booking, StaffMember
from tracker.queries.occupancy_derived import differing_days
from tracker.queries.plan import WeekPlan, week_plan
from tracker.queries.roster import Answers, kept_answers
from tracker.services.planning import edit_plan, undo
from tracker.services.publishing import publish
from tracker.services.rostering import GivenRoster, TakenIn, take_in_roster

pytestmark = pytest.mark.usefixtures("app_context")

NOW = at(7)
WEDNESDAY = date(2026, 11, 25)
MONDAY = monday_of(WEDNESDAY)
NO_ANSWERS = Answers({}, {})


def plan() -> WeekPlan:
    with read_session() as session:
        return week_plan(session, MONDAY, now=NOW)


def device(code: str) -> int:
    return next(each.id for each in plan().facts.devices.values() if each.code == code)


def on_wednesday(code: str, starts: int = 480) -> PlanBlock:
    key = (device(code), WEDNESDAY)
    return next(each for each in plan().blocks if each.key == key and each.starts == starts)


def doctor_at(code: str, starts: int = 480) -> str:
    operator_id = on_wednesday(code, starts).operator_id
    return "" if operator_id is None else plan().facts.doctors[operator_id].code


def take(text: str, answers: Answers = NO_ANSWERS, version: int = 0) -> TakenIn:
    given = GivenRoster(MONDAY, text, answers, version)
    return take_in_roster(given, by=account_id("head"), now=NOW)


def absences() -> list[tuple[date, date, str, str]]:
    with read_session() as session:
        columns = (Absence.first_date, Absence.last_date, Absence.part, Absence.kind)
        return [tuple(row) for row in session.execute(select(*columns).order_by(Absence.id))]


def test_two_doctors_change_machines_in_the_draft_alone() -> None:
    one, other = doctor_at("US01"), doctor_at("US02")
    published = plan().published
    assert take(f"工号\t周三上午\n{one}\tUS02\n{other}\tUS01") == TakenIn(2, 0)
    assert (doctor_at("US01"), doctor_at("US02")) == (other, one)
    assert plan().published == published
    before = {(b.code, b.block.key) for b in broken_rules(published, plan().facts)}
    after = {(b.code, b.block.key) for b in plan().broken}
    assert after <= before, "exam types follow what the doctors may do"


def test_who_is_away_is_among_the_absences_and_named_at_no_machine() -> None:
    who = doctor_at("US01")
    text = f"工号\t周三\t周四\t周五上午\n{who}\t年假\t年假\t病假"
    assert take(text).absences == 3
    assert absences() == [
        (date(2026, 11, 25), date(2026, 11, 26), "afternoon", "leave"),
        (date(2026, 11, 25), date(2026, 11, 26), "morning", "leave"),
        (date(2026, 11, 27), date(2026, 11, 27), "morning", "sick"),
    ]
    assert doctor_at("US01") == ""
    assert count("audit_entry", "entity = 'absence'") == 3


def test_absences_are_looked_up_at_once(statements: list[str]) -> None:
    who, other = doctor_at("US01"), doctor_at("US02")
    text = f"工号\t周四\t周五\n{who}\t年假\t病假\n{other}\t病假\t年假"
    statements.clear()
    assert take(text).absences == 8
    asked = [each for each in statements if "FROM absence" in each]
    assert len(asked) == 2, "for the plan's facts, and for what is known already"


def test_two_doctors_in_one_day_long_block_share_it_with_its_bookings() -> None:
    first, second = doctor_at("US01"), doctor_at("US01", 810)
    assert doctor_at("US11", 810) == first
    before = machine_of(second)
    whole = work_all_day("US01")
    early, late = (book("abdominal", "US01", at(hour, day=2)) for hour in (9, 15))
    text = f"工号\t周三上午\t周三下午\n{first}\tUS01\tUS11\n{second}\t{before}\tUS01"
    take(text)
    morning, afternoon = on_wednesday("US01"), on_wednesday("US01", 810)
    assert (morning.ends, afternoon.ends) == (810, 1020)
    assert (doctor_at("US01"), doctor_at("US01", 810)) == (first, second)
    kept = [each.reserve_minutes for each in (morning, afternoon)]
    assert {s: sum(each[s] for each in kept) for s in kept[0]} == whole.reserve_minutes
    assert [(c.before, c.after) for c in plan().changes] == [(whole, morning), (None, afternoon)]

    undo(MONDAY, version=drafted(), by=account_id("head"), now=NOW)
    assert on_wednesday("US01") == whole
    assert not plan().changes

    take(text, version=drafted())
    done = publish(MONDAY, version=drafted(), by=account_id("head"), now=NOW)
    assert (done.moved, done.flagged) == ((), ())
    with read_session() as session:
        booked = [session.get_one(Booking, each) for each in (early, late)]
        assert differing_days(session, MONDAY, WEDNESDAY) == []
    afternoon = on_wednesday("US01", 810)
    assert [b.block_id for b in booked] == [whole.block_id, afternoon.block_id]
    assert [b.operator_id for b in booked] == [morning.operator_id, afternoon.operator_id]


def machine_of(doctor: str) -> str:
    """Where the doctor works on Wednesday morning; empty for nowhere."""
    facts = plan().facts
    who = next(each.id for each in facts.doctors.values() if each.code == doctor)
    mornings = (b for b in plan().blocks if b.local_date == WEDNESDAY and b.starts == 480)
    return next((facts.devices[b.device_id].code for b in mornings if b.operator_id == who), "")


def work_all_day(code: str) -> PlanBlock:
    """A machine's blocks of Wednesday published as one, whose doctor is not named yet."""
    morning, afternoon = on_wednesday(code), on_wednesday(code, 810)
    whole = replace(
        morning,
        ends=afternoon.ends,
        operator_id=None,
        reserve_minutes={
            s: m + afternoon.reserve_minutes[s] for s, m in morning.reserve_minutes.items()
        },
        overrules={"no_operator": "等排班表"},
    )
    edits, by = {whole.key: (whole,)}, account_id("head")
    version = edit_plan(MONDAY, edits, action="edit", version=0, by=by, now=NOW)
    publish(MONDAY, version=version, by=by, now=NOW)
    return on_wednesday(code)


def drafted() -> int:
    draft = plan().draft
    assert draft is not None
    return draft.version


def test_the_same_roster_again_adds_nothing() -> None:
    text = f"工号\t周三\n{doctor_at('US01')}\t年假"
    take(text)
    assert take(text, version=plan().draft.version if plan().draft else 0) == TakenIn(0, 0)


def test_an_absence_that_is_known_stands_for_its_own_days_alone() -> None:
    who = doctor_at("US01")
    take(f"工号\t周三上午\n{who}\t年假")
    draft = plan().draft
    assert draft is not None
    text = f"工号\t周三上午\t周五上午\n{who}\t年假\t年假"
    assert take(text, version=draft.version).absences == 1
    assert [first.day for first, *_ in absences()] == [25, 27]


def test_an_answer_is_remembered() -> None:
    who = doctor_at("US01")
    text = f"工号\t周三上午\n{who}\t二诊室\n护士甲\tUS01"
    refusal = refused(InvalidError, take, text)
    assert (refusal.field, plan().draft, absences()) == ("text", None, [])
    take(text, Answers({"二诊室": "US02"}, {"护士甲": "nothing"}))
    assert doctor_at("US02") == who
    with read_session() as session:
        assert kept_answers(session).words == {"二诊室": "US02"}
    draft = plan().draft
    assert draft is not None
    assert take(text, version=draft.version) == TakenIn(0, 0)


@pytest.mark.parametrize("answer", ["US99", "", "<b>", "D01"])
def test_an_answer_that_means_nothing_is_none(answer: str) -> None:
    text = f"工号\t周三上午\n{doctor_at('US01')}\t二诊室"
    assert refused(InvalidError, take, text, Answers({"二诊室": answer}, {})).field == "text"


def test_a_row_is_not_passed_over_by_an_answer_that_names_nobody() -> None:
    text = "姓名\t周三上午\n王二\tUS01"
    assert refused(InvalidError, take, text, Answers({}, {"王二": "D999"})).field == "text"


def test_a_name_that_two_doctors_share_is_asked_for() -> None:
    one, other = doctor_at("US01"), doctor_at("US02")
    with transaction() as session:
        both = StaffMember.code.in_([one, other])
        session.execute(update(StaffMember).where(both).values(name="王伟"))
    text = "姓名\t周三上午\n王伟\t年假"
    assert refused(InvalidError, take, text).field == "text"
    take(text, Answers({}, {"王伟": other}))
    assert (doctor_at("US01"), doctor_at("US02")) == (one, "")


def test_days_up_to_today_stay_as_they_are() -> None:
    who = doctor_at("US01")
    assert take(f"工号\t周一\t周三上午\n{who}\t年假\t{'US01'}") == TakenIn(0, 0)
    assert not absences()


def test_a_roster_on_a_draft_that_somebody_changed_is_refused_whole() -> None:
    who = doctor_at("US01")
    take(f"工号\t周三上午\n{who}\tUS02")
    refused(StaleError, take, f"工号\t周三\n{who}\t年假")
    assert not absences()
