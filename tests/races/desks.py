"""Desks that book over HTTP on and on, each at a host of its own, and turn to the other host when theirs is gone."""

import http.client
import itertools
import json
import random
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

_SECONDS_TO_GIVE_UP = 120
_REQUEST = {"exam_type": "abdominal", "stream": "outpatient"}


@dataclass
class Desk:
    """One desk: what it was told is booked, and how long it waited for each answer, the turn to another host included."""

    name: str
    ports: Sequence[int]
    token: str
    patients: Sequence[str]
    booked: dict[str, int] = field(default_factory=dict)
    waits: list[float] = field(default_factory=list)
    turns: int = 0
    _line: http.client.HTTPConnection | None = None
    _place: int = 0

    def work(self, stop: threading.Event) -> None:
        """Book the next patient at some opening until told to stop; a booking that was begun gets its answer."""
        try:
            self._book_on_and_on(stop)
        finally:
            self._hang_up()

    def _book_on_and_on(self, stop: threading.Event) -> None:
        day = (datetime.now(UTC) + timedelta(days=3)).date()
        window = f"from={day}&to={day + timedelta(days=13)}&limit=50"
        query = "&".join(f"{name}={value}" for name, value in _REQUEST.items())
        for number in itertools.count():
            if stop.is_set():
                return
            patient = self.patients[number % len(self.patients)]
            found = self.ask("GET", f"/api/v1/openings?{query}&{window}&patient={patient}")
            opening = random.choice(found["openings"])
            order = {"patient": patient, "start": opening["start"], "device": opening["device"]}
            key = f"{self.name}-{number}"
            answer = self.ask("POST", "/api/v1/bookings", {**_REQUEST, **order}, key=key)
            if answer["http_status"] == 201:
                self.booked[key] = int(answer["id"])

    def ask(
        self, method: str, path: str, body: dict[str, str] | None = None, *, key: str = ""
    ) -> dict[str, Any]:
        """An answer, from whichever host gives it; the same key makes asking again harmless."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        headers |= {"Idempotency-Key": key} if key else {}
        began = time.monotonic()
        while time.monotonic() - began < _SECONDS_TO_GIVE_UP:
            try:
                line = self._connected()
                line.request(method, path, None if body is None else json.dumps(body), headers)
                response = line.getresponse()
                answer = dict(json.loads(response.read()))
            except (OSError, http.client.HTTPException):
                self._turn()
                continue
            assert response.status < 500, answer
            self.waits.append(time.monotonic() - began)
            return {**answer, "http_status": response.status}
        raise AssertionError("no host answered")

    def _connected(self) -> http.client.HTTPConnection:
        if self._line is None:
            port = self.ports[self._place % len(self.ports)]
            self._line = http.client.HTTPConnection("127.0.0.1", port, timeout=_SECONDS_TO_GIVE_UP)
        return self._line

    def _hang_up(self) -> None:
        if self._line is not None:
            self._line.close()
        self._line = None

    def _turn(self) -> None:
        self._hang_up()
        self._place += 1
        self.turns += 1
