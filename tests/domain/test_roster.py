"""Reading a pasted roster, and what it does to a plan."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.errors import InvalidError
from tracker.domain.plan import PlanBlock
from tracker.domain.plancut import cut_block
from tracker.domain.planrules import PlanDevice, PlanDoctor, PlanExamType, PlanFacts, broken_rules
from tracker.domain.roster import (
    NOBODY,
    Does,
    Meaning,
    Roster,
    RosterEntry,
    RosterNames,
    read_roster,
    table_of,
)
from tracker.domain.rosterplan import RosterAbsence, TwoAtOne, roster_change

MONDAY, TUESDAY, FRIDAY = date(2026, 11, 30), date(2026, 12, 1), date(2026, 12, 4)
HOURS = {"morning": (480, 720), "afternoon": (810, 1020)}
NAMES = RosterNames(
    doctors={"d01": 1, "沈维钧": 1, "d02": 2, "贺云澜": 2},
    devices={"us01": 11, "us02": 12, "p01": 13},
    parts={"上午": "morning", "am": "morning", "morning": "morning", "下午": "afternoon", "pm": "afternoon"},
)  # fmt: skip
US01, US02 = Meaning(Does.WORKS, 11), Meaning(Does.WORKS, 12)


def read(text: str, **answers: Meaning) -> Roster:
    return read_roster(table_of(text), monday=MONDAY, names=NAMES, answers=answers)


def told(roster: Roster) -> set[tuple[int, date, str, str]]:
    return {
        (e.operator_id, e.local_date, e.part, e.meaning.kind or str(e.meaning.device_id))
        for e in roster.entries
    }


@pytest.mark.parametrize(
    "text",
    [
        "姓名\t周一上午\t周一下午\n沈维钧\tUS01\t年假",
        "姓名\t星期一\t\n\t上午\t下午\n沈维钧\tus01\t年假",
        "工号,姓名,11-30 上午,11-30 下午\nD01,沈维钧,ＵＳ０１,年假",
        "name;Mon AM;Mon PM\nd01;US01;leave",
        "2026年11月30日—12月6日排班\n\t2026/11/30\t\n医生\tAM\tPM\n沈维钧\t US01 \t休假",
    ],
)
def test_rosters_of_many_kinds_say_the_same(text: str) -> None:
    assert told(read(text)) == {(1, MONDAY, "morning", "11"), (1, MONDAY, "afternoon", "leave")}


def test_a_heading_without_a_part_means_the_whole_day() -> None:
    roster = read("姓名\t周一\t周五\n贺云澜\t带教\tUS02")
    assert told(roster) == {
        (2, MONDAY, "morning", "teaching"),
        (2, MONDAY, "afternoon", "teaching"),
        (2, FRIDAY, "morning", "12"),
        (2, FRIDAY, "afternoon", "12"),
    }


def test_unknown_words_and_people_are_asked_for_and_not_guessed() -> None:
    roster = read("姓名\t周一上午\t周一下午\n沈维钧\t二诊室\t二诊室\n王二\tUS01\t")
    assert roster.entries == ()
    assert roster.unknown == {"二诊室": 2}
    assert roster.strangers == ("王二",)
    answered = read("姓名\t周一上午\n沈维钧\t二诊室", 二诊室=US02)
    assert told(answered) == {(1, MONDAY, "morning", "12")}
    assert not answered.unknown


def test_a_word_is_known_by_its_first_eighty_characters() -> None:
    text = f"姓名\t周一上午\n沈维钧\t{'备注 ' * 40}"
    (asked,) = read(text).unknown
    assert 70 < len(asked) <= 80
    assert told(read(text, **{asked: US02})) == {(1, MONDAY, "morning", "12")}


def test_a_row_may_be_passed_over_or_be_somebody_known_by_another_name() -> None:
    table = table_of("姓名\t周一上午\n护士 王二\tUS01\n老沈\tUS02")
    names = replace(NAMES, doctors={**NAMES.doctors, "护士 王二": NOBODY, "老沈": 1})
    roster = read_roster(table, monday=MONDAY, names=names, answers={})
    assert told(roster) == {(1, MONDAY, "morning", "12")}
    assert not roster.strangers


def test_an_empty_cell_says_that_the_doctor_is_nowhere() -> None:
    (entry,) = read("姓名\t周一上午\n沈维钧\t").entries or read("姓名\t周一上午\n沈维钧\t-").entries
    assert entry.meaning.does is Does.NOTHING


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("姓名\t第一列\n沈维钧\tUS01", "No row names"),
        ("", "No row names"),
        ("姓名\t12月8日\n沈维钧\tUS01", "No row names"),
        ("姓名\t2025-12-01\n沈维钧\tUS01", "No row names"),  # last year's, when it was a Monday
        ("周一\t周二\nUS01\tUS02", "first column"),
        ("姓名\t周一\n沈维钧\tUS01\nD01\tUS02", "twice"),
        ("x" * 50_000, "at most"),
    ],
)
def test_what_is_no_roster_is_refused(text: str, says: str) -> None:
    with pytest.raises(InvalidError, match=says) as refusal:
        read(text)
    assert refusal.value.field == "text"


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_beside_its_field(text: str) -> None:
    refused = None
    try:
        read("姓名\t周一\n" + text)
    except InvalidError as refusal:
        refused = refusal.field
    assert refused in {None, "text"}


# --- into the plan -----------------------------------------------------------------------------------

FACTS = PlanFacts(
    devices={11: PlanDevice(11, "US01", frozenset({1, 2})), 12: PlanDevice(12, "US02", frozenset({1}))},
    doctors={
        1: PlanDoctor(1, "D01", "沈维钧", "professor", frozenset({1, 2})),
        2: PlanDoctor(2, "D02", "贺云澜", "physician", frozenset({1})),
    },
    exam_types={1: PlanExamType(1, "abdominal", 10), 2: PlanExamType(2, "contrast", 30, least_title="attending")},
)  # fmt: skip


def block(device: int, operator: int | None, *types: int, part: str = "morning") -> PlanBlock:
    return PlanBlock(
        device, MONDAY, *HOURS[part], operator_id=operator, exam_type_ids=frozenset(types)
    )


def entry(operator: int, meaning: Meaning, part: str = "morning") -> RosterEntry:
    return RosterEntry(operator, MONDAY, part, meaning)


def test_doctors_change_places_and_exam_types_follow_what_they_can_do() -> None:
    plan = [block(11, 1, 1, 2), block(12, 2, 1)]
    change = roster_change(plan, [entry(2, US01), entry(1, US02)], FACTS, HOURS)
    assert change.days == {
        (11, MONDAY): (block(11, 2, 1),),
        (12, MONDAY): (block(12, 1, 1),),
    }
    assert not broken_rules([b for day in change.days.values() for b in day], FACTS)


def test_who_is_away_leaves_the_machine_without_a_doctor() -> None:
    away = entry(1, Meaning(Does.AWAY, kind="sick"))
    change = roster_change([block(11, 1, 1)], [away], FACTS, HOURS)
    assert change.days == {(11, MONDAY): (block(11, None, 1),)}
    assert change.absences == (RosterAbsence(1, MONDAY, "morning", "sick"),)


def test_a_machine_without_hours_gets_a_block_of_what_both_can_do() -> None:
    change = roster_change([], [entry(2, US01)], FACTS, HOURS)
    assert change.days == {(11, MONDAY): (block(11, 2, 1),)}


def test_another_half_day_and_doctors_not_listed_stay_as_they_are() -> None:
    plan = [block(11, 1, 1, part="afternoon"), block(12, 2, 1)]
    assert not roster_change(plan, [entry(1, US01)], FACTS, HOURS).days.get((12, MONDAY))
    afternoon = roster_change(plan, [entry(1, US01)], FACTS, HOURS).days[11, MONDAY]
    assert block(11, 1, 1, part="afternoon") in afternoon


def test_two_doctors_at_one_machine_are_told_and_nothing_changes_there() -> None:
    plan = [block(11, 1, 1)]
    change = roster_change(plan, [entry(1, US01), entry(2, US01)], FACTS, HOURS)
    assert change.clashes == (TwoAtOne(11, MONDAY, "morning", (1, 2)),)
    assert not change.days


ALL_DAY = PlanBlock(
    11, MONDAY, 480, 1020, 1, frozenset({1, 2}), {1: 75, 2: 20}, overrules={"not_open": "加班"}, block_id=7
)  # fmt: skip


def test_two_doctors_in_the_halves_of_one_block_cut_it_where_the_later_half_begins() -> None:
    entries = [entry(1, US01), entry(2, US01, "afternoon")]
    change = roster_change([ALL_DAY], entries, FACTS, HOURS)
    morning, afternoon = change.days[11, MONDAY]
    assert morning == replace(ALL_DAY, ends=810, reserve_minutes={1: 45, 2: 13})
    assert (afternoon.starts, afternoon.ends, afternoon.operator_id) == (810, 1020, 2)
    assert afternoon.exam_type_ids == {1}, "what the second doctor may perform of it"
    assert afternoon.reserve_minutes == {1: 30, 2: 7}
    assert (afternoon.block_id, afternoon.overrules) == (None, {})
    assert not change.clashes
    again = roster_change([morning, afternoon], entries, FACTS, HOURS)
    assert not again.days


def test_one_doctor_in_both_halves_keeps_the_block_whole() -> None:
    entries = [entry(2, US01), entry(2, US01, "afternoon")]
    [whole] = roster_change([ALL_DAY], entries, FACTS, HOURS).days[11, MONDAY]
    assert whole == replace(ALL_DAY, operator_id=2, exam_type_ids=frozenset({1}), overrules={})


@pytest.mark.parametrize("elsewhere", [US02, Meaning(Does.AWAY, kind="leave")])
def test_who_leaves_at_noon_keeps_the_morning_of_a_whole_day(elsewhere: Meaning) -> None:
    entries = [entry(1, US01), entry(1, elsewhere, "afternoon")]
    change = roster_change([ALL_DAY], entries, FACTS, HOURS)
    assert [b.operator_id for b in change.days[11, MONDAY]] == [1, None]
    after = [block for blocks in change.days.values() for block in blocks]
    assert "operator_twice" not in {broken.code for broken in broken_rules(after, FACTS)}


def test_a_half_that_two_are_sent_to_stays_and_the_other_one_is_given() -> None:
    entries = [entry(1, US01), entry(2, US01), entry(2, US01, "afternoon")]
    change = roster_change([replace(ALL_DAY, operator_id=3)], entries, FACTS, HOURS)
    assert [each.part for each in change.clashes] == ["morning"]
    assert [b.operator_id for b in change.days[11, MONDAY]] == [3, 2]


def test_a_round_is_cut_without_a_way_between_its_parts() -> None:
    whole = replace(ALL_DAY, place="心内科", transport_minutes=15)
    parts = cut_block(whole, 810)
    assert parts is not None
    assert [(b.starts, b.ends, b.transport_minutes) for b in parts] == [
        (495, 810, 0),
        (810, 1005, 0),
    ]
    assert cut_block(whole, 495) is None
    assert cut_block(whole, 1005) is None


@given(
    st.dictionaries(st.integers(1, 5), st.integers(0, 120), max_size=5),
    st.integers(481, 1019),
)
def test_a_cut_keeps_every_minute_and_every_reserve(reserves: dict[int, int], at: int) -> None:
    whole = replace(ALL_DAY, reserve_minutes=reserves)
    parts = cut_block(whole, at)
    assert parts is not None
    assert sum(each.open_minutes for each in parts) == whole.open_minutes
    for stream, minutes in reserves.items():
        assert sum(each.reserve_minutes.get(stream, 0) for each in parts) == minutes
        assert all(each.reserve_minutes.get(stream, 0) >= 0 for each in parts)
    if sum(reserves.values()) <= whole.open_minutes:
        assert all(sum(p.reserve_minutes.values()) <= p.open_minutes for p in parts)


@given(st.lists(st.sampled_from([US01, US02, Meaning(Does.NOTHING)]), min_size=2, max_size=2))
def test_no_doctor_is_in_two_blocks_and_the_same_roster_again_changes_nothing(
    meanings: list[Meaning],
) -> None:
    plan = [block(11, 1, 1), block(12, 2, 1)]
    entries = [entry(n, meaning) for n, meaning in enumerate(meanings, start=1)]
    change = roster_change(plan, entries, FACTS, HOURS)
    after = [change.days.get(b.key, (b,))[0] for b in plan]
    assert "operator_twice" not in {broken.code for broken in broken_rules(after, FACTS)}
    if not change.clashes:
        assert not roster_change(after, entries, FACTS, HOURS).days
    assert all(replace(b, operator_id=None) for b in after)
