"""What the words of the figures mean, as every report and workbook says it."""

from flask_babel import gettext as _

from tracker.reports.tables import Definition


def definitions() -> list[Definition]:
    """The measures, in the language that is set."""
    return [
        Definition(
            _("Exam"),
            _(
                "One report sheet with its own number, finished and not voided. It counts on the hospital's day on which it started, for the device and the doctor that did it, also when it was entered later."
            ),
        ),
        Definition(
            _("Parts"),
            _("The parts of the body examined under that number; at least one."),
        ),
        Definition(
            _("Minutes"),
            _("From start to finish, to the nearest whole minute of each exam."),
        ),
        Definition(
            _("Points"),
            _(
                "The workload points of the exam type, its stream and its parts, as they stood when the exam was logged."
            ),
        ),
    ]
