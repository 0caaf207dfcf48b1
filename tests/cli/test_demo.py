"""demo: made-up patients, exams and bookings in an empty database, and in no other."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, or_, select

from tests.support.databases import Bench, Template, make_app
from tests.support.department import DEPARTMENT, MONDAY, SYSTEM, at
from tests.support.soundness import assert_sound, tables
from tests.support.starting_data import CATALOGUE
from tests.support.terminal import Terminal
from tracker import clock
from tracker.cli.demo import clear_if_stopped
from tracker.cli.migrate import make_ready
from tracker.db import db, read_session
from tracker.domain.patients import PatientFacts
from tracker.drivers.trial import Size, make_trial
from tracker.models import Account, Booking, Exam, ExamType, Patient
from tracker.queries.device_use import device_use
from tracker.queries.installation import holds_patients, trial_state
from tracker.queries.volume import VolumeFilter, volume
from tracker.services.patients import add_patient
from tracker.services.trial import NumberedPerson, begin_trial, write_people

SMALL = Size(patients=240, exams_a_year=1500, history_days=12, booked_days=6, loads=(0.03, 0.01))
SOMEBODY = PatientFacts("王伟", "male", MONDAY - timedelta(days=9999), mrn="R1")


@pytest.fixture
def template() -> Template:
    return CATALOGUE


def count(model: type) -> int:
    with read_session() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def count_on(first: date, last: date) -> int:
    """Exams of the days that stand on a booking, or were entered later."""
    found = select(func.count()).where(
        Exam.local_date.between(first, last),
        or_(Exam.booking_id.is_not(None), Exam.entered_later),
    )
    with read_session() as session:
        return session.scalar(found) or 0


def test_a_small_trial_is_sound_and_complete(app_context: None) -> None:
    told: list[str] = []
    with clock.at(at(9, 40)):
        make_trial("a word for the trial", engine=db.engine, tell=told.append, size=SMALL)
    assert_sound()
    with read_session() as session:
        assert trial_state(session) == "complete"
        past = volume(session, VolumeFilter(MONDAY - timedelta(days=12), MONDAY)).total.exams
        names = set(session.scalars(select(Account.username).where(Account.is_active)))
        statuses = set(session.scalars(select(Booking.status)))
        prostates = select(Patient.sex).join(Exam).join(ExamType).where(ExamType.code == "prostate")
        assert set(session.scalars(prostates)) <= {"male"}
        booked = MONDAY - timedelta(days=6), MONDAY - timedelta(days=1)
        use = device_use(session, *booked, now=at(9, 40)).total
        exams = volume(session, VolumeFilter(*booked)).total.exams
    assert past == count(Exam) > 40
    assert names - {"system"} == {"reception", "sonographer", "head", "admin"}
    # the last days have hours and bookings behind their exams
    assert {"booked", "completed"} <= statuses
    assert use.exams + use.left_out == exams == count_on(*booked) > 10
    assert 0 < use.examined_minutes < use.open_minutes == use.block_minutes - use.closed_minutes
    assert use.closed_minutes == 100
    assert told[0] == "patients: 240 of 240"
    assert add_patient(SOMEBODY, by=SYSTEM, now=at(9, 40)) == 241


@pytest.mark.engines("sqlite")
def test_the_same_day_gives_the_same_trial(bench: Bench, engine_url: str) -> None:
    made = []
    for _ in range(2):
        bench.reset(CATALOGUE)
        with bench.app.app_context(), clock.at(at(9, 40)):
            make_trial("a word for the trial", engine=db.engine, tell=lambda _: None, size=SMALL)
            rows = tables()
            made.append({name: rows[name] for name in ("patient", "exam", "booking")})
    assert made[0] == made[1]


def test_a_database_with_a_patient_is_refused(terminal: Terminal, bench: Bench) -> None:
    bench.reset(DEPARTMENT)
    with clock.at(at(9)):
        terminal("migrate")
        with bench.app.app_context():
            before = tables()
        said = terminal("demo")
    assert (said.status, said.out) == (1, "")
    assert "This database holds patients: trial data never goes into it." in said.messages
    with bench.app.app_context():
        assert tables() == before


def test_a_database_in_which_a_trial_was_begun_is_refused(app_context: None) -> None:
    begin_trial(by=SYSTEM, now=at(9))
    with pytest.raises(Exception, match="Trial data was begun here before"):
        begin_trial(by=SYSTEM, now=at(9))


# --- a filling that was stopped --------------------------------------------------------------------


@pytest.fixture
def stopped(tmp_path: Path) -> Path:
    """The file of a trial whose filling was stopped among its patients."""
    file = tmp_path / "demo.sqlite"
    app = make_app(f"sqlite:///{file}")
    make_ready(app)
    with app.app_context():
        now = clock.now()
        begin_trial(by=SYSTEM, now=now)
        write_people([NumberedPerson(1, SOMEBODY)], by=SYSTEM, now=now)
        db.engine.dispose()
    return file


def test_a_filling_stopped_half_way_starts_over(stopped: Path) -> None:
    app = make_app(f"sqlite:///{stopped}")
    clear_if_stopped(app)
    with app.app_context():
        with read_session() as session:
            assert not holds_patients(session)
            assert trial_state(session) is None
        make_trial("a word for the trial", engine=db.engine, tell=lambda _: None, size=SMALL)
        db.engine.dispose()
    clear_if_stopped(app)  # a complete one stays
    with app.app_context():
        with read_session() as session:
            assert holds_patients(session)
        db.engine.dispose()


def test_a_stopped_trial_is_only_removed_where_a_trial_is_at_home(
    stopped: Path, terminal_on: Terminal
) -> None:
    said = terminal_on(f"sqlite:///{stopped}", "demo")
    assert (said.status, said.out) == (1, "")
    assert stopped.exists()
    with make_app(f"sqlite:///{stopped}").app_context():
        with read_session() as session:
            assert holds_patients(session)
        db.engine.dispose()
