"""What happened to a closed month since: every entry, correction and void after it, with its effect on the sums.

Nothing is remembered beside the exams: it follows from when they were logged, corrected and voided, and from when
the import that brought them was put in force or undone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from tracker.domain.closing import (
    CORRECTED,
    ENTERED,
    IN_FORCE,
    NOTHING,
    STAGED,
    UNDONE,
    VOIDED,
    Change,
    Counted,
    Figures,
    Key,
    Step,
    changes_of,
)
from tracker.domain.months import last_of_month
from tracker.models import Account, AuditEntry, Exam, ExamImport, ExamVersion
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
    changes = _together([*changes, *_changes_of_imports(session, closing)])
    return sorted(changes, key=lambda change: (change.at, change.exam_id or 0))


def _together(changes: Iterable[Change]) -> list[Change]:
    """What one step did to many exams of an import is one change: it came, it went, its doctor was named."""
    alone: list[Change] = []
    steps: dict[tuple[int, str, datetime], list[Change]] = {}
    for change in changes:
        if change.import_id is None or change.kind not in (IN_FORCE, UNDONE, CORRECTED):
            alone.append(change)
        else:
            steps.setdefault((change.import_id, change.kind, change.at), []).append(change)
    return [*alone, *map(_as_one, steps.values())]


def _as_one(changes: Sequence[Change]) -> Change:
    if len(changes) == 1 and changes[0].kind == CORRECTED:
        return changes[0]
    effects: dict[Key, Figures] = {}
    for change in changes:
        for key, figures in change.effects.items():
            effects[key] = effects.get(key, NOTHING) + figures
    left = {key: figures for key, figures in effects.items() if figures}
    return replace(changes[0], exam_id=None, number="", effects=left)


def _changed_exams(session: Session, closing: ClosedMonthRow) -> set[int]:
    """The exams of the month, as they are or once were, to which something of their own happened after closing.

    Of an import that came or went after it also those that were ever corrected or voided.
    """
    month, since = closing.month, closing.closed_at
    in_month = Exam.local_date.between(month, last_of_month(month))
    entered = and_(Exam.import_id.is_(None), Exam.logged_at > since)
    here = select(Exam.id).where(in_month, or_(entered, Exam.voided_at > since))
    touched = (
        select(Exam.id)
        .join(ExamImport, ExamImport.id == Exam.import_id)
        .where(_came_or_went(closing), Exam.version > 1)
    )
    found = {*session.scalars(here), *session.scalars(touched)}
    corrected = session.execute(
        select(ExamVersion.exam_id, ExamVersion.values, Exam.local_date)
        .join(Exam, Exam.id == ExamVersion.exam_id)
        .where(ExamVersion.corrected_at > since)
    )
    for exam_id, values, now in corrected:
        days = (date.fromisoformat(str(values["local_date"])), now)
        if any(day.replace(day=1) == month for day in days):
            found.add(exam_id)
    return found


def _came_or_went(closing: ClosedMonthRow) -> ColumnElement[bool]:
    since = closing.closed_at
    return or_(ExamImport.in_force_at > since, ExamImport.undone_at > since)


def _changes_of_imports(session: Session, closing: ClosedMonthRow) -> Iterable[Change]:
    """What imports did that came in force or were undone after closing, by their exams that nobody touched."""
    known = session.execute(
        select(ExamImport, Account.username)
        .join(Account, Account.id == ExamImport.by_id)
        .where(_came_or_went(closing), ExamImport.in_force_at.is_not(None))
    )
    imports = {row.id: (row, by) for row, by in known}
    for import_id, *more in _sums_of_imports(session, list(imports), closing.month):
        row, by = imports[import_id]
        key, sums = (more[0], more[1], more[2], more[3]), Figures(*(int(each) for each in more[4:]))
        for kind, at, effect in ((IN_FORCE, row.in_force_at, sums), (UNDONE, row.undone_at, -sums)):
            if at is not None and at > closing.closed_at:
                why = _why(row, kind)
                yield Change(at, kind, by, why, None, "", {key: effect}, import_id)


def _sums_of_imports(session: Session, ids: Sequence[int], month: date) -> Iterable[Any]:
    """Import, the four ids of the key, the four sums: of the month's exams that stand as they were brought in."""
    keys = (Exam.import_id, *(getattr(Exam, name) for name in _KEY))
    sums = (func.sum(each) for each in (Exam.parts, Exam.minutes, Exam.points_hundredths))
    return session.execute(
        select(*keys, func.count(), *sums)
        .where(
            Exam.import_id.in_(ids),
            Exam.version == 1,
            Exam.local_date.between(month, last_of_month(month)),
        )
        .group_by(*keys)
    )


def _why(brought_in: ExamImport, kind: str) -> str:
    """The file, and what was said about it."""
    reason = brought_in.undo_reason if kind == UNDONE else brought_in.reason
    return " \u00b7 ".join(filter(None, (brought_in.file_name, reason)))


def _changes_of_exams(
    session: Session, ids: Sequence[int], closing: ClosedMonthRow
) -> Iterable[Change]:
    lives = _lives(session, ids)
    month, since = closing.month, closing.closed_at
    for exam, steps in lives:
        for step, effects in changes_of(steps, month=month, closed_at=since):
            yield Change(
                step.at, step.kind, step.by, step.why, exam.id, exam.number, effects, exam.import_id
            )


def _lives(session: Session, ids: Sequence[int]) -> list[tuple[Exam, list[Step]]]:
    """Each exam with all that happened to it, in order. Four statements."""
    exams = session.execute(
        select(Exam, Account.username, ExamImport)
        .join(Account, Account.id == Exam.logged_by_id)
        .outerjoin(ExamImport, ExamImport.id == Exam.import_id)
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
    voiders = _voiders(session, [exam.id for exam, *_more in exams if exam.voided_at])
    return [
        (
            exam,
            [
                *_beginning(exam, by, brought_in, _first(exam, versions.get(exam.id, []))),
                *_life(exam, versions.get(exam.id, []), voiders.get(exam.id, "")),
            ],
        )
        for exam, by, brought_in in exams
    ]


def _first(exam: Exam, versions: Sequence[tuple[ExamVersion, str]]) -> Counted:
    return _as_it_was(versions[0][0]) if versions else _as_it_is(exam)


def _beginning(
    exam: Exam, logged_by: str, brought_in: ExamImport | None, first: Counted
) -> Iterable[Step]:
    """How it came to count; of an import also how that ended."""
    if brought_in is None:
        yield Step(exam.logged_at, ENTERED, logged_by, exam.entered_reason, first)
        return
    yield Step(brought_in.staged_at, STAGED, logged_by, "", first)
    for kind, at in ((IN_FORCE, brought_in.in_force_at), (UNDONE, brought_in.undone_at)):
        if at is not None:
            yield Step(at, kind, logged_by, _why(brought_in, kind))


def _life(
    exam: Exam, versions: Sequence[tuple[ExamVersion, str]], voided_by: str
) -> Iterable[Step]:
    """Its corrections and its end."""
    stood = [*(_as_it_was(version) for version, _by in versions[1:]), _as_it_is(exam)]
    for (version, by), after in zip(versions, stood, strict=False):
        yield Step(version.corrected_at, CORRECTED, by, version.reason, after)
    if exam.voided_at is not None:
        yield Step(exam.voided_at, VOIDED, voided_by, exam.void_reason)


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
