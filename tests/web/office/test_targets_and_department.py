"""Targets of a year, hours of the half-days, the department's settings."""

from datetime import time

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.cast import submit
from tests.web.office.forms import resend
from tracker.db import read_session
from tracker.domain.settings import DepartmentSettings
from tracker.queries.calendar import targets
from tracker.queries.settings import department_settings
from tracker.queries.streams import parts_of_day

HOURS = "/admin/department/hours/1"
SETTINGS = "/admin/department/settings"


def planned(app: Flask, year: int) -> dict[str | None, int]:
    with app.app_context(), read_session() as session:
        return {target.stream: target.exams for target in targets(session, year)}


def stored(app: Flask) -> DepartmentSettings:
    with app.app_context(), read_session() as session:
        return department_settings(session)


def test_targets_are_set_and_taken_back(app: Flask, office: FlaskClient) -> None:
    fields = {"total": "195000", "stream_outpatient": "120000"}
    answer = submit(office, "/admin/targets/2027", **fields)
    assert (answer.status_code, answer.location) == (303, "/admin/targets")
    assert planned(app, 2027) == {None: 195_000, "outpatient": 120_000}
    resend(office, "/admin/targets", "/admin/targets/2027", stream_outpatient="")
    assert planned(app, 2027) == {None: 195_000}


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("value", ["0", "-1", "10000001", "many", "9" * 40])
def test_a_target_out_of_range_is_told_beside_its_field(
    app: Flask, office: FlaskClient, value: str
) -> None:
    answer = submit(office, "/admin/targets/2028", total="5", stream_outpatient=value)
    assert answer.status_code == 422
    assert 'id="stream_outpatient-2028-error"' in answer.text
    assert planned(app, 2028) == {}
    assert submit(office, "/admin/targets/1066", total="5").status_code == 404


def test_hours_are_changed(app: Flask, office: FlaskClient) -> None:
    assert resend(office, "/admin/department", HOURS, starts="07:30").status_code == 303
    with app.app_context(), read_session() as session:
        assert parts_of_day(session)[0].starts == time(7, 30)


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    ("field", "value"), [("ends", "08:00"), ("starts", "late"), ("ends", "14:00")]
)
def test_hours_that_cannot_be_are_refused(office: FlaskClient, field: str, value: str) -> None:
    answer = resend(office, "/admin/department", HOURS, **{field: value})
    assert answer.status_code == 422
    assert 'class="form-error"' in answer.text
    assert office.get(HOURS).status_code == 200


def test_settings_are_changed_together(app: Flask, office: FlaskClient) -> None:
    changes = {
        "horizon_weeks": "6",
        "fasting_ends": "11:00",
        "idle_admin": "20",
        "added_reception": "0",
        "rank_scarce_minutes": "0",
        "rank_fasting_release": "10:15",
        "desk_phone": "85",
    }
    assert resend(office, "/admin/department", SETTINGS, **changes).status_code == 303
    now = stored(app)
    assert (now.horizon_weeks, now.fasting_ends, now.desk_phone) == (6, time(11), "85")
    assert now.idle_minutes["admin"] == 20
    assert (now.rank_scarce_minutes, now.rank_fasting_release) == (0, time(10, 15))
    assert dict(now.added_cap_per_role) == {"reception": 0, "sonographer": 4, "head": 4}


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("horizon_weeks", "0"),
        ("band_minutes", "241"),
        ("added_cap_per_block", "many"),
        ("added_sonographer", "51"),
        ("no_start_minutes", ""),
        ("fasting_ends", "noon"),
        ("rank_fasting_minutes", "1441"),
        ("rank_fasting_release", ""),
        ("rank_margin_minutes", "-1"),
        ("idle_reception", "0"),
        ("department_name_zh", ""),
        ("slip_note_en", "x" * 401),
    ],
)
def test_what_is_refused_is_told_beside_its_field(
    app: Flask, office: FlaskClient, field: str, value: str
) -> None:
    before = stored(app)
    answer = resend(office, "/admin/department", SETTINGS, **{"desk_phone": "1", field: value})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert stored(app) == before
