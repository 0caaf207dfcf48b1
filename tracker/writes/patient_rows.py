"""The rows of a patient: inserting one under a number of its own, locking one, noting a change.

The keys that find a patient are written by patient_keys.
"""

from collections.abc import Mapping
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tracker.domain.errors import N_, InvalidError, NotFoundError, StaleError
from tracker.domain.patients import PatientFacts, temporary_number
from tracker.models import Patient
from tracker.queries.merged import merged_refusal
from tracker.queries.openings import patient_id_of
from tracker.writes.audit import note_row
from tracker.writes.booking_rows import Author
from tracker.writes.placing import day_of


def insert_patient(session: Session, facts: PatientFacts, author: Author) -> Patient:
    """Write a patient under the number given, else under a temporary one that is never given twice.

    Raises InvalidError when another patient has the number.
    """
    patient = Patient(
        mrn=facts.mrn or f"~{uuid4().hex}",  # replaced below, once the id is known
        mrn_is_temporary=facts.mrn is None,
        name=facts.name,
        sex=facts.sex,
        birth_date=facts.birth_date,
        phone=facts.phone,
        created_at=author.now,
    )
    session.add(patient)
    _flush(session)
    if facts.mrn is None:
        patient.mrn = temporary_number(patient.id, day_of(author.now))
        _flush(session)
    return patient


def save_patient(session: Session, patient: Patient) -> None:
    """Write a changed patient with the next version. Raises InvalidError when the number is not free."""
    patient.version += 1
    _flush(session)


def _flush(session: Session) -> None:
    # the database says whether a number is free: two may ask for it at once
    try:
        session.flush()
    except IntegrityError as error:
        raise InvalidError(
            N_("Another patient has this number. Search for it first."),
            field="mrn",
            code="mrn_in_use",
        ) from error


def lock_patient(session: Session, patient_id: int, *, version: int | None = None) -> Patient:
    """Lock a patient. Raises NotFoundError, StaleError when `version` is not the patient's, and ConflictError
    for a record that was merged into another.
    """
    patient = session.get(Patient, patient_id, with_for_update=True, populate_existing=True)
    if patient is None:
        raise NotFoundError(N_("There is no such patient."), field="patient")
    if patient.merged_into_id is not None:
        raise merged_refusal(session, patient.merged_into_id)
    if version is not None and patient.version != version:
        raise StaleError(
            N_("Somebody changed this patient meanwhile. Look at it again."),
            field="version",
            details={"version": patient.version},
        )
    return patient


def keep_patient(session: Session, key: int | str) -> int:
    """The id of a patient named as in `patient_id_of`, whose record is merged into no other until this
    transaction ends. Raises as that does.
    """
    patient_id = patient_id_of(session, key)
    kept = select(Patient.merged_into_id).where(Patient.id == patient_id)
    into = session.scalar(kept.with_for_update(read=True, key_share=True))
    if into is not None:
        raise merged_refusal(session, into)
    return patient_id


def note_patient(
    session: Session, patient: Patient, action: str, author: Author, change: Mapping[str, object]
) -> None:
    """An audit entry; `change` holds no name, birth date or phone, only which of them changed."""
    note_row(session, patient, action, author, change)
