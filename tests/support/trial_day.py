"""A trial department in the middle of a Monday morning: its accounts, exams of weeks, days that fill up."""

from datetime import date

from tests.support.cast import PASSWORD
from tests.support.databases import Template
from tests.support.department import at
from tests.support.starting_data import CATALOGUE, SYSTEM
from tracker import clock
from tracker.db import db
from tracker.domain.patients import PatientFacts
from tracker.drivers.trial import Size, make_trial
from tracker.services.closures import Closing, close
from tracker.services.horizon import open_horizon
from tracker.services.patients import add_patient

NOW = at(9, 40)
SMALL = Size(patients=800, exams_a_year=4_000, history_days=40, booked_days=12, loads=(0.25, 0.1))
# The one whom a search for her initials (oyrl) finds; nothing is booked for her.
KNOWN = PatientFacts("欧阳若兰", "female", date(1971, 6, 3), phone="13900112233", mrn="Z7000001")


def _fill() -> None:
    with clock.at(NOW):
        open_horizon(by=SYSTEM, now=NOW)
        make_trial(PASSWORD, engine=db.engine, tell=lambda _: None, size=SMALL)
        add_patient(KNOWN, by=SYSTEM, now=NOW)
        training = Closing("US12", at(14), at(15, 30), "科室培训", "flag")
        close(training, by=SYSTEM, now=NOW)


TRIAL_DAY = Template("trial_day", _fill, base=CATALOGUE)
