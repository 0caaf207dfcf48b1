"""What a device plan must keep: each rule alone, with a plan that breaks it and nothing else."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from tracker.domain.plan import PlanBlock
from tracker.domain.planrules import (
    REFUSING,
    WARNING,
    Away,
    PlanDevice,
    PlanDoctor,
    PlanExamType,
    PlanFacts,
    broken_rules,
    has_title,
    may_perform,
    newly_broken,
)

DAY = date(2026, 12, 1)
PLAIN, CONTRAST = 1, 2
ALL = frozenset({PLAIN, CONTRAST})


def doctor(number: int, title: str = "attending", types=ALL, **more) -> PlanDoctor:
    return PlanDoctor(number, f"D{number}", f"Doctor {number}", title, types, **more)


FACTS = PlanFacts(
    devices={
        1: PlanDevice(1, "US01", ALL),
        2: PlanDevice(2, "US02", frozenset({PLAIN})),
        3: PlanDevice(3, "US03", ALL, is_retired=True),
    },
    doctors={
        each.id: each
        for each in (
            doctor(1, supervises=frozenset({PLAIN})),
            doctor(2, "physician"),
            doctor(3, "trainee", types=frozenset({PLAIN})),
            doctor(4, types=frozenset({PLAIN})),
            doctor(5, is_retired=True),
            doctor(6, ""),
        )
    },
    exam_types={
        PLAIN: PlanExamType(PLAIN, "plain", 10),
        CONTRAST: PlanExamType(CONTRAST, "contrast", 30, least_title="attending"),
    },
    away=(Away(4, DAY, 480, 720, "sick"),),
    closed={(2, DAY): ((600, 660),)},
    working=frozenset({DAY, DAY + timedelta(days=1)}),
    has_calendar=True,
)
GOOD = PlanBlock(1, DAY, 480, 720, 1, ALL, {1: 60})
PLAIN_ONLY = replace(GOOD, exam_type_ids=frozenset({PLAIN}))
AFTERNOON = replace(GOOD, starts=780, ends=1020)


def codes(*blocks: PlanBlock, facts: PlanFacts = FACTS) -> list[str]:
    return [broken.code for broken in broken_rules(blocks, facts)]


def test_a_good_plan_breaks_no_rule():
    watched = replace(PLAIN_ONLY, device_id=2, operator_id=3, starts=480, ends=600)
    assert codes(GOOD, AFTERNOON, watched) == []


@pytest.mark.parametrize(
    ("code", "blocks"),
    [
        ("no_time", [replace(GOOD, ends=480, reserve_minutes={})]),
        ("no_time", [replace(GOOD, starts=-10)]),
        ("no_time", [replace(GOOD, transport_minutes=120, reserve_minutes={})]),
        ("device_retired", [replace(GOOD, device_id=3)]),
        ("device_retired", [replace(GOOD, device_id=9)]),
        ("device_twice", [GOOD, replace(GOOD, starts=700, ends=780, operator_id=2, exam_type_ids=frozenset({PLAIN}))]),
        ("operator_twice", [GOOD, replace(PLAIN_ONLY, device_id=2, starts=700, ends=780)]),
        ("operator_unknown", [replace(GOOD, operator_id=99)]),
        ("operator_unknown", [replace(GOOD, operator_id=5)]),
        ("no_exam_type", [replace(GOOD, exam_type_ids=frozenset())]),
        ("capability_lacking", [replace(GOOD, device_id=2, starts=700, ends=780)]),
        ("reserves_too_long", [replace(GOOD, reserve_minutes={1: 200, 2: 41})]),
        ("reserves_too_long", [replace(GOOD, transport_minutes=100)]),
        ("no_operator", [replace(GOOD, operator_id=None)]),
        ("operator_away", [replace(PLAIN_ONLY, operator_id=4, starts=719, ends=780)]),
        ("competence_lacking", [replace(AFTERNOON, operator_id=4)]),
        ("title_too_low", [replace(GOOD, operator_id=2)]),
        ("title_too_low", [replace(GOOD, operator_id=6)]),
        ("trainee_alone", [replace(PLAIN_ONLY, operator_id=3)]),
        ("trainee_alone", [replace(PLAIN_ONLY, operator_id=3), replace(AFTERNOON, device_id=2, exam_type_ids=frozenset({PLAIN}))]),
        ("not_open", [replace(GOOD, local_date=DAY + timedelta(days=2))]),
        ("not_open", [replace(PLAIN_ONLY, device_id=2)]),
    ],
)  # fmt: skip
def test_each_rule_is_found_alone(code: str, blocks: list[PlanBlock]):
    assert set(codes(*blocks)) == {code}


def test_every_rule_has_its_bad_plan():
    [mark] = [m for m in test_each_rule_is_found_alone.pytestmark if m.name == "parametrize"]
    assert {case[0] for case in mark.args[1]} == REFUSING.keys() | WARNING.keys()


def test_an_operator_in_two_blocks_is_told_where():
    other = replace(PLAIN_ONLY, device_id=2, starts=700, ends=780)
    told = {broken.block.device_id: broken.params for broken in broken_rules([GOOD, other], FACTS)}
    assert told == {1: {"device": "US02"}, 2: {"device": "US01"}}


def test_all_broken_rules_are_told_at_once():
    bad = replace(GOOD, device_id=2, operator_id=4, reserve_minutes={1: 500})
    assert sorted(codes(bad)) == [
        "capability_lacking",
        "competence_lacking",
        "not_open",
        "operator_away",
        "reserves_too_long",
    ]


def test_blocks_that_touch_do_not_meet():
    assert codes(GOOD, replace(GOOD, starts=720, ends=780)) == []


def test_a_holiday_week_is_not_open_and_an_unknown_calendar_is():
    none = replace(FACTS, working=frozenset())
    assert codes(GOOD, facts=none) == ["not_open"]
    assert codes(GOOD, facts=replace(none, has_calendar=False)) == []


def test_a_reason_allows_what_warns_and_never_what_refuses():
    nobody = replace(GOOD, operator_id=None, overrules={"no_operator": "later"})
    [broken] = broken_rules([nobody], FACTS)
    assert (broken.allowed, broken.stands_in_the_way) == ("later", False)
    lacking = replace(PLAIN_ONLY, exam_type_ids=frozenset(), overrules={"no_exam_type": "so what"})
    [broken] = broken_rules([lacking], FACTS)
    assert broken.stands_in_the_way


def test_what_an_unchanged_block_broke_before_is_no_news():
    """Taking the supervisor away is news for the trainee beside him; what he broke before is not."""
    alone = replace(PLAIN_ONLY, device_id=2, operator_id=3, starts=480, ends=600)
    nobody = replace(AFTERNOON, operator_id=None)
    before = broken_rules([GOOD, alone, nobody], FACTS)
    assert [each.code for each in before] == ["no_operator"]
    after = broken_rules([alone, nobody], FACTS)
    assert [each.code for each in newly_broken(before, after)] == ["trainee_alone"]
    assert newly_broken(after, after) == ()


def test_titles_in_order_decide_who_may():
    contrast = FACTS.exam_types[CONTRAST]
    assert [n for n in FACTS.doctors if may_perform(FACTS.doctors[n], contrast)] == [1, 5]
    assert has_title(doctor(9, "professor"), "associate_professor")
    assert not has_title(doctor(9, "associate_professor"), "professor")
    assert has_title(doctor(9, "trainee"), "")
