"""What the rules of a plan know besides its blocks, read from the department's rows. The rules are in the domain."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker import clock
from tracker.domain.plan import DeviceDate
from tracker.domain.planrules import Away, PlanDevice, PlanDoctor, PlanExamType, PlanFacts
from tracker.domain.supply import MINUTE
from tracker.domain.workcalendar import DAY, day_start, instant_of
from tracker.models.block import Closure
from tracker.models.catalogue import Device
from tracker.models.plan import Absence
from tracker.queries.calendar import work_calendar
from tracker.queries.devices import devices
from tracker.queries.exam_types import ExamTypeRow, exam_types
from tracker.queries.occupancy import days_between
from tracker.queries.staff import StaffRow, staff_members
from tracker.queries.streams import PartOfDayRow, parts_of_day

Minutes = tuple[int, int]


@dataclass(frozen=True, slots=True)
class AbsenceSpan:
    """Days [first, last] on which somebody is away, all day or in one part of it (its code)."""

    operator_id: int
    first: date
    last: date
    part: str
    kind: str


def plan_facts(session: Session, first: date, last: date) -> PlanFacts:
    """Machines, doctors, exam types in service, absences, closures and working days from `first` to `last`.

    Retired machines and doctors are there and say so. Ten statements.
    """
    types = exam_types(session)
    ids = {each.code: each.id for each in types}
    calendar = work_calendar(session)
    return PlanFacts(
        devices={
            each.id: PlanDevice(
                id=each.id,
                code=each.code,
                exam_type_ids=frozenset(t.id for t in types if t.capabilities <= each.capabilities),
                is_portable=each.is_portable,
                is_retired=each.is_retired,
            )
            for each in devices(session, include_retired=True)
        },
        doctors={
            each.id: _doctor(each, types, ids)
            for each in staff_members(session, kind="doctor", include_retired=True)
        },
        exam_types={each.id: _exam_type(each) for each in types},
        away=tuple(_away(session, first, last)),
        closed=_closed(session, first, last),
        working=frozenset(calendar.working_days(first, last)),
        has_calendar=True,
    )


def _doctor(who: StaffRow, types: tuple[ExamTypeRow, ...], ids: Mapping[str, int]) -> PlanDoctor:
    free = {each.id for each in types if not each.needs_competence}
    held = {ids[code] for code in who.competences if code in ids}
    return PlanDoctor(
        id=who.id,
        code=who.code,
        name=who.name,
        title=who.title,
        exam_type_ids=frozenset(free | held),
        supervises=frozenset(ids[code] for code in who.supervises if code in ids),
        is_retired=who.is_retired,
    )


def _exam_type(each: ExamTypeRow) -> PlanExamType:
    return PlanExamType(
        id=each.id,
        code=each.code,
        minutes=each.minutes,
        is_fasting=each.is_fasting,
        least_title=each.least_title,
    )


# --- who is away -------------------------------------------------------------------------------------


def absence_spans(session: Session, first: date, last: date) -> list[AbsenceSpan]:
    """The absences in force that touch these days, by first day. One statement."""
    rows = session.execute(
        select(
            Absence.staff_member_id,
            Absence.first_date,
            Absence.last_date,
            Absence.part,
            Absence.kind,
        )
        .where(
            Absence.cancelled_at.is_(None),
            Absence.first_date <= last,
            Absence.last_date >= first,
        )
        .order_by(Absence.first_date, Absence.id)
    )
    return [AbsenceSpan(*row) for row in rows]


def _away(session: Session, first: date, last: date) -> Iterator[Away]:
    parts = {part.code: part for part in parts_of_day(session)}
    for absence in absence_spans(session, first, last):
        for day in days_between(max(first, absence.first), min(last, absence.last)):
            minutes = minutes_away(day, parts.get(absence.part))
            yield Away(absence.operator_id, day, *minutes, absence.kind)


def minutes_away(local_date: date, part: PartOfDayRow | None) -> Minutes:
    """Minutes after local midnight of a part of a day; of the whole day for None."""
    midnight = day_start(local_date, clock.hospital_zone())
    if part is None:
        return 0, (day_start(local_date + DAY, clock.hospital_zone()) - midnight) // MINUTE
    return (
        (instant_of(local_date, part.starts, clock.hospital_zone()) - midnight) // MINUTE,
        (instant_of(local_date, part.ends, clock.hospital_zone()) - midnight) // MINUTE,
    )


# --- what is closed ----------------------------------------------------------------------------------


def _closed(session: Session, first: date, last: date) -> dict[DeviceDate, tuple[Minutes, ...]]:
    zone = clock.hospital_zone()
    rows = session.execute(
        select(Closure.device_id, Closure.starts_at, Closure.ends_at)
        .where(
            Closure.lifted_at.is_(None),
            Closure.starts_at < day_start(last + 2 * DAY, zone),  # a block may run past midnight
            Closure.ends_at > day_start(first, zone),
        )
        .order_by(Closure.starts_at, Closure.id)
    ).all()
    everybody = list(session.scalars(select(Device.id)))
    found: dict[DeviceDate, list[Minutes]] = defaultdict(list)
    for device_id, starts_at, ends_at in rows:
        for day in days_between(first, last):
            minutes = _minutes_closed(day, starts_at, ends_at)
            for device in everybody if device_id is None else [device_id]:
                if minutes is not None:
                    found[device, day].append(minutes)
    return {key: tuple(these) for key, these in found.items()}


def _minutes_closed(local_date: date, starts_at: datetime, ends_at: datetime) -> Minutes | None:
    """The minutes of a day (and the next) that a closure touches; None when it touches none."""
    midnight = day_start(local_date, clock.hospital_zone())
    first, last = (starts_at - midnight) // MINUTE, -((midnight - ends_at) // MINUTE)
    first, last = max(0, first), min(last, 48 * 60)
    return (first, last) if first < last else None
