"""What the jobs do to the database in small steps: seals, roll-ups, old keys, and the record of each run."""

from datetime import date, datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from tracker.db import service
from tracker.db_guards import broken_guards, install_guards, missing_guards
from tracker.domain.errors import N_, ConflictError
from tracker.models import AuditEntry, AuditSeal, IdempotencyKey, JobRun, LoginAttempt
from tracker.queries.agreement import entries_between, seal_digest
from tracker.queries.occupancy_derived import keys_to_hold
from tracker.writes.occupancy import rebuild_occupancy
from tracker.writes.volume_rebuild import rebuild_volume

SEAL_AGE = timedelta(minutes=2)
"""Older than any open transaction: an entry with a lower id can no longer appear."""
SEAL_ENTRIES = 2000
KEY_AGE = timedelta(hours=24)
ATTEMPT_AGE = timedelta(days=30)
RUNS_KEPT = timedelta(days=90)


@service
def seal_audit(session: Session, *, now: datetime) -> int:
    """Seal the next batch of audit entries; returns how many. Run it until it returns 0."""
    last = session.scalars(
        select(AuditSeal).order_by(AuditSeal.last_entry_id.desc()).limit(1)
    ).first()
    previous, after_id = (last.digest, last.last_entry_id) if last else ("", 0)
    batch = (
        select(AuditEntry.id)
        .where(AuditEntry.at <= now - SEAL_AGE, AuditEntry.id > after_id)
        .order_by(AuditEntry.id)
        .limit(SEAL_ENTRIES)
        .subquery()
    )
    newest = session.scalar(select(func.max(batch.c.id)))
    if newest is None:
        return 0
    entries = entries_between(session, after_id, newest)
    session.add(
        AuditSeal(
            last_entry_id=newest,
            entries=len(entries),
            digest=seal_digest(previous, entries),
            sealed_at=now,
        )
    )
    return len(entries)


@service
def rebuild_month(session: Session, first: date, last: date) -> int:
    """Make the roll-ups of at most a month anew; returns how many rows were different."""
    return rebuild_volume(session, first, last)


@service
def rebuild_days(session: Session, first: date, last: date) -> int:
    """Make the occupancy rows of a few days anew; returns how many were different."""
    return rebuild_occupancy(session, keys_to_hold(session, first, last))


@service
def renew_guards(session: Session) -> int:
    """Make the guards anew that the database lacks; returns how many. Raises ConflictError where rows break them."""
    connection = session.connection()
    missing = missing_guards(connection)
    if not missing:
        return 0
    if broken := broken_guards(connection):
        raise ConflictError(
            N_("Rows break the guards already (%(guards)s): correct them first."),
            params={"guards": sorted(broken)},
        )
    install_guards(connection)
    return len(missing)


@service
def forget_old(session: Session, *, now: datetime) -> int:
    """Delete answered idempotency keys, failed sign-ins and job runs that are past their time."""
    gone = 0
    for model, column, age in (
        (IdempotencyKey, IdempotencyKey.created_at, KEY_AGE),
        (LoginAttempt, LoginAttempt.at, ATTEMPT_AGE),
        (JobRun, JobRun.started_at, RUNS_KEPT),
    ):
        deleted = session.execute(delete(model).where(column < now - age))
        gone += deleted.rowcount  # type: ignore[attr-defined]
    return gone


@service
def begin_run(session: Session, job: str, *, now: datetime) -> int:
    """Note that a job has begun; returns the run's id."""
    run = JobRun(job=job, started_at=now)
    session.add(run)
    session.flush()
    return run.id


@service
def end_run(session: Session, run_id: int, outcome: str, detail: str, *, now: datetime) -> None:
    """Note how a run ended: done, difference or failed."""
    run = session.get_one(JobRun, run_id)
    run.ended_at, run.outcome, run.detail = now, outcome, detail[:2000]
