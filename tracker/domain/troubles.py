"""What can be wrong with an installation, told as troubles: a code, since when, a sentence, what to do.

Plain facts go in and troubles come out; where the facts are read is queries/troubles.py, who shows them web and api.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tracker.domain.errors import N_, Params, Reason

HOUR = timedelta(hours=1)
DAY = timedelta(hours=24)

JOB_PERIODS: Mapping[str, timedelta] = {
    "horizon": DAY,
    "forecast": DAY,
    "year_forecast": DAY,
    "monthly_report": DAY,
    "openings": DAY,
    "no_shows": timedelta(minutes=5),
    "seal": timedelta(minutes=10),
    "compare": DAY,
    "check_seals": DAY,
    "lists": timedelta(hours=13),
    "forget": DAY,
    "backup": DAY,
    "check_backup": timedelta(days=7),
}
"""The longest time between two starts of each job; the times themselves are in jobs/process.py."""

SILENT_AFTER = timedelta(minutes=20)
LATE_AFTER = HOUR
BACKUP_OLD_AFTER = timedelta(hours=26)

_TEXTS: Mapping[str, tuple[str, str]] = {
    "guard_missing": (
        N_("The database lacks guards against double booking or changed history: %(guards)s."),
        N_("Stop the service, run “run.py rebuild”, start it again. Then ask how they were lost."),
    ),
    "seal_broken": (
        N_("The audit was changed past the software: %(detail)s."),
        N_(
            "Change nothing. Compare the audit with a backup from before, and tell who is responsible."
        ),
    ),
    "backup_failed": (
        N_("The nightly backup failed: %(detail)s."),
        N_(
            "Look at the space and the rights of BACKUP_DIR. A start of the service writes what was missed."
        ),
    ),
    "backup_old": (
        N_("There is no nightly backup of the last 26 hours."),
        N_("Look whether the jobs run. A start of their process writes the missed backup at once."),
    ),
    "backup_unfit": (
        N_("The newest backup could not be restored as it should be: %(detail)s."),
        N_(
            "Write another by “run.py backup FILE”, try “run.py restore” with it, and look at the disk."
        ),
    ),
    "disk_low": (
        N_("Only %(free_mb)s MB are free."),
        N_("Make room: old logs, old copies in INSTANCE_DIR, backups that are kept elsewhere too."),
    ),
    "rollups_differ": (
        N_("Totals or device days differ from the rows they come from: %(detail)s."),
        N_("Run “run.py rebuild” while people work, and report it: it should not happen."),
    ),
    "jobs_silent": (
        N_("The jobs do not run: none has started for twenty minutes."),
        N_("Start the service or “run.py jobs” on the server; a replay keeps them waiting."),
    ),
    "job_late": (
        N_("This job is more than an hour late."),
        N_(
            "Look into the log of the jobs process for what runs instead, and start the process anew."
        ),
    ),
    "job_failed": (
        N_("This job failed: %(detail)s."),
        N_(
            "It is tried again at its next time. Look into the log for the incident of this number."
        ),
    ),
}
CODES = tuple(_TEXTS)
"""Every code, the gravest first."""

_OF_JOB: Mapping[tuple[str, str], str] = {
    ("backup", "failed"): "backup_failed",
    ("check_backup", "failed"): "backup_unfit",
    ("check_backup", "difference"): "backup_unfit",
    ("compare", "difference"): "rollups_differ",
    ("check_seals", "difference"): "seal_broken",
}
"""What an outcome of a job means; any other that is not `done` is `job_failed`."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that is wrong. `since` is None where nobody noted its beginning; `subject` is a job or a folder."""

    code: str
    text: Reason
    advice: Reason
    since: datetime | None = None
    subject: str = ""


@dataclass(frozen=True, slots=True)
class JobRecord:
    """What is known of a job: its last start, how its last whole run ended, and when it last was well.

    `bad_since` is the start of the first run that was not well after that.
    """

    job: str
    started_at: datetime | None = None
    outcome: str | None = None
    detail: str = ""
    good_at: datetime | None = None
    bad_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Disk:
    """The space left where a folder lies, in MB (10⁶ bytes), and below which it is a trouble."""

    folder: str
    free_mb: int
    low_mb: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What troubles are found in; `first_run_at` is the oldest run of any job that is on record."""

    jobs: Sequence[JobRecord] = ()
    first_run_at: datetime | None = None
    missing_guards: Sequence[str] = ()
    disks: Sequence[Disk] = field(default=())


def troubles_in(facts: Facts, now: datetime) -> list[Trouble]:
    """Every trouble, the gravest first. While no job runs at all, none is called late besides."""
    found = [*_of_the_machine(facts)]
    for job in facts.jobs:
        found += _of_outcome(job)
    found += _of_backup(facts, now)
    starts = [job.started_at for job in facts.jobs if job.started_at is not None]
    if not starts or now - max(starts) > SILENT_AFTER:
        found.append(_trouble("jobs_silent", since=max(starts, default=None)))
    else:
        found += [
            _late(job, facts) for job in facts.jobs if is_overdue(job, facts, now - LATE_AFTER)
        ]
    return sorted(found, key=lambda one: CODES.index(one.code))


def is_overdue(job: JobRecord, facts: Facts, now: datetime) -> bool:
    """Whether a job's next start lies before `now`; one that never ran counts from the first run of any."""
    last = job.started_at or facts.first_run_at
    return last is not None and now - last > JOB_PERIODS[job.job]


def _late(job: JobRecord, facts: Facts) -> Trouble:
    last = job.started_at or facts.first_run_at
    since = last + JOB_PERIODS[job.job] if last else None
    return _trouble("job_late", since=since, subject=job.job)


def _of_the_machine(facts: Facts) -> list[Trouble]:
    found = [
        _trouble("disk_low", subject=disk.folder, free_mb=disk.free_mb)
        for disk in facts.disks
        if disk.free_mb < disk.low_mb
    ]
    if facts.missing_guards:
        found.append(_trouble("guard_missing", guards=sorted(facts.missing_guards)))
    return found


def _of_outcome(job: JobRecord) -> list[Trouble]:
    if job.outcome in (None, "done"):
        return []
    code = _OF_JOB.get((job.job, str(job.outcome)), "job_failed")
    subject = job.job if code == "job_failed" else ""
    return [_trouble(code, since=job.bad_since, subject=subject, detail=job.detail)]


def _of_backup(facts: Facts, now: datetime) -> list[Trouble]:
    good = next((job.good_at for job in facts.jobs if job.job == "backup"), None)
    last = good or facts.first_run_at
    if last is None or now - last <= BACKUP_OLD_AFTER:
        return []
    return [_trouble("backup_old", since=good)]


def _trouble(
    code: str, *, since: datetime | None = None, subject: str = "", **params: object
) -> Trouble:
    text, advice = _TEXTS[code]
    return Trouble(code, Reason(code, text, Params(params)), Reason(code, advice), since, subject)
