"""The kinds of examination, for lists and forms. What one means for a stream's booking: catalogue."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from tracker.models.catalogue import (
    Capability,
    ExamType,
    ExamTypeCapability,
    ExamTypeStream,
    Stream,
)


@dataclass(frozen=True, slots=True)
class ExamTypeRow:
    """An exam type, with the codes of the capabilities it requires; minutes, points in hundredths."""

    id: int
    code: str
    name_zh: str
    name_en: str
    loinc: str
    minutes: int
    further_part_minutes: int
    observation_minutes: int
    points_hundredths: int
    further_part_points_hundredths: int
    is_fasting: bool
    bladder: str
    needs_competence: bool
    least_title: str
    preparation_zh: str
    preparation_en: str
    colour: str
    sort_order: int
    version: int
    is_retired: bool
    capabilities: frozenset[str]


@dataclass(frozen=True, slots=True)
class PairRow:
    """What differs for one stream (None: as the exam type has it), and its share of all demand in ‰."""

    exam_type: str
    stream: str
    minutes: int | None
    further_part_minutes: int | None
    points_hundredths: int | None
    further_part_points_hundredths: int | None
    demand_permille: int


_TYPES = select(
    ExamType.id,
    ExamType.code,
    ExamType.name_zh,
    ExamType.name_en,
    ExamType.loinc,
    ExamType.minutes,
    ExamType.further_part_minutes,
    ExamType.observation_minutes,
    ExamType.points_hundredths,
    ExamType.further_part_points_hundredths,
    ExamType.is_fasting,
    ExamType.bladder,
    ExamType.needs_competence,
    ExamType.least_title,
    ExamType.preparation_zh,
    ExamType.preparation_en,
    ExamType.colour,
    ExamType.sort_order,
    ExamType.version,
    ExamType.retired_at.is_not(None).label("is_retired"),
).order_by(ExamType.sort_order, ExamType.id)


def exam_types(session: Session, *, include_retired: bool = False) -> tuple[ExamTypeRow, ...]:
    """The exam types in the department's order. Two statements."""
    if include_retired:
        return _with_capabilities(session, _TYPES)
    return _with_capabilities(session, _TYPES.where(ExamType.retired_at.is_(None)))


def exam_type_by_code(session: Session, code: str) -> ExamTypeRow | None:
    """The exam type with this code, retired or not."""
    found = _with_capabilities(session, _TYPES.where(ExamType.code == code))
    return found[0] if found else None


def exam_type_streams(session: Session, exam_type_id: int | None = None) -> tuple[PairRow, ...]:
    """What is set for pairs (exam type, stream): of one exam type or of all. One statement."""
    pairs = (
        select(
            ExamType.code,
            Stream.code,
            ExamTypeStream.minutes,
            ExamTypeStream.further_part_minutes,
            ExamTypeStream.points_hundredths,
            ExamTypeStream.further_part_points_hundredths,
            ExamTypeStream.demand_permille,
        )
        .join(ExamType, ExamType.id == ExamTypeStream.exam_type_id)
        .join(Stream, Stream.id == ExamTypeStream.stream_id)
        .order_by(ExamType.sort_order, ExamType.id, Stream.sort_order, Stream.id)
    )
    if exam_type_id is not None:
        pairs = pairs.where(ExamTypeStream.exam_type_id == exam_type_id)
    return tuple(PairRow(*row) for row in session.execute(pairs))


def _with_capabilities(
    session: Session, chosen: Select[*tuple[Any, ...]]
) -> tuple[ExamTypeRow, ...]:
    types = session.execute(chosen).all()
    required: dict[int, set[str]] = defaultdict(set)
    for exam_type_id, code in session.execute(
        select(ExamTypeCapability.exam_type_id, Capability.code)
        .join(Capability, Capability.id == ExamTypeCapability.capability_id)
        .where(ExamTypeCapability.exam_type_id.in_([each.id for each in types]))
    ):
        required[exam_type_id].add(code)
    return tuple(
        ExamTypeRow(**each._mapping, capabilities=frozenset(required[each.id])) for each in types
    )
