"""A report on paper: figures, charts, tables and definitions in one PDF with an embedded Chinese font.

The page size is A4. Everything it says stands in the Report; nothing is read or counted here.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Any

from flask_babel import gettext as _
from reportlab.graphics.shapes import Drawing
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import (
    KeepTogether,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    TableStyle,
)
from reportlab.platypus import Table as Grid

from tracker.reports.definitions import definitions
from tracker.reports.pdf_charts import bars, months_against_plan
from tracker.reports.report import Report
from tracker.reports.report_tables import (
    change_table,
    closed_table,
    line_table,
    month_table,
    summary_table,
)
from tracker.reports.tables import Kind, Table, Value
from tracker.reports.words import moment, more, number, percent

FONT = "WenQuanYi-Micro-Hei"
MARGIN = 16 * mm
MOST_CHANGES = 60
"""So many changes are printed; the workbook has all."""
_INK, _LINE, _SHADE = (
    colors.HexColor("#1d273b"),
    colors.HexColor("#c5cdd8"),
    colors.HexColor("#eef2f8"),
)


def report_pdf(report: Report) -> bytes:
    """The document, in the language that is set."""
    _register_font()
    target = BytesIO()
    document = SimpleDocTemplate(
        target,
        pagesize=A4,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=MARGIN,
        bottomMargin=MARGIN,
        title=report.title,
        author=report.department,
    )
    told = f"{report.department} · {report.title} · {moment(report.made_at)}"

    def foot(canvas: Any, page: Any) -> None:
        canvas.setFont(FONT, 8)
        canvas.setFillColor(_INK)
        canvas.drawString(MARGIN, 9 * mm, told)
        canvas.drawRightString(A4[0] - MARGIN, 9 * mm, str(page.page))

    document.build(list(_story(report)), onFirstPage=foot, onLaterPages=foot)
    return target.getvalue()


@cache
def _register_font() -> None:
    """Once a process: the file has five megabytes."""
    path = files("paperang_p2_fonts_cjk") / "fonts" / "wqy-microhei.ttc"
    pdfmetrics.registerFont(TTFont(FONT, str(path), subfontIndex=0))


def _style(size: float, **more_of_it: Any) -> ParagraphStyle:
    return ParagraphStyle(
        "text", fontName=FONT, fontSize=size, leading=size * 1.4, textColor=_INK, **more_of_it
    )


def _story(report: Report) -> Iterable[Any]:
    yield Paragraph(report.department, _style(10))
    yield Paragraph(report.title, _style(18, spaceAfter=4 * mm))
    if report.closing:
        yield Paragraph(_closed_words(report), _style(9, spaceAfter=3 * mm))
    yield _grid(summary_table(report), (90 * mm, 50 * mm))
    if report.closed:
        table = closed_table(report)
        yield _heading(table.title)
        yield _grid(table, (50 * mm, *([28 * mm] * (len(table.columns) - 1))))
    yield from _months(report)
    for key in report.tables:
        yield from _by(report, key)
    if report.closing:
        yield from _changes(report)
    yield from _words()


def _closed_words(report: Report) -> str:
    assert report.closing is not None
    closing = report.closing
    return str(
        _(
            "Closed by %(name)s, %(time)s",
            name=closing.closed_by,
            time=moment(closing.closed_at),
        )
    )


def _months(report: Report) -> Iterable[Any]:
    chart: Drawing = months_against_plan(report.months, FONT)
    legend = _style(8)
    yield KeepTogether([_heading(_("Exams by month, beside the plan")), chart])
    yield Paragraph(_("Bars: exams. Line: plan."), legend)
    yield _grid(month_table(report), (40 * mm, 26 * mm, 26 * mm, 30 * mm, 26 * mm))


def _by(report: Report, key: str) -> Iterable[Any]:
    table = line_table(report, key, is_on_paper=True)
    lines = report.tables[key]
    chart = bars([(line.name, line.amounts.exams) for line in lines], FONT)
    heading = _heading(table.title)
    yield KeepTogether([heading, chart] if chart else [heading])
    name = 42 * mm
    others = (A4[0] - 2 * MARGIN - name) / (len(table.columns) - 1)
    yield _grid(table, (name, *([others] * (len(table.columns) - 1))))


def _changes(report: Report) -> Iterable[Any]:
    table = change_table(report)
    yield _heading(table.title)
    rows = list(table.rows)
    if not rows:
        yield Paragraph(_("Nothing was changed since this month was closed."), _style(9))
        return
    shown = Table(table.title, table.columns, rows[:MOST_CHANGES])
    widths = (25.5, 15, 17, 16, 24, 10, 10, 10, 12.5, 12, 12.5, 11)
    yield _grid(shown, tuple(width * mm for width in widths))
    if len(rows) > MOST_CHANGES:
        left = number(len(rows) - MOST_CHANGES)
        yield Paragraph(_("And %(count)s more, in the workbook.", count=left), _style(8))


def _words() -> Iterable[Any]:
    yield _heading(_("What is counted, and how"))
    for each in definitions():
        yield Paragraph(f"{each.word}: {each.meaning}", _style(8, spaceAfter=1 * mm))


def _heading(text: str) -> Paragraph:
    return Paragraph(text, _style(12, spaceBefore=6 * mm, spaceAfter=2 * mm, keepWithNext=True))


def _grid(table: Table, widths: Sequence[float]) -> Any:
    """A table that goes on over pages, its header on each."""
    small = _style(7.5)
    head = [Paragraph(column.title, small) for column in table.columns]
    body = [
        [_cell(value, column.kind, small) for value, column in zip(row, table.columns, strict=True)]
        for row in table.rows
    ]
    grid = Grid([head, *body], colWidths=list(widths), repeatRows=1, hAlign="LEFT")
    grid.setStyle(
        TableStyle(
            [
                ("FONT", (0, 0), (-1, -1), FONT, 7.5),
                ("TEXTCOLOR", (0, 0), (-1, -1), _INK),
                ("BACKGROUND", (0, 0), (-1, 0), _SHADE),
                ("LINEBELOW", (0, 0), (-1, -1), 0.4, _LINE),
                ("ALIGN", (1, 0), (-1, -1), "RIGHT"),
                ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
                ("LEFTPADDING", (0, 0), (-1, -1), 2),  # points; a dozen columns stand side by side
                ("RIGHTPADDING", (0, 0), (-1, -1), 2),
                ("TOPPADDING", (0, 0), (-1, -1), 1.5),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 1.5),
            ]
        )
    )
    return [Spacer(1, 1 * mm), grid][1]


def _cell(value: Value, kind: Kind, style: ParagraphStyle) -> Any:
    """Texts wrap, figures stand as they are written on the page."""
    if value is None:
        return "–"
    if isinstance(value, str):
        return Paragraph(_escaped(value), style)
    if isinstance(value, int | float):
        return _figure(value, kind)
    return str(value)[:16]


def _figure(value: float, kind: Kind) -> str:
    if kind is Kind.SHARE:
        return percent(value)
    if isinstance(value, int):
        return number(value) if value >= 0 else more(value)
    return f"{value:,.2f}".removesuffix("0").replace("-", "−")


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
