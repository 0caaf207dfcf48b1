"""GET /volume/devices: examined of open minutes by device and by the hours of a week, and why minutes were closed."""

from typing import Any

from flask import Response
from marshmallow import fields

from tracker import clock
from tracker.api.days import DaysQuery, days_of
from tracker.api.documents import AnswerSchema, Document, text
from tracker.api.fields import Code
from tracker.api.interface import answer, blueprint
from tracker.queries import read_session
from tracker.queries.device_use import Cause, DeviceUse, Use, device_use
from tracker.queries.devices import DeviceRow, device_of_code, devices


class DeviceUseQuery(DaysQuery):
    """Which days, and of which devices."""

    device = Code("Of this device only.", load_default=None)


class HourUseSchema(AnswerSchema):
    """One hour of one weekday, over all days; what runs past midnight has hours from 24."""

    weekday = fields.Integer(metadata={"description": "1: Monday … 7: Sunday."})
    hour = fields.Integer()
    open_minutes = fields.Integer()
    examined_minutes = fields.Integer()
    share = fields.Float(allow_none=True)


class UseSchema(AnswerSchema):
    """Minutes: blocks are way, closed and open. Examined and past the block are those of exams clicked live."""

    block_minutes = fields.Integer()
    way_minutes = fields.Integer()
    closed_minutes = fields.Integer()
    open_minutes = fields.Integer()
    examined_minutes = fields.Integer()
    overtime_minutes = fields.Integer(metadata={"description": "After the day's last block."})
    exams = fields.Integer(metadata={"description": "Clicked live."})
    left_out = fields.Integer(metadata={"description": "Exams without live times."})
    share = fields.Float(
        allow_none=True, metadata={"description": "Examined ÷ open; null: nothing was open."}
    )


class DeviceUseSchema(UseSchema):
    """Of one device."""

    device = text()


class CauseSchema(AnswerSchema):
    """Why minutes were closed, in the words of the closures (by id)."""

    reason = text()
    closures = fields.List(fields.String())
    minutes = fields.Integer()


class DevicesUseSchema(AnswerSchema):
    """The days as far as they are over; hours and devices add up to the total."""

    total = fields.Nested(UseSchema)
    devices = fields.List(fields.Nested(DeviceUseSchema))
    hours = fields.List(fields.Nested(HourUseSchema))
    causes = fields.List(fields.Nested(CauseSchema))


@blueprint.route("/volume/devices", tags=["volume"])
@blueprint.arguments(DeviceUseQuery, location="query")
@blueprint.response(200, DevicesUseSchema)
def show_device_use(query: dict[str, Any]) -> Response:
    """How the devices were used, by device and by the hours of the week"""
    first, last = days_of(query)
    with read_session() as session:
        known = devices(session, include_retired=True)
        chosen = None if query["device"] is None else device_of_code(known, query["device"]).id
        found = device_use(session, first, last, now=clock.now(), device_id=chosen)
    return answer(_document(found, known))


def _document(found: DeviceUse, known: tuple[DeviceRow, ...]) -> Document:
    return {
        "total": _use(found.total),
        "devices": [
            {"device": row.code, **_use(found.devices[row.id])}
            for row in known
            if row.id in found.devices
        ],
        "hours": [_hour(key, use) for key, use in sorted(found.hours.items())],
        "causes": [cause_document(each) for each in found.causes],
    }


def _use(use: Use) -> Document:
    return {
        "block_minutes": use.block_minutes,
        "way_minutes": use.way_minutes,
        "closed_minutes": use.closed_minutes,
        "open_minutes": use.open_minutes,
        "examined_minutes": use.examined_minutes,
        "overtime_minutes": use.overtime_minutes,
        "exams": use.exams,
        "left_out": use.left_out,
        "share": use.share,
    }


def _hour(key: tuple[int, int], use: Use) -> Document:
    weekday, hour = key
    return {
        "weekday": weekday + 1,
        "hour": hour,
        "open_minutes": use.open_minutes,
        "examined_minutes": use.examined_minutes,
        "share": use.share,
    }


def cause_document(cause: Cause) -> Document:
    """CauseSchema."""
    return {
        "reason": cause.reason,
        "closures": [str(each) for each in cause.closures],
        "minutes": cause.minutes,
    }
