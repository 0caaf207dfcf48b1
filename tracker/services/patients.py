"""Adding a patient, correcting what is said of one, and giving the true number to a temporary one."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from tracker.db import service
from tracker.domain.patients import PatientFacts, checked_facts, checked_number
from tracker.models import Patient
from tracker.writes.booking_rows import Author
from tracker.writes.idempotency import Answer, Claim, answer_once
from tracker.writes.patient_keys import insert_keys, keys_of, write_keys
from tracker.writes.patient_rows import insert_patient, lock_patient, note_patient, save_patient
from tracker.writes.placing import day_of


def add_patient(
    facts: PatientFacts, *, by: int, now: datetime, claim: Claim | None = None
) -> int | Answer:
    """Add a patient and return the id; without an MRN a temporary one is issued and marked as such.

    A `claim` (see there) has the answer rendered, and one given before under its key again. Raises InvalidError with the field.
    """
    checked = checked_facts(facts, today=day_of(now))
    keys = keys_of(name=checked.name, phone=checked.phone)  # slow at first: not in a transaction
    return _add(checked, keys, author=Author(by, now), claim=claim)


@service
def _add(
    session: Session,
    facts: PatientFacts,
    keys: frozenset[str],
    *,
    author: Author,
    claim: Claim | None,
) -> int | Answer:
    def add() -> int:
        patient = insert_patient(session, facts, author)
        insert_keys(session, patient, keys)
        note_patient(session, patient, "add", author, {"temporary": patient.mrn_is_temporary})
        return patient.id

    return answer_once(session, claim, add, now=author.now)


def change_patient(
    patient_id: int, facts: PatientFacts, *, by: int, now: datetime, version: int | None = None
) -> None:
    """Correct name, sex, birth date, phone and number; `facts.mrn` None leaves the number as it is.

    Another number than before is the true one. Raises InvalidError, NotFoundError, StaleError.
    """
    checked = checked_facts(replace(facts, mrn=None), today=day_of(now))
    keys = keys_of(name=checked.name, phone=checked.phone)
    _change(patient_id, replace(checked, mrn=facts.mrn), keys, author=Author(by, now), seen=version)


@service
def _change(
    session: Session,
    patient_id: int,
    facts: PatientFacts,
    keys: frozenset[str],
    *,
    author: Author,
    seen: int | None,
) -> None:
    patient = lock_patient(session, patient_id, version=seen)
    values = {
        "name": facts.name,
        "sex": facts.sex,
        "birth_date": facts.birth_date,
        "phone": facts.phone,
    }
    changed = [name for name, value in values.items() if getattr(patient, name) != value]
    for name in changed:
        setattr(patient, name, values[name])
    change: dict[str, object] = {"changed": changed}
    if facts.mrn is not None and facts.mrn.strip() != patient.mrn:
        change["mrn"] = _renumber(patient, facts.mrn)
    save_patient(session, patient)
    write_keys(session, patient, keys)
    note_patient(session, patient, "change", author, change)


def _renumber(patient: Patient, mrn: str) -> list[str]:
    """Set the true number; returns the numbers before and after."""
    before = patient.mrn
    patient.mrn, patient.mrn_is_temporary = checked_number(mrn), False
    return [before, patient.mrn]
