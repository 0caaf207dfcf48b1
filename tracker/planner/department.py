"""The variables of the model: who works where, what is served there, which needs that meets.

Doctors whose exam types are the same at a kind of stretch share the variables of what they serve: that makes the
model five times smaller and a hundred times quicker, and who serves how much is told apart afterwards.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from tracker.domain.planproblem import PlanProblem
from tracker.planner.solver import Model, Terms
from tracker.planner.stretches import StretchKind, stretch_kinds


@dataclass(frozen=True, slots=True)
class Group:
    """Pairings at a kind of stretch (its place) with the same exam types: `works` are 0 or 1, `minutes` by exam type."""

    kind: int
    is_trainee: bool
    works: tuple[int, ...]
    minutes: dict[int, int]
    fasting: frozenset[int] = frozenset()


@dataclass(slots=True)
class Department:
    """A problem with its variables: `works` by (kind of stretch, doctor), `meets` by (need, half-day)."""

    problem: PlanProblem
    kinds: list[StretchKind]
    model: Model = field(default_factory=Model)
    works: dict[tuple[int, int | None], int] = field(default_factory=dict)
    groups: list[Group] = field(default_factory=list)
    meets: dict[tuple[int, int], int] = field(default_factory=dict)

    def served(self) -> dict[tuple[int, int], Terms]:
        """(half-day, exam type) → the minutes that are there for it."""
        found: dict[tuple[int, int], Terms] = defaultdict(list)
        for group in self.groups:
            half_day = self.kinds[group.kind].first.half_day
            if half_day is not None:
                for kind, variable in group.minutes.items():
                    found[half_day, kind].append((variable, 1.0))
        return found

    def met(self) -> Terms:
        """The first goal: minutes served within their goal, times weight."""
        needs = self.problem.needs
        return [(variable, needs[need].weight) for (need, _), variable in self.meets.items()]

    def staffed(self) -> Terms:
        """Booked minutes whose block has a doctor; empty when nothing is booked."""
        found: Terms = []
        for (place, _), variable in self.works.items():
            minutes = sum(self.kinds[place].first.booked.values())
            if minutes:
                found.append((variable, float(minutes)))
        return found


def department_of(problem: PlanProblem, *, only_present: bool = False) -> Department:
    """The variables of a problem, without any rule. `only_present`: of the present plan as it stands."""
    department = Department(problem, stretch_kinds(problem, only_present=only_present))
    for place, kind in enumerate(department.kinds):
        _add_kind(department, place, kind)
    for place, need in enumerate(problem.needs):
        for half_day in need.half_days:
            department.meets[place, half_day] = department.model.add()
    return department


def _add_kind(department: Department, place: int, kind: StretchKind) -> None:
    model, stretch = department.model, kind.first
    alike: dict[tuple[tuple[int, ...], bool], list[int]] = defaultdict(list)
    for pairing in kind.pairings:
        # a fixed block is there whatever the model says; without a doctor's name it may be there several times
        most = len(kind.stretches) if stretch.is_fixed else 1
        variable = model.add(most, least=most if stretch.is_fixed else 0, whole=True)
        department.works[place, pairing.operator_id] = variable
        alike[tuple(sorted(pairing.exam_type_ids)), pairing.is_trainee].append(variable)
    for (exam_types, is_trainee), works in alike.items():
        minutes = {each: model.add() for each in exam_types}
        known = department.problem.facts.exam_types
        fasting = frozenset(each for each in exam_types if known[each].is_fasting)
        department.groups.append(Group(place, is_trainee, tuple(works), minutes, fasting))
