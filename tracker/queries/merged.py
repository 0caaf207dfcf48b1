"""Temporary records that turned out to be somebody's who has one: what else stands under them, and what is refused."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.domain.errors import N_, ConflictError
from tracker.models import Patient


def merged_refusal(session: Session, into_id: int) -> ConflictError:
    """The refusal of a record that was merged into another; it names the number to use instead."""
    mrn = session.scalar(select(Patient.mrn).where(Patient.id == into_id))
    return ConflictError(
        N_("This record was merged into that of %(mrn)s. Use that one."),
        code="patient_merged",
        field="patient",
        params={"mrn": mrn},
    )


def merged_ids(session: Session, into_id: int) -> list[int]:
    """The records that were merged into this one."""
    return list(session.scalars(select(Patient.id).where(Patient.merged_into_id == into_id)))
