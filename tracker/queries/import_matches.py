"""Which exams of a file are here already: brought in before, entered here under the number, or probably the same."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, and_, any_, func, literal, or_, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from tracker.domain.examfile import plain_word
from tracker.domain.fileexams import (
    FileExam,
    RefusedRow,
    known_already,
    may_be_same_patient,
    probably_same,
)
from tracker.domain.texts import search_form
from tracker.models import Exam, ExamType, ImportedExam, Patient, PatientKey
from tracker.queries.counting import imports_in_force

MOST_LACKING = 300
"""Exams listed of those that a file lacks."""
READ_AT_ONCE = 1000
"""Exams here among which those are looked for."""

_LIVE = and_(Exam.voided_at.is_(None), Exam.import_id.is_(None))


@dataclass(slots=True)
class Matches:
    """What was found of a file so far: the days it is about, and the exams here that it names."""

    days: set[date] = field(default_factory=set)
    matched: dict[int, date] = field(default_factory=dict)


def refuse_known(
    session: Session, exams: Sequence[FileExam], found: Matches
) -> dict[int, RefusedRow]:
    """Row → why an exam does not go in, of those that are here already. At most seven statements."""
    found.days.update(exam.local_date for exam in exams)
    refused = _brought_in(session, exams)
    refused |= _of_numbers(session, [each for each in exams if each.row not in refused], found)
    left = [each for each in exams if each.row not in refused]
    return refused | _probable(session, left, found)


def _brought_in(session: Session, exams: Sequence[FileExam]) -> dict[int, RefusedRow]:
    """The same row, or one of the number whose patient may be the same: another file may not say who it was."""
    said = ImportedExam
    these = (
        _is_one_of(session, said.row_key, {exam.key for exam in exams}),
        _is_one_of(session, said.file_number, _numbered(exams)),
    )
    rows = session.execute(
        select(
            said.exam_id,
            said.row_key,
            said.file_number,
            said.patient_name,
            said.id_number,
            said.mrn,
        ).where(or_(*these))
    ).all()
    counting = _counting(session, {row.exam_id for row in rows})
    rows = [row for row in rows if row.exam_id in counting]
    keys = {row.row_key for row in rows}
    by_number: dict[str, list[Any]] = {}
    for row in rows:
        by_number.setdefault(row.file_number, []).append(row)
    return {
        exam.row: known_already(exam, is_import=True)
        for exam in exams
        if exam.key in keys
        or (
            exam.number
            and any(may_be_same_patient(exam, row) for row in by_number.get(exam.number, ()))
        )
    }


def _counting(session: Session, ids: set[int]) -> set[int]:
    """Those of these exams of files that count.

    Asked for by themselves: joined to the lists of a batch, PostgreSQL's plan for all batches walks every exam that
    was ever brought in and compares it with both lists, half a second each time after one file of 20,000.
    """
    if not ids:
        return set()
    in_force = set(session.scalars(imports_in_force()))
    rows = session.execute(
        select(Exam.id, Exam.import_id).where(
            _is_one_of(session, Exam.id, ids), Exam.voided_at.is_(None)
        )
    )
    return {row.id for row in rows if row.import_id in in_force}


def _is_one_of(
    session: Session, column: InstrumentedAttribute[Any], values: set[Any]
) -> ColumnElement[bool]:
    """`IN`, to PostgreSQL as one array: a thousand parameters a batch take it and its driver longer than the search."""
    if session.get_bind().dialect.name != "postgresql":
        return column.in_(values)
    found: ColumnElement[bool] = column == any_(literal([*values], ARRAY(type(column.type)())))
    return found


def _numbered(exams: Sequence[FileExam]) -> set[str]:
    return {exam.number for exam in exams if exam.number}


def _of_numbers(
    session: Session, exams: Sequence[FileExam], found: Matches
) -> dict[int, RefusedRow]:
    numbers = _numbered(exams)
    if not numbers:
        return {}
    rows = session.execute(
        select(Exam.number, Exam.id, Exam.local_date).where(
            _LIVE, _is_one_of(session, Exam.number, numbers)
        )
    ).all()
    found.matched.update((row.id, row.local_date) for row in rows)
    here = {row.number for row in rows}
    known = [exam for exam in exams if exam.number in here]
    return {exam.row: known_already(exam, is_import=False) for exam in known}


def _probable(session: Session, exams: Sequence[FileExam], found: Matches) -> dict[int, RefusedRow]:
    by_number = _by_patient(session, exams, _numbers(session, exams))
    by_name = _by_patient(session, exams, _names(session, exams))
    refused = {}
    for exam in exams:
        what = (exam.local_date, exam.exam_type)
        given = {number for number in (exam.id_number, exam.mrn) if number}
        rows = [row for number in given for row in by_number.get((number, *what), ())]
        if not rows and exam.patient_name:
            rows = [*by_name.get((plain_word(exam.patient_name), *what), ())]
        if rows:
            found.matched.update((row.id, row.local_date) for row in rows)
            refused[exam.row] = probably_same(exam, rows[0].id, rows[0].number)
    return refused


def _numbers(session: Session, exams: Sequence[FileExam]) -> ColumnElement[bool] | None:
    given = {each for exam in exams for each in (exam.id_number, exam.mrn) if each}
    return _is_one_of(session, Patient.mrn, given) if given else None


def _names(session: Session, exams: Sequence[FileExam]) -> ColumnElement[bool] | None:
    keys = {search_form(exam.patient_name) for exam in exams} - {""}
    if not keys:
        return None
    of_these = _is_one_of(session, PatientKey.key, keys)
    return Patient.id.in_(select(PatientKey.patient_id).where(of_these))


_Place = tuple[str, date, str]


def _by_patient(
    session: Session, exams: Sequence[FileExam], who: ColumnElement[bool] | None
) -> Mapping[_Place, Sequence[Any]]:
    """(name or MRN, day, exam type) → the exams here of those patients, in the days of `exams`."""
    if who is None:
        return {}
    first = min(exam.local_date for exam in exams)
    last = max(exam.local_date for exam in exams)
    rows = session.execute(
        select(Exam.id, Exam.number, Exam.local_date, ExamType.code, Patient.mrn, Patient.name)
        .join(Patient, Patient.id == Exam.patient_id)
        .join(ExamType, ExamType.id == Exam.exam_type_id)
        .where(_LIVE, who, Exam.local_date.between(first, last))
        .order_by(Exam.id)
    )
    places: dict[_Place, list[Any]] = {}
    for row in rows:
        for name in (row.mrn, plain_word(row.name)):
            places.setdefault((name, row.local_date, row.code), []).append(row)
    return places


@dataclass(frozen=True, slots=True)
class LackingExam:
    """An exam here that the file does not name, on a day that the file is about."""

    id: int
    number: str
    local_date: date
    exam_type: str


def lacking_exams(session: Session, found: Matches) -> tuple[int, list[LackingExam]]:
    """How many exams here a file lacks in its days, and the first of them. Two statements, and more where those come late."""
    if not found.days:
        return 0, []
    span = Exam.local_date.between(min(found.days), max(found.days))
    counted = session.execute(
        select(Exam.local_date, func.count()).where(_LIVE, span).group_by(Exam.local_date)
    )
    here = sum(count for day, count in counted if day in found.days)
    lacking = here - sum(day in found.days for day in found.matched.values())
    most = max(0, min(lacking, MOST_LACKING))
    listed = list(islice(_first_lacking(session, span, found), most))
    return lacking, listed


def _first_lacking(
    session: Session, span: ColumnElement[bool], found: Matches
) -> Iterator[LackingExam]:
    # by place and not by a cursor of the server, which PostgreSQL has within a transaction alone
    after = tuple_(Exam.local_date, Exam.id)
    listed = (
        select(Exam.id, Exam.number, Exam.local_date, ExamType.code)
        .join(ExamType, ExamType.id == Exam.exam_type_id)
        .where(_LIVE, span)
        .order_by(Exam.local_date, Exam.id)
        .limit(READ_AT_ONCE)
    )
    place = (min(found.days), 0)
    while rows := session.execute(listed.where(after > place)).all():
        for row in rows:
            if row.local_date in found.days and row.id not in found.matched:
                yield LackingExam(*row)
        place = (rows[-1].local_date, rows[-1].id)
