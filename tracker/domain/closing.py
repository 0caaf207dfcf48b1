"""What happened to a month after it was closed: each step of an exam's life with its effect on the sums.

The closed figure and the effects of all changes add up to the present figure. Rows are read elsewhere.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from tracker.domain.errors import N_
from tracker.domain.months import month_before, month_end

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


class Sums(Protocol):
    """Whatever carries the four sums: a roll-up's amounts, a row of a closed month."""

    @property
    def exams(self) -> int: ...
    @property
    def parts(self) -> int: ...
    @property
    def minutes(self) -> int: ...
    @property
    def points_hundredths(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Figures:
    """Four sums that may be negative: an effect, or a difference."""

    exams: int = 0
    parts: int = 0
    minutes: int = 0
    points_hundredths: int = 0

    @classmethod
    def of(cls, sums: Sums) -> "Figures":
        """The four of anything that has them."""
        return cls(sums.exams, sums.parts, sums.minutes, sums.points_hundredths)

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(
            self.exams + other.exams,
            self.parts + other.parts,
            self.minutes + other.minutes,
            self.points_hundredths + other.points_hundredths,
        )

    def __neg__(self) -> "Figures":
        return Figures(-self.exams, -self.parts, -self.minutes, -self.points_hundredths)

    def __sub__(self, other: "Figures") -> "Figures":
        return self + -other

    def __bool__(self) -> bool:
        return self != NOTHING


NOTHING = Figures()


@dataclass(frozen=True, slots=True)
class Counted:
    """As what an exam counts: on which day, under which key, how much."""

    local_date: date
    key: Key
    figures: Figures


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
    effects: Mapping[Key, Figures] = field(default_factory=dict)
    import_id: int | None = None

    @property
    def total(self) -> Figures:
        """What it did to the month's totals."""
        return total_of(self.effects.values())


def total_of(many: Iterable[Figures]) -> Figures:
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
    steps: Iterable[Step], *, month: date, closed_at: datetime
) -> Iterator[tuple[Step, dict[Key, Figures]]]:
    """The steps after closing that touched the month, each with its effect on the month's sums.

    `steps` is the whole life of an exam; those of one instant in their order. An exam counts once it was entered (or its import was put in
    force) until it is voided (or its import undone).
    """
    standing: Counted | None = None
    starts, ends = False, False
    before: Counted | None = None
    for step in sorted(steps, key=lambda each: each.at):
        standing = step.after or standing
        starts = starts or step.kind in (ENTERED, IN_FORCE)
        ends = ends or step.kind in (VOIDED, UNDONE)
        now = standing if starts and not ends else None
        touched = [one for one in (before, now) if one and _is_in(one.local_date, month)]
        if step.at > closed_at and touched and now != before:
            yield step, _effect(before, now, month)
        elif step.at > closed_at and touched and step.kind == CORRECTED:
            yield step, {}  # another patient, another number: the sums stand
        before = now


def _is_in(day: date, month: date) -> bool:
    return month <= day < month_end(month)


def _effect(before: Counted | None, now: Counted | None, month: date) -> dict[Key, Figures]:
    effect: dict[Key, Figures] = {}
    for counted, sign in ((before, -1), (now, 1)):
        if counted is not None and _is_in(counted.local_date, month):
            figures = counted.figures if sign > 0 else -counted.figures
            effect[counted.key] = effect.get(counted.key, NOTHING) + figures
    return {key: figures for key, figures in effect.items() if figures}
