"""Which exams are meant: codes, half-days, hours of the week; alike for figures, the rows behind them and exports."""

from typing import Any

from tracker.api.fields import Code, Codes, Whole
from tracker.api.reading import RequestSchema
from tracker.queries.exams import ExamFilter


class ChosenQuery(RequestSchema):
    """By whatever the volume is filtered; of several codes any."""

    stream = Codes("Of these streams only.", load_default=None)
    exam_type = Codes("Of these exam types only.", load_default=None)
    device = Codes("Of these devices only.", load_default=None)
    operator = Codes("Of these doctors only.", load_default=None)
    title = Codes("Of doctors with these titles only; none: without one.", load_default=None)
    part_of_day = Codes("Begun in these half-days only; other: outside of all.", load_default=None)


class RowsQuery(ChosenQuery):
    """By whatever exams are listed."""

    supervisor = Code("Supervised by.", load_default=None)
    assistant = Code("Assisted by.", load_default=None)
    weekday = Whole(1, 7, "1: Monday … 7: Sunday.", load_default=None)
    hour = Whole(0, 47, "With a minute in this hour; from 24 on after midnight.", load_default=None)


_ROWS = tuple(name for name in RowsQuery().fields if name != "weekday")


def exam_filter(chosen: dict[str, Any], **more: Any) -> ExamFilter:
    """What a RowsQuery chose, and `more` of the filter's conditions."""
    weekday = chosen["weekday"]
    codes = {name: chosen[name] for name in _ROWS}
    return ExamFilter(**codes, weekday=None if weekday is None else weekday - 1, **more)
