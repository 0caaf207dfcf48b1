"""What the words of the figures mean, as every page, report and workbook says it."""

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
            _("Visit"),
            _(
                "One patient on one day; it counts with the patient's first exam of the day, so that visits add up as exams do."
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
            _("Minutes clicked live"),
            _(
                "Minutes of the exams whose times were clicked at the machine; those entered later or brought in are left out, and the share that is left in is shown."
            ),
        ),
        Definition(
            _("Points"),
            _(
                "The workload points of the exam type, its stream and its parts, as they stood when the exam was logged."
            ),
        ),
        *_of_months(),
    ]


def _of_months() -> list[Definition]:
    """What is said of months and of the year."""
    return [
        Definition(
            _("Closed figure, changes, present figure"),
            _(
                "A closed month keeps what it counted then. What was entered, corrected, voided or brought in since is listed with its effect; both add up to the present figure."
            ),
        ),
        Definition(
            _("Plan"),
            _(
                "The year's target, spread over its working days by what is usual on each; evenly until enough years are known."
            ),
        ),
    ]
