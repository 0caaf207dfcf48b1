"""The statements behind the board: devices with their day, whose turn it is, what ended last. No judgement."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Function, and_, bindparam, case, func, or_, over, select
from sqlalchemy.orm import Session

from tracker import clock
from tracker.domain.lifecycle import Status
from tracker.domain.workcalendar import day_start
from tracker.models import Booking, Closure, Device, Exam, ExamType, Occupancy, Patient
from tracker.queries.occupancy import runs_today

_device = Device.__table__.c
_day = Occupancy.__table__.c
_booking = Booking.__table__.c
_exam = Exam.__table__.c
_closure = Closure.__table__.c

_closing_now = (
    select(_closure.reason, _closure.starts_at, _closure.ends_at)
    .where(
        _closure.lifted_at.is_(None),
        or_(_closure.device_id == _device.id, _closure.device_id.is_(None)),
        _closure.starts_at <= bindparam("now"),
        _closure.ends_at > bindparam("now"),
    )
    .correlate(Device.__table__)
    .order_by(_closure.ends_at.desc(), _closure.id)
    .limit(1)
)
_DEVICES = (
    select(
        _device.id,
        _device.code,
        _device.name,
        _device.building,
        _device.floor,
        _device.room,
        _device.is_portable,
        func.coalesce(_day.busy, "0").label("busy"),
        func.coalesce(_day.closed, "0").label("closed"),
        func.coalesce(_day.blocks, "[]").label("blocks"),
        _closing_now.with_only_columns(_closure.reason).scalar_subquery().label("reason"),
        _closing_now.with_only_columns(_closure.starts_at).scalar_subquery().label("closed_at"),
        _closing_now.with_only_columns(_closure.ends_at).scalar_subquery().label("closed_until"),
    )
    .outerjoin(
        Occupancy.__table__,
        and_(_day.device_id == _device.id, _day.local_date == bindparam("today")),
    )
    .where(_device.retired_at.is_(None))
    .order_by(_device.sort_order, _device.id)
)

_place = func.coalesce(_booking.started_device_id, _booking.device_id)
_runs = _booking.status == Status.IN_PROGRESS.value
_waits = _booking.status == Status.ARRIVED.value
_comes = and_(_booking.status == Status.BOOKED.value, _booking.ends_at > bindparam("now"))
# nobody is served late before being here
_due = case(
    (_booking.arrived_at > _booking.starts_at, _booking.arrived_at), else_=_booking.starts_at
)


def _of_place(figure: Function[Any], **order: Any) -> ColumnElement[Any]:
    """A figure over the bookings of one device: those that wait, or the one that runs."""
    return over(figure, partition_by=(_place, _runs), **order)


_turns = (
    select(
        _place.label("device_id"),
        _booking.id,
        _booking.status,
        _booking.starts_at,
        _booking.ends_at,
        _booking.started_at,
        _booking.is_added,
        _booking.arrived_at,
        _booking.patient_id,
        _booking.exam_type_id,
        _of_place(func.row_number(), order_by=(_booking.starts_at, _booking.id)).label("turn"),
        _of_place(func.count(case((_waits, 1)))).label("waiting"),
        _of_place(func.min(case((_waits, _booking.arrived_at)))).label("waits_since"),
        # an added booking only has a wished time: that it has passed makes no device late
        _of_place(func.min(case((and_(_waits, _booking.is_added.is_(False)), _due)))).label(
            "first_due"
        ),
        _of_place(func.max(case((_waits, _booking.starts_at)))).label("last_waiting"),
    )
    .where(
        or_(
            runs_today,
            and_(_booking.local_date == bindparam("today"), or_(_waits, _comes)),
        )
    )
    .subquery()
)
_TURNS = (
    select(
        _turns,
        Patient.name.label("patient_name"),
        ExamType.code.label("exam_type"),
        ExamType.name_zh.label("exam_type_zh"),
        ExamType.name_en.label("exam_type_en"),
    )
    .join(Patient, Patient.id == _turns.c.patient_id)
    .join(ExamType, ExamType.id == _turns.c.exam_type_id)
    # the first of each, and everybody up to the last who is here: what his waiting depends on
    .where(or_(_turns.c.turn == 1, _turns.c.starts_at <= _turns.c.last_waiting))
    .order_by(_turns.c.device_id, _turns.c.turn)
)
_LAST_EXAMS = (
    select(_exam.device_id, func.max(_exam.ended_at).label("ended_at"))
    .where(_exam.local_date == bindparam("today"), _exam.voided_at.is_(None))
    .group_by(_exam.device_id)
)


def devices_today(session: Session, *, today: date, now: datetime) -> list[Any]:
    """Every device in service with its occupancy row of today and the closure that covers `now`."""
    return list(session.execute(_DEVICES, {"today": today, "now": now}))


def turns_today(session: Session, *, today: date, now: datetime) -> list[Any]:
    """Of each device the exam in progress, and those who are here or still to come up to the last who waits.

    The first of the latter (`turn` 1) carries `waiting` (how many have arrived), `waits_since` (the first
    arrival) and `first_due` (when the first of them should have been started).
    """
    midnight = day_start(today, clock.hospital_zone())
    return list(session.execute(_TURNS, {"today": today, "now": now, "midnight": midnight}))


def last_ends_today(session: Session, *, today: date) -> dict[int, datetime]:
    """When the last exam of today ended, by device id."""
    return {row.device_id: row.ended_at for row in session.execute(_LAST_EXAMS, {"today": today})}
