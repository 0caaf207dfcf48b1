"""What happened to a closed month since: every entry, correction and void after it, with its effect on the sums.

Nothing is remembered beside the exams: it follows from when they were logged, corrected and voided, and from when
the import that brought them was put in force or undone.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from tracker.domain.closing import (
    CORRECTED,
    ENTERED,
    VOIDED,
    Change,
    Counted,
    Figures,
    Step,
    changes_of,
    month_end,
)
from tracker.models import Account, AuditEntry, Exam, ExamVersion
from tracker.queries.closing import ClosedMonthRow

_KEY = ("stream_id", "exam_type_id", "device_id", "operator_id")
MOST_AT_ONCE = 500
"""So many exams are read by one statement."""


def changes_since_closing(session: Session, closing: ClosedMonthRow) -> list[Change]:
    """Every change of a closed month, oldest first."""
    changes: list[Change] = []
    ids = sorted(_changed_exams(session, closing))
    for place in range(0, len(ids), MOST_AT_ONCE):
        changes += _changes_of_exams(session, ids[place : place + MOST_AT_ONCE], closing)
    return sorted(changes, key=lambda change: (change.at, change.exam_id or 0))


def _changed_exams(session: Session, closing: ClosedMonthRow) -> set[int]:
    """The exams of the month, as they are or once were, to which something happened after closing."""
    month, since = closing.month, closing.closed_at
    in_month = Exam.local_date.between(month, month_end(month) - timedelta(days=1))
    here = select(Exam.id).where(
        in_month,
        Exam.import_id.is_(None),
        or_(Exam.logged_at > since, Exam.voided_at > since),
    )
    found = set(session.scalars(here))
    corrected = session.execute(
        select(ExamVersion.exam_id, ExamVersion.values, Exam.local_date)
        .join(Exam, Exam.id == ExamVersion.exam_id)
        .where(ExamVersion.corrected_at > since, Exam.import_id.is_(None))
    )
    for exam_id, values, now in corrected:
        days = (date.fromisoformat(str(values["local_date"])), now)
        if any(day.replace(day=1) == month for day in days):
            found.add(exam_id)
    return found


def _changes_of_exams(
    session: Session, ids: Sequence[int], closing: ClosedMonthRow
) -> Iterable[Change]:
    lives = _lives(session, ids)
    month, since = closing.month, closing.closed_at
    for exam, steps in lives:
        for step, effects in changes_of(steps, month=month, closed_at=since):
            yield Change(step.at, step.kind, step.by, step.why, exam.id, exam.number, effects)


def _lives(session: Session, ids: Sequence[int]) -> list[tuple[Exam, list[Step]]]:
    """Each exam with all that happened to it, in order. Four statements."""
    exams = session.execute(
        select(Exam, Account.username)
        .join(Account, Account.id == Exam.logged_by_id)
        .where(Exam.id.in_(ids))
        .order_by(Exam.id)
    ).all()
    versions: dict[int, list[tuple[ExamVersion, str]]] = {}
    for version, by in session.execute(
        select(ExamVersion, Account.username)
        .join(Account, Account.id == ExamVersion.corrected_by_id)
        .where(ExamVersion.exam_id.in_(ids))
        .order_by(ExamVersion.exam_id, ExamVersion.version)
    ):
        versions.setdefault(version.exam_id, []).append((version, by))
    voiders = _voiders(session, [exam.id for exam, _by in exams if exam.voided_at])
    return [
        (exam, _life(exam, by, versions.get(exam.id, []), voiders.get(exam.id, "")))
        for exam, by in exams
    ]


def _life(
    exam: Exam, logged_by: str, versions: Sequence[tuple[ExamVersion, str]], voided_by: str
) -> list[Step]:
    stood = [*(_as_it_was(version) for version, _by in versions), _as_it_is(exam)]
    steps = [Step(exam.logged_at, ENTERED, logged_by, exam.entered_reason, stood[0])]
    for (version, by), after in zip(versions, stood[1:], strict=True):
        steps.append(Step(version.corrected_at, CORRECTED, by, version.reason, after))
    if exam.voided_at is not None:
        steps.append(Step(exam.voided_at, VOIDED, voided_by, exam.void_reason))
    return steps


def _as_it_is(exam: Exam) -> Counted:
    key = (exam.stream_id, exam.exam_type_id, exam.device_id, exam.operator_id)
    figures = Figures(1, exam.parts, exam.minutes, exam.points_hundredths)
    return Counted(exam.local_date, key, figures)


def _as_it_was(version: ExamVersion) -> Counted:
    values = version.values
    stream, exam_type, device, operator = (int(str(values[name])) for name in _KEY)
    sums = (int(str(values[name])) for name in ("parts", "minutes", "points_hundredths"))
    return Counted(
        date.fromisoformat(str(values["local_date"])),
        (stream, exam_type, device, operator),
        Figures(1, *sums),
    )


def _voiders(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """Who voided each, as the audit has it: the row itself does not say. One statement."""
    if not ids:
        return {}
    rows = session.execute(
        select(AuditEntry.entity_id, Account.username)
        .join(Account, Account.id == AuditEntry.by_id)
        .where(
            AuditEntry.entity == "exam",
            AuditEntry.entity_id.in_([str(each) for each in ids]),
            AuditEntry.action == "void",
        )
    )
    return {int(entity_id): username for entity_id, username in rows}
