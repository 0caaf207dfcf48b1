"""What the roll-ups have to say, told from the exams once more: the statements they are made anew and checked by.

Reading volume for people is queries/volume.
"""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, and_, case, cast, func, literal, or_, select
from sqlalchemy.orm import Session

from tracker.domain.volume import IDS, SUMS, Grain
from tracker.models import Exam, ExamImport, ExamVolume


def sums_of_exams(first: date, last: date) -> Select[Any]:
    """The full sums of each day from the exams themselves, in the columns of exam_volume; imports apart, whatever
    their state."""
    keys: list[ColumnElement[Any]] = [Exam.local_date.expression]
    keys += [getattr(Exam, name).expression for name in IDS]
    keys += [Exam.part_of_day.expression, func.coalesce(Exam.import_id, 0)]
    is_live = case((or_(Exam.entered_later, Exam.import_id.is_not(None)), 0), else_=1)
    sums = (
        func.count(),
        func.sum(is_live),
        func.sum(case((Exam.opens_visit, 1), else_=0)),
        func.sum(Exam.parts),
        func.sum(Exam.minutes),
        func.sum(Exam.minutes * is_live),
        func.sum(Exam.points_hundredths),
    )
    return (
        select(*keys, *sums)
        .where(Exam.local_date.between(first, last), Exam.voided_at.is_(None))
        .group_by(*keys[:-1], Exam.import_id)
    )


def sums_of_grain(session: Session, grain: Grain, first: date, last: date) -> Select[Any]:
    """The sums of a grain from the full ones of each day, in the columns of exam_volume_sum."""
    period = _first_of(session, grain)
    kept = [getattr(ExamVolume, name) for name in IDS if name in grain.keys]
    ids = [getattr(ExamVolume, name) if name in grain.keys else literal(0) for name in IDS]
    apart = (ExamVolume.part_of_day, ExamVolume.import_id)
    return (
        select(
            literal(grain.number),
            period,
            *ids,
            *apart,
            *(func.sum(getattr(ExamVolume, name)) for name in SUMS),
        )
        .where(ExamVolume.local_date.between(first, last), ExamVolume.exams > 0)
        .group_by(period, *kept, *apart)
    )


def _first_of(session: Session, grain: Grain) -> ColumnElement[Any]:
    day = ExamVolume.local_date.expression
    if grain.period == "day":
        return day
    if session.get_bind().dialect.name == "postgresql":
        return cast(func.date_trunc(literal("month", literal_execute=True), day), Date)
    return func.date(day, literal("start of month", literal_execute=True), type_=Date)


def wrong_visits(session: Session, first: date, last: date) -> list[tuple[int, bool]]:
    """Exams (id, what it says) that say wrongly whether they open a visit; of patients, for a file's own are its own.

    The rule is that of writes/visit_opening, in the database's words.
    """
    placed = _placed(first, last).subquery()
    opens = or_(
        and_(placed.c.counting == 1, placed.c.place == 1),
        and_(placed.c.waiting == 1, placed.c.counted == 0, placed.c.own_place == 1),
    )
    rows = session.execute(
        select(placed.c.id, placed.c.opens_visit).where(placed.c.opens_visit != opens)
    )
    return [(row.id, bool(row.opens_visit)) for row in rows]


def _placed(first: date, last: date) -> Select[Any]:
    """Each exam with its place among those of its patient and day, and whether any of them counts."""
    alive = Exam.voided_at.is_(None)
    in_force = and_(ExamImport.in_force_at.is_not(None), ExamImport.undone_at.is_(None))
    counting = case((and_(alive, or_(Exam.import_id.is_(None), in_force)), 1), else_=0)
    is_waiting = and_(ExamImport.in_force_at.is_(None), ExamImport.undone_at.is_(None))
    waiting = case((and_(alive, Exam.import_id.is_not(None), is_waiting), 1), else_=0)
    visit = (Exam.patient_id, Exam.local_date)
    ours_first = case((Exam.import_id.is_(None), 0), else_=1)
    by_start = (Exam.started_at, Exam.id)
    order = (counting.desc(), ours_first, ExamImport.in_force_at, Exam.import_id, *by_start)
    own = (*visit, Exam.import_id, waiting)
    return (
        select(
            Exam.id,
            Exam.opens_visit,
            counting.label("counting"),
            waiting.label("waiting"),
            func.row_number().over(partition_by=visit, order_by=order).label("place"),
            func.max(counting).over(partition_by=visit).label("counted"),
            func.row_number().over(partition_by=own, order_by=by_start).label("own_place"),
        )
        .outerjoin(ExamImport, ExamImport.id == Exam.import_id)
        .where(Exam.local_date.between(first, last), Exam.patient_id.is_not(None))
    )
