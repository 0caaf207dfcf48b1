"""The goals after the first, as sums to be kept small: the commoner, the fasting, the unfair, the changed."""

from collections import defaultdict

from tracker.domain.plangoals import CORRIDOR, fair_minutes, scarcity
from tracker.planner.department import Department
from tracker.planner.solver import Terms


def commoner(department: Department) -> Terms:
    """Minutes that a machine spends on what others can do, times how much it is needed for the rest."""
    lost = scarcity(department.problem)
    found: Terms = []
    for group in department.groups:
        device_id = department.kinds[group.kind].first.block.device_id
        for kind, variable in group.minutes.items():
            if factor := lost(device_id, kind):
                found.append((variable, factor))
    return found


def fasting_late(department: Department) -> Terms:
    """Minutes of fasting exams beyond the fasting window of their blocks."""
    kinds = department.problem.facts.exam_types
    found: Terms = []
    for group in department.groups:
        stretch = department.kinds[group.kind].first
        fasting = [(v, 1.0) for kind, v in group.minutes.items() if kinds[kind].is_fasting]
        if fasting:
            late = department.model.add()
            there = [(work, -float(stretch.fasting)) for work in group.works]
            department.model.keep([*fasting, *there, (late, -1.0)], most=0.0)
            found.append((late, 1.0))
    return found


def unfair(department: Department) -> Terms:
    """Minutes by which a doctor works more or less than a tenth off the share."""
    works: dict[int, Terms] = defaultdict(list)
    for (place, operator_id), variable in department.works.items():
        stretch = department.kinds[place].first
        if operator_id is not None and stretch.half_day is not None:
            works[operator_id].append((variable, float(stretch.block.open_minutes)))
    found: Terms = []
    for doctor, share in fair_minutes(department.problem, _planned(department)).items():
        more, less = department.model.add(), department.model.add()
        terms = works.get(doctor, [])
        department.model.keep([*terms, (more, -1.0)], most=share * (1 + CORRIDOR))
        department.model.keep([*terms, (less, 1.0)], least=share * (1 - CORRIDOR))
        found += [(more, 1.0), (less, 1.0)]
    return found


def _planned(department: Department) -> float:
    """Minutes at machines in all: those of the machines, or of the doctors if they are fewer."""
    stretches = [s for kind in department.kinds for s in kind.stretches if s.half_day is not None]
    planned = 0.0
    for place, half in enumerate(department.problem.half_days):
        machines = sum(s.block.open_minutes for s in stretches if s.half_day == place)
        here = {
            operator_id
            for (kind, operator_id) in department.works
            if department.kinds[kind].first.half_day == place
        }
        planned += min(machines, len(here) * (half.ends - half.starts))
    return planned


def kept(department: Department) -> Terms:
    """How many blocks keep their doctor: the fewer, the more is changed."""
    found: Terms = []
    for place, kind in enumerate(department.kinds):
        for stretch in kind.stretches:
            variable = department.works.get((place, stretch.block.operator_id))
            if not stretch.is_new and not stretch.is_fixed and variable is not None:
                found.append((variable, 1.0))
    return found
