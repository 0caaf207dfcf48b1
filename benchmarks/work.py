"""What is asked of the server in each measurement: streams of requests made from the database's own rows."""

import itertools
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select

from benchmarks.databases import Prepared
from benchmarks.load import Request
from tracker import clock, create_app
from tracker.db import db, read_session
from tracker.domain.workcalendar import local_date_of
from tracker.models import Block, BlockExamType, Booking, Device, ExamType

_MIX = {
    "abdominal": 33,
    "superficial": 29,
    "vascular": 14,
    "cardiac": 13,
    "prostate": 3,
    "musculoskeletal": 2,
    "contrast": 2,
    "pelvic_floor": 1,
}
_STREAMS = {"outpatient": 60, "medical_exam": 30, "cadre_ward": 10}
_STEP_MINUTES = 8  # of a superficial exam, the shortest


@dataclass(frozen=True)
class Facts:
    """What the measurements need to know of the database."""

    today: date
    full_day: date
    free_places: list[tuple[str, datetime]]
    patients: int


def facts_of(database: Prepared) -> Facts:
    """Look into the prepared database."""
    app = create_app(
        {
            "SQLALCHEMY_DATABASE_URI": database.url,
            "SECRET_KEY": "x" * 32,
            "HOSPITAL_TIMEZONE": "Asia/Shanghai",
        }
    )
    with app.app_context(), read_session() as session:
        today = local_date_of(clock.now(), clock.hospital_zone())
        full_day = session.scalar(
            select(Booking.local_date)
            .where(Booking.local_date > today)
            .order_by(Booking.local_date)
        )
        beyond = today + timedelta(days=21)
        blocks = session.execute(
            select(Device.code, Block.starts_at, Block.ends_at)
            .join(Device, Device.id == Block.device_id)
            .join(BlockExamType, BlockExamType.block_id == Block.id)
            .join(ExamType, ExamType.id == BlockExamType.exam_type_id)
            .where(Block.local_date > beyond, ExamType.code == "superficial")
            .order_by(Block.starts_at, Device.code)
        ).all()
        db.engine.dispose()
    places = [place for block in blocks for place in _places(*block)]
    random.Random(5).shuffle(places)  # as desks meet: each on another machine and day
    return Facts(today, full_day or today, places, 20_000)


def _places(device: str, starts_at: datetime, ends_at: datetime) -> Iterator[tuple[str, datetime]]:
    """Every place of a block that no reserve can refuse: its first half."""
    half = starts_at + (ends_at - starts_at) / 2
    start = starts_at
    while start + timedelta(minutes=_STEP_MINUTES) <= half:
        yield device, start
        start += timedelta(minutes=_STEP_MINUTES)


def bare_reads() -> Iterator[Request]:
    """One indexed read each."""
    return itertools.repeat(Request("GET", "/bare/read"))


def bare_inserts() -> Iterator[Request]:
    """One ORM insert each."""
    return itertools.repeat(Request("POST", "/bare/insert"))


def searches(facts: Facts) -> Iterator[Request]:
    """First openings over all capable devices in 14 days, by the mix of exam types and streams."""
    rng = random.Random(3)
    first, last = facts.today, facts.today + timedelta(days=13)
    while True:
        exam_type = rng.choices(list(_MIX), list(_MIX.values()))[0]
        stream = rng.choices(list(_STREAMS), list(_STREAMS.values()))[0]
        yield Request(
            "GET",
            f"/api/v1/openings?exam_type={exam_type}&stream={stream}&from={first}&to={last}&limit=10",
        )


def bookings(places: Iterator[tuple[str, datetime]], numbers: Iterator[int]) -> Iterator[Request]:
    """A booking each, of another patient at another place."""
    for (device, start), number in zip(places, numbers, strict=False):
        body = {
            "patient": f"R{number % 20_000 + 1:09d}",
            "exam_type": "superficial",
            "stream": "outpatient",
            "start": start.astimezone(UTC).isoformat(),
            "device": device,
        }
        yield Request("POST", "/api/v1/bookings", json.dumps(body).encode())


def boards() -> Iterator[Request]:
    """The board of all devices now."""
    return itertools.repeat(Request("GET", "/api/v1/board"))


def pages(facts: Facts) -> dict[str, str]:
    """The pages whose server time is measured, by name."""
    day = facts.full_day
    return {
        "schedule of a full day": f"/schedule?date={day}&view=table",
        "worklist": f"/worklist?device=US07&date={day}",
        "volume": "/volume",
        "board page": "/board",
        "book page": "/book",
    }
