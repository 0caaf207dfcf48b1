"""A report as tables: its summary, its figures by each key, its months, its changes; and as one table for CSV."""

from collections.abc import Iterator, Sequence

from flask_babel import gettext as _

from tracker import clock
from tracker.domain.closing import KINDS
from tracker.queries.closing import Three
from tracker.reports.report import Report, ReportLine
from tracker.reports.tables import Column, Kind, Table, Value
from tracker.reports.volume_table import sum_columns, sums
from tracker.reports.words import moment, month


def titles() -> dict[str, str]:
    """The title of the table of each key."""
    return {
        "stream": _("By stream"),
        "exam_type": _("By exam type"),
        "device": _("By device"),
        "operator": _("By doctor"),
    }


def report_tables(report: Report) -> list[Table]:
    """A sheet each: summary, by key, months and, of a closed month, its changes."""
    tables = [
        summary_table(report),
        *(line_table(report, key) for key in report.tables),
        month_table(report),
    ]
    return [*tables, change_table(report)] if report.closing else tables


def summary_table(report: Report) -> Table:
    """One figure a line."""
    total = report.total
    lines: list[tuple[str, Value]] = [
        (_("Exams"), total.exams),
        (_("Exams planned"), report.planned),
        (_("Visits"), total.visits),
        (_("Parts"), total.parts),
        (_("Minutes"), total.minutes),
        (_("Minutes clicked live"), total.live_minutes),
        (_("Points"), total.points_hundredths / 100),
    ]
    if report.three:
        lines += [
            (_("Closed figure, exams"), report.three.closed.exams),
            (_("Changes since closing, exams"), report.three.changes.exams),
            (_("Present figure, exams"), report.three.present.exams),
        ]
    lines.append((_("As of"), moment(report.made_at)))
    columns = (Column(report.title, width=34), Column(_("Value"), Kind.POINTS, 18))
    return Table(_("Summary"), columns, [line for line in lines if line[1] is not None])


def line_table(report: Report, key: str) -> Table:
    """The lines of one key; in a closed month each with its three figures."""
    three = _three_columns() if report.closing else []
    columns = [Column("", width=26), *three, *sum_columns()]
    return Table(titles()[key], columns, _lines(report, report.tables[key]))


def _lines(report: Report, lines: Sequence[ReportLine]) -> Iterator[Sequence[Value]]:
    for line in lines:
        three = _three_cells(line.three or Three()) if report.closing else ()
        yield (line.name, *three, *sums(line.amounts))
    three = _three_cells(report.three or Three()) if report.closing else ()
    yield (_("All"), *three, *sums(report.total))


def _three_columns() -> list[Column]:
    return [
        Column(_("Closed figure"), Kind.NUMBER, 12),
        Column(_("Changes"), Kind.NUMBER, 10),
        Column(_("Present figure"), Kind.NUMBER, 12),
    ]


def _three_cells(three: Three) -> tuple[Value, ...]:
    return (three.closed.exams, three.changes.exams, three.present.exams)


def month_table(report: Report) -> Table:
    """The months of the year, until the report's."""
    columns = (
        Column(_("Month"), width=18),
        Column(_("Exams"), Kind.NUMBER, 10),
        Column(_("Plan"), Kind.NUMBER, 10),
        Column(_("Closed figure"), Kind.NUMBER, 12),
        Column(_("Changes"), Kind.NUMBER, 10),
    )
    rows = [
        (
            month(line.month),
            line.exams,
            line.planned,
            line.closed,
            None if line.closed is None else line.exams - line.closed,
        )
        for line in report.months
    ]
    return Table(_("Months"), columns, rows)


def change_table(report: Report) -> Table:
    """What changed since the month was closed."""
    columns = (
        Column(_("When"), Kind.INSTANT, 17),
        Column(_("What"), width=18),
        Column(_("Exam"), width=18),
        Column(_("Who"), width=14),
        Column(_("Why"), width=40),
        Column(_("Exams"), Kind.NUMBER, 9),
        Column(_("Minutes"), Kind.NUMBER, 9),
        Column(_("Points"), Kind.POINTS, 9),
    )
    return Table(_("Changes since closing"), columns, _changes(report))


def _changes(report: Report) -> Iterator[Sequence[Value]]:
    zone = clock.hospital_zone()
    for change in report.changes:
        total = change.total
        yield (
            change.at.astimezone(zone).replace(tzinfo=None, microsecond=0),
            _(KINDS[change.kind]),
            change.number or _("import %(number)s", number=change.import_id),
            change.by,
            change.why,
            total.exams,
            total.minutes,
            total.points_hundredths / 100,
        )


def flat_table(report: Report) -> Table:
    """Everything in one table, as CSV has it: what kind of line, whose, its sums."""
    three = _three_columns() if report.closing else []
    columns = [Column(_("Table"), width=18), Column(_("Line"), width=26), *three, *sum_columns()]
    return Table(report.title, columns, _flat(report))


def _flat(report: Report) -> Iterator[Sequence[Value]]:
    words = titles()
    for key, lines in report.tables.items():
        for line in _lines(report, lines):
            yield (words[key], *line)
