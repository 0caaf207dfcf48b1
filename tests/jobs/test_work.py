"""What each job does, that it may run twice, and that one that fails takes nothing along."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, insert, select, update

from tests.support.department import MONDAY, SYSTEM, account_id, at
from tests.support.exam_room import arrived, book, booking
from tests.support.soundness import tables
from tests.support.worked_day import EVENING
from tracker import clock
from tracker.db import db, read_session
from tracker.domain.volume import GRAINS
from tracker.jobs import work
from tracker.jobs.process import jobs
from tracker.models import (
    Account,
    ApiToken,
    ExamVolume,
    IdempotencyKey,
    JobRun,
    LoginAttempt,
    Occupancy,
)
from tracker.queries.due import last_runs
from tracker.services import upkeep

pytestmark = pytest.mark.usefixtures("app_context")


def run_all(now: datetime) -> dict[str, work.Outcome]:
    with clock.at(now):
        return {job.name: work.run_job(job.name, job.work) for job in jobs()}


def test_a_second_run_changes_nothing() -> None:
    first = run_all(EVENING + timedelta(hours=1))
    before = {name: rows for name, rows in tables().items() if name != "job_run"}
    second = run_all(EVENING + timedelta(hours=1))
    assert {name: rows for name, rows in tables().items() if name != "job_run"} == before
    assert {outcome for outcome, _ in (*first.values(), *second.values())} == {"done"}
    assert first["no_shows"] == ("done", "1 marked")
    assert second["no_shows"] == ("done", "0 marked")


def test_every_run_is_on_record() -> None:
    run_all(EVENING)
    with read_session() as session:
        runs = {run.job: run for run in last_runs(session)}
    assert set(runs) == {job.name for job in jobs()}
    assert {run.outcome for run in runs.values()} == {"done"}
    assert {run.ended_at for run in runs.values()} == {EVENING}


def test_a_failure_is_recorded_without_the_values_it_met(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(_: datetime) -> work.Outcome:
        raise RuntimeError("病人1")

    with clock.at(EVENING):
        outcome, detail = work.run_job("failing", fail)
    assert outcome == "failed"
    incident = detail.removeprefix("RuntimeError, incident ")
    messages = capsys.readouterr().err
    assert incident in messages
    assert "test_work.py" in messages  # where it happened
    assert "病人1" not in messages
    with read_session() as session:
        runs = {run.job: run for run in last_runs(session)}
    assert (runs["failing"].outcome, runs["failing"].detail) == ("failed", detail)


# --- no-shows --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "missed"),
    [
        (at(11, 59), []),
        (at(12), ["morning"]),
        (at(16, 59), ["morning"]),
        (at(17), ["morning", "afternoon"]),
        (at(0, 30, day=1), ["morning", "afternoon"]),
    ],
)
def test_who_is_still_booked_at_the_end_of_the_half_day_did_not_come(
    now: datetime, missed: list[str]
) -> None:
    booked = {
        "morning": book(11, at(11, 40), device="US09"),
        "afternoon": book(12, at(15), device="US09"),
        "tomorrow": book(13, at(9, day=1), device="US09"),
    }
    here = arrived(14, at(9, 40), device="US09")
    work.mark_no_shows(now)
    assert [
        name for name, number in booked.items() if booking(number).status == "no_show"
    ] == missed
    assert booking(here).status == "arrived"


# --- comparing -------------------------------------------------------------------------------------


def test_roll_ups_that_were_changed_are_reported(capsys: pytest.CaptureFixture[str]) -> None:
    with db.engine.begin() as connection:
        connection.execute(
            update(ExamVolume).where(ExamVolume.exams == 1).values(points_hundredths=1)
        )
    outcome, text = work.compare(EVENING)
    assert outcome == "difference"
    # its own row, and those of the coarser grains in which it is counted
    rows = 1 + len(GRAINS)
    assert text == f"{rows} roll-up rows and 0 device days differ: run.py rebuild"
    assert "derived rows differ" in capsys.readouterr().err
    upkeep.rebuild_month(MONDAY, MONDAY)
    assert work.compare(EVENING)[0] == "done"


def test_device_days_that_were_changed_or_lost_are_reported() -> None:
    today = Occupancy.local_date == MONDAY
    with db.engine.begin() as connection:
        connection.execute(
            update(Occupancy).where(today, Occupancy.device_id == 7).values(busy="1")
        )
        connection.execute(Occupancy.__table__.delete().where(today, Occupancy.device_id == 9))
    assert work.compare(EVENING)[1].startswith("0 roll-up rows and 2 device days differ")


# --- forgetting ------------------------------------------------------------------------------------


def test_what_is_kept_for_a_time_goes_afterwards() -> None:
    tables_and_ages = {
        IdempotencyKey: (IdempotencyKey.created_at, upkeep.KEY_AGE),
        LoginAttempt: (LoginAttempt.at, upkeep.ATTEMPT_AGE),
        JobRun: (JobRun.started_at, upkeep.RUNS_KEPT),
    }
    with db.engine.begin() as connection:
        connection.execute(JobRun.__table__.delete())
        token = connection.execute(
            insert(ApiToken)
            .values(account_id=account_id("head"), token_hash="0" * 64, created_at=at(0))
            .returning(ApiToken.id)
        ).scalar_one()
        for late in (False, True):
            for model, (column, age) in tables_and_ages.items():
                instant = EVENING - age - timedelta(seconds=1) * late
                connection.execute(
                    insert(model).values({column: instant, **values(model, token, late)})
                )
    assert work.forget(EVENING) == ("done", "3 rows deleted")
    with read_session() as session:
        for model in tables_and_ages:
            assert session.scalar(select(func.count()).select_from(model)) == 1
        assert session.get(Account, SYSTEM) is not None


def values(model: type, token: int, late: bool) -> dict[str, object]:
    if model is IdempotencyKey:
        return {"token_id": token, "key": str(late), "body_hash": "", "status": 201, "body": ""}
    if model is LoginAttempt:
        return {"username": "nobody", "address": "10.0.0.1"}
    return {"job": "seal", "detail": ""}
