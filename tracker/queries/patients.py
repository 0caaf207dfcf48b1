"""Patients: one by id or number, and the search by prefix over their keys. No writes."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, bindparam, or_, select
from sqlalchemy.orm import Session

from tracker.domain.errors import N_, InvalidError, NotFoundError
from tracker.domain.texts import search_form
from tracker.models import Patient, PatientKey

LONGEST_SEARCH = 80
_LAST = "\U0010ffff"  # sorts behind every other character, byte by byte

_patient = Patient.__table__.c
_key = PatientKey.__table__.c
_other = PatientKey.__table__.alias("other")


@dataclass(frozen=True, slots=True)
class PatientRow:
    """A patient as people and programs see one."""

    id: int
    version: int
    mrn: str
    mrn_is_temporary: bool
    name: str
    sex: str
    birth_date: date
    phone: str
    merged_into_id: int | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A patient that a search found, and the key behind which the next page begins."""

    patient: PatientRow
    key: str

    @property
    def place(self) -> "Place":
        """Behind which patient a list goes on."""
        return self.key, self.patient.id


Place = tuple[str, int]

_COLUMNS = (
    _patient.id,
    _patient.version,
    _patient.mrn,
    _patient.mrn_is_temporary,
    _patient.name,
    _patient.sex,
    _patient.birth_date,
    _patient.phone,
    _patient.merged_into_id,
)
_by_id: Select[*tuple[Any, ...]] = select(*_COLUMNS).where(_patient.id == bindparam("id"))
_by_mrn: Select[*tuple[Any, ...]] = select(*_COLUMNS).where(_patient.mrn == bindparam("mrn"))

# A patient whose keys match twice is listed at the first of them. Each condition is a range of an index,
# so that a page costs the same whether ten patients match or a hundred thousand.
_earlier_key = (
    select(_other.c.key)
    .where(
        _other.c.patient_id == _key.patient_id,
        _other.c.key >= bindparam("text"),
        _other.c.key < _key.key,
    )
    .correlate(PatientKey.__table__)
    .exists()
)
_search: Select[*tuple[Any, ...]] = (
    select(_key.key, *_COLUMNS)
    .select_from(PatientKey.__table__.join(Patient.__table__, _patient.id == _key.patient_id))
    .where(
        _key.key >= bindparam("since"),
        _key.key < bindparam("until"),
        or_(
            _key.key > bindparam("since"),
            and_(_key.key == bindparam("since"), _key.patient_id > bindparam("after_id")),
        ),
        ~_earlier_key,
    )
    .order_by(_key.key, _key.patient_id)
    .limit(bindparam("limit"))
)


def patient_by_id(session: Session, patient_id: int) -> PatientRow:
    """One patient. Raises NotFoundError."""
    return _one(session.execute(_by_id, {"id": patient_id}).first())


def patient_by_mrn(session: Session, mrn: str) -> PatientRow:
    """The patient with this medical record number, temporary or not. Raises NotFoundError."""
    return _one(session.execute(_by_mrn, {"mrn": mrn}).first())


def _one(row: Any) -> PatientRow:
    if row is None:
        raise NotFoundError(N_("There is no such patient."), field="patient")
    return PatientRow(*row)


def search_patients(
    session: Session, text: str, *, after: Place | None = None, limit: int
) -> list[Found]:
    """At most `limit` patients whose name, pinyin, initials, number or phone begins with the text.

    In the order of their keys, from behind the place `after`; one statement. Raises InvalidError on `q`.
    """
    prefix = search_form(text)
    if not prefix or len(text) > LONGEST_SEARCH:
        raise InvalidError(
            N_("Search for 1 to %(most)s letters or digits."),
            field="q",
            params={"most": LONGEST_SEARCH},
        )
    since, after_id = after or (prefix, 0)
    values = {
        "text": prefix,
        "since": max(since, prefix),
        "until": prefix + _LAST,
        "after_id": after_id,
        "limit": limit,
    }
    return [Found(PatientRow(*row[1:]), row[0]) for row in session.execute(_search, values)]
