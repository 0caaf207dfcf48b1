"""What the head and the administrator set beside the catalogue: settings, targets, hours, names of functions."""

from datetime import time

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from tests.support.catalogue import last_entry
from tests.support.databases import Template
from tests.support.starting_data import CATALOGUE, NOW, SYSTEM
from tracker.db import read_session, transaction
from tracker.domain.errors import InvalidError, NotFoundError
from tracker.models.calendar import Target
from tracker.queries.calendar import target_of_year, targets
from tracker.queries.devices import capabilities
from tracker.queries.settings import department_settings
from tracker.queries.streams import parts_of_day
from tracker.services.capabilities import add_capability, rename_capability
from tracker.services.parts_of_day import change_hours
from tracker.services.settings import change_settings
from tracker.services.targets import set_targets

pytestmark = pytest.mark.usefixtures("app_context")


@pytest.fixture
def template() -> Template:
    return CATALOGUE


def test_settings_are_changed_together_and_noted():
    wanted = {"band_minutes": 45, "fasting_ends": time(11), "idle_minutes": {"admin": 5}}
    change_settings(wanted, by=SYSTEM, now=NOW)
    with read_session() as session:
        now = department_settings(session)
    assert (now.band_minutes, now.fasting_ends, now.idle_minutes["admin"]) == (45, time(11), 5)
    assert now.idle_minutes["head"] > 0
    action, entity, change = last_entry()
    assert (action, entity) == ("change", "setting")
    assert change["band_minutes"] == [30, 45]


def test_of_several_settings_all_are_changed_or_none():
    with pytest.raises(InvalidError) as refusal:
        change_settings({"band_minutes": 45, "horizon_weeks": 0}, by=SYSTEM, now=NOW)
    assert refusal.value.field == "horizon_weeks"
    with read_session() as session:
        assert department_settings(session).band_minutes == 30


def test_the_same_settings_leave_no_entry():
    change_settings({"band_minutes": 30}, by=SYSTEM, now=NOW)
    assert last_entry()[1] == "catalogue"


def test_a_target_is_set_changed_and_taken_away():
    set_targets(2028, {None: 200_000, "outpatient": 120_000}, by=SYSTEM, now=NOW)
    set_targets(2028, {None: 195_000}, by=SYSTEM, now=NOW)
    with read_session() as session:
        assert target_of_year(session, 2028) == 195_000
        assert [(t.stream, t.exams) for t in targets(session, 2028)] == [
            (None, 195_000),
            ("outpatient", 120_000),
        ]
    set_targets(2028, {None: None, "outpatient": 120_000}, by=SYSTEM, now=NOW)
    assert last_entry() == ("change", "target", {"exams": [195_000, None]})
    with read_session() as session:
        assert target_of_year(session, 2028) is None
        assert len(targets(session, 2028)) == 1


@pytest.mark.parametrize(
    ("year", "stream", "exams", "field"),
    [(1999, None, 1, "year"), (2028, "nobody", 1, "stream"), (2028, None, 0, "exams")],
)
def test_a_target_that_cannot_be_is_refused(year, stream, exams, field):
    with pytest.raises(InvalidError) as refusal:
        set_targets(year, {stream: exams}, by=SYSTEM, now=NOW)
    assert refusal.value.field == field


def test_of_a_years_targets_all_are_set_or_none():
    set_targets(2028, {None: 200_000}, by=SYSTEM, now=NOW)
    for wrong in ({None: 5, "nobody": 1}, {None: 5, "outpatient": 0}):
        with pytest.raises(InvalidError):
            set_targets(2028, wrong, by=SYSTEM, now=NOW)
    with read_session() as session:
        assert [(t.stream, t.exams) for t in targets(session, 2028)] == [(None, 200_000)]


@pytest.mark.parametrize("stream_id", [None, 1])
def test_a_year_has_one_target_for_a_stream_and_one_for_all(stream_id):
    rows = [{"year": 2028, "stream_id": stream_id, "exams": exams} for exams in (1, 2)]
    with pytest.raises(IntegrityError), transaction() as session:
        session.execute(insert(Target), rows)


def test_the_hours_of_a_half_day_are_changed_and_do_not_overlap():
    with read_session() as session:
        morning, afternoon = (part.id for part in parts_of_day(session))
    change_hours(morning, starts=time(7, 30), ends=time(12), by=SYSTEM, now=NOW)
    with read_session() as session:
        assert parts_of_day(session)[0].starts == time(7, 30)
    for starts, ends, field in ((time(11), time(17), "starts"), (time(15), time(14), "ends")):
        with pytest.raises(InvalidError) as refusal:
            change_hours(afternoon, starts=starts, ends=ends, by=SYSTEM, now=NOW)
        assert refusal.value.field == field
    with pytest.raises(NotFoundError):
        change_hours(99, starts=time(18), ends=time(20), by=SYSTEM, now=NOW)


def test_a_capability_is_added_and_renamed():
    new = add_capability(code="fusion", name_zh="融合成像", name_en="Fusion", by=SYSTEM, now=NOW)
    rename_capability(new, name_zh="融合", name_en="Fusion imaging", by=SYSTEM, now=NOW)
    with read_session() as session:
        assert ("fusion", "Fusion imaging") in [(c.code, c.name_en) for c in capabilities(session)]
    with pytest.raises(InvalidError) as refusal:
        add_capability(code="fusion", name_zh="x", name_en="x", by=SYSTEM, now=NOW)
    assert refusal.value.field == "code"
    with pytest.raises(NotFoundError):
        rename_capability(999, name_zh="x", name_en="x", by=SYSTEM, now=NOW)
