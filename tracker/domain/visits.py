"""The order of one patient's exams on one day: what their preparations ask for. It warns and never refuses.

Source: the department's order rules for several exams in one visit, 1 to 6.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tracker.domain.errors import N_, Params, Reason
from tracker.domain.supply import MINUTE

DRINKING_MINUTES = 60
"""How long a bladder takes to fill after drinking: 60 to 90 minutes, here the least."""

AFTER_ENDOSCOPY = timedelta(days=3)
"""For how long air or barium in the gut hides what lies behind it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedExam:
    """One exam of a visit. `name` is what the reader calls it; `start` and `end` are aware.

    `bladder` is "", "empty" or "full"; `is_gastrointestinal`: the patient drinks contrast for it.
    """

    name: str
    start: datetime
    end: datetime
    is_fasting: bool = False
    bladder: str = ""
    is_endocavitary: bool = False
    is_gastrointestinal: bool = False
    is_contrast: bool = False


Kind = Callable[[PlannedExam], bool]


@dataclass(frozen=True, slots=True)
class _Order:
    """Every exam of the kind `first` comes before every one of the kind `then`."""

    code: str
    text: str
    first: Kind
    then: Kind


_ORDERS = (
    _Order(
        "fasting_first",
        N_("%(first)s needs fasting and comes before %(then)s, for which the patient drinks."),
        lambda exam: exam.is_fasting and exam.bladder != "full",
        lambda exam: exam.bladder == "full" and not exam.is_fasting,
    ),
    _Order(
        "full_bladder_first",
        N_("%(first)s needs a full bladder and comes before %(then)s, which needs an empty one."),
        lambda exam: exam.bladder == "full",
        lambda exam: exam.bladder != "full" and (exam.bladder == "empty" or exam.is_endocavitary),
    ),
    _Order(
        "abdominal_first",
        N_("%(first)s comes before %(then)s, for which the patient drinks contrast."),
        lambda exam: exam.is_fasting and not (exam.is_gastrointestinal or exam.is_contrast),
        lambda exam: exam.is_gastrointestinal,
    ),
    _Order(
        "contrast_last",
        N_("%(then)s comes last for its organ, after %(first)s."),
        # the organs that contrast is given for need fasting; a thyroid or a bladder may well come after
        lambda exam: exam.is_fasting and not exam.is_contrast,
        lambda exam: exam.is_contrast,
    ),
)


def order_warnings(
    exams: Iterable[PlannedExam],
    *,
    fasting_ends_at: datetime,
    drinking_minutes: int = DRINKING_MINUTES,
    endoscopy_at: datetime | None = None,
) -> tuple[Reason, ...]:
    """What is unwise about the order of these exams of one patient and one day; empty when nothing is.

    `fasting_ends_at`: when exams that need fasting have ended. `endoscopy_at`: an endoscopy or a barium
    meal of the same patient, if one is known.
    """
    visit = sorted(exams, key=lambda exam: exam.start)
    return (
        *_late_fasting(visit, fasting_ends_at),
        *_wrong_order(visit),
        *_short_drinking(visit, drinking_minutes),
        *_after_endoscopy(visit, endoscopy_at),
    )


def _late_fasting(visit: Sequence[PlannedExam], fasting_ends_at: datetime) -> Iterator[Reason]:
    text = N_("%(first)s needs fasting and ends too late: patients fast in the morning.")
    for exam in visit:
        if exam.is_fasting and exam.end > fasting_ends_at:
            yield Reason("fasting_late", text, Params(first=exam.name))


def _wrong_order(visit: Sequence[PlannedExam]) -> Iterator[Reason]:
    for order in _ORDERS:
        for position, late in enumerate(visit):
            for early in visit[:position]:
                if order.first(late) and order.then(early):
                    yield Reason(order.code, order.text, Params(first=late.name, then=early.name))


def _short_drinking(visit: Sequence[PlannedExam], drinking_minutes: int) -> Iterator[Reason]:
    text = N_("Between %(first)s and %(then)s the patient needs %(minutes)s minutes to drink.")
    full, fasting = _ORDERS[0].then, _ORDERS[0].first
    for position, exam in enumerate(visit):
        before = [other for other in visit[:position] if fasting(other)]
        if not full(exam) or not before:
            continue
        last = max(before, key=lambda other: other.end)
        if exam.start - last.end < drinking_minutes * MINUTE:
            params = Params(first=last.name, then=exam.name, minutes=drinking_minutes)
            yield Reason("drinking_time", text, params)


def _after_endoscopy(
    visit: Sequence[PlannedExam], endoscopy_at: datetime | None
) -> Iterator[Reason]:
    text = N_(
        "%(first)s comes before an endoscopy or barium on the same day, else three days after."
    )
    for exam in visit:
        if endoscopy_at is not None and endoscopy_at < exam.end < endoscopy_at + AFTER_ENDOSCOPY:
            yield Reason("after_endoscopy", text, Params(first=exam.name))
