"""GET /healthz, /readyz and /metrics."""

import pytest
from sqlalchemy import text

from tests.support.databases import make_app
from tests.support.department import at
from tracker import clock
from tracker.db import db, transaction
from tracker.db_guards import GUARD_NAMES
from tracker.domain.troubles import CODES
from tracker.services.upkeep import begin_run, end_run


def test_health_and_readiness_need_no_sign_in(client):
    assert client.get("/healthz").json == {"status": "ok"}
    ready = client.get("/readyz")
    assert ready.status_code == 200
    assert ready.json == {
        "status": "ready",
        "database": True,
        "schema": True,
        "guards": True,
        "jobs": False,
        "warnings": [{"code": "jobs_silent", "count": 1}],
    }


def test_jobs_are_told_when_one_ran_lately(app, client):
    with app.app_context():
        begin_run("seal", now=at(6, 45))
    assert client.get("/readyz").json["jobs"] is True
    with clock.at(at(7, 30)):
        assert client.get("/readyz").json["jobs"] is False


def test_a_missing_guard_is_not_ready(app, client):
    with app.app_context(), transaction() as session:
        if db.engine.dialect.name == "sqlite":
            session.execute(text(f"DROP TRIGGER {GUARD_NAMES[0]}_insert"))
        else:
            session.execute(text(f"ALTER TABLE booking DROP CONSTRAINT {GUARD_NAMES[0]}"))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["guards"]) == (503, False)
    assert answer.json["warnings"][0] == {"code": "guard_missing", "count": 1}
    assert 'tracker_troubles{code="guard_missing"} 1.0' in client.get("/metrics").text


def test_warnings_leave_a_server_ready(app, client):
    with app.app_context():
        for job, outcome in (("compare", "difference"), ("backup", "failed"), ("seal", "done")):
            end_run(begin_run(job, now=at(6, 50)), outcome, "病人", now=at(6, 51))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["status"]) == (200, "ready")
    codes = [one["code"] for one in answer.json["warnings"]]
    assert codes == ["backup_failed", "rollups_differ"]
    shown = client.get("/metrics").text
    assert 'tracker_troubles{code="backup_failed"} 1.0' in shown
    assert 'tracker_troubles{code="jobs_silent"} 0.0' in shown
    assert {line.split('"')[1] for line in shown.splitlines() if "tracker_troubles{" in line} == {
        *CODES
    }


def test_a_stranger_is_told_codes_and_counts_and_no_detail(app, client):
    details = {"backup": "/srv/secret/tracker.zip", "horizon": "incident 4f2a", "forget": "病人"}
    with app.app_context():
        for job, detail in details.items():
            end_run(begin_run(job, now=at(6, 50)), "failed", detail, now=at(6, 51))
    answer = client.get("/readyz")
    assert answer.json["warnings"] == [
        {"code": "backup_failed", "count": 1},
        {"code": "job_failed", "count": 2},
    ]
    assert [detail for detail in details.values() if detail in answer.text] == []


@pytest.mark.engines("sqlite")
def test_a_disk_that_is_nearly_full_is_told(engine_url, tmp_path):
    app = make_app(engine_url, DISK_LOW_MB=10**9, BACKUP_DIR=str(tmp_path / "not" / "yet"))
    warnings = app.test_client().get("/readyz").json["warnings"]
    assert warnings[0] == {"code": "disk_low", "count": 1}
    with app.app_context():
        db.engine.dispose()


@pytest.mark.engines("sqlite")
def test_a_database_that_is_empty_or_away_is_not_ready(tmp_path):
    for path, reachable in ((tmp_path / "new.sqlite", True), (tmp_path / "no" / "x.sqlite", False)):
        app = make_app(f"sqlite:///{path}")
        answer = app.test_client().get("/readyz")
        assert (answer.status_code, answer.json["database"]) == (503, reachable)
        assert answer.json["schema"] is False
        with app.app_context():
            db.engine.dispose()


def test_metrics_count_requests_refusals_and_bookings(client, reception):
    order = {"exam_type": "abdominal", "stream": "outpatient", "device": "US03"}
    for _ in range(2):
        reception.post("/bookings", patient="M00001", start="2026-11-23T08:00:00+08:00", **order)
    shown = client.get("/metrics").text
    assert 'tracker_requests_total{endpoint="api.book_exam",method="POST",status="201"}' in shown
    assert 'tracker_refusals_total{code="slot_taken"}' in shown
    assert 'tracker_request_seconds_bucket{endpoint="api.book_exam",le="0.1"}' in shown
    assert 'tracker_bookings_today{status="booked"} 1.0' in shown
    assert "M00001" not in shown


@pytest.mark.engines("sqlite")
def test_metrics_are_for_this_machine_or_a_token(engine_url):
    app = make_app(engine_url, METRICS_TOKEN="a long secret")
    client = app.test_client()
    far = {"environ_base": {"REMOTE_ADDR": "192.0.2.7"}}
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "::1"}).status_code == 200
    assert client.get("/metrics", headers={"X-Forwarded-For": "192.0.2.7"}).status_code == 401
    assert client.get("/metrics", **far).status_code == 401
    for token, status in (("a long secret", 200), ("another", 401), ("", 401)):
        headers = {"Authorization": f"Bearer {token}"}
        assert client.get("/metrics", headers=headers, **far).status_code == status
    with app.app_context():
        db.engine.dispose()
