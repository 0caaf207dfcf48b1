"""What the weights of the ranking prefer, one by one, and that whatever they are they order and never hide."""

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.domain.days import MIDNIGHT, MONDAY, Scene, at, few_examples, mask_of, scenes
from tests.domain.test_openings import following, searches
from tracker.domain.openings import Window, openings_for
from tracker.domain.ranking import DeviceStanding, Ranking, RankingWeights, scarcity_of
from tracker.domain.rules import is_bookable
from tracker.domain.supply import BlockLoad, DeviceDay, ExamRequest

MORNING = BlockLoad(7, 480, 720, 5, frozenset({1}))
AFTERNOON = BlockLoad(8, 810, 1020, 5, frozenset({1}))
DAY = DeviceDay(1, MONDAY, MIDNIGHT, blocks=(MORNING, AFTERNOON))
REQUEST = ExamRequest(1, 1, 10, frozenset({1, 2, 3}), shortest_minutes=8)
THE_DAY_BEFORE = at(-600)
NOTHING = RankingWeights(scarce_minutes=0, scrap_minutes=0, fasting_minutes=0, margin_minutes=0)
RANKING = Ranking(weights=NOTHING, fasting_ends=690)

Asked = tuple[ExamRequest, list[DeviceDay], datetime, Window | None]

weights = st.builds(
    RankingWeights,
    scarce_minutes=st.sampled_from([0, 30, 1000]),
    scrap_minutes=st.sampled_from([0, 10]),
    fasting_minutes=st.sampled_from([0, 20, 600]),
    fasting_release=st.sampled_from([0, 500, 1440]),
    margin_minutes=st.sampled_from([0, 45]),
)
rankings = st.builds(
    Ranking,
    standing=st.just({1: DeviceStanding(3, 2), 2: DeviceStanding(2, 1)}),
    weights=weights,
    scarcity=st.dictionaries(st.integers(1, 2), st.integers(0, 500)),
    is_fasting=st.booleans(),
    fasting_ends=st.sampled_from([0, 500, 690]),
    due=st.sampled_from([None, at(510), at(2000)]),
)


def first(
    *days: DeviceDay,
    ranking: Ranking,
    request: ExamRequest = REQUEST,
    now: datetime = THE_DAY_BEFORE,
) -> tuple[int, datetime]:
    opening = openings_for(request, days, now=now, limit=1, ranking=ranking).openings[0]
    return opening.device_id, opening.start


def weighing(**minutes: int) -> Ranking:
    return replace(RANKING, weights=replace(NOTHING, **minutes))


# --- what needs no fasting -------------------------------------------------------------------------


def test_an_exam_without_fasting_is_offered_the_first_minute_behind_the_fasting_window() -> None:
    assert first(DAY, ranking=weighing(fasting_minutes=600)) == (1, at(690))


def test_a_fasting_exam_is_offered_the_fasting_window() -> None:
    ranking = replace(weighing(fasting_minutes=600), is_fasting=True)
    assert first(DAY, ranking=ranking) == (1, at(480))


def test_a_day_whose_afternoon_is_full_gives_its_fasting_window_before_the_next_day() -> None:
    full = replace(DAY, busy=mask_of([(690, 1020)]))
    ranking = weighing(fasting_minutes=600)
    assert first(full, following(DAY, 1), ranking=ranking) == (1, at(480))


def test_the_fasting_window_costs_no_more_than_its_minutes() -> None:
    full = replace(DAY, busy=mask_of([(690, 1000)]))
    assert first(full, ranking=weighing(fasting_minutes=519)) == (1, at(480))
    assert first(full, ranking=weighing(fasting_minutes=521)) == (1, at(1000))


def test_on_the_day_itself_the_fasting_window_is_released_at_its_time_and_not_before() -> None:
    ranking = weighing(fasting_minutes=600, fasting_release=570)
    assert first(DAY, ranking=ranking, now=at(569)) == (1, at(690))
    assert first(DAY, ranking=ranking, now=at(570)) == (1, at(570))


# --- scarce machines, scraps, goals ------------------------------------------------------------------


def test_a_block_that_could_do_what_is_scarce_is_kept_for_it() -> None:
    scarce = replace(DAY, device_id=2, blocks=(replace(MORNING, exam_type_ids=frozenset({1, 2})),))
    plain = replace(DAY, device_id=3, busy=mask_of([(480, 530)]))
    ranking = replace(weighing(scarce_minutes=100), scarcity={1: 400, 2: 600})
    assert first(scarce, plain, ranking=ranking) == (3, at(530))


def test_a_scarce_block_is_offered_where_it_is_sooner_by_more_than_it_is_worth() -> None:
    scarce = replace(DAY, device_id=2, blocks=(replace(MORNING, exam_type_ids=frozenset({1, 2})),))
    plain = replace(DAY, device_id=3, busy=mask_of([(480, 541)]))
    ranking = replace(weighing(scarce_minutes=100), scarcity={1: 400, 2: 600})
    assert first(scarce, plain, ranking=ranking) == (2, at(480))


def test_a_gap_that_fits_is_worth_waiting_for() -> None:
    leaves_five = replace(DAY, busy=mask_of([(495, 1020)]))
    fits = replace(DAY, device_id=2, busy=mask_of([(480, 520), (530, 1020)]))
    assert first(leaves_five, fits, ranking=weighing(scrap_minutes=9)) == (2, at(520))
    assert first(leaves_five, fits, ranking=weighing(scrap_minutes=7)) == (1, at(480))


def test_what_keeps_the_goal_comes_before_everything_else() -> None:
    busy = replace(DAY, busy=mask_of([(500, 1020)]))
    ranking = replace(weighing(fasting_minutes=600, margin_minutes=45), due=at(720))
    assert first(DAY, ranking=ranking) == (1, at(480))
    assert first(DAY, ranking=replace(ranking, due=at(735))) == (1, at(690))
    assert first(busy, replace(DAY, device_id=2), ranking=ranking) == (1, at(480))


def test_when_the_goal_is_lost_on_the_day_it_is_still_offered() -> None:
    ranking = replace(weighing(margin_minutes=45), due=at(400))
    assert first(DAY, ranking=ranking) == (1, at(480))


# --- any weights -------------------------------------------------------------------------------------


@few_examples
@given(searches(), rankings, st.integers(1, 8))
def test_a_limit_cuts_the_unlimited_list(asked: Asked, ranking: Ranking, limit: int) -> None:
    request, days, now, window = asked
    everything = openings_for(request, days, now=now, limit=None, ranking=ranking, window=window)
    some = openings_for(request, days, now=now, limit=limit, ranking=ranking, window=window)
    assert some.openings == everything.openings[:limit]
    assert some.reasons == everything.reasons


@few_examples
@given(searches(), rankings)
def test_ranking_hides_nothing_and_offers_only_what_is_bookable(
    asked: Asked, ranking: Ranking
) -> None:
    request, days, now, window = asked
    plain = openings_for(request, days, now=now, limit=None, window=window)
    ranked = openings_for(request, days, now=now, limit=None, ranking=ranking, window=window)
    assert set(plain.openings) <= set(ranked.openings)
    assert len(set(ranked.openings)) == len(ranked.openings)
    assert ranked.reasons == plain.reasons
    by_key = {(day.device_id, day.local_date): day for day in days}
    for opening in ranked.openings:
        day = by_key[opening.device_id, opening.local_date]
        assert is_bookable(request, day, opening.start, now=now) == ()


@few_examples
@given(scenes(), rankings)
def test_a_certain_machine_doctor_and_minute_is_answered_whatever_the_ranking(
    scene: Scene, ranking: Ranking
) -> None:
    day, request, now = scene.day, scene.request, scene.now
    for block in day.blocks:
        wanted = replace(request, operator_id=block.operator_id)
        for minute in range(block.starts, min(block.ends, block.starts + 30)):
            window = Window(minute, minute + 1)
            found = openings_for(wanted, [day], now=now, limit=1, ranking=ranking, window=window)
            bookable = is_bookable(wanted, day, at(minute), now=now) == ()
            assert [opening.start for opening in found.openings] == [at(minute)] * bookable


@few_examples
@given(searches(), rankings)
def test_a_day_comes_before_the_next(asked: Asked, ranking: Ranking) -> None:
    request, days, now, _ = asked
    found = openings_for(request, days, now=now, limit=None, ranking=ranking).openings
    dates = [
        MONDAY + (opening.start - MIDNIGHT + timedelta(hours=2)) // timedelta(days=1) * timedelta(1)
        for opening in found
    ]
    assert dates == sorted(dates)


# --- scarcity ----------------------------------------------------------------------------------------


def test_scarcity_is_demand_for_each_open_minute_in_permille_of_all_together() -> None:
    assert scarcity_of({1: 300, 2: 100}, {1: 1000, 2: 1000}) == {1: 750, 2: 250}
    assert scarcity_of({1: 300, 2: 100}, {1: 3000, 2: 1000}) == {1: 500, 2: 500}


def test_what_nothing_offers_or_nobody_asks_for_is_not_scarce() -> None:
    assert scarcity_of({1: 300, 2: 100}, {1: 1000}) == {1: 1000}
    assert scarcity_of({1: 0, 2: 0}, {1: 10, 2: 10}) == {1: 0, 2: 0}
