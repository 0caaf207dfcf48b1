"""What the figures of a month look like: closed, changed, present; and one change since closing. No endpoints."""

from collections.abc import Sequence

from marshmallow import fields, validate

from tracker.api.amounts import AmountsSchema, ThreeSchema, amounts_document, three_document
from tracker.api.documents import (
    Document,
    id_or_none,
    instant,
    instant_or_none,
    moment,
    text,
)
from tracker.domain.closing import KINDS, Change
from tracker.queries.closing import DIMENSIONS, Three
from tracker.queries.month_review import MonthOfYear, MonthReview


class MonthSchema(ThreeSchema):
    """A month: whether it is over, may be closed next, or was closed by whom (an account's name)."""

    month = text("2026-10")
    is_over = fields.Boolean()
    may_be_closed = fields.Boolean()
    closed_at = moment(allow_none=True)
    closed_by = text(allow_none=True)


class EffectSchema(AmountsSchema):
    """What a change did to the sums of one stream, exam type, device and doctor (codes)."""

    stream = text()
    exam_type = text()
    device = text()
    operator = text()


class ChangeSchema(AmountsSchema):
    """Something that touched a closed month, and what it did to its sums. An import is one change."""

    at = moment()
    kind = text(validate=validate.OneOf([*KINDS]))
    by = text("The account's name.")
    why = text()
    exam = text(allow_none=True)
    number = text("The exam's; empty of an import.")
    import_ = text("Which import it was.", allow_none=True, data_key="import")
    effects = fields.List(fields.Nested(EffectSchema))


def month_document(month: MonthOfYear | MonthReview, three: Three) -> Document:
    """MonthSchema."""
    closing = month.closing
    return {
        "month": month.code,
        "is_over": month.is_over,
        "may_be_closed": month.may_be_closed,
        "closed_at": instant_or_none(closing.closed_at if closing else None),
        "closed_by": closing.closed_by if closing else None,
        **three_document(three, is_closed=closing is not None),
    }


def change_document(change: Change, codes: Sequence[dict[int, str]]) -> Document:
    """ChangeSchema; `codes` are those of the ids in its keys."""
    return {
        "at": instant(change.at),
        "kind": change.kind,
        "by": change.by,
        "why": change.why,
        "exam": id_or_none(change.exam_id),
        "number": change.number,
        "import": id_or_none(change.import_id),
        **amounts_document(change.total),
        "effects": [
            {
                **{name: of[each] for name, of, each in zip(DIMENSIONS, codes, key, strict=True)},
                **amounts_document(figures),
            }
            for key, figures in change.effects.items()
        ],
    }
