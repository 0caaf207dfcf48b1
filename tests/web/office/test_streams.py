"""Streams: goals, the release of reserves, retiring."""

from datetime import time

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.cast import submit
from tests.support.catalogue import stream
from tests.web.office.forms import resend

NEW = {"code": "emergency", "name_zh": "急诊", "name_en": "Emergency", "sort_order": "9"}


def test_a_stream_is_added(app: Flask, office: FlaskClient) -> None:
    fields = {"goal_working_hours": "2", "release_time": "07:30", "release_days_before": "1"}
    assert submit(office, "/admin/streams/new", **NEW, **fields).status_code == 303
    with app.app_context():
        added = stream("emergency")
    assert (added.goal_working_hours, added.release_time) == (2, time(7, 30))


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    ("field", "more"),
    [
        ("code", {"code": "outpatient"}),
        ("name_en", {"name_en": ""}),
        ("goal_working_hours", {"goal_working_days": "1", "goal_working_hours": "8"}),
        ("release_time", {"release_time": "25:00"}),
        ("release_days_before", {"release_days_before": "31"}),
        ("demand_share_percent", {"demand_share_percent": "101"}),
    ],
)
def test_what_is_refused_is_told_beside_its_field(
    office: FlaskClient, field: str, more: dict[str, str]
) -> None:
    answer = submit(office, "/admin/streams/new", **{**NEW, **more})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert "急诊" in answer.text


def test_a_stream_sent_unchanged_stays_and_changed_is_changed(
    app: Flask, office: FlaskClient
) -> None:
    with app.app_context():
        before = stream("cadre_ward")
    address = f"/admin/streams/{before.id}"
    assert resend(office, address).status_code == 303
    with app.app_context():
        assert stream("cadre_ward") == before
    assert resend(office, address, release_time="09:00").status_code == 303
    with app.app_context():
        assert stream("cadre_ward").release_time == time(9)


@pytest.mark.engines("sqlite")
def test_a_stream_is_retired_and_put_back(app: Flask, office: FlaskClient) -> None:
    with app.app_context():
        address = f"/admin/streams/{stream('medical_exam').id}"
    assert resend(office, address, f"{address}/retire").status_code == 303
    with app.app_context():
        assert stream("medical_exam").is_retired
    assert resend(office, address, f"{address}/reinstate").status_code == 303
