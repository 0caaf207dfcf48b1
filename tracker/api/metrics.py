"""GET /metrics for Prometheus: requests by endpoint, refusals by code, today's bookings by status, troubles by code.

Counters are this process's own, unless PROMETHEUS_MULTIPROC_DIR names a folder that all processes of a
server share (`serve` sets it when it starts more than one); then every answer sums over them. Bookings and
troubles are read from the database at each scrape.
"""

import hmac
import os
import time
from collections import Counter as Tally
from collections.abc import Iterator
from ipaddress import ip_address

from flask import Flask, Response, current_app, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from tracker import clock
from tracker.api.access import UnauthenticatedError
from tracker.api.interface import Interface
from tracker.domain.troubles import CODES
from tracker.domain.workcalendar import local_date_of
from tracker.queries import read_session
from tracker.queries.readiness import bookings_of_day
from tracker.queries.troubles import troubles

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
BUCKETS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)  # seconds

blueprint = Interface("metrics", __name__)

_own = CollectorRegistry()
_requests = Counter(
    "tracker_requests_total",
    "Requests answered.",
    ["endpoint", "method", "status"],
    registry=_own,
)
_seconds = Histogram(
    "tracker_request_seconds",
    "Time to answer.",
    ["endpoint"],
    buckets=BUCKETS,
    registry=_own,
)
_refusals = Counter(
    "tracker_refusals_total", "Refusals of the JSON interface.", ["code"], registry=_own
)


class _BookingsToday(Collector):
    """Today's bookings as the database has them."""

    def collect(self) -> Iterator[Metric]:
        gauge = GaugeMetricFamily(
            "tracker_bookings_today", "Bookings of the hospital's day.", labels=["status"]
        )
        today = local_date_of(clock.now(), clock.hospital_zone())
        with read_session() as session:
            for status, count in bookings_of_day(session, today).items():
                gauge.add_metric([status], count)
        yield gauge


class _Troubles(Collector):
    """How many troubles of each code there are now; 0 for every other code."""

    def collect(self) -> Iterator[Metric]:
        gauge = GaugeMetricFamily(
            "tracker_troubles", "What needs looking after (docs/operations.md).", labels=["code"]
        )
        with read_session() as session:
            found = troubles(session, current_app.config, now=clock.now())
        counted = Tally(trouble.code for trouble in found)
        for code in CODES:
            gauge.add_metric([code], counted[code])
        yield gauge


@blueprint.route("/metrics", tags=["operation"])
@blueprint.response(200, {"type": "string"}, content_type="text/plain")
def show() -> Response:
    """Counters for Prometheus; from this machine, or with METRICS_TOKEN as a bearer token"""
    if not _may_read():
        raise UnauthenticatedError
    shown = CollectorRegistry()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        MultiProcessCollector(shown)  # type: ignore[no-untyped-call]
    else:
        shown.register(_own)
    shown.register(_BookingsToday())
    shown.register(_Troubles())
    return Response(generate_latest(shown), content_type=CONTENT_TYPE)


def _may_read() -> bool:
    token = current_app.config.get("METRICS_TOKEN")
    given = request.authorization
    if token and given is not None and given.type == "bearer":
        return hmac.compare_digest((given.token or "").encode(), token.encode())
    # a proxy on this machine asks for somebody else
    is_forwarded = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    return not is_forwarded and _is_loopback(request.remote_addr or "")


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def _begin() -> None:
    g.answering_since = time.perf_counter()


def _end(response: Response) -> Response:
    endpoint = request.endpoint or "unknown"
    method = request.method if request.method in METHODS else "other"
    _requests.labels(endpoint, method, response.status_code).inc()
    if "refusal_code" in g:
        _refusals.labels(g.refusal_code).inc()
    if "answering_since" in g:
        _seconds.labels(endpoint).observe(time.perf_counter() - g.answering_since)
    return response


def register_metrics(app: Flask) -> None:
    """Count every request of the application, pages included."""
    app.before_request(_begin)
    app.after_request(_end)
