"""Writing trial data in bulk: patients and performed exams, in batches, with every guard in force."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from tracker.db import service
from tracker.domain.errors import N_, ConflictError
from tracker.domain.patients import PatientFacts
from tracker.models import Patient, PatientKey, Setting
from tracker.queries.installation import COMPLETE, FILLING, TRIAL_KEY, holds_patients, trial_state
from tracker.writes.audit import write_audit
from tracker.writes.numbering import continue_numbering
from tracker.writes.patient_keys import keys_of
from tracker.writes.trial_rows import PerformedExam, insert_performed
from tracker.writes.volume_rebuild import rebuild_volume


@dataclass(frozen=True, slots=True)
class NumberedPerson:
    """A patient to be written under an id."""

    id: int
    facts: PatientFacts


@service
def begin_trial(session: Session, *, by: int, now: datetime) -> None:
    """Note that trial data begins. Raises ConflictError where a patient is, or trial data was begun."""
    if holds_patients(session):
        raise ConflictError(N_("This database holds patients: trial data never goes into it."))
    if trial_state(session) is not None:
        raise ConflictError(N_("Trial data was begun here before: take a new, empty database."))
    session.add(Setting(key=TRIAL_KEY, value=FILLING))
    write_audit(session, action="begin", entity="trial", entity_id=0, by=by, now=now)


@service
def end_trial(session: Session, *, by: int, now: datetime) -> None:
    """Note that the trial data is complete."""
    session.get_one(Setting, TRIAL_KEY).value = COMPLETE
    write_audit(session, action="end", entity="trial", entity_id=0, by=by, now=now)


def write_people(people: Sequence[NumberedPerson], *, by: int, now: datetime) -> None:
    """Write a batch of patients with the keys that find them."""
    keys = [
        {"patient_id": person.id, "key": key}
        for person in people
        for key in keys_of(
            name=person.facts.name, phone=person.facts.phone, mrn=person.facts.mrn or ""
        )
    ]
    _write_people(people, keys, by=by, now=now)


@service
def _write_people(
    session: Session,
    people: Sequence[NumberedPerson],
    keys: list[dict[str, object]],
    *,
    by: int,
    now: datetime,
) -> None:
    session.execute(
        insert(Patient.__table__),  # type: ignore[arg-type]
        [
            {
                "id": person.id,
                "mrn": person.facts.mrn,
                "mrn_is_temporary": False,
                "name": person.facts.name,
                "sex": person.facts.sex,
                "birth_date": person.facts.birth_date,
                "phone": person.facts.phone,
                "version": 1,
                "created_at": now,
            }
            for person in people
        ],
    )
    session.execute(insert(PatientKey.__table__), keys)  # type: ignore[arg-type]
    continue_numbering(session.connection(), Patient.__table__)
    _note(session, "patients", len(people), by=by, now=now)


@service
def write_exams(
    session: Session, exams: Iterable[PerformedExam], *, by: int, now: datetime
) -> None:
    """Write the exams of whole days and make the roll-ups of those days from them."""
    dates = insert_performed(session, exams, by=by)
    if not dates:
        return
    rebuild_volume(session, min(dates), max(dates))
    _note(session, "exams", len(dates), by=by, now=now)


def _note(session: Session, what: str, count: int, *, by: int, now: datetime) -> None:
    write_audit(
        session,
        action="write",
        entity="trial",
        entity_id=what,
        by=by,
        now=now,
        change={"rows": count},
    )
