"""The charts of a report on paper, drawn as vectors: told apart by length and pattern, not by colour alone."""

from collections.abc import Sequence

from reportlab.graphics.shapes import Circle, Drawing, Line, PolyLine, Rect, String
from reportlab.lib import colors
from reportlab.lib.units import mm

from tracker.reports.report import MonthLine
from tracker.reports.words import number

WIDTH = 178 * mm
_BAR, _PLAN = colors.HexColor("#4c7fb8"), colors.HexColor("#b3541e")
_INK, _AXIS = colors.HexColor("#1d273b"), colors.HexColor("#8a94a6")
_MOST_BARS = 30


def bars(lines: Sequence[tuple[str, int]], font: str) -> Drawing | None:
    """A lying bar for each line, with its name and its number; None where there is nothing to draw."""
    shown = lines[:_MOST_BARS]
    most = max((count for _name, count in shown), default=0)
    if most <= 0:
        return None
    step, left, right = 5 * mm, 44 * mm, 20 * mm
    drawing = Drawing(WIDTH, step * len(shown) + 2 * mm)
    for place, (name, count) in enumerate(shown):
        low = step * (len(shown) - place - 1) + 1 * mm
        length = (WIDTH - left - right) * max(count, 0) / most
        drawing.add(Rect(left, low, length, step * 0.7, fillColor=_BAR, strokeColor=None))
        drawing.add(
            String(left - 2 * mm, low + 1 * mm, name, fontName=font, fontSize=7, textAnchor="end")
        )
        drawing.add(
            String(left + length + 1.5 * mm, low + 1 * mm, number(count), fontName=font, fontSize=7)
        )
    return drawing


def months_against_plan(months: Sequence[MonthLine], font: str) -> Drawing:
    """A bar for each month's exams, a line with dots for the plan."""
    height, low = 52 * mm, 8 * mm
    drawing = Drawing(WIDTH, height)
    most = max((max(each.exams, each.planned or 0) for each in months), default=0) or 1
    step = WIDTH / max(len(months), 1)
    scale = (height - low - 6 * mm) / most
    drawing.add(Line(0, low, WIDTH, low, strokeColor=_AXIS, strokeWidth=0.5))
    points: list[float] = []
    for place, each in enumerate(months):
        middle = step * (place + 0.5)
        tall = each.exams * scale
        bar = min(step * 0.6, 16 * mm)
        drawing.add(Rect(middle - bar / 2, low, bar, tall, fillColor=_BAR, strokeColor=None))
        for text, at in (
            (f"{each.month.month}", low - 4 * mm),
            (number(each.exams), low + tall + 1),
        ):
            drawing.add(String(middle, at, text, fontName=font, fontSize=7, textAnchor="middle"))
        if each.planned is not None:
            points += [middle, low + each.planned * scale]
    if len(points) > 2:
        drawing.add(PolyLine(points, strokeColor=_PLAN, strokeWidth=1.2, strokeDashArray=[3, 2]))
    for across, up in zip(points[::2], points[1::2], strict=True):
        drawing.add(Circle(across, up, 1.6, fillColor=_PLAN, strokeColor=_INK, strokeWidth=0.3))
    return drawing
