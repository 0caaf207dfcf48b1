"""The troubles of this installation: what the database, its jobs and this machine's disks say. The rules: domain/troubles."""

import shutil
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, select, union_all
from sqlalchemy.orm import Session

from tracker.db_guards import missing_guards
from tracker.domain.troubles import JOB_PERIODS, Disk, Facts, JobRecord, Trouble, troubles_in
from tracker.models import JobRun

FOLDERS = ("INSTANCE_DIR", "BACKUP_DIR")
"""The settings whose folders must not fill up."""


def troubles(session: Session, config: Mapping[str, Any], *, now: datetime) -> list[Trouble]:
    """Every trouble of this installation as seen from this machine, the gravest first.

    `config` holds FOLDERS (paths) and DISK_LOW_MB.
    """
    disks = tuple(_disks(config))
    missing = tuple(missing_guards(session.connection()))
    facts = job_facts(session)
    return troubles_in(Facts(facts.jobs, facts.first_run_at, missing, disks), now)


def job_facts(session: Session) -> Facts:
    """What is on record of every job; the rest of the facts is left out."""
    first = session.scalar(select(JobRun.started_at).order_by(JobRun.id).limit(1))
    return Facts(_records(session), first)


def _records(session: Session) -> list[JobRecord]:
    """One statement for all jobs, and one more for each that is not well."""
    ended, good = JobRun.outcome.is_not(None), JobRun.outcome == "done"
    parts = [
        select(_newest(kind, job, *conditions).subquery())
        for job in JOB_PERIODS
        for kind, conditions in (("started", ()), ("ended", (ended,)), ("good", (good,)))
    ]
    known = {(row.kind, row.job): row for row in session.execute(union_all(*parts))}
    return [_record(session, job, known) for job in JOB_PERIODS]


def _newest(kind: str, job: str, *conditions: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    return (
        select(
            literal(kind).label("kind"),
            JobRun.job,
            JobRun.started_at,
            JobRun.outcome,
            JobRun.detail,
        )
        .where(JobRun.job == job, *conditions)
        .order_by(JobRun.started_at.desc(), JobRun.id.desc())
        .limit(1)
    )


def _record(session: Session, job: str, known: Mapping[tuple[str, str], Any]) -> JobRecord:
    started, ended, good = (known.get((kind, job)) for kind in ("started", "ended", "good"))
    good_at = good.started_at if good else None
    is_bad = ended is not None and ended.outcome != "done"
    return JobRecord(
        job,
        started.started_at if started else None,
        ended.outcome if ended else None,
        ended.detail if ended else "",
        good_at,
        _bad_since(session, job, good_at) if is_bad else None,
    )


def _bad_since(session: Session, job: str, good_at: datetime | None) -> datetime | None:
    bad = select(func.min(JobRun.started_at)).where(JobRun.job == job, JobRun.outcome != "done")
    return session.scalar(bad if good_at is None else bad.where(JobRun.started_at > good_at))


def _disks(config: Mapping[str, Any]) -> Iterator[Disk]:
    """The disks below FOLDERS, each once."""
    seen: set[int] = set()
    for name in FOLDERS:
        folder = _existing(Path(config[name]))
        device = folder.stat().st_dev
        if device not in seen:
            seen.add(device)
            free_mb = shutil.disk_usage(folder).free // 10**6
            yield Disk(name, free_mb, int(config["DISK_LOW_MB"]))


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above that exists: the first backup makes BACKUP_DIR."""
    return next(place for place in (folder, *folder.parents) if place.exists())
