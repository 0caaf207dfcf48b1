"""Adding, correcting and numbering patients, and the keys that find them."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from tests.support.department import account_id, at
from tracker.db import read_session
from tracker.domain.errors import InvalidError, NotFoundError, StaleError
from tracker.domain.patients import PatientFacts
from tracker.models import AuditEntry
from tracker.queries.patients import PatientRow, patient_by_id, patient_by_mrn, search_patients
from tracker.services.patients import add_patient, change_patient

NOW = at(9)
FACTS = PatientFacts("单晓明", "male", date(1980, 5, 4), "+86 138-0013-8000", "Z100")


@pytest.fixture
def by(app_context: None) -> int:
    return account_id("reception")


def add(by: int, **facts: object) -> int:
    added = add_patient(replace(FACTS, **facts), by=by, now=NOW)
    assert isinstance(added, int)
    return added


def patient(patient_id: int) -> PatientRow:
    with read_session() as session:
        return patient_by_id(session, patient_id)


def found(text: str) -> list[str]:
    with read_session() as session:
        return [hit.patient.name for hit in search_patients(session, text, limit=50)]


def test_an_added_patient_is_found_by_id_number_and_every_key(by):
    added = patient(add(by))
    assert added == PatientRow(
        added.id, 1, "Z100", False, "单晓明", "male", date(1980, 5, 4), "+86 138-0013-8000"
    )
    with read_session() as session:
        assert patient_by_mrn(session, "Z100") == added
    texts = [
        "单",
        "单晓明",
        "shan",
        "Shan Xiao Ming",
        "sxm",
        "z100",
        "138",
        "+86138",
        "1380013 8000",
    ]
    assert [text for text in texts if found(text) != ["单晓明"]] == []
    assert found("dan") == found("晓明") == found("zz") == []


def test_without_a_number_a_temporary_one_is_issued_and_never_twice(by):
    first, second = patient(add(by, mrn=None)), patient(add(by, mrn=None))
    assert first.mrn_is_temporary
    assert second.mrn_is_temporary
    assert first.mrn.startswith("T20261123-")
    assert first.mrn != second.mrn
    assert found(first.mrn) == ["单晓明"]


def test_the_true_number_takes_the_place_of_a_temporary_one_that_still_finds(by):
    patient_id = add(by, mrn=None)
    temporary = patient(patient_id).mrn
    change_patient(patient_id, replace(FACTS, mrn="Z200"), by=by, now=NOW)
    resolved = patient(patient_id)
    assert (resolved.mrn, resolved.mrn_is_temporary, resolved.version) == ("Z200", False, 2)
    change_patient(patient_id, replace(FACTS, name="单晓鸣", mrn=None), by=by, now=NOW)
    assert found("z200") == found(temporary) == ["单晓鸣"]


def test_a_number_belongs_to_one_patient(by):
    add(by)
    other = add(by, mrn=None)
    for attempt in (
        lambda: add(by),
        lambda: change_patient(other, FACTS, by=by, now=NOW),
    ):
        with pytest.raises(InvalidError) as refused:
            attempt()
        assert (refused.value.field, refused.value.code) == ("mrn", "mrn_in_use")
    assert patient(other).mrn_is_temporary


def test_of_two_who_give_one_number_away_at_once_one_succeeds(by, app: Flask):
    def attempt(_: int) -> object:
        with app.app_context():
            try:
                return add(by)
            except InvalidError as refusal:
                return refusal.code

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(attempt, range(4)))
    assert sorted(map(str, answers))[1:] == ["mrn_in_use"] * 3


def test_a_correction_changes_what_finds_the_patient(by):
    patient_id = add(by)
    change_patient(
        patient_id, replace(FACTS, name="曾丽", phone="", mrn=None), by=by, now=NOW, version=1
    )
    assert patient(patient_id).mrn == "Z100"
    assert found("zengli") == found("z100") == ["曾丽"]
    assert found("sxm") == found("138") == []


def test_a_correction_of_something_old_or_unknown_is_refused(by):
    patient_id = add(by)
    change_patient(patient_id, replace(FACTS, phone=""), by=by, now=NOW)
    with pytest.raises(StaleError):
        change_patient(patient_id, FACTS, by=by, now=NOW, version=1)
    with pytest.raises(NotFoundError):
        change_patient(10**6, FACTS, by=by, now=NOW)


def test_the_audit_names_no_patient(by):
    patient_id = add(by)
    change_patient(patient_id, replace(FACTS, name="曾丽", mrn="Z300"), by=by, now=NOW)
    with read_session() as session:
        entries = session.execute(
            select(AuditEntry.action, AuditEntry.change)
            .where(AuditEntry.entity == "patient", AuditEntry.entity_id == str(patient_id))
            .order_by(AuditEntry.id)
        ).all()
    assert [tuple(entry) for entry in entries] == [
        ("add", {"temporary": False}),
        ("change", {"changed": ["name"], "mrn": ["Z100", "Z300"]}),
    ]
