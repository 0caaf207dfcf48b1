"""The monthly report: written on the first working day of the next month, and kept. What stands in it: tracker/reports."""

from datetime import datetime
from pathlib import Path

from flask import current_app
from flask_babel import force_locale

from tracker import clock
from tracker.db import read_session
from tracker.domain.months import last_of_month, month_before
from tracker.domain.workcalendar import local_date_of
from tracker.jobs.work import Outcome
from tracker.queries.calendar import work_calendar
from tracker.queries.volume import VolumeFilter, volume
from tracker.reports.kept import KEPT_KINDS, kept_name, write_whole
from tracker.reports.report import month_report
from tracker.reports.report_files import report_file

LANGUAGE = "zh"
"""What is kept is in the department's language; a page writes the same report in the reader's."""


def write_last_month(now: datetime) -> Outcome:
    """Write last month's report from the first working day of this one on; one that is there stays as it is."""
    today = local_date_of(now, clock.hospital_zone())
    this_month = today.replace(day=1)
    month = month_before(this_month)
    folder = Path(current_app.config["REPORTS_DIR"])
    missing = [kind for kind in KEPT_KINDS if not (folder / kept_name(month, kind)).exists()]
    if not missing:
        return "done", f"the report of {month:%Y-%m} is there"
    with force_locale(LANGUAGE), read_session() as session:
        if not any(work_calendar(session).working_days(this_month, today)):
            return "done", f"no working day of {this_month:%Y-%m} has come yet"
        if not volume(session, VolumeFilter(month, last_of_month(month))).total.exams:
            return "done", f"{month:%Y-%m} has no exams"
        report = month_report(session, month, now=now)
    folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    for kind in missing:
        with force_locale(LANGUAGE):
            write_whole(folder / kept_name(month, kind), report_file(report, kind))
    return "done", f"the report of {month:%Y-%m} is written: {', '.join(missing)}"
