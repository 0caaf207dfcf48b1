"""Telling whoever finished an exam that the patient has one of its type on that day already, perhaps the same."""

from flask import flash
from flask_babel import gettext as _
from markupsafe import Markup

from tracker.queries import read_session
from tracker.queries.same_exam import same_exam_as
from tracker.web.filters import clock as clock_of


def warn_of_same_exam(exam_id: int) -> None:
    """Say so above the next page, with a way to the other exam. It was done, so nothing is refused."""
    with read_session() as reading:
        other = same_exam_as(reading, exam_id)
    if other is None:
        return
    told = _(
        "The patient already has this exam on that day: %(number)s, %(start)s, on %(device)s. "
        "If it is the same one, void one of the two.",
        number=other.number,
        start=clock_of(other.started_at),
        device=other.device,
    )
    link = Markup('<a href="/exams/{}">{}</a>').format(other.id, _("Show the other exam"))
    flash(Markup("{} {}").format(told, link), "warning")
