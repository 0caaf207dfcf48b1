"""Troubles: what counts as late, failed, old or full, and what is told once only."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tracker.domain.troubles import (
    CODES,
    JOB_PERIODS,
    Disk,
    Facts,
    JobRecord,
    is_overdue,
    troubles_in,
)

NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
WELL = {job: JobRecord(job, NOW - MINUTE, "done", "", NOW - MINUTE, None) for job in JOB_PERIODS}
LONG_AGO = NOW - timedelta(days=60)


def told(
    *others: JobRecord, first_run_at: datetime = LONG_AGO, **facts: object
) -> list[tuple[str, str]]:
    jobs = list({**WELL, **{job.job: job for job in others}}.values())
    found = troubles_in(Facts(jobs, first_run_at, **facts), NOW)  # type: ignore[arg-type]
    return [(one.code, one.subject) for one in found]


def test_when_all_is_well_there_is_nothing_to_tell() -> None:
    assert told() == []


@pytest.mark.parametrize("job", list(JOB_PERIODS))
def test_a_job_is_late_an_hour_after_its_time(job: str) -> None:
    last = NOW - JOB_PERIODS[job] - HOUR
    good = NOW - MINUTE
    assert told(replace(WELL[job], started_at=last, good_at=good)) == []
    late = replace(WELL[job], started_at=last - MINUTE, good_at=good)
    assert told(late) == [("job_late", job)]
    (trouble,) = troubles_in(Facts([*(WELL | {job: late}).values()], LONG_AGO), NOW)
    assert trouble.since == NOW - HOUR - MINUTE


@pytest.mark.parametrize(("first_run", "late"), [(HOUR, False), (timedelta(days=9), True)])
def test_one_that_never_ran_counts_from_the_first_run_of_any(
    first_run: timedelta, late: bool
) -> None:
    never = JobRecord("check_backup")
    assert told(never, first_run_at=NOW - first_run) == [("job_late", "check_backup")] * late
    assert is_overdue(never, Facts((), NOW - first_run), NOW) is late
    assert not is_overdue(never, Facts(), NOW)


def test_while_no_job_runs_none_is_called_late() -> None:
    jobs = [replace(job, started_at=NOW - timedelta(minutes=21)) for job in WELL.values()]
    (trouble,) = troubles_in(Facts(jobs, LONG_AGO), NOW)
    assert (trouble.code, trouble.since) == ("jobs_silent", NOW - timedelta(minutes=21))
    assert [one.code for one in troubles_in(Facts(), NOW)] == ["jobs_silent"]


@pytest.mark.parametrize(
    ("job", "outcome", "code"),
    [
        ("backup", "failed", "backup_failed"),
        ("check_backup", "failed", "backup_unfit"),
        ("check_backup", "difference", "backup_unfit"),
        ("compare", "difference", "rollups_differ"),
        ("check_seals", "difference", "seal_broken"),
        ("compare", "failed", "job_failed"),
        ("lists", "failed", "job_failed"),
    ],
)
def test_what_an_outcome_means(job: str, outcome: str, code: str) -> None:
    bad = replace(WELL[job], outcome=outcome, detail="why", bad_since=NOW - HOUR)
    (trouble,) = troubles_in(Facts([*(WELL | {job: bad}).values()], LONG_AGO), NOW)
    assert (trouble.code, trouble.since) == (code, NOW - HOUR)
    assert "why" in str(trouble.text)
    assert trouble.subject == (job if code == "job_failed" else "")


@pytest.mark.parametrize(
    ("good_ago", "first_ago", "codes"),
    [
        (timedelta(hours=26), timedelta(days=60), []),
        (timedelta(hours=26, minutes=1), timedelta(days=60), [("backup_old", "")]),
        (None, timedelta(hours=26), []),
        (None, timedelta(hours=27), [("backup_old", "")]),
    ],
)
def test_a_backup_is_old_after_twenty_six_hours(
    good_ago: timedelta | None, first_ago: timedelta, codes: list[tuple[str, str]]
) -> None:
    good_at = None if good_ago is None else NOW - good_ago
    backup = replace(WELL["backup"], good_at=good_at)
    assert told(backup, first_run_at=NOW - first_ago) == codes


def test_a_disk_is_low_below_its_limit_and_guards_come_first() -> None:
    disks = [Disk("INSTANCE_DIR", 1000, 1000), Disk("BACKUP_DIR", 999, 1000)]
    found = told(disks=disks, missing_guards=["ex_booking_device"])
    assert found == [("guard_missing", ""), ("disk_low", "BACKUP_DIR")]


def test_every_trouble_has_a_sentence_and_an_advice_of_its_own() -> None:
    bad = [
        replace(WELL[job], outcome=outcome, detail="why", good_at=LONG_AGO, started_at=started)
        for job, outcome, started in [
            ("backup", "failed", NOW),
            ("check_backup", "failed", NOW),
            ("compare", "difference", NOW),
            ("check_seals", "difference", NOW),
            ("horizon", "failed", LONG_AGO),
        ]
    ]
    facts = Facts(
        [*(WELL | {job.job: job for job in bad}).values()], LONG_AGO, ["x"], [Disk("x", 0, 1)]
    )
    found = troubles_in(facts, NOW) + troubles_in(Facts(), NOW)
    assert {one.code for one in found} == set(CODES)
    assert len({str(one.advice) for one in found}) == len(CODES)
    assert all("%(" not in str(one.text) for one in found)
