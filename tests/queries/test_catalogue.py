"""What an exam type means for a stream, which devices can do it, and the lists behind the pages."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import time

import pytest
from sqlalchemy import event, update
from sqlalchemy.orm import Session

from tests.support.databases import Template
from tests.support.starting_data import CATALOGUE, NOW
from tracker.db import read_session, transaction
from tracker.domain.workcalendar import ReleaseRule
from tracker.models import Device, ExamType, ExamTypeStream, Stream
from tracker.queries.catalogue import capable_devices, exam_terms
from tracker.queries.devices import capabilities, device_by_code, devices
from tracker.queries.exam_types import exam_type_by_code, exam_type_streams, exam_types
from tracker.queries.staff import staff_member_by_code, staff_members
from tracker.queries.streams import parts_of_day, streams

pytestmark = pytest.mark.usefixtures("app_context")


@pytest.fixture
def template() -> Template:
    return CATALOGUE


def codes_of(exam_type: str) -> set[str]:
    with read_session() as session:
        found = exam_type_by_code(session, exam_type)
        assert found is not None
        return {device.code for device in capable_devices(session, found.id)}


def test_terms_are_those_of_the_exam_type_where_the_pair_says_nothing():
    with read_session() as session:
        terms = exam_terms(session, exam_type_code="contrast", stream_code="outpatient")
    assert terms is not None
    assert (terms.minutes, terms.further_part_minutes, terms.observation_minutes) == (30, 15, 30)
    assert terms.duration_minutes(3) == 60
    assert (terms.points_hundredths, terms.further_part_points_hundredths) == (350, 175)
    assert terms.is_fasting
    assert terms.needs_competence
    assert not terms.exam_type_retired
    assert not terms.stream_retired


def test_terms_of_the_pair_stand_before_those_of_the_exam_type():
    with transaction() as session:
        stream = next(each for each in streams(session) if each.code == "medical_exam")
        abdominal = exam_type_by_code(session, "abdominal")
        assert abdominal is not None
        session.execute(
            update(ExamTypeStream)
            .where(
                ExamTypeStream.exam_type_id == abdominal.id, ExamTypeStream.stream_id == stream.id
            )
            .values(minutes=7, points_hundredths=70)
        )
    with read_session() as session:
        here = exam_terms(session, exam_type_code="abdominal", stream_code="medical_exam")
        elsewhere = exam_terms(session, exam_type_code="abdominal", stream_code="outpatient")
    assert here is not None
    assert elsewhere is not None
    assert (here.minutes, here.further_part_minutes, here.points_hundredths) == (7, 5, 70)
    assert (elsewhere.minutes, elsewhere.points_hundredths) == (10, 100)


@pytest.mark.parametrize(("exam_type", "stream"), [("nose", "outpatient"), ("lung", "nobody")])
def test_terms_of_an_unknown_code_are_none(exam_type: str, stream: str):
    with read_session() as session:
        assert exam_terms(session, exam_type_code=exam_type, stream_code=stream) is None


def test_terms_say_what_is_retired():
    with transaction() as session:
        session.execute(update(ExamType).where(ExamType.code == "lung").values(retired_at=NOW))
        session.execute(update(Stream).where(Stream.code == "cadre_ward").values(retired_at=NOW))
    with read_session() as session:
        terms = exam_terms(session, exam_type_code="lung", stream_code="cadre_ward")
    assert terms is not None
    assert terms.exam_type_retired
    assert terms.stream_retired


def test_capable_is_who_has_every_required_capability():
    assert len(codes_of("abdominal")) == 21
    assert codes_of("contrast") == {"US05", "US09", "US14", "US20"}
    assert codes_of("intraoperative") == {"P01"}
    assert len(codes_of("gastrointestinal")) == 21  # convex and linear


def test_a_device_with_one_of_two_required_capabilities_is_not_capable():
    with read_session() as session:
        both = {"phased", "sterile"}
        wanted = [d.code for d in devices(session) if both <= d.capabilities]
        ids = {c.code: c.id for c in capabilities(session) if c.code in both}
        cardiac = exam_type_by_code(session, "cardiac")
    assert wanted == ["P01"]
    assert cardiac is not None
    with transaction() as session:
        known = session.get_one(ExamType, cardiac.id)
        known.capabilities = [each for each in known.capabilities if each.code in both]
        session.execute(
            ExamType.capabilities.property.secondary.insert(),
            {"exam_type_id": cardiac.id, "capability_id": ids["sterile"]},
        )
    assert codes_of("cardiac") == {"P01"}


def test_a_retired_device_is_not_capable_and_only_listed_when_asked_for():
    with transaction() as session:
        session.execute(update(Device).where(Device.code == "US05").values(retired_at=NOW))
    assert codes_of("contrast") == {"US09", "US14", "US20"}
    with read_session() as session:
        assert len(devices(session)) == 20
        assert len(devices(session, include_retired=True)) == 21
        found = device_by_code(session, "US05")
    assert found is not None
    assert found.is_retired


def test_pressure_makes_the_portable_the_last_choice():
    with read_session() as session:
        lung = exam_type_by_code(session, "lung")
        assert lung is not None
        capable = capable_devices(session, lung.id)
    assert max(capable, key=lambda device: device.pressure).code == "P01"
    assert all(device.pressure > 0 for device in capable)


def test_lists_come_in_the_departments_order():
    with read_session() as session:
        assert [stream.code for stream in streams(session)] == [
            "outpatient",
            "cadre_ward",
            "medical_exam",
        ]
        assert [exam_type.code for exam_type in exam_types(session)][:2] == [
            "abdominal",
            "superficial",
        ]
        assert [device.code for device in devices(session)][-2:] == ["US20", "P01"]
        assert [(p.code, p.starts, p.ends) for p in parts_of_day(session)] == [
            ("morning", time(8), time(12)),
            ("afternoon", time(13, 30), time(17)),
        ]


def test_a_stream_knows_when_its_reserve_is_released():
    with read_session() as session:
        rules = {stream.code: stream.release_rule for stream in streams(session)}
    assert rules == {
        "outpatient": None,
        "cadre_ward": ReleaseRule(0, time(8)),
        "medical_exam": ReleaseRule(1, time(16)),
    }


def test_people_come_with_what_they_may_perform():
    with read_session() as session:
        doctors = staff_members(session, kind="doctor")
        head = staff_member_by_code(session, "D01")
        assert staff_member_by_code(session, "D99") is None
    assert len(doctors) == 28
    assert head is not None
    assert "intraoperative" in head.supervises <= head.competences


def test_the_demand_of_all_pairs_is_the_whole():
    with read_session() as session:
        pairs = exam_type_streams(session)
    assert sum(pair.demand_permille for pair in pairs) == 1000


READS = [
    (devices, 2),
    (exam_types, 2),
    (staff_members, 2),
    (lambda session: capable_devices(session, 1), 1),
    (lambda session: exam_terms(session, exam_type_code="lung", stream_code="cadre_ward"), 1),
]


@pytest.mark.parametrize(("read", "statements"), READS)
def test_the_number_of_statements_does_not_grow_with_the_rows(
    read: Callable[[Session], object], statements: int
):
    with read_session() as session, counted_statements(session) as counted:
        read(session)
        assert len(counted) == statements


@contextmanager
def counted_statements(session: Session) -> Iterator[list[str]]:
    connection, seen = session.connection(), []

    def note(_connection, _cursor, statement, *_rest):
        seen.append(statement)

    event.listen(connection, "before_cursor_execute", note)
    yield seen
    event.remove(connection, "before_cursor_execute", note)
