"""Rows chosen by the codes of what they name: the one condition that lists of rows have for it. No statements of its own."""

from typing import Any

from sqlalchemy import ColumnElement, select

from tracker.models import Device, ExamType, Stream
from tracker.queries.volume_source import Chosen


def of_codes(
    column: Any, model: type[Stream | ExamType | Device], chosen: Chosen
) -> list[ColumnElement[bool]]:
    """That a column is the id of a row with one of these codes; no condition where all will do."""
    if chosen is None:
        return []
    codes = (chosen,) if isinstance(chosen, str) else tuple(chosen)
    return [column.in_(select(model.id).where(model.code.in_(codes)))]
