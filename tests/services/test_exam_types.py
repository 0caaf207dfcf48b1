"""Adding, changing and retiring kinds of examination."""

from dataclasses import replace

import pytest

from tests.support import catalogue
from tests.support.catalogue import book, last_entry, values_of
from tests.support.department import SYSTEM, at
from tracker.db import read_session
from tracker.domain.catalogue import ExamTypeValues, PairValues
from tracker.domain.errors import ConflictError, DomainError, InvalidError, StaleError
from tracker.models import Booking
from tracker.queries.catalogue import ExamTerms, exam_terms
from tracker.queries.exam_types import exam_type_streams
from tracker.services.exam_types import (
    add_exam_type,
    change_exam_type,
    reinstate_exam_type,
    retire_exam_type,
)

pytestmark = pytest.mark.usefixtures("app_context")
NEW = ExamTypeValues(
    code="breast",
    name_zh="乳腺",
    name_en="Breast",
    loinc="24601-7",
    minutes=12,
    further_part_minutes=6,
    points_hundredths=120,
    further_part_points_hundredths=60,
    capabilities=frozenset({"linear"}),
    of_streams={"outpatient": PairValues(demand_permille=50, minutes=14)},
)


def entered(code: str) -> ExamTypeValues:
    with read_session() as session:
        pairs = exam_type_streams(session, catalogue.exam_type(code).id)
    of_streams = {pair.stream: values_of(pair, PairValues) for pair in pairs}
    return values_of(catalogue.exam_type(code), ExamTypeValues, of_streams=of_streams)


def change(code: str, **values: object) -> None:
    wanted = replace(entered(code), **values)
    change_exam_type(catalogue.exam_type(code).id, wanted, by=SYSTEM, now=at(9))


def terms(exam_type: str, stream: str) -> ExamTerms:
    with read_session() as session:
        found = exam_terms(session, exam_type_code=exam_type, stream_code=stream)
    assert found is not None
    return found


def test_a_new_exam_type_has_its_terms_per_stream_and_adds_to_the_pressure():
    before = catalogue.device("US06").pressure
    add_exam_type(NEW, by=SYSTEM, now=at(9))
    assert terms("breast", "outpatient").minutes == 14
    assert terms("breast", "cadre_ward").minutes == 12
    assert catalogue.device("US06").pressure == before + 50 * 14 // 21
    assert last_entry() == ("add", "exam_type", {"code": "breast"})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("code", "lung"),
        ("code", "乳腺"),
        ("name_zh", ""),
        ("name_en", "x" * 81),
        ("minutes", 0),
        ("minutes", 481),
        ("further_part_minutes", -1),
        ("observation_minutes", 481),
        ("points_hundredths", -1),
        ("bladder", "half"),
        ("colour", "ultraviolet"),
        ("loinc", "24601"),
        ("preparation_zh", "x" * 401),
        ("capabilities", frozenset({"x-ray"})),
        ("of_streams", {"emergency": PairValues()}),
    ],
)
def test_what_cannot_be_is_refused_on_its_field(field: str, value: object):
    with pytest.raises(InvalidError) as refusal:
        add_exam_type(replace(NEW, **{field: value}), by=SYSTEM, now=at(9))
    assert refusal.value.field == field


@pytest.mark.parametrize(
    ("field", "pair"),
    [
        ("minutes", PairValues(minutes=0)),
        ("demand_permille", PairValues(demand_permille=1001)),
        ("points_hundredths", PairValues(points_hundredths=-1)),
    ],
)
def test_what_cannot_be_for_a_stream_is_refused(field: str, pair: PairValues):
    with pytest.raises(InvalidError) as refusal:
        add_exam_type(replace(NEW, of_streams={"outpatient": pair}), by=SYSTEM, now=at(9))
    assert refusal.value.field == field


def test_a_change_of_minutes_changes_terms_and_pressure():
    before = catalogue.device("US06").pressure
    change("abdominal", minutes=20)
    assert terms("abdominal", "outpatient").minutes == 20
    assert catalogue.device("US06").pressure > before
    assert last_entry() == ("change", "exam_type", {"minutes": [10, 20]})


def test_a_change_for_one_stream_is_a_change():
    with_quick_check_ups = entered("abdominal").of_streams | {
        "medical_exam": PairValues(demand_permille=130, minutes=7)
    }
    change("abdominal", of_streams=with_quick_check_ups)
    assert terms("abdominal", "medical_exam").minutes == 7
    assert terms("abdominal", "outpatient").minutes == 10
    assert catalogue.exam_type("abdominal").version == 2


def test_the_same_values_change_nothing():
    change("contrast")
    assert catalogue.exam_type("contrast").version == 1


def test_an_old_version_is_stale():
    row = catalogue.exam_type("lung")
    with pytest.raises(StaleError):
        change_exam_type(row.id, entered("lung"), version=7, by=SYSTEM, now=at(9))


def test_a_requirement_that_booked_devices_lack_is_refused():
    book("abdominal", "US12", at(10))
    with pytest.raises(ConflictError):
        change("abdominal", capabilities=frozenset({"convex", "elastography"}))
    assert catalogue.exam_type("abdominal").capabilities == {"convex"}


def test_a_retired_exam_type_is_not_booked_until_it_is_brought_back():
    row = catalogue.exam_type("abdominal")
    retire_exam_type(row.id, version=row.version, by=SYSTEM, now=at(9))
    assert last_entry()[:2] == ("retire", "exam_type")
    with pytest.raises(DomainError):
        book("abdominal", "US12", at(10))
    reinstate_exam_type(row.id, by=SYSTEM, now=at(9))
    assert book("abdominal", "US12", at(10))


def test_what_is_booked_stays_booked_when_its_type_is_retired():
    booking_id = book("abdominal", "US12", at(10))
    retire_exam_type(catalogue.exam_type("abdominal").id, by=SYSTEM, now=at(9))
    with read_session() as session:
        assert session.get_one(Booking, booking_id).status == "booked"


def test_the_lowest_title_is_one_of_the_list():
    assert catalogue.exam_type("contrast").least_title == "attending"
    change("contrast", least_title="professor")
    assert catalogue.exam_type("contrast").least_title == "professor"
    assert last_entry()[2] == {"least_title": ["attending", "professor"]}
    with pytest.raises(InvalidError) as refusal:
        change("contrast", least_title="barber")
    assert refusal.value.field == "least_title"
