"""What every proposed plan keeps: each rule a small class that adds its rows to the model.

Capability, competence, title, absence and a doctor who was asked for are kept before: no pairing that breaks
them has a variable (stretches). Whether a finished plan keeps all rules is asked by domain/plancheck, not here.
"""

from collections import defaultdict
from typing import Protocol

from tracker.planner.department import Department
from tracker.planner.solver import Terms
from tracker.planner.stretches import overlapping


class Rule(Protocol):
    """Adds what it asks for to a department's model."""

    def add_to(self, department: Department) -> None:
        """Add the rows of this rule."""


class DeviceOnce:
    """A machine is run by one doctor at a time."""

    def add_to(self, department: Department) -> None:
        """Of each kind of stretch no more are run than there are."""
        for place, kind in enumerate(department.kinds):
            works = [department.works[place, p.operator_id] for p in kind.pairings]
            if works:
                department.model.keep([(w, 1.0) for w in works], most=len(kind.stretches))


class OperatorOnce:
    """A doctor is at one machine at a time."""

    def add_to(self, department: Department) -> None:
        """At each instant at which blocks begin. What is fixed stays, even if it breaks this."""
        for places in overlapping(department.kinds):
            at_once: dict[int, list[int]] = defaultdict(list)
            for place in places:
                for pairing in department.kinds[place].pairings:
                    if pairing.operator_id is not None:
                        variable = department.works[place, pairing.operator_id]
                        at_once[pairing.operator_id].append(variable)
            for works in at_once.values():
                fixed = sum(department.model.lower[w] for w in works)
                department.model.keep([(w, 1.0) for w in works], most=max(1.0, fixed))


class Capacity:
    """A block serves no more minutes than it is open."""

    def add_to(self, department: Department) -> None:
        """Per group of doctors who can do the same at a kind of stretch."""
        for group in department.groups:
            open_minutes = department.kinds[group.kind].first.block.open_minutes
            served = [(variable, 1.0) for variable in group.minutes.values()]
            there = [(work, -float(open_minutes)) for work in group.works]
            department.model.keep(served + there, most=0.0)


class Supervised:
    """A trainee examines only what somebody at work at the same time supervises."""

    def add_to(self, department: Department) -> None:
        """Minutes of a trainee need a supervisor of that exam type in a block at the same time."""
        for group in department.groups:
            stretch = department.kinds[group.kind].first
            if group.is_trainee and not stretch.is_fixed:
                for kind, variable in group.minutes.items():
                    there = [
                        (work, -float(stretch.block.ends))
                        for work in _supervisors(department, group.kind, kind)
                    ]
                    department.model.keep([(variable, 1.0), *there], most=0.0)


class BookingsKept:
    """Who is booked in a block is examined in it, if it has a doctor."""

    def add_to(self, department: Department) -> None:
        """The booked minutes of an exam type are among those served, by each group for its own blocks."""
        for group in department.groups:
            for exam_type, minutes in department.kinds[group.kind].first.booked.items():
                if exam_type in group.minutes:
                    there = [(work, -float(minutes)) for work in group.works]
                    department.model.keep([(group.minutes[exam_type], 1.0), *there], least=0.0)


class NeedOnce:
    """What is asked for is served once, in minutes that are there."""

    def add_to(self, department: Department) -> None:
        """Per need, and per half-day and exam type."""
        needs = department.problem.needs
        by_need: dict[int, Terms] = defaultdict(list)
        by_supply: dict[tuple[int, int], Terms] = defaultdict(list)
        for (need, half_day), variable in department.meets.items():
            by_need[need].append((variable, 1.0))
            by_supply[half_day, needs[need].exam_type_id].append((variable, 1.0))
        for need, terms in by_need.items():
            department.model.keep(terms, most=needs[need].minutes)
        served = department.served()
        for key, terms in by_supply.items():
            there = [(variable, -factor) for variable, factor in served.get(key, [])]
            department.model.keep(terms + there, most=0.0)


RULES: tuple[Rule, ...] = (
    DeviceOnce(), OperatorOnce(), Capacity(), Supervised(), BookingsKept(), NeedOnce(),
)  # fmt: skip


def _supervisors(department: Department, place: int, exam_type: int) -> list[int]:
    """The `works` of everybody who supervises the exam type at a time that meets this kind of stretch."""
    block, doctors = department.kinds[place].first.block, department.problem.facts.doctors
    return [
        variable
        for (other, operator_id), variable in department.works.items()
        if operator_id is not None
        and exam_type in doctors[operator_id].supervises
        and department.kinds[other].first.block.meets(block)
    ]
