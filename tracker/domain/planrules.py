"""What a device plan must keep: each rule one function with a code and a sentence. Where a plan comes from is not asked.

The editor, the optimiser's checker and publishing use `broken_rules`; all broken rules are told, not the first.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from tracker.domain.errors import N_, NO_PARAMS, Params
from tracker.domain.plan import COMPARED, DeviceDate, PlanBlock

TITLE_RANK: Mapping[str, int] = {
    "trainee": 0, "": 1, "physician": 1, "attending": 2, "associate_professor": 3, "professor": 4,
}  # fmt: skip
"""Titles in ascending order; whose title nobody entered counts as a physician."""


@dataclass(frozen=True, slots=True)
class PlanDevice:
    """A machine: the exam types that its capabilities allow."""

    id: int
    code: str
    exam_type_ids: frozenset[int]
    is_portable: bool = False
    is_retired: bool = False


@dataclass(frozen=True, slots=True)
class PlanDoctor:
    """A doctor: the exam types he or she may perform (those that need no competence included) and supervise."""

    id: int
    code: str
    name: str
    title: str
    exam_type_ids: frozenset[int]
    supervises: frozenset[int] = frozenset()
    is_retired: bool = False


@dataclass(frozen=True, slots=True)
class PlanExamType:
    """An exam type; `least_title` is the lowest title that may perform it, empty for any."""

    id: int
    code: str
    minutes: int
    is_fasting: bool = False
    least_title: str = ""


@dataclass(frozen=True, slots=True)
class Away:
    """Minutes [starts, ends) of a day in which a doctor is not at a machine: leave, teaching, illness."""

    operator_id: int
    local_date: date
    starts: int
    ends: int
    kind: str = "leave"


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """What rules know besides the blocks: by id, machines, doctors and exam types; who is away; closures.

    `closed`: device day → minutes [starts, ends) that are closed; `working`: the days that are worked; none
    means all, unless `has_calendar` says that they are known.
    """

    devices: Mapping[int, PlanDevice]
    doctors: Mapping[int, PlanDoctor]
    exam_types: Mapping[int, PlanExamType]
    away: tuple[Away, ...] = ()
    closed: Mapping[DeviceDate, tuple[tuple[int, int], ...]] = field(default_factory=dict)
    working: frozenset[date] = frozenset()
    has_calendar: bool = False

    def away_then(
        self, operator_id: int | None, local_date: date, minutes: tuple[int, int]
    ) -> Away | None:
        """Why a doctor is away for a part of these minutes [starts, ends) of a day; None for one who is here."""
        starts, ends = minutes
        own = (a for a in self.away if (a.operator_id, a.local_date) == (operator_id, local_date))
        return next((a for a in own if a.starts < ends and starts < a.ends), None)


@dataclass(frozen=True, slots=True)
class BrokenRule:
    """A rule that a block breaks. `refuses`: nobody may overrule it; `allowed`: why the head does."""

    code: str
    text: str
    block: PlanBlock
    refuses: bool
    params: Params = NO_PARAMS
    allowed: str = ""

    @property
    def stands_in_the_way(self) -> bool:
        """Whether the plan cannot be published as it is."""
        return self.refuses or not self.allowed


Found = Iterator[tuple[str, Params]]
_Rule = Callable[[PlanBlock, "_Plan"], Found]


@dataclass(frozen=True, slots=True)
class _Plan:
    """All blocks of one day beside the facts."""

    blocks: tuple[PlanBlock, ...]
    facts: PlanFacts

    def beside(self, block: PlanBlock) -> Iterator[PlanBlock]:
        """The other blocks that take place at the same time."""
        return (other for other in self.blocks if other is not block and other.meets(block))


# --- what nobody may overrule ------------------------------------------------------------------------


def _hours(block: PlanBlock, _plan: _Plan) -> Found:
    if block.starts < 0 or block.ends <= block.starts or block.open_minutes == 0:
        yield N_("No minute is left for patients."), NO_PARAMS


def _device_known(block: PlanBlock, plan: _Plan) -> Found:
    device = plan.facts.devices.get(block.device_id)
    if device is None or device.is_retired:
        yield N_("The device is not in service."), NO_PARAMS


def _device_once(block: PlanBlock, plan: _Plan) -> Found:
    if any(other.device_id == block.device_id for other in plan.beside(block)):
        yield N_("The device already has working hours then."), NO_PARAMS


def _operator_once(block: PlanBlock, plan: _Plan) -> Found:
    others = (o for o in plan.beside(block) if o.operator_id == block.operator_id)
    other = next(others, None) if block.operator_id is not None else None
    if other is not None:
        device = plan.facts.devices.get(other.device_id)
        where = Params(device=device.code if device else "?")
        yield N_("The doctor works on %(device)s at the same time."), where


def _operator_known(block: PlanBlock, plan: _Plan) -> Found:
    doctor = plan.facts.doctors.get(block.operator_id) if block.operator_id is not None else None
    if block.operator_id is not None and (doctor is None or doctor.is_retired):
        yield N_("There is no such doctor."), NO_PARAMS


def _some_exam_type(block: PlanBlock, _plan: _Plan) -> Found:
    if not block.exam_type_ids:
        yield N_("Choose at least one exam type."), NO_PARAMS


def _capability(block: PlanBlock, plan: _Plan) -> Found:
    device = plan.facts.devices.get(block.device_id)
    for each in _types(block, plan):
        if device is not None and each.id not in device.exam_type_ids:
            yield N_("The device lacks a function for %(code)s."), Params(code=each.code)


def _reserves_fit(block: PlanBlock, _plan: _Plan) -> Found:
    if sum(block.reserve_minutes.values()) > block.open_minutes:
        yield N_("The reserves are longer than the block."), NO_PARAMS


# --- what the head may overrule with a reason --------------------------------------------------------


def _operator_named(block: PlanBlock, _plan: _Plan) -> Found:
    if block.operator_id is None:
        yield N_("No doctor is named."), NO_PARAMS


def _operator_here(block: PlanBlock, plan: _Plan) -> Found:
    minutes = block.starts, block.ends
    if plan.facts.away_then(block.operator_id, block.local_date, minutes) is not None:
        yield N_("The doctor is away then."), NO_PARAMS


def _competence(block: PlanBlock, plan: _Plan) -> Found:
    doctor = _doctor(block, plan)
    for each in _types(block, plan):
        if doctor is not None and each.id not in doctor.exam_type_ids:
            yield N_("The doctor is not competent for %(code)s."), Params(code=each.code)


def _title(block: PlanBlock, plan: _Plan) -> Found:
    doctor = _doctor(block, plan)
    for each in _types(block, plan):
        if doctor is not None and not has_title(doctor, each.least_title):
            yield N_("The doctor's title is too low for %(code)s."), Params(code=each.code)


def _supervised(block: PlanBlock, plan: _Plan) -> Found:
    doctor = _doctor(block, plan)
    if doctor is None or doctor.title != "trainee":
        return
    there = [plan.facts.doctors.get(other.operator_id or 0) for other in plan.beside(block)]
    watched = {each for doctor in there if doctor is not None for each in doctor.supervises}
    for each in _types(block, plan):
        if each.id not in watched:
            yield N_("Nobody at work supervises the trainee in %(code)s."), Params(code=each.code)


def _open_then(block: PlanBlock, plan: _Plan) -> Found:
    known = plan.facts.has_calendar or plan.facts.working
    if known and block.local_date not in plan.facts.working:
        yield N_("This day is not worked."), NO_PARAMS
    closed = plan.facts.closed.get(block.key, ())
    if any(starts < block.ends and block.starts < ends for starts, ends in closed):
        yield N_("The device is closed for a part of it."), NO_PARAMS


REFUSING: Mapping[str, _Rule] = {
    "no_time": _hours,
    "device_retired": _device_known,
    "device_twice": _device_once,
    "operator_twice": _operator_once,
    "operator_unknown": _operator_known,
    "no_exam_type": _some_exam_type,
    "capability_lacking": _capability,
    "reserves_too_long": _reserves_fit,
}
WARNING: Mapping[str, _Rule] = {
    "no_operator": _operator_named,
    "operator_away": _operator_here,
    "competence_lacking": _competence,
    "title_too_low": _title,
    "trainee_alone": _supervised,
    "not_open": _open_then,
}
"""Code → rule. A code is stored where a rule is overruled: it is never renamed."""


def broken_rules(blocks: Iterable[PlanBlock], facts: PlanFacts) -> tuple[BrokenRule, ...]:
    """All rules that these blocks break, by day, device and start; each with why it is allowed, if it is.

    Blocks of other days do not matter to each other, so any set of whole days can be asked about.
    """
    days: dict[date, list[PlanBlock]] = {}
    for block in sorted(blocks, key=lambda b: (b.local_date, b.device_id, b.starts)):
        days.setdefault(block.local_date, []).append(block)
    return tuple(
        broken
        for these in days.values()
        for block in these
        for broken in _broken_by(block, _Plan(tuple(these), facts))
    )


def newly_broken(
    before: Iterable[BrokenRule], after: Iterable[BrokenRule]
) -> tuple[BrokenRule, ...]:
    """Those of `after` that the same block, unchanged, did not break `before` for the same reason."""
    known = [(each.code, each.params, _terms(each.block)) for each in before]
    return tuple(e for e in after if (e.code, e.params, _terms(e.block)) not in known)


def _terms(block: PlanBlock) -> tuple[object, ...]:
    return block.key, *(getattr(block, name) for name in COMPARED)


def _broken_by(block: PlanBlock, plan: _Plan) -> Iterator[BrokenRule]:
    for code, rule in REFUSING.items():
        for text, params in rule(block, plan):
            yield BrokenRule(code, text, block, True, params)
    for code, rule in WARNING.items():
        for text, params in rule(block, plan):
            yield BrokenRule(code, text, block, False, params, block.overrules.get(code, ""))


def has_title(doctor: PlanDoctor, least_title: str) -> bool:
    """Whether the doctor's title reaches the lowest one that is asked for."""
    return not least_title or TITLE_RANK.get(doctor.title, 1) >= TITLE_RANK[least_title]


def may_perform(doctor: PlanDoctor, exam_type: PlanExamType) -> bool:
    """Whether competence and title allow the doctor to perform the exam type."""
    return exam_type.id in doctor.exam_type_ids and has_title(doctor, exam_type.least_title)


def _doctor(block: PlanBlock, plan: _Plan) -> PlanDoctor | None:
    return plan.facts.doctors.get(block.operator_id) if block.operator_id is not None else None


def _types(block: PlanBlock, plan: _Plan) -> list[PlanExamType]:
    known = (plan.facts.exam_types.get(each) for each in block.exam_type_ids)
    return sorted((each for each in known if each is not None), key=lambda each: each.id)
