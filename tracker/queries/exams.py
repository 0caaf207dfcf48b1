"""Exams as people and programs see them: one, a list, and the versions before a correction. No writes.

How many they are is told by queries/volume; both leave out what is voided.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from tracker.domain.errors import N_, NotFoundError
from tracker.domain.fileexams import NOT_MATCHED
from tracker.domain.volume import NO_TITLE
from tracker.models import (
    Account,
    Device,
    Exam,
    ExamType,
    ExamVersion,
    ImportedExam,
    Patient,
    StaffMember,
    Stream,
)
from tracker.queries.counting import counts
from tracker.queries.detail_columns import EXAM_TYPE, EXAMINED, STREAM
from tracker.queries.device_use import in_hours
from tracker.queries.volume_source import Chosen


@dataclass(frozen=True, slots=True)
class ExamDetails:
    """An exam with the words of everything it names; instants are aware UTC, points in hundredths.

    `file_operator` is the doctor as the file of `import_id` has him.
    """

    id: int
    version: int
    number: str
    booking_id: int | None
    patient_id: int | None
    mrn: str
    mrn_is_temporary: bool
    patient_name: str
    sex: str
    birth_date: date | None
    exam_type: str
    exam_type_zh: str
    exam_type_en: str
    colour: str
    parts: int
    stream: str
    stream_zh: str
    stream_en: str
    device_id: int
    device: str
    operator_id: int
    operator: str
    operator_name: str
    started_at: datetime
    ended_at: datetime
    local_date: date
    minutes: int
    points_hundredths: int
    entered_later: bool
    entered_reason: str
    logged_at: datetime
    logged_by: str
    voided_at: datetime | None
    void_reason: str
    supervisor: str | None
    supervisor_name: str | None
    assistant: str | None
    assistant_name: str | None
    import_id: int | None
    file_operator: str

    @property
    def is_voided(self) -> bool:
        """Whether the exam stays on record only, and counts nothing."""
        return self.voided_at is not None


_IN_FILE = func.coalesce(func.nullif(ImportedExam.operator_text, ""), "–")
_OPERATOR_NAME = func.coalesce(
    case((StaffMember.code == NOT_MATCHED, _IN_FILE)),
    StaffMember.name,
)
_supervisor, _assistant = aliased(StaffMember), aliased(StaffMember)
_details: Select[*tuple[Any, ...]] = (
    select(
        Exam.id,
        Exam.version,
        Exam.number,
        Exam.booking_id,
        Patient.id,
        *EXAMINED,
        *EXAM_TYPE,
        Exam.parts,
        *STREAM,
        Device.id,
        Device.code,
        StaffMember.id,
        StaffMember.code,
        _OPERATOR_NAME,
        Exam.started_at,
        Exam.ended_at,
        Exam.local_date,
        Exam.minutes,
        Exam.points_hundredths,
        Exam.entered_later,
        Exam.entered_reason,
        Exam.logged_at,
        Account.username,
        Exam.voided_at,
        Exam.void_reason,
        _supervisor.code,
        _supervisor.name,
        _assistant.code,
        _assistant.name,
        Exam.import_id,
        func.coalesce(ImportedExam.operator_text, ""),
    )
    .outerjoin(Patient, Patient.id == Exam.patient_id)
    .outerjoin(ImportedExam, ImportedExam.exam_id == Exam.id)
    .join(ExamType, ExamType.id == Exam.exam_type_id)
    .join(Stream, Stream.id == Exam.stream_id)
    .join(Device, Device.id == Exam.device_id)
    .join(StaffMember, StaffMember.id == Exam.operator_id)
    .join(Account, Account.id == Exam.logged_by_id)
    .outerjoin(_supervisor, _supervisor.id == Exam.supervisor_id)
    .outerjoin(_assistant, _assistant.id == Exam.assistant_id)
)


def exam_details(session: Session, exam_id: int) -> ExamDetails:
    """One exam, voided or not. Raises NotFoundError."""
    row = session.execute(_details.where(Exam.id == exam_id)).first()
    if row is None:
        raise NotFoundError(N_("There is no such exam."))
    return ExamDetails(*row)


def exam_id_of_number(session: Session, number: str) -> int | None:
    """The exam that carries this number: the one done here that counts, else of those brought in or voided the latest."""
    return session.scalar(
        select(Exam.id)
        .where(Exam.number == number)
        .order_by(Exam.voided_at.is_not(None), Exam.import_id.is_not(None), Exam.id.desc())
        .limit(1)
    )


_FIRST_DAY, _LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)
"""Between these clocks are asked for local time where a list has no days."""


@dataclass(frozen=True, slots=True)
class ExamFilter:
    """Which exams of a list: all conditions given must hold; days are inclusive, the rest are codes, of several any."""

    first: date | None = None
    last: date | None = None
    stream: Chosen = None
    exam_type: Chosen = None
    device: Chosen = None
    operator: Chosen = None
    title: Chosen = None
    part_of_day: Chosen = None
    supervisor: str | None = None
    assistant: str | None = None
    taking_part: str | None = None  # as any of the three
    weekday: int | None = None  # Monday 0
    hour: int | None = None  # with a minute in it; what runs past midnight has hours from 24
    file_operator: str | None = None  # not matched, and called so by a file
    patient_id: int | None = None
    include_voided: bool = False


Place = tuple[date, int]
"""Behind which exam a list goes on: its day and id."""


def list_exams(
    session: Session,
    chosen: ExamFilter,
    *,
    after: Place | None = None,
    limit: int | None = None,
    newest_first: bool = False,
) -> list[ExamDetails]:
    """Exams by day and id, from behind the place `after`; one statement."""
    day, number = Exam.local_date, Exam.id
    statement = _details.where(*_conditions(session, chosen))
    if newest_first:
        statement = statement.order_by(day.desc(), number.desc())
    else:
        statement = statement.order_by(day, number)
    if after is not None:
        at_day, at_id = after
        beyond = (day < at_day, number < at_id) if newest_first else (day > at_day, number > at_id)
        statement = statement.where(or_(beyond[0], and_(day == at_day, beyond[1])))
    return [ExamDetails(*row) for row in session.execute(statement.limit(limit))]


def count_exams(session: Session, chosen: ExamFilter) -> int:
    """How many rows `list_exams` would have. One statement."""
    ids = _details.with_only_columns(Exam.id).where(*_conditions(session, chosen)).subquery()
    return session.scalar(select(func.count()).select_from(ids)) or 0


def _of_codes(chosen: ExamFilter) -> list[ColumnElement[bool]]:
    given: Sequence[tuple[Any, Chosen]] = (
        (Stream.code, chosen.stream),
        (ExamType.code, chosen.exam_type),
        (Device.code, chosen.device),
        (StaffMember.code, chosen.operator),
        (func.coalesce(func.nullif(StaffMember.title, ""), NO_TITLE), chosen.title),
        (Exam.part_of_day, chosen.part_of_day),
    )
    return [
        column == codes if isinstance(codes, str) else column.in_(codes)
        for column, codes in given
        if codes is not None
    ]


def _of_times(session: Session, chosen: ExamFilter) -> list[ColumnElement[bool]]:
    days = chosen.first or _FIRST_DAY, chosen.last or _LAST_DAY
    return in_hours(session, days, weekday=chosen.weekday, hour=chosen.hour)


def _conditions(session: Session, chosen: ExamFilter) -> list[ColumnElement[bool]]:
    equals: Sequence[tuple[Any, object]] = (
        (_supervisor.code, chosen.supervisor),
        (_assistant.code, chosen.assistant),
        (Exam.patient_id, chosen.patient_id),
    )
    conditions = [column == value for column, value in equals if value is not None]
    conditions += [*_of_codes(chosen), *_of_times(session, chosen)]
    if chosen.taking_part is not None:
        people = (StaffMember, _supervisor, _assistant)
        conditions.append(or_(*(each.code == chosen.taking_part for each in people)))
    if chosen.file_operator is not None:
        conditions.append(StaffMember.code == NOT_MATCHED)
        conditions.append(ImportedExam.operator_text == chosen.file_operator)
    if chosen.first is not None:
        conditions.append(Exam.local_date >= chosen.first)
    if chosen.last is not None:
        conditions.append(Exam.local_date <= chosen.last)
    if not chosen.include_voided:
        conditions.append(counts())
    return conditions


@dataclass(frozen=True, slots=True)
class EarlierVersion:
    """An exam as it stood before a correction; `values` holds columns, with ids (see exam_rows)."""

    version: int
    values: dict[str, object]
    corrected_at: datetime
    corrected_by: str
    reason: str


def earlier_versions(session: Session, exam_id: int) -> list[EarlierVersion]:
    """Every version before the present one, oldest first."""
    rows = session.execute(
        select(
            ExamVersion.version,
            ExamVersion.values,
            ExamVersion.corrected_at,
            Account.username,
            ExamVersion.reason,
        )
        .join(Account, Account.id == ExamVersion.corrected_by_id)
        .where(ExamVersion.exam_id == exam_id)
        .order_by(ExamVersion.version)
    )
    return [EarlierVersion(*row) for row in rows]


def patient_numbers(session: Session, patient_ids: Collection[int]) -> dict[int, str]:
    """The MRN of each patient. One statement."""
    rows = session.execute(select(Patient.id, Patient.mrn).where(Patient.id.in_(patient_ids)))
    return {row.id: row.mrn for row in rows}
