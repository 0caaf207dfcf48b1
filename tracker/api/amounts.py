"""What sums look like: exams, visits, parts, minutes and points; and three of them for closed months. No endpoints."""

from marshmallow import fields

from tracker.api.documents import AnswerSchema, Document
from tracker.queries.closing import Three
from tracker.queries.volume import Amounts


class AmountsSchema(AnswerSchema):
    """How much; of a change it may be negative."""

    exams = fields.Integer()
    visits = fields.Integer(
        metadata={"description": "Patients on a day, where their first exam counts."}
    )
    parts = fields.Integer()
    minutes = fields.Integer(metadata={"description": "Of all exams."})
    live_exams = fields.Integer(
        metadata={"description": "Whose times were clicked at the machine."}
    )
    live_minutes = fields.Integer(metadata={"description": "Of the live exams alone."})
    points = fields.Float()


class ThreeSchema(AnswerSchema):
    """As it was closed, what changed since (null where the month is open), and as it is now."""

    closed = fields.Nested(AmountsSchema, allow_none=True)
    changes = fields.Nested(AmountsSchema, allow_none=True)
    present = fields.Nested(AmountsSchema)


def amounts_document(amounts: Amounts) -> Document:
    """AmountsSchema."""
    return {
        "exams": amounts.exams,
        "visits": amounts.visits,
        "parts": amounts.parts,
        "minutes": amounts.minutes,
        "live_exams": amounts.live_exams,
        "live_minutes": amounts.live_minutes,
        "points": amounts.points_hundredths / 100,
    }


def three_document(three: Three, *, is_closed: bool = True) -> Document:
    """ThreeSchema."""
    return {
        "closed": amounts_document(three.closed) if is_closed else None,
        "changes": amounts_document(three.changes) if is_closed else None,
        "present": amounts_document(three.present),
    }
