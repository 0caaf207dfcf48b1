"""The audit and the overview: who did what to which row, seals on demand, how the jobs fare."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert

from tests.support.cast import submit
from tests.support.department import account_id, at
from tests.web.desk.hands import Hands
from tests.web.office.forms import words
from tracker import clock
from tracker.db import transaction
from tracker.models import AuditEntry
from tracker.services import upkeep

pytestmark = pytest.mark.engines("sqlite")


def write_entries(app: Flask, count: int, *, entity: str = "target") -> None:
    with app.app_context():
        by = account_id("head")
        rows = [
            {"at": at(6), "by_id": by, "action": "change", "entity": entity,
             "entity_id": str(number), "change": {"exams": [number, number + 1]}}
            for number in range(count)
        ]  # fmt: skip
        with transaction() as session:
            session.execute(insert(AuditEntry), rows)


def run(app: Flask, job: str, outcome: str | None, detail: str = "") -> None:
    with app.app_context():
        number = upkeep.begin_run(job, now=clock.now())
        if outcome:
            upkeep.end_run(number, outcome, detail, now=clock.now())


def test_an_entry_says_who_did_what_to_which_row(office: FlaskClient) -> None:
    submit(office, "/admin/targets/2029", total="5")
    told = words(office.get("/admin/audit").text)
    assert "admin Target 2029/all changed Exams – → 5" in told


def test_the_list_goes_on_by_cursor(app: Flask, office: FlaskClient) -> None:
    write_entries(app, 150)
    first = office.get("/admin/audit?entity=target").text
    assert first.count('scope="row"') == 100
    following = first.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0]
    second = office.get(following.replace("&amp;", "&")).text
    assert second.count('scope="row"') == 50
    assert "Exams 0 → 1" in words(second)
    assert "Exams 149 → 150" in words(first)


def test_the_list_is_of_one_person_one_kind_one_row_one_day(
    app: Flask, office: FlaskClient
) -> None:
    write_entries(app, 3)
    submit(office, "/admin/targets/2029", total="5")
    counts = {
        query: office.get(f"/admin/audit?{query}").text.count('scope="row"')
        for query in (
            "entity=target", "entity=target&by=head", "entity=target&id=2", "entity=stream",
            "entity=target&date=2026-11-23", "entity=target&date=2026-11-22", "by=nobody",
        )
    }  # fmt: skip
    assert counts == {
        "entity=target": 4, "entity=target&by=head": 3, "entity=target&id=2": 1, "entity=stream": 0,
        "entity=target&date=2026-11-23": 4, "entity=target&date=2026-11-22": 0, "by=nobody": 0,
    }  # fmt: skip


def test_values_are_told_in_words_that_people_know(office: FlaskClient, hands: Hands) -> None:
    booking = hands.book(at(9), "US05")
    hands.arrive(booking)
    told = words(office.get("/admin/audit?entity=booking").text)
    assert "Status Booked → Arrived" in told
    assert "Device US05" in told
    assert "Start Mon 23 Nov 2026 09:00" in told
    assert "Exam type superficial" in told
    submit(office, "/account/language", language="zh")
    assert "状态 已预约 → 已报到" in words(office.get("/admin/audit?entity=booking").text)


def test_no_patient_is_named(office: FlaskClient, hands: Hands) -> None:
    booking = hands.book(at(9))
    hands.cancel(booking, reason="病人1 来电")
    page = office.get("/admin/audit?entity=booking").text
    assert "cancelled" in page
    assert "病人1" not in page


@pytest.mark.parametrize("query", ["date=yesterday", "date=9999-99-99"])
def test_a_day_that_is_none_is_refused(office: FlaskClient, query: str) -> None:
    assert office.get(f"/admin/audit?{query}").status_code == 422


def test_seals_are_checked_when_somebody_asks(app: Flask, office: FlaskClient) -> None:
    entry = {"at": at(6), "by_id": 1, "action": "change", "entity": "target", "entity_id": "1"}
    with app.app_context():
        with transaction() as session:
            session.execute(
                insert(AuditEntry), [{**entry, "id": 900_001}, {**entry, "id": 900_003}]
            )
        upkeep.seal_audit(now=at(8))
    assert "Every seal holds" in words(office.get("/admin/audit/seals").text)
    with app.app_context(), transaction() as session:
        session.execute(insert(AuditEntry), {**entry, "id": 900_002})  # slipped in between
    assert "These seals do not hold: 1" in words(office.get("/admin/audit/seals").text)


def test_the_overview_counts_and_warns(app: Flask, office: FlaskClient) -> None:
    told = words(office.get("/admin").text)
    assert "Devices 21" in told
    assert "The jobs do not run" in told
    run(app, "seal", "done")
    run(app, "compare", "difference", "2 roll-up rows")
    run(app, "horizon", "failed", "OperationalError")
    run(app, "no_shows", None)
    told = words(office.get("/admin").text)
    assert "The jobs do not run" not in told
    assert "python run.py rebuild" in told
    assert "2 things need looking after." in told
    assert "Totals or device days differ from the rows they come from: 2 roll-up rows." in told
    assert "Since Mon 23 Nov 2026 07:00." in told
    assert "Open the weeks ahead · This job failed: OperationalError." in told
    assert "OperationalError" in told
    assert "Running, or stopped midway" in told
