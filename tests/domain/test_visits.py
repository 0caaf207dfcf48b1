"""The order rules of the department for several exams of one patient on one day."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.days import at, examples
from tracker.domain.visits import PlannedExam, order_warnings

FASTING_ENDS = at(11 * 60 + 30)

Maker = Callable[[int], PlannedExam]


def exam(name: str, start: int, minutes: int = 10, **kind: object) -> PlannedExam:
    return PlannedExam(name=name, start=at(start), end=at(start + minutes), **kind)  # type: ignore[arg-type]


def abdominal(start: int) -> PlannedExam:
    return exam("abdominal", start, is_fasting=True)


def bladder(start: int) -> PlannedExam:
    return exam("bladder", start, bladder="full")


def prostate(start: int) -> PlannedExam:
    return exam("prostate", start, 15, bladder="full", is_endocavitary=True)


def rectal(start: int) -> PlannedExam:
    return exam("rectal", start, 20, is_endocavitary=True)


def pelvic_floor(start: int) -> PlannedExam:
    return exam("pelvic floor", start, 20, bladder="empty")


def gastrointestinal(start: int) -> PlannedExam:
    return exam("stomach", start, 20, is_fasting=True, is_gastrointestinal=True)


def liver_contrast(start: int) -> PlannedExam:
    return exam("liver contrast", start, 30, is_fasting=True, is_contrast=True)


def thyroid(start: int) -> PlannedExam:
    return exam("thyroid", start, 8)


def warned(*exams: PlannedExam, endoscopy_at: datetime | None = None) -> list[str]:
    """The codes of all warnings, each with the exams it names."""
    found = order_warnings(exams, fasting_ends_at=FASTING_ENDS, endoscopy_at=endoscopy_at)
    names = ("first", "then")
    return [
        " ".join([r.code, *(str(r.params[name]) for name in names if name in r.params)])
        for r in found
    ]


def test_one_exam_in_the_morning_needs_no_order() -> None:
    for alone in (abdominal, bladder, prostate, rectal, gastrointestinal, liver_contrast, thyroid):
        assert warned(alone(540)) == []


@pytest.mark.parametrize(
    ("ends", "warnings"), [(690, []), (691, ["fasting_late abdominal"]), (900, ["fasting_late abdominal"])]
)  # fmt: skip
def test_fasting_ends_in_the_morning(ends: int, warnings: list[str]) -> None:
    assert warned(abdominal(ends - 10)) == warnings


def test_what_needs_no_fasting_may_be_late() -> None:
    assert warned(thyroid(1000), prostate(900)) == []


def test_a_fasting_exam_comes_before_a_full_bladder() -> None:
    assert warned(bladder(480), abdominal(600)) == ["fasting_first abdominal bladder"]
    assert warned(abdominal(480), bladder(600)) == []


@pytest.mark.parametrize(
    ("pause", "warnings"), [(60, []), (90, []), (200, []), (59, ["drinking_time abdominal bladder"])]
)  # fmt: skip
def test_after_fasting_there_is_time_to_drink(pause: int, warnings: list[str]) -> None:
    assert warned(abdominal(480), bladder(490 + pause)) == warnings


def test_the_time_to_drink_begins_after_the_last_fasting_exam() -> None:
    found = warned(abdominal(480), gastrointestinal(520), bladder(590))
    assert found == ["drinking_time stomach bladder"]


def test_the_time_to_drink_is_the_departments_own() -> None:
    visit = (abdominal(480), bladder(560))
    (reason,) = order_warnings(visit, fasting_ends_at=FASTING_ENDS, drinking_minutes=90)
    assert str(reason) == "Between abdominal and bladder the patient needs 90 minutes to drink."


@pytest.mark.parametrize("empty", [rectal, pelvic_floor])
def test_a_full_bladder_comes_before_an_empty_one(empty: Maker) -> None:
    then = empty(480)
    assert warned(then, bladder(600)) == [f"full_bladder_first bladder {then.name}"]
    assert warned(bladder(440), then) == []


def test_a_prostate_is_both_and_asks_for_no_order_with_itself() -> None:
    assert warned(prostate(480), bladder(600)) == []
    assert warned(rectal(480), prostate(600)) == ["full_bladder_first prostate rectal"]


def test_the_abdomen_comes_before_the_stomach_drinks() -> None:
    assert warned(gastrointestinal(480), abdominal(600)) == ["abdominal_first abdominal stomach"]
    assert warned(abdominal(480), gastrointestinal(600)) == []


def test_contrast_comes_last_for_its_organ() -> None:
    assert warned(liver_contrast(480), thyroid(600)) == []
    assert warned(liver_contrast(480), abdominal(600)) == ["contrast_last abdominal liver contrast"]
    assert warned(abdominal(480), liver_contrast(600)) == []
    assert warned(gastrointestinal(480), liver_contrast(600)) == []


@pytest.mark.parametrize(
    ("after", "late"),
    [
        (timedelta(minutes=-10), False),
        (timedelta(minutes=-9), True),
        (timedelta(hours=6), True),
        (timedelta(days=3, minutes=-11), True),
        (timedelta(days=3), False),
    ],
)
def test_ultrasound_comes_before_an_endoscopy_or_three_days_after(
    after: timedelta, late: bool
) -> None:
    found = warned(abdominal(540), endoscopy_at=at(540) - after)
    assert found == (["after_endoscopy abdominal"] if late else [])


def test_the_order_of_asking_does_not_matter() -> None:
    visit = (rectal(480), abdominal(520), bladder(540), liver_contrast(600))
    answers = {tuple(warned(*order)) for order in permutations(visit)}
    assert len(answers) == 1


# Listed in an order that every rule allows.
MAKERS = (
    thyroid, abdominal, gastrointestinal, liver_contrast, prostate, bladder, rectal, pelvic_floor,
)  # fmt: skip


@examples
@given(st.lists(st.sampled_from(range(len(MAKERS))), max_size=6))
def test_the_rules_never_contradict_each_other(chosen: list[int]) -> None:
    visit = [MAKERS[which](480 + 100 * place) for place, which in enumerate(sorted(chosen))]
    assert order_warnings(visit, fasting_ends_at=at(2000)) == ()


@examples
@given(st.lists(st.tuples(st.sampled_from(MAKERS), st.integers(480, 1000)), max_size=5))
def test_every_warning_is_a_sentence_about_exams_of_the_visit(
    made: list[tuple[Maker, int]],
) -> None:
    visit = [make(start) for make, start in made]
    for reason in order_warnings(visit, fasting_ends_at=FASTING_ENDS):
        assert reason.params["first"] in {planned.name for planned in visit}
        assert "%(" not in str(reason)
