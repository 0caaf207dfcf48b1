"""What an exam type means for a stream and which devices can do it: read in every search and booking."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, and_, bindparam, func, select, true
from sqlalchemy.orm import Session

from tracker.db import core
from tracker.models.catalogue import (
    Device,
    DeviceCapability,
    ExamType,
    ExamTypeCapability,
    ExamTypeStream,
    Stream,
)
from tracker.models.patient import Patient
from tracker.queries.devices import devices
from tracker.queries.exam_types import exam_types

# Core columns: a statement made of these runs in every search and every booking.
_device = Device.__table__.c
_can = DeviceCapability.__table__.c
_type = ExamType.__table__.c
_needs = ExamTypeCapability.__table__.c
_pair = ExamTypeStream.__table__.c
_stream = Stream.__table__.c
_patient = Patient.__table__.c


@dataclass(frozen=True, slots=True)
class ExamTerms:
    """What one exam type means for one stream: minutes, points (hundredths), what it asks of people.

    Minutes and points of the pair (exam type, stream) stand before those of the exam type. The points are those
    from the beginning; what an exam of some day is worth is told by queries/weights.
    `shortest_minutes` are those of the shortest exam type in service: a smaller gap is of no use.
    """

    exam_type_id: int
    stream_id: int
    exam_type_retired: bool
    stream_retired: bool
    minutes: int
    further_part_minutes: int
    points_hundredths: int
    further_part_points_hundredths: int
    observation_minutes: int
    is_fasting: bool
    bladder: str
    needs_competence: bool
    shortest_minutes: int
    goal_working_hours: int | None = None

    def duration_minutes(self, parts: int) -> int:
        """Room time of `parts` (at least 1) parts."""
        return self.minutes + (parts - 1) * self.further_part_minutes


@dataclass(frozen=True, slots=True)
class CapableDevice:
    """A device in service that can do the exam type; `pressure` and `sort_order` rank it."""

    id: int
    code: str
    pressure: int
    sort_order: int


_any_type = ExamType.__table__.alias("any_type")
_shortest = select(func.coalesce(func.min(_any_type.c.minutes), 0)).where(
    _any_type.c.retired_at.is_(None)
)
_terms = (
    select(
        _type.id,
        _stream.id,
        _type.retired_at.is_not(None),
        _stream.retired_at.is_not(None),
        func.coalesce(_pair.minutes, _type.minutes),
        func.coalesce(_pair.further_part_minutes, _type.further_part_minutes),
        func.coalesce(_pair.points_hundredths, _type.points_hundredths),
        func.coalesce(_pair.further_part_points_hundredths, _type.further_part_points_hundredths),
        _type.observation_minutes,
        _type.is_fasting,
        _type.bladder,
        _type.needs_competence,
        _shortest.scalar_subquery(),
        _stream.goal_working_hours,
    )
    .select_from(ExamType.__table__)
    .join(Stream.__table__, true())
    .outerjoin(
        ExamTypeStream.__table__,
        and_(_pair.exam_type_id == _type.id, _pair.stream_id == _stream.id),
    )
    .where(_type.code == bindparam("exam_type"), _stream.code == bindparam("stream"))
)

# Correlation is spelt out: by itself it reaches the next enclosing select only.
_exam_type_id: BindParameter[int] = bindparam("exam_type_id")
_has_it = (
    select(_can.device_id)
    .where(_can.device_id == _device.id, _can.capability_id == _needs.capability_id)
    .correlate(Device.__table__, ExamTypeCapability.__table__)
    .exists()
)


def _can_do(exam_type_id: ColumnElement[int]) -> ColumnElement[bool]:
    """The device is in service and lacks nothing that the exam type requires."""
    lacks_one = (
        select(_needs.capability_id)
        .where(_needs.exam_type_id == exam_type_id, ~_has_it)
        .correlate(Device.__table__, ExamType.__table__)
        .exists()
    )
    return and_(_device.retired_at.is_(None), ~lacks_one)


def device_can(
    device_id: ColumnElement[int], exam_type_id: ColumnElement[int]
) -> ColumnElement[bool]:
    """Whether a device is in service and can do an exam type: a condition of any statement."""
    there = select(_device.id).where(_device.id == device_id, _can_do(exam_type_id))
    return there.correlate(None).exists()


_device_columns = (_device.id, _device.code, _device.pressure, _device.sort_order)
_CAPABLE_DEVICES = (
    select(*_device_columns).where(_can_do(_exam_type_id)).order_by(_device.sort_order, _device.id)
)
_TERMS_AND_DEVICES = (
    _terms.add_columns(*_device_columns)
    .outerjoin(Device.__table__, _can_do(_type.id))
    .order_by(_device.sort_order, _device.id)
)
_WITH_PATIENT_ID, _WITH_PATIENT_MRN = (
    _TERMS_AND_DEVICES.add_columns(
        select(_patient.id)
        .where(column == bindparam("patient"), _patient.merged_into_id.is_(None))
        .scalar_subquery()
    )
    for column in (_patient.id, _patient.mrn)
)
_TERMS = len(fields(ExamTerms))

Supply = tuple[ExamTerms, tuple[CapableDevice, ...]]
"""The terms of an exam type for a stream, and the devices that can do it."""


def exam_terms(session: Session, *, exam_type_code: str, stream_code: str) -> ExamTerms | None:
    """The terms of the pair, retired or not; None when either code is unknown. One statement."""
    row = (
        core(session)
        .execute(_terms, {"exam_type": exam_type_code, "stream": stream_code})
        .one_or_none()
    )
    return None if row is None else ExamTerms(*row)


def terms_and_devices(session: Session, *, exam_type_code: str, stream_code: str) -> Supply | None:
    """What `exam_terms` and `capable_devices` say of the pair; None when either code is unknown.

    One statement: every search begins with it.
    """
    codes = {"exam_type": exam_type_code, "stream": stream_code}
    return _supply(core(session).execute(_TERMS_AND_DEVICES, codes).all())


def terms_devices_and_patient(
    session: Session, *, exam_type_code: str, stream_code: str, patient: int | str
) -> tuple[Supply, int] | None:
    """The same and the id of a patient named by id (a number) or MRN; None when one of the three is unknown,
    or the patient's record was merged into another.

    One statement: every booking begins with it.
    """
    statement = _WITH_PATIENT_ID if isinstance(patient, int) else _WITH_PATIENT_MRN
    values = {"exam_type": exam_type_code, "stream": stream_code, "patient": patient}
    rows = core(session).execute(statement, values).all()
    supply = _supply([row[:-1] for row in rows])
    return None if supply is None or rows[0][-1] is None else (supply, rows[0][-1])


def _supply(rows: Sequence[Sequence[Any]]) -> Supply | None:
    if not rows:
        return None
    devices = tuple(CapableDevice(*row[_TERMS:]) for row in rows if row[_TERMS] is not None)
    return ExamTerms(*rows[0][:_TERMS]), devices


def capable_devices(session: Session, exam_type_id: int) -> tuple[CapableDevice, ...]:
    """The devices in service that have every required capability, in the department's order.

    One statement. An exam type that requires nothing can be done on every device.
    """
    rows = core(session).execute(_CAPABLE_DEVICES, {"exam_type_id": exam_type_id})
    return tuple(CapableDevice(*row) for row in rows)


def capable_device_ids(session: Session) -> dict[int, frozenset[int]]:
    """Exam type → the devices that can do it, for everything in service. Four statements."""
    machines = devices(session)
    return {
        exam_type.id: frozenset(
            machine.id for machine in machines if exam_type.capabilities <= machine.capabilities
        )
        for exam_type in exam_types(session)
    }


def demand_minutes(session: Session) -> dict[int, int]:
    """Exam type → share of demand (‰) × minutes, summed over the streams in service. One statement."""
    of_pairs = session.execute(
        select(
            ExamTypeStream.exam_type_id,
            ExamTypeStream.demand_permille
            * func.coalesce(ExamTypeStream.minutes, ExamType.minutes),
        )
        .join(ExamType, ExamType.id == ExamTypeStream.exam_type_id)
        .join(Stream, Stream.id == ExamTypeStream.stream_id)
        .where(Stream.retired_at.is_(None))
    )
    minutes: dict[int, int] = defaultdict(int)
    for exam_type_id, of_pair in of_pairs:
        minutes[exam_type_id] += of_pair
    return minutes
