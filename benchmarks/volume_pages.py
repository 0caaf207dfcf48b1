"""Server time of the pages of the volume on ten_years, as the head opens them. Nothing is asserted."""

import time
from datetime import date, timedelta
from statistics import median
from urllib.parse import urlencode

from flask import Flask
from flask.testing import FlaskClient

from benchmarks.databases import PASSWORD
from benchmarks.page_load import TOKEN
from tracker import clock
from tracker.domain.roles import SYSTEM_ACCOUNT_ID
from tracker.services.accounts import NewAccount, create_account
from tracker.services.year_forecasting import forecast_year

READINGS = 11


def measure(app: Flask, first: date, today: date) -> None:
    """A line for each page; the year has its forecast."""
    now = clock.now()
    create_account(NewAccount("head", PASSWORD, ("head",)), by=SYSTEM_ACCOUNT_ID, now=now)
    begun = time.perf_counter()
    forecast_year(now=now, by=SYSTEM_ACCOUNT_ID)
    print(f"\nthe year's forecast made in {time.perf_counter() - begun:.1f} s\n")
    client = app.test_client()
    form = {"username": "head", "password": PASSWORD, "csrf_token": _token(client)}
    client.post("/login", data=form)
    print("| page | p50 ms | slowest ms | kB | status |\n|---|---|---|---|---|")
    for path in _paths(first, today):
        times, answer = [], client.get(path)
        for _ in range(READINGS):
            begun = time.perf_counter()
            answer = client.get(path)
            times.append(1000 * (time.perf_counter() - begun))
        print(
            f"| {path} | {median(times):.1f} | {max(times):.1f} | {len(answer.data) / 1000:.0f} |"
            f" {answer.status_code} |",
            flush=True,
        )


def _token(client: FlaskClient) -> str:
    found = TOKEN.search(client.get("/login").text)
    return found.group(1) if found else ""


def _paths(first: date, today: date) -> list[str]:
    ten = {"from": first.isoformat(), "to": today.isoformat()}
    months = {"from": (today - timedelta(days=396)).replace(day=1).isoformat(), "to": ten["to"]}
    crosses = (
        {"rows": "month", "columns": "stream", **ten},
        {"rows": "month", "columns": "exam_type", **ten},
        {"rows": "month", "columns": "device", "exam_type": "abdominal", **ten},
        {"rows": "month", "columns": "operator", **ten},
        {"rows": "quarter", "columns": "device", "stream": "outpatient", "title": "attending"}
        | ten,
        {"rows": "device", "columns": "operator", **ten},
        {"rows": "day", "columns": "exam_type", **months},
        {"rows": "week", "columns": "operator", **months},
    )
    explored = ["/volume/explore?" + urlencode(each) for each in crosses]
    return ["/volume", "/volume/year", "/volume/staff", "/volume/devices", *explored]
