"""Closing a month: its figures are kept, what came after is listed with its effect, and both make the present figure."""

import random
from datetime import date, datetime, timedelta
from itertools import count

import pytest

from tests.support.department import MONDAY, account_id, at
from tests.support.exam_room import exams, running
from tracker.db import read_session
from tracker.domain.closing import NOTHING, Change, Key, total_of
from tracker.domain.errors import ConflictError, InvalidError, StaleError
from tracker.domain.volume import Amounts
from tracker.models import Device, ExamType, StaffMember, Stream
from tracker.queries.closing import (
    DIMENSIONS,
    ClosedPart,
    Three,
    closed_month,
    closed_months,
    month_figures,
    reopenings,
)
from tracker.queries.closing_changes import changes_since_closing
from tracker.services.closing import close_month, reopen_month
from tracker.services.examining import Report, finish
from tracker.services.exams import Correction, ExamEntry, correct, enter_exam_later, void

OCTOBER, SEPTEMBER, AUGUST = date(2026, 10, 1), date(2026, 9, 1), date(2026, 8, 1)
MORNING, CLOSED_AT = at(7), at(9)
DEVICES, OPERATORS = ("US01", "US02", "P01"), ("D01", "D02", "D03")
TYPES, STREAMS = ("abdominal", "cardiac", "contrast"), ("outpatient", "cadre_ward", "medical_exam")

pytestmark = pytest.mark.usefixtures("app_context")


def on(day: date, hour: int = 8) -> datetime:
    return at(hour, day=(day - MONDAY).days)


def entry(day: date, **changes: object) -> ExamEntry:
    """An abdominal exam of ten minutes at eight."""
    plain: dict[str, object] = {
        "patient": "M00001",
        "exam_type": "abdominal",
        "stream": "outpatient",
        "device": "US01",
        "operator": "D01",
        "started_at": on(day),
        "ended_at": on(day) + timedelta(minutes=10),
        "is_another": True,
    }
    return ExamEntry(**{**plain, **changes})  # type: ignore[arg-type]


def enter(day: date, *, now: datetime = MORNING, **changes: object) -> int:
    made = enter_exam_later(entry(day, **changes), by=account_id("sonographer"), now=now)
    assert isinstance(made, int)
    return made


def corrected(day: date, number: str, **changes: object) -> Correction:
    new = entry(day, **changes)
    return Correction(
        exam_type=new.exam_type,
        stream=new.stream,
        device=new.device,
        operator=new.operator,
        started_at=new.started_at,
        ended_at=new.ended_at,
        parts=new.parts,
        number=number,
        patient=new.patient,
        reason="登记错了",
    )


def close(month: date = OCTOBER, now: datetime = CLOSED_AT) -> int:
    return close_month(month, by=account_id("head"), now=now)


def figures(month: date = OCTOBER) -> ClosedPart:
    with read_session() as session:
        closing = closed_month(session, month)
        assert closing is not None
        return month_figures(session, closing)


def changes(month: date = OCTOBER) -> list[Change]:
    with read_session() as session:
        closing = closed_month(session, month)
        assert closing is not None
        return changes_since_closing(session, closing)


def exams_of(three: Three) -> tuple[int, int, int]:
    return three.closed.exams, three.changes.exams, three.present.exams


# --- closing ---------------------------------------------------------------------------------------


def test_the_figures_of_a_closed_month_are_kept() -> None:
    enter(date(2026, 10, 5), parts=2)
    enter(date(2026, 10, 31), device="US02")
    enter(date(2026, 11, 1))
    assert close() == 2
    found = figures()
    assert found.total.closed == found.total.present
    assert (found.total.closed.exams, found.total.closed.parts, found.total.closed.minutes) == (
        2,
        3,
        20,
    )
    assert {code: three.closed.exams for code, three in found.by("device").items()} == {
        "US01": 1,
        "US02": 1,
    }
    assert (found.months[0].closed_at, found.months[0].closed_by) == (CLOSED_AT, "head")
    assert changes() == []


def test_only_a_month_that_is_over_is_closed() -> None:
    with pytest.raises(InvalidError, match="not over"):
        close(date(2026, 11, 1))
    with pytest.raises(InvalidError, match="not over"):
        close(date(2026, 12, 1))
    assert close(date(2026, 11, 1), now=on(date(2026, 12, 1), 0)) == 0


def test_a_month_is_closed_once() -> None:
    close()
    with pytest.raises(ConflictError):
        close()


def test_months_are_closed_in_order_and_earlier_years_may_follow() -> None:
    close(SEPTEMBER)
    with pytest.raises(InvalidError, match="order"):
        close(date(2026, 7, 1))
    close(AUGUST)
    close(OCTOBER)
    with read_session() as session:
        assert list(closed_months(session)) == [AUGUST, SEPTEMBER, OCTOBER]
        assert list(closed_months(session, SEPTEMBER, date(2026, 10, 30))) == [SEPTEMBER]


def test_reopening_needs_a_reason_leaves_no_gap_and_stays_on_record() -> None:
    for month in (AUGUST, SEPTEMBER, OCTOBER):
        close(month)
    head = account_id("head")
    with pytest.raises(InvalidError, match="reason"):
        reopen_month(OCTOBER, reason=" ", by=head, now=at(10))
    with pytest.raises(InvalidError, match="later months"):
        reopen_month(SEPTEMBER, reason="数据有误", by=head, now=at(10))
    reopen_month(OCTOBER, reason="数据有误", by=head, now=at(10))
    with read_session() as session:
        assert closed_month(session, OCTOBER) is None
        (taken_back,) = reopenings(session, OCTOBER)
    assert (taken_back.reason, taken_back.reopened_by) == ("数据有误", "head")
    enter(date(2026, 10, 5), now=at(10))  # an open month asks for no reason
    assert close(now=at(11)) == 1


# --- afterwards ------------------------------------------------------------------------------------


def test_an_exam_entered_into_a_closed_month_needs_a_reason() -> None:
    close()
    with pytest.raises(InvalidError) as refused:
        enter(date(2026, 10, 5), now=at(10))
    assert (refused.value.field, refused.value.code) == ("reason", "month_closed")
    enter(date(2026, 11, 2), now=at(10))
    exam = enter(date(2026, 10, 5), now=at(10), reason="补录纸质单")
    (change,) = changes()
    assert (change.exam_id, change.kind, change.by, change.why, change.at) == (
        exam,
        "entered",
        "sonographer",
        "补录纸质单",
        at(10),
    )
    assert change.total.exams == 1
    assert exams_of(figures().total) == (0, 1, 1)


def test_a_void_is_listed_with_who_and_why() -> None:
    exam = enter(date(2026, 10, 5), operator="D02")
    close()
    void(exam, reason="重复登记", by=account_id("head"), now=at(10))
    (change,) = changes()
    assert (change.kind, change.by, change.why) == ("voided", "head", "重复登记")
    assert exams_of(figures().total) == (1, -1, 0)
    assert exams_of(figures().by("operator")["D02"]) == (1, -1, 0)


def test_a_correction_moves_within_the_month_out_of_it_and_into_it() -> None:
    inside, away = enter(date(2026, 10, 5)), enter(date(2026, 10, 6))
    into = enter(date(2026, 11, 2))
    close()
    head = account_id("head")
    correct(inside, corrected(date(2026, 10, 5), "A1", device="US02"), by=head, now=at(10))
    correct(away, corrected(date(2026, 11, 6), "A2"), by=head, now=at(10, 1))
    correct(into, corrected(date(2026, 10, 7), "A3"), by=head, now=at(10, 2))
    moved, left, came = changes()
    assert [each.total.exams for each in (moved, left, came)] == [0, -1, 1]
    assert sorted(figure.exams for figure in moved.effects.values()) == [-1, 1]
    assert exams_of(figures().by("device")["US02"]) == (0, 1, 1)
    assert exams_of(figures().total) == (2, 0, 2)


def test_another_patient_is_a_change_without_effect() -> None:
    exam = enter(date(2026, 10, 5), number="A1")
    close()
    by = account_id("head")
    correct(exam, corrected(date(2026, 10, 5), "A1", patient="M00002"), by=by, now=at(10))
    (change,) = changes()
    assert (change.effects, change.total) == ({}, NOTHING)


def test_a_voided_exam_leaves_its_visit_to_the_next_and_takes_its_live_minutes() -> None:
    for minute, device in ((0, "US07"), (30, "US06")):
        finish(
            running(1, at(9, minute), device=device),
            Report(f"A{minute}"),
            by=account_id("sonographer"),
            now=at(9, minute + 10),
        )
    first, second = exams()
    november = date(2026, 11, 1)
    close(november, now=on(date(2026, 12, 1)))
    void(first.id, reason="重复登记", by=account_id("head"), now=on(date(2026, 12, 1), 9))
    (change,) = changes(november)
    points = first.points_hundredths
    assert change.total == -Amounts(1, 1, 10, points, 0, 1, 10)
    by_device = by_code([change], DIMENSIONS.index("device"))
    assert by_device == {"US07": -Amounts(1, 1, 10, points, 1, 1, 10), "US06": Amounts(visits=1)}
    assert figures(november).by("device")["US06"].changes == Amounts(visits=1)
    assert second.minutes == 10


def test_what_was_undone_before_closing_is_no_change() -> None:
    void(enter(date(2026, 10, 5)), reason="重复登记", by=account_id("head"), now=at(8))
    close()
    assert changes() == []


def test_a_change_that_began_before_the_closing_is_told_to_look_again() -> None:
    exam = enter(date(2026, 10, 5))
    close()
    with pytest.raises(StaleError):
        void(exam, reason="重复登记", by=account_id("head"), now=CLOSED_AT)


def test_a_clock_that_is_ahead_makes_no_change() -> None:
    void(enter(date(2026, 10, 5)), reason="重复", by=account_id("head"), now=at(9, 0, second=2))
    close()
    assert changes() == []
    assert figures().months[0].closed_at == at(9, 0, second=2)


# --- the law ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_closed_and_changes_make_the_present_in_total_and_by_every_key(seed: int) -> None:
    luck, numbers = random.Random(seed), count()
    living: list[int] = []
    minutes = count()

    def live(steps: int, begin: datetime) -> None:
        for _step in range(steps):
            now = begin + timedelta(seconds=next(minutes))
            deed = luck.random()
            if deed < 0.5 or not living:
                living.append(enter(OCTOBER, now=now, reason="补录", **some(luck)))
            elif deed < 0.8:
                new = corrected(OCTOBER, f"N{next(numbers)}", **some(luck))
                correct(luck.choice(living), new, by=account_id("head"), now=now)
            else:
                victim = living.pop(luck.randrange(len(living)))
                void(victim, reason="作废", by=account_id("head"), now=now)

    live(25, at(7))
    for month in (SEPTEMBER, OCTOBER):
        close(month)
    live(35, at(10))
    for month in (SEPTEMBER, OCTOBER):
        adds_up(month)


def adds_up(month: date = OCTOBER) -> bool:
    """Closed and changes are the present, of every sum, in all and by each key."""
    found, listed = figures(month), changes(month)
    assert found.total.closed + total_of(c.total for c in listed) == found.total.present
    for place, dimension in enumerate(DIMENSIONS):
        effects = by_code(listed, place)
        for code, three in found.by(dimension).items():
            assert three.closed + effects.pop(code, NOTHING) == three.present, code
        assert not any(effects.values())
    return True


def some(luck: random.Random) -> dict[str, object]:
    """Few patients on few days, so that visits have several exams; no two at one time."""
    day = date(2026, 8, 25) + timedelta(days=luck.randrange(15) * 5)
    start = on(day) + timedelta(seconds=luck.randrange(40_000))
    return {
        "started_at": start,
        "ended_at": start + timedelta(minutes=luck.randrange(5, 20)),
        "exam_type": luck.choice(TYPES),
        "stream": luck.choice(STREAMS),
        "device": luck.choice(DEVICES),
        "operator": luck.choice(OPERATORS),
        "parts": luck.randrange(1, 4),
        "patient": f"M{luck.randrange(1, 4):05}",
    }


def by_code(listed: list[Change], place: int) -> dict[str, Amounts]:
    """The effects of changes by the code at a place of their keys."""
    model = (Stream, ExamType, Device, StaffMember)[place]
    sums: dict[str, Amounts] = {}
    with read_session() as session:
        for change in listed:
            for key, effect in change.effects.items():
                code = session.get_one(model, id_at(key, place)).code
                sums[code] = sums.get(code, NOTHING) + effect
    return sums


def id_at(key: Key, place: int) -> int:
    return key[place]
