"""Who is on duty in a half-day, and on which machine."""

from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.weeklypattern import Machine, Worker, on_duty, pair_up

ANY, HEART, CONTRAST = 1, 2, 3
DEMAND = {ANY: 6000, HEART: 2000, CONTRAST: 400}


def workers(count: int) -> list[Worker]:
    return [Worker(n, frozenset({ANY})) for n in range(count)]


def test_with_28_doctors_for_21_machines_every_fourth_is_off():
    off = [
        {w.id for w in workers(28)} - {w.id for w in on_duty(workers(28), h, 21)} for h in range(4)
    ]
    assert [len(each) for each in off] == [7, 7, 7, 7]
    assert set.union(*off) == set(range(28))
    assert off[0] == set(range(0, 28, 4))


def test_with_too_few_doctors_all_are_on_duty_and_some_machines_stay_empty():
    machines = [Machine(n, frozenset({ANY})) for n in range(3)]
    chosen = pair_up(on_duty(workers(2), 5, 3), machines, DEMAND)
    assert len(chosen) == 2
    assert sorted(chosen.values()) == [0, 1]


def test_scarce_knowledge_goes_to_the_machine_that_needs_it():
    people = [Worker(1, frozenset({ANY})), Worker(2, frozenset({ANY, CONTRAST}))]
    machines = [Machine(10, frozenset({ANY})), Machine(11, frozenset({ANY, CONTRAST}))]
    assert pair_up(people, machines, DEMAND) == {10: 1, 11: 2}


@given(st.integers(1, 40), st.integers(0, 20), st.integers(1, 30))
def test_nobody_is_on_duty_twice_and_no_machine_more_than_needed(
    doctors: int, half_day: int, machines: int
):
    chosen = on_duty(workers(doctors), half_day, machines)
    assert len({worker.id for worker in chosen}) == len(chosen) == min(doctors, machines)


@given(st.lists(st.frozensets(st.sampled_from([ANY, HEART, CONTRAST])), min_size=1, max_size=8))
def test_each_doctor_has_one_machine(abilities: list[frozenset[int]]):
    people = [Worker(n, can) for n, can in enumerate(abilities)]
    machines = [Machine(n, can) for n, can in enumerate(reversed(abilities))]
    chosen = pair_up(people, machines, DEMAND)
    assert sorted(chosen) == sorted(chosen.values()) == list(range(len(abilities)))
