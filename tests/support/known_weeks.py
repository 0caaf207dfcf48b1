"""Three weeks before MONDAY with rows of every kind, made by a fixed seed: what figures are recomputed from.

Written row by row and not through the services: exams that run late, closures that were lifted, answers of every kind.
"""

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select

from tests.support.databases import Template
from tests.support.department import DEPARTMENT, MONDAY, account_id, at
from tracker.db import transaction
from tracker.models import (
    Block,
    BlockExamType,
    Booking,
    BookingHistory,
    Closure,
    Device,
    Exam,
    ExamType,
    Patient,
    StaffMember,
    Stream,
    UnmetDemand,
)

FIRST, LAST = date(2026, 11, 2), date(2026, 11, 20)
DEVICES = {"US01": ("abdominal", "superficial"), "US04": ("cardiac",), "P01": ("lung",)}
REASONS = ("来电取消", "改期", "病人未做准备")
_HALVES = ((8, 0, 240), (13, 30, 210))
_WAY = 15  # minutes of P01 at either end
_SLOT = timedelta(minutes=15)
MINUTE = timedelta(minutes=1)


def _fill() -> None:
    luck = random.Random(5)
    with transaction() as session:
        ids = _Ids(session)
        blocks = [_block(ids, code, *span) for code in DEVICES for span in _spans()]
        session.execute(insert(Block), blocks)
        session.execute(insert(BlockExamType), list(_types(session, ids)))
        rows = list(_bookings(luck, ids))
        session.execute(insert(Booking), [booking for booking, _exam, _reason in rows])
        session.execute(insert(BookingHistory), list(_history(rows, ids)))
        session.execute(insert(Exam), _exams(luck, rows, ids))
        session.execute(insert(Closure), _closures(ids))
        session.execute(insert(UnmetDemand), list(_unmet(luck, ids)))


class _Ids:
    """The ids of everything by code, and of the account that did it all."""

    def __init__(self, session: Any) -> None:
        self.of: dict[Any, dict[str, int]] = {
            model: {row.code: row.id for row in session.execute(select(model.code, model.id))}
            for model in (Device, ExamType, Stream, StaffMember)
        }
        self.patients = list(session.scalars(select(Patient.id).order_by(Patient.id)))
        self.by = account_id("reception")


def days() -> Iterator[date]:
    """The days on which the three machines work."""
    for number in range((LAST - FIRST).days + 1):
        day = FIRST + timedelta(days=number)
        if day.weekday() < 5:
            yield day


def _at(day: date, hour: int, minute: int = 0) -> datetime:
    return at(hour, minute, day=(day - MONDAY).days)


def _spans() -> list[tuple[date, datetime, datetime]]:
    return [
        (day, _at(day, hour, minute), _at(day, hour, minute) + length * MINUTE)
        for day in days()
        for hour, minute, length in _HALVES
    ]


def _block(ids: _Ids, code: str, day: date, start: datetime, end: datetime) -> dict[str, Any]:
    return {
        "device_id": ids.of[Device][code], "local_date": day, "starts_at": start, "ends_at": end,
        "transport_minutes": _WAY if code == "P01" else 0,
    }  # fmt: skip


def _types(session: Any, ids: _Ids) -> Iterator[dict[str, Any]]:
    of_device = {ids.of[Device][code]: types for code, types in DEVICES.items()}
    made = select(Block.id, Block.device_id).where(Block.local_date.between(FIRST, LAST))
    for block_id, device_id in session.execute(made):
        for code in of_device[device_id]:
            yield {"block_id": block_id, "exam_type_id": ids.of[ExamType][code]}


def _bookings(luck: random.Random, ids: _Ids) -> Iterator[tuple[dict[str, Any], bool, str]]:
    """(booking, whether it was examined, why it was cancelled): back to back on each machine."""
    number = 1000
    for place, code in enumerate(DEVICES):
        for day, begins, ends in _spans():
            turn = 0
            while begins + (turn + 1) * _SLOT <= ends:
                start = begins + turn * _SLOT
                number += 1
                status = luck.choices(("completed", "no_show", "cancelled"), (80, 8, 12))[0]
                made = start - timedelta(
                    days=luck.choice((0, 0, 1, 2, 3, 5, 9)), minutes=luck.randrange(1, 300)
                )
                yield (
                    {
                        "id": number,
                        "patient_id": ids.patients[(turn * len(DEVICES) + place) % len(ids.patients)],
                        "exam_type_id": ids.of[ExamType][luck.choice(DEVICES[code])],
                        "parts": luck.choice((1, 1, 1, 2)),
                        "stream_id": ids.of[Stream][luck.choice(("outpatient", "outpatient", "cadre_ward", "medical_exam"))],
                        "device_id": ids.of[Device][code],
                        "starts_at": start, "ends_at": start + _SLOT, "device_ends_at": start + _SLOT,
                        "patient_ends_at": start + _SLOT, "local_date": day, "status": status,
                        "arrived_at": start - luck.randrange(0, 3000) * timedelta(seconds=1) if status == "completed" else None,
                        "created_at": made, "created_by_id": ids.by,
                    },
                    status == "completed",
                    luck.choice(REASONS),
                )  # fmt: skip
                turn += 1


def _history(rows: list[tuple[dict[str, Any], bool, str]], ids: _Ids) -> Iterator[dict[str, Any]]:
    for booking, _examined, reason in rows:
        step = {"booking_id": booking["id"], "by_id": ids.by, "at": booking["created_at"]}
        yield {**step, "from_status": None, "to_status": "booked", "reason": ""}
        if booking["status"] == "cancelled":  # given back once, and cancelled for good
            for status, words in (("cancelled", "误按"), ("booked", ""), ("cancelled", reason)):
                yield {**step, "from_status": "booked", "to_status": status, "reason": words}


def _exams(
    luck: random.Random, rows: list[tuple[dict[str, Any], bool, str]], ids: _Ids
) -> list[dict[str, Any]]:
    found = []
    for booking, examined, _reason in rows:
        if not examined:
            continue
        start = booking["arrived_at"] + luck.randrange(0, 2400) * timedelta(seconds=1)
        end = start + luck.randrange(30, 4200 if luck.random() < 0.1 else 1500) * timedelta(
            seconds=1
        )
        found.append(
            {
                "number": f"K{booking['id']}", "booking_id": booking["id"],
                "patient_id": booking["patient_id"], "exam_type_id": booking["exam_type_id"],
                "parts": booking["parts"], "stream_id": booking["stream_id"],
                "device_id": booking["device_id"], "operator_id": ids.of[StaffMember]["D01"],
                "started_at": start, "ended_at": end, "local_date": booking["local_date"],
                "minutes": round((end - start) / MINUTE), "points_hundredths": 100,
                "entered_later": luck.random() < 0.1, "logged_at": end, "logged_by_id": ids.by,
                "voided_at": end if luck.random() < 0.05 else None, "void_reason": "",
            }
        )  # fmt: skip
    return found


def _closures(ids: _Ids) -> list[dict[str, Any]]:
    """Two that meet, one of the department over noon, one lifted early, one lifted before it began."""
    day = FIRST + timedelta(days=2)
    us01 = ids.of[Device]["US01"]
    spans = (
        (us01, _at(day, 9), _at(day, 10, 30), "探头故障", None),
        (None, _at(day, 10), _at(day, 14), "停电", None),
        (us01, _at(day, 15), _at(day, 17), "探头故障", _at(day, 15, 40)),
        (us01, _at(day, 16), _at(day, 17), "检修", _at(day, 8)),
        (ids.of[Device]["P01"], _at(FIRST, 8), _at(FIRST, 9), "检修", None),
    )
    return [
        {
            "device_id": device, "starts_at": start, "ends_at": end, "reason": reason,
            "lifted_at": lifted, "created_at": _at(FIRST, 7), "created_by_id": ids.by,
        }
        for device, start, end, reason, lifted in spans
    ]  # fmt: skip


def _unmet(luck: random.Random, ids: _Ids) -> Iterator[dict[str, Any]]:
    for _number in range(40):
        day = luck.choice(list(days()))
        wanted = day + timedelta(days=luck.randrange(0, 3))
        yield {
            "at": _at(day, 9), "local_date": day, "by_id": ids.by,
            "exam_type_id": ids.of[ExamType][luck.choice(("abdominal", "cardiac", "contrast"))],
            "stream_id": ids.of[Stream][luck.choice(("outpatient", "cadre_ward"))],
            "parts": luck.choice((1, 2)), "wanted_from": wanted,
            "wanted_to": wanted + timedelta(days=luck.randrange(0, 4)),
            "reason": luck.choice(("none_free", "too_late", "other", "unsaid")),
        }  # fmt: skip


KNOWN_WEEKS = Template("known_weeks", _fill, base=DEPARTMENT)
