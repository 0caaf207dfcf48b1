"""What may be said of a patient."""

from dataclasses import replace
from datetime import date

import pytest

from tracker.domain.errors import InvalidError
from tracker.domain.patients import (
    PatientFacts,
    checked_facts,
    checked_number,
    is_former_number,
    temporary_number,
)

TODAY = date(2026, 11, 23)
FACTS = PatientFacts(name="王芳", sex="female", birth_date=date(1980, 5, 4), phone="138 0013 8000")


def test_good_facts_are_kept_as_they_are():
    assert checked_facts(FACTS, today=TODAY) == FACTS


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "   "),
        ("name", "…"),
        ("name", "王" * 81),
        ("name", "王\0芳"),
        ("sex", "F"),
        ("birth_date", date(2026, 11, 24)),
        ("birth_date", date(1900, 1, 1)),
        ("phone", "call me"),
        ("phone", "1" * 41),
        ("phone", "138\n001"),
        ("mrn", ""),
        ("mrn", "a b"),
        ("mrn", "../etc"),
        ("mrn", "~5"),
        ("mrn", "M" * 41),
        ("mrn", "病历1"),
        ("mrn", "T20261123-0007"),
    ],
)
def test_each_fact_is_refused_on_its_field(field, value):
    with pytest.raises(InvalidError) as refused:
        checked_facts(replace(FACTS, **{field: value}), today=TODAY)
    assert refused.value.field == field


@pytest.mark.parametrize("birth_date", [TODAY, date(1900, 1, 2)])
def test_the_first_and_the_last_birth_date_are_possible(birth_date):
    assert checked_facts(replace(FACTS, birth_date=birth_date), today=TODAY).birth_date


def test_what_a_chinese_keyboard_types_is_understood():
    facts = replace(FACTS, mrn="Ａ１２３", phone="０１０－８８８８")
    checked = checked_facts(facts, today=TODAY)
    assert (checked.mrn, checked.phone) == ("A123", "010-8888")


def test_a_temporary_number_names_the_day_and_the_patient_alone():
    assert temporary_number(153, TODAY) == "T20261123-0153"
    assert temporary_number(123456, TODAY) == "T20261123-123456"
    assert is_former_number("t202611230153", 153)
    assert not is_former_number("t202611230153", 154)
    with pytest.raises(InvalidError):
        checked_number(temporary_number(153, TODAY))
