"""What the records of the jobs say: the newest run of each whatever their number, and since when one is not well."""

from datetime import timedelta

import pytest
from sqlalchemy import insert

from tests.support.databases import Template
from tests.support.department import at
from tests.support.worked_day import WORKED
from tracker.db import read_session, transaction
from tracker.domain.troubles import JOB_PERIODS
from tracker.jobs.process import jobs
from tracker.models import JobRun
from tracker.queries.due import last_runs
from tracker.queries.troubles import job_facts
from tracker.services.upkeep import begin_run, end_run

pytestmark = pytest.mark.usefixtures("app_context")


@pytest.fixture
def template() -> Template:
    return WORKED


def run(job: str, minute: int, outcome: str | None) -> None:
    number = begin_run(job, now=at(9, minute))
    if outcome is not None:
        end_run(number, outcome, f"at {minute}", now=at(9, minute))


def test_every_job_has_a_period() -> None:
    assert {job.name for job in jobs()} == set(JOB_PERIODS)


def test_the_newest_run_of_each_is_found_among_many() -> None:
    run("no_shows", 1, "done")
    rows = [
        {"job": "forget", "started_at": at(0) + timedelta(seconds=number), "detail": ""}
        for number in range(600)
    ]
    with transaction() as session:
        session.execute(insert(JobRun), rows)
    with read_session() as session:
        runs = {found.job: found for found in last_runs(session)}
        facts = {found.job: found for found in job_facts(session).jobs}
    assert runs["forget"].started_at == facts["forget"].started_at == rows[-1]["started_at"]
    assert runs["no_shows"].detail == facts["no_shows"].detail == "at 1"


def test_a_job_is_bad_since_its_first_run_that_was_not_well() -> None:
    for minute, outcome in enumerate(["failed", "done", "failed", "difference", None]):
        run("compare", minute, outcome)
    run("lists", 3, "failed")
    with read_session() as session:
        found = {job.job: job for job in job_facts(session).jobs}
    compare, lists = found["compare"], found["lists"]
    assert (compare.started_at, compare.outcome, compare.detail) == (at(9, 4), "difference", "at 3")
    assert (compare.good_at, compare.bad_since) == (at(9, 1), at(9, 2))
    assert (lists.good_at, lists.bad_since) == (None, at(9, 3))
    assert found["horizon"].started_at is None
