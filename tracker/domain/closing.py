"""What happened to a month after it was closed: each step of an exam's life with its effect on the sums.

The closed figure and the effects of all changes add up to the present figure. Rows are read elsewhere.
"""

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from tracker.domain.errors import N_
from tracker.domain.months import month_before, month_end
from tracker.domain.volume import Amounts

ENTERED, CORRECTED, VOIDED, IN_FORCE, UNDONE = (
    "entered", "corrected", "voided", "in_force", "undone",
)  # fmt: skip
STAGED = "staged"
"""An exam of an import that does not count yet; never a change by itself."""
KINDS: Mapping[str, str] = {
    ENTERED: N_("Entered"),
    CORRECTED: N_("Corrected"),
    VOIDED: N_("Voided"),
    IN_FORCE: N_("Import put in force"),
    UNDONE: N_("Import undone"),
}
"""What may change a closed month, and its words."""

Key = tuple[int, int, int, int]
"""Ids of stream, exam type, device and operator."""


NOTHING = Amounts()


@dataclass(frozen=True, slots=True)
class Counted:
    """As what an exam counts: on which day, under which key, how much without the visit.

    Of the exams of one `visit` (whose exams on which day those are) the first by `place` opens it.
    """

    local_date: date
    key: Key
    amounts: Amounts
    visit: Hashable
    place: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened to an exam: when, what, by whom (an account's name), why; and as what it stood after it.

    `after` None: it stood as before, but counted from then on, or no more.
    """

    at: datetime
    kind: str
    by: str
    why: str
    after: Counted | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A step after closing that touched the month. `effects` adds up, by key, what it did to the month's sums.

    `exam_id` None: a whole import, of `import_id`.
    """

    at: datetime
    kind: str
    by: str
    why: str
    exam_id: int | None
    number: str
    effects: Mapping[Key, Amounts] = field(default_factory=dict)
    import_id: int | None = None

    @property
    def total(self) -> Amounts:
        """What it did to the month's totals."""
        return total_of(self.effects.values())


def total_of(many: Iterable[Amounts]) -> Amounts:
    """Their sum."""
    return sum(many, NOTHING)


def may_close(month: date, standing: Collection[date], today: date) -> bool:
    """Whether a month is over and in turn: after the last closed one, or before the first, or the very first.

    So the closed months leave no gap; years brought in from files come late, and are closed backwards.
    """
    if month_end(month) > today or month in standing:
        return False
    return not standing or month in (month_before(min(standing)), month_end(max(standing)))


def changes_of(
    lives: Mapping[int, Iterable[Step]], *, month: date, closed_at: datetime
) -> Iterator[tuple[int, Step, dict[Key, Amounts]]]:
    """The steps after closing that touched the month: whose (the exam's id), and the effect on the month's sums.

    `lives` are the whole lives of exams, and of all with which they share a visit: of an exam that is voided the
    next one opens the visit. Those of one instant stand in their order. An exam counts once it was entered (or its
    import was put in force) until it is voided (or its import undone).
    """
    so_far = _SoFar()
    steps = [(step, exam_id) for exam_id, life in lives.items() for step in life]
    for step, exam_id in sorted(steps, key=lambda each: each[0].at):
        before, effects = so_far.follow(exam_id, step)
        now = so_far.counting.get(exam_id)
        touched = any(_is_in(one.local_date, month) for one in (before, now) if one)
        if step.at > closed_at and touched and (now != before or step.kind == CORRECTED):
            # another patient, another number: the sums may stand
            yield exam_id, step, _added_up(effects, month)


_Effects = list[tuple[Counted, Amounts]]


class _SoFar:
    """Exams as they stood, and of which visits, while their lives are followed."""

    def __init__(self) -> None:
        self.counting: dict[int, Counted] = {}
        self._standing: dict[int, Counted | None] = {}
        self._ended: set[int] = set()
        self._visits: dict[Hashable, dict[int, Counted]] = {}

    def follow(self, exam_id: int, step: Step) -> tuple[Counted | None, _Effects]:
        """As what the exam counted before, and what the step takes away and adds."""
        before = self.counting.get(exam_id)
        now = self._after(exam_id, step, before)
        visits = {one.visit for one in (before, now) if one}
        effects = [(one, -_VISIT) for one in map(self._opening, visits) if one]
        for one, sign in ((before, -1), (now, 1)):
            if one is not None:
                effects.append((one, one.amounts if sign > 0 else -one.amounts))
        self._keep(exam_id, before, now)
        effects += [(one, _VISIT) for one in map(self._opening, visits) if one]
        return before, effects

    def _after(self, exam_id: int, step: Step, before: Counted | None) -> Counted | None:
        standing = self._standing[exam_id] = step.after or self._standing.get(exam_id)
        if step.kind in (VOIDED, UNDONE):
            self._ended.add(exam_id)
        begins = before is not None or step.kind in (ENTERED, IN_FORCE)
        return standing if begins and exam_id not in self._ended else None

    def _keep(self, exam_id: int, before: Counted | None, now: Counted | None) -> None:
        if before is not None:
            del self._visits[before.visit][exam_id]
        self.counting.pop(exam_id, None)
        if now is not None:
            self.counting[exam_id] = now
            self._visits.setdefault(now.visit, {})[exam_id] = now

    def _opening(self, visit: Hashable) -> Counted | None:
        return min(self._visits.get(visit, {}).values(), key=lambda one: one.place, default=None)


_VISIT = Amounts(visits=1)


def _is_in(day: date, month: date) -> bool:
    return month <= day < month_end(month)


def _added_up(effects: _Effects, month: date) -> dict[Key, Amounts]:
    sums: dict[Key, Amounts] = {}
    for counted, amounts in effects:
        if _is_in(counted.local_date, month):
            sums[counted.key] = sums.get(counted.key, NOTHING) + amounts
    return {key: amounts for key, amounts in sums.items() if amounts}
