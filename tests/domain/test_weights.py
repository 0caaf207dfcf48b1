"""Which points hold on a day: the stream's own first, what begins later never."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.weights import NOTHING_OWN, OwnWeights, Weights, WeightsFrom, weights_on

BASE = Weights(100, 50)
FIRST = date(2026, 12, 1)
DAY = st.integers(-400, 400).map(lambda days: FIRST + timedelta(days))
WEIGHTS = st.builds(Weights, st.integers(0, 1000), st.integers(0, 1000))
LATER = st.lists(
    st.builds(WeightsFrom, DAY, WEIGHTS, st.booleans()),
    unique_by=lambda each: (each.valid_from, each.of_stream),
)


def test_parts_add_the_further_points() -> None:
    assert [BASE.points_of(parts) for parts in (1, 2, 4)] == [100, 150, 250]


def test_points_hold_from_their_day_on_and_not_a_day_earlier() -> None:
    later = [WeightsFrom(FIRST, Weights(120, 60)), WeightsFrom(date(2027, 1, 1), Weights(90, 0))]
    held = [
        weights_on(day, BASE, NOTHING_OWN, later).first
        for day in (FIRST - timedelta(1), FIRST, date(2026, 12, 31), date(2027, 1, 1))
    ]
    assert held == [100, 120, 120, 90]


def test_what_a_stream_has_of_its_own_stands_before_the_exam_type_until_it_has_a_day() -> None:
    own, of_type = OwnWeights(first=70), WeightsFrom(FIRST, Weights(120, 60))
    assert weights_on(FIRST, BASE, own, [of_type]) == Weights(70, 60)
    of_stream = WeightsFrom(FIRST, Weights(80, 10), of_stream=True)
    assert weights_on(FIRST, BASE, own, [of_stream, of_type]) == Weights(80, 10)


@given(day=DAY, later=LATER, more=LATER)
def test_what_begins_after_a_day_never_changes_it(
    day: date, later: list[WeightsFrom], more: list[WeightsFrom]
) -> None:
    before = weights_on(day, BASE, NOTHING_OWN, later)
    added = [each for each in more if each.valid_from > day]
    assert weights_on(day, BASE, NOTHING_OWN, [*added, *later]) == before
