"""What happened to a closed month since: every entry, correction and void after it, with its effect on the sums.

Nothing is remembered beside the exams: it follows from when they were logged, corrected and voided, and from when
the import that brought them was put in force or undone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from tracker.domain.closing import (
    CORRECTED,
    IN_FORCE,
    NOTHING,
    STAGED,
    UNDONE,
    Change,
    Key,
    changes_of,
)
from tracker.domain.fileexams import patient_of
from tracker.domain.months import last_of_month
from tracker.domain.volume import IDS, Amounts
from tracker.models import Exam, ExamImport, ExamVersion, ImportedExam
from tracker.queries.closing import ClosedMonthRow
from tracker.queries.closing_lives import (
    MOST_AT_ONCE,
    FileVisit,
    Life,
    PatientVisit,
    lives_of,
    steps_of_import,
)
from tracker.queries.imports import who_did


def changes_since_closing(session: Session, closing: ClosedMonthRow) -> list[Change]:
    """Every change of a closed month, oldest first."""
    month, since = closing.month, closing.closed_at
    lives = lives_of(session, _changed_exams(session, closing))
    beside = lives_of(session, _of_same_visits(session, lives, month) - lives.keys())
    every = lives | beside
    steps = {exam_id: life.steps for exam_id, life in every.items()}
    changes = [
        Change(
            step.at,
            step.kind,
            step.by,
            step.why,
            exam_id,
            every[exam_id].number,
            effects,
            every[exam_id].import_id,
        )
        for exam_id, step, effects in changes_of(steps, month=month, closed_at=since)
    ]
    changes = _together([*changes, *_changes_of_imports(session, closing, beside.values())])
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
    effects: dict[Key, Amounts] = {}
    for change in changes:
        for key, amounts in change.effects.items():
            effects[key] = effects.get(key, NOTHING) + amounts
    left = {key: amounts for key, amounts in effects.items() if amounts}
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


def _of_same_visits(session: Session, lives: Mapping[int, Life], month: date) -> set[int]:
    """The exams of the month that share a visit with one of these: they open it when that one does not any more."""
    visits = {counted.visit for life in lives.values() for counted in life.stands}
    within = Exam.local_date.between(month, last_of_month(month))
    patients = sorted({each.patient_id for each in visits if isinstance(each, PatientVisit)})
    found: set[int] = set()
    for place in range(0, len(patients), MOST_AT_ONCE):
        these = Exam.patient_id.in_(patients[place : place + MOST_AT_ONCE])
        rows = session.execute(
            select(Exam.id, Exam.patient_id, Exam.local_date).where(
                these, within, Exam.import_id.is_(None)
            )
        )
        found |= {row.id for row in rows if PatientVisit(row.patient_id, row.local_date) in visits}
    imports = {each.import_id for each in visits if isinstance(each, FileVisit)}
    rows = session.execute(
        select(Exam.id, Exam.import_id, Exam.local_date, ImportedExam.patient_name)
        .add_columns(ImportedExam.id_number, ImportedExam.mrn)
        .join(ImportedExam, ImportedExam.exam_id == Exam.id)
        .where(Exam.import_id.in_(imports), within)
    )
    named = ((row.id, FileVisit(row.import_id, patient_of(row), row.local_date)) for row in rows)
    return found | {exam_id for exam_id, visit in named if visit in visits}


def _changes_of_imports(
    session: Session, closing: ClosedMonthRow, followed: Iterable[Life]
) -> Iterable[Change]:
    """What imports did that came in force or were undone after closing, by their exams that nobody touched.

    Those that are `followed` step by step, for the sake of another one of their visit, are taken out.
    """
    came = and_(_came_or_went(closing), ExamImport.in_force_at.is_not(None))
    imports = {row.id: row for row in session.scalars(select(ExamImport).where(came))}
    sums = _sums_of_imports(session, list(imports), closing.month)
    for life in followed:
        if life.import_id in imports and life.version == 1:
            [counted] = life.stands
            place = (life.import_id, counted.key)
            opened = Amounts(visits=int(life.opens_visit))
            sums[place] = sums[place] - counted.amounts - opened
    doers = who_did(session, imports)
    for (import_id, key), amounts in sums.items():
        for step in steps_of_import(imports[import_id], doers):
            if step.at > closing.closed_at and step.kind != STAGED:
                effects = {key: amounts if step.kind == IN_FORCE else -amounts}
                yield Change(step.at, step.kind, step.by, step.why, None, "", effects, import_id)


def _sums_of_imports(
    session: Session, ids: Sequence[int], month: date
) -> dict[tuple[int, Key], Amounts]:
    """By import and key: the month's exams that stand as they were brought in. One statement."""
    keys = (Exam.import_id, *(getattr(Exam, name) for name in IDS))
    sums = (func.sum(each) for each in (Exam.parts, Exam.minutes, Exam.points_hundredths))
    visits = func.sum(case((Exam.opens_visit, 1), else_=0))
    rows = session.execute(
        select(*keys, func.count(), *sums, visits)
        .where(
            Exam.import_id.in_(ids),
            Exam.version == 1,
            Exam.local_date.between(month, last_of_month(month)),
        )
        .group_by(*keys)
    )
    return {(row[0], (row[1], row[2], row[3], row[4])): Amounts(*map(int, row[5:])) for row in rows}
