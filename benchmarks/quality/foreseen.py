"""Schedules made with full knowledge: who asks, who comes. Feasible minute by minute; show what foresight is worth."""

from datetime import date

from benchmarks.quality.asking import Ask
from benchmarks.quality.bound import Programme
from benchmarks.quality.department import Department
from benchmarks.quality.figures import WEIGHT, value_of
from benchmarks.quality.fortnight import Fortnight
from benchmarks.quality.policies import FORESEEN


def foreseen(department: Department, programme: Programme, asks: list[Ask]) -> Fortnight:
    """The best of several: put into minutes in different orders, on the dates of the bound's solution or without them.

    Nobody is placed before he has asked.
    """
    dates = programme.dates()
    choices = {
        ask.number: len(alike.worth) for alike, some in programme.alike.items() for ask in some
    }

    def least_choice_first(ask: Ask) -> tuple[float, ...]:
        return (not ask.kind.is_fasting, choices[ask.number], len(ask.kind.device_ids))

    def weight_first(ask: Ask) -> tuple[float, ...]:
        return (-WEIGHT[ask.stream.code], *least_choice_first(ask))

    def as_asked(ask: Ask) -> tuple[float, ...]:
        return (ask.asked_at.timestamp(), ask.number)

    coming = [ask for ask in asks if ask.comes]
    made = [
        _planned(department, sorted(coming, key=order), dates if is_dated else {})
        for order, is_dated in ((weight_first, True), (weight_first, False), (as_asked, False))
    ]
    return max(made, key=_value)


def _planned(department: Department, asks: list[Ask], dates: dict[int, date]) -> Fortnight:
    fortnight = Fortnight(department, FORESEEN)
    left = []
    for ask in asks:
        local_date = dates.get(ask.number)
        if local_date is None or not fortnight.place_on(ask, local_date, ask.asked_at):
            left.append(ask)
    for ask in left:
        fortnight.place(ask, ask.asked_at)
    return fortnight


def _value(fortnight: Fortnight) -> float:
    return sum(value_of(placed.ask, placed.start) for placed in fortnight.placed.values())
