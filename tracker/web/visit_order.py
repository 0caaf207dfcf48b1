"""What is unwise about the order of a patient's exams on one day, in the reader's words. It never refuses."""

from collections.abc import Callable, Iterable
from datetime import date, time

from tracker import clock
from tracker.domain.supply import Opening
from tracker.domain.visits import PlannedExam, order_warnings
from tracker.domain.workcalendar import instant_of
from tracker.queries.exam_types import ExamTypeRow
from tracker.queries.visits import VisitExam
from tracker.sentences import sentence
from tracker.web.filters import localised

GASTROINTESTINAL = "gastrointestinal"
"""The exam type for which the patient drinks contrast."""


def warnings_of_day(
    exams: Iterable[PlannedExam], local_date: date, *, fasting_ends: time
) -> list[str]:
    """Every warning about the exams of one day."""
    ends = instant_of(local_date, fasting_ends, clock.hospital_zone())
    return [sentence(reason) for reason in order_warnings(exams, fasting_ends_at=ends)]


def warner(
    visit: Iterable[VisitExam], exam_type: ExamTypeRow, *, fasting_ends: time
) -> Callable[[Opening], str]:
    """A function that says what an opening would make unwise beside what is booked already."""
    booked: dict[date, list[PlannedExam]] = {}
    for exam in visit:
        booked.setdefault(exam.local_date, []).append(planned(exam))

    def warn(opening: Opening) -> str:
        day, others = opening.local_date, booked.get(opening.local_date, [])
        wished = _wished(exam_type, opening)
        before = warnings_of_day(others, day, fasting_ends=fasting_ends)
        after = warnings_of_day([*others, wished], day, fasting_ends=fasting_ends)
        return " ".join(text for text in after if text not in before)

    return warn


def planned(exam: VisitExam) -> PlannedExam:
    """A booking as the rules of order see it."""
    return PlannedExam(
        name=localised(exam, "exam_type"),
        start=exam.starts_at,
        end=exam.ends_at,
        is_fasting=exam.is_fasting,
        bladder=exam.bladder,
        is_endocavitary="endocavitary" in exam.needs,
        is_gastrointestinal=exam.exam_type == GASTROINTESTINAL,
        is_contrast="contrast" in exam.needs,
    )


def _wished(exam_type: ExamTypeRow, opening: Opening) -> PlannedExam:
    return PlannedExam(
        name=localised(exam_type),
        start=opening.start,
        end=opening.end,
        is_fasting=exam_type.is_fasting,
        bladder=exam_type.bladder,
        is_endocavitary="endocavitary" in exam_type.capabilities,
        is_gastrointestinal=exam_type.code == GASTROINTESTINAL,
        is_contrast="contrast" in exam_type.capabilities,
    )
