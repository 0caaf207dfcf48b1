"""Keeps each device's expected pressure, the rank of searches, in step with what it is computed from."""

from collections import defaultdict

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from tracker.domain.ranking import pressure_of
from tracker.models.catalogue import Device, ExamType, ExamTypeStream, Stream
from tracker.queries.devices import devices
from tracker.queries.exam_types import exam_types

_SAVE = (
    update(Device.__table__)  # type: ignore[arg-type]
    .where(Device.id == bindparam("device"))
    .values(pressure=bindparam("new_pressure"))
)


def refresh_pressure(session: Session) -> None:
    """Compute every device's pressure anew, in permille-minutes of demand; what is retired counts nowhere.

    Every write that changes capabilities, minutes or demand, or retires one of them, calls this. A
    device's version stays: nobody edited it.
    """
    machines = devices(session)
    capable = {
        exam_type.id: frozenset(
            machine.id for machine in machines if exam_type.capabilities <= machine.capabilities
        )
        for exam_type in exam_types(session)
    }
    pressure = pressure_of(_demand_minutes(session), capable)
    changed = [
        {"device": machine.id, "new_pressure": pressure.get(machine.id, 0)}
        for machine in machines
        if machine.pressure != pressure.get(machine.id, 0)
    ]
    if changed:
        session.execute(_SAVE, changed)


def _demand_minutes(session: Session) -> dict[int, int]:
    """Exam type → share of demand (‰) × minutes, summed over the streams in service."""
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
