"""Adding, changing and retiring streams."""

from dataclasses import replace
from datetime import time

import pytest

from tests.support import catalogue
from tests.support.catalogue import book, last_entry, values_of
from tests.support.department import SYSTEM, at
from tracker.db import read_session
from tracker.domain.catalogue import StreamValues
from tracker.domain.errors import DomainError, InvalidError, StaleError
from tracker.domain.workcalendar import ReleaseRule
from tracker.queries.catalogue import exam_terms
from tracker.services.streams import add_stream, change_stream, reinstate_stream, retire_stream

pytestmark = pytest.mark.usefixtures("app_context")
NEW = StreamValues(code="emergency", name_zh="急诊", name_en="Emergency", goal_working_hours=4)


def test_a_hospital_adds_a_stream_and_books_for_it():
    add_stream(NEW, by=SYSTEM, now=at(9))
    assert last_entry() == ("add", "stream", {"code": "emergency"})
    with read_session() as session:
        terms = exam_terms(session, exam_type_code="lung", stream_code="emergency")
    assert terms is not None
    assert terms.minutes == 10


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("code", "outpatient"),
        ("code", "a b"),
        ("name_zh", ""),
        ("goal_working_days", 366),
        ("goal_working_hours", 0),
        ("release_days_before", 31),
        ("demand_share_percent", 101),
    ],
)
def test_what_cannot_be_is_refused_on_its_field(field: str, value: object):
    plain = replace(NEW, goal_working_hours=None)
    with pytest.raises(InvalidError) as refusal:
        add_stream(replace(plain, **{field: value}), by=SYSTEM, now=at(9))
    assert refusal.value.field == field


def test_a_goal_is_in_days_or_in_hours():
    with pytest.raises(InvalidError) as refusal:
        add_stream(replace(NEW, goal_working_days=1), by=SYSTEM, now=at(9))
    assert refusal.value.field == "goal_working_hours"


def test_a_release_time_is_changed_without_seconds():
    row = catalogue.stream("outpatient")
    values = values_of(row, StreamValues, release_days_before=2, release_time=time(12, 0, 30))
    change_stream(row.id, values, version=row.version, by=SYSTEM, now=at(9))
    assert catalogue.stream("outpatient").release_rule == ReleaseRule(2, time(12))
    assert last_entry()[2] == {"release_days_before": [0, 2], "release_time": [None, "12:00:00"]}
    with pytest.raises(StaleError):
        change_stream(row.id, values, version=row.version, by=SYSTEM, now=at(9))


def test_a_retired_stream_is_not_booked_for_and_weighs_nothing():
    before = catalogue.device("US06").pressure
    row = catalogue.stream("outpatient")
    retire_stream(row.id, by=SYSTEM, now=at(9))
    assert catalogue.stream("outpatient").is_retired
    assert catalogue.device("US06").pressure < before
    with pytest.raises(DomainError):
        book("abdominal", "US06", at(10))
    reinstate_stream(row.id, by=SYSTEM, now=at(9))
    assert catalogue.device("US06").pressure == before
    assert book("abdominal", "US06", at(10))
