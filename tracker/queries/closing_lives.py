"""The whole lives of exams, step by step, as the rows tell them: logged, corrected, voided, by an import that came and went.

What of it changed a closed month is domain/closing; which exams are asked for is closing_changes'.
"""

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.domain.closing import (
    CORRECTED,
    ENTERED,
    IN_FORCE,
    STAGED,
    UNDONE,
    VOIDED,
    Counted,
    Key,
    Step,
)
from tracker.domain.fileexams import patient_of
from tracker.domain.volume import IDS, Amounts
from tracker.models import Account, Exam, ExamImport, ExamVersion, ImportedExam
from tracker.queries.audit import doers_of
from tracker.queries.imports import who_did

MOST_AT_ONCE = 500
"""So many exams are read by one statement."""
_SUMS = ("parts", "minutes", "points_hundredths")


class PatientVisit(NamedTuple):
    """A patient on a day."""

    patient_id: int
    day: date


class FileVisit(NamedTuple):
    """Whom a file names on a day, without being anybody's record here."""

    import_id: int
    who: str
    day: date


@dataclass(frozen=True, slots=True)
class Life:
    """An exam and everything that happened to it, in order. `version` 1: it stands as it was logged."""

    exam_id: int
    number: str
    import_id: int | None
    version: int
    opens_visit: bool
    steps: Sequence[Step]

    @property
    def stands(self) -> Iterable[Counted]:
        """As what it stood, one after the other."""
        return (step.after for step in self.steps if step.after is not None)


def lives_of(session: Session, ids: Collection[int]) -> dict[int, Life]:
    """The lives of exams by their ids. Four statements at most for each five hundred."""
    wanted = sorted(ids)
    lives: dict[int, Life] = {}
    for place in range(0, len(wanted), MOST_AT_ONCE):
        lives |= _lives(session, wanted[place : place + MOST_AT_ONCE])
    return lives


def _lives(session: Session, ids: Sequence[int]) -> dict[int, Life]:
    rows: Sequence[Any] = session.execute(
        select(Exam, Account.username, ExamImport, ImportedExam)
        .join(Account, Account.id == Exam.logged_by_id)
        .outerjoin(ExamImport, ExamImport.id == Exam.import_id)
        .outerjoin(ImportedExam, ImportedExam.exam_id == Exam.id)
        .where(Exam.id.in_(ids))
        .order_by(Exam.id)
    ).all()
    versions = _versions(session, ids)
    voided = [row.Exam.id for row in rows if row.Exam.voided_at]
    voiders = doers_of(session, "exam", voided, actions=["void"])
    doers = who_did(session, {row.Exam.import_id for row in rows} - {None})
    lives = {}
    for exam, logged_by, brought_in, said in rows:
        stood = _Stood(exam, said)
        kept = versions.get(exam.id, [])
        first = stood.before(kept[0][0]) if kept else stood.now()
        if brought_in is None:
            steps = [Step(exam.logged_at, ENTERED, logged_by, exam.entered_reason, first)]
        else:
            steps = [*steps_of_import(brought_in, doers, first)]
        steps += _changes(stood, kept, voiders.get((exam.id, "void"), ""))
        lives[exam.id] = Life(
            exam.id, exam.number, exam.import_id, exam.version, exam.opens_visit, steps
        )
    return lives


def _versions(session: Session, ids: Sequence[int]) -> Mapping[int, list[tuple[ExamVersion, str]]]:
    versions: dict[int, list[tuple[ExamVersion, str]]] = {}
    for version, by in session.execute(
        select(ExamVersion, Account.username)
        .join(Account, Account.id == ExamVersion.corrected_by_id)
        .where(ExamVersion.exam_id.in_(ids))
        .order_by(ExamVersion.exam_id, ExamVersion.version)
    ):
        versions.setdefault(version.exam_id, []).append((version, by))
    return versions


def steps_of_import(
    brought_in: ExamImport, doers: Mapping[tuple[int, str], str], first: Counted | None = None
) -> Iterable[Step]:
    """How an import came to count, and how that ended; `doers` says who did it (queries/imports)."""
    yield Step(brought_in.staged_at, STAGED, "", "", first)
    told = (
        (IN_FORCE, brought_in.in_force_at, "put_in_force", brought_in.reason),
        (UNDONE, brought_in.undone_at, "undo", brought_in.undo_reason),
    )
    for kind, at, action, reason in told:
        if at is not None:
            why = " \u00b7 ".join(filter(None, (brought_in.file_name, reason)))
            yield Step(at, kind, doers.get((brought_in.id, action), ""), why)


class _Stood:
    """As what an exam counted in each of its versions."""

    def __init__(self, exam: Exam, said: ImportedExam | None) -> None:
        self.exam = exam
        self._who = patient_of(said) if said else ""
        self._is_live = exam.import_id is None and not exam.entered_later

    def now(self) -> Counted:
        """As it is."""
        names = (*IDS, *_SUMS, "local_date", "started_at", "patient_id")
        return self._counted({name: getattr(self.exam, name) for name in names})

    def before(self, version: ExamVersion) -> Counted:
        """As it stood before a correction."""
        values: dict[str, Any] = dict(version.values)
        values["local_date"] = date.fromisoformat(values["local_date"])
        values["started_at"] = datetime.fromisoformat(values["started_at"])
        return self._counted(values)

    def _counted(self, values: Mapping[str, Any]) -> Counted:
        key: Key = tuple(values[name] for name in IDS)
        parts, minutes, points = (values[name] for name in _SUMS)
        live = (1, minutes) if self._is_live else (0, 0)
        amounts = Amounts(1, parts, minutes, points, 0, *live)
        exam, day = self.exam, values["local_date"]
        return Counted(day, key, amounts, self._visit(day, values), (values["started_at"], exam.id))

    def _visit(self, day: date, values: Mapping[str, Any]) -> Hashable:
        """A patient's day; of a file that of whom it names, else the exam is a visit by itself (writes/visit_opening)."""
        exam = self.exam
        if exam.import_id is None:
            return PatientVisit(values["patient_id"], day)
        return FileVisit(exam.import_id, self._who, day) if self._who else exam.id


def _changes(
    stood: _Stood, versions: Sequence[tuple[ExamVersion, str]], voided_by: str
) -> Iterable[Step]:
    """Its corrections and its end."""
    after = [*(stood.before(version) for version, _by in versions[1:]), stood.now()]
    for (version, by), counted in zip(versions, after, strict=False):
        yield Step(version.corrected_at, CORRECTED, by, version.reason, counted)
    exam = stood.exam
    if exam.voided_at is not None:
        yield Step(exam.voided_at, VOIDED, voided_by, exam.void_reason)
