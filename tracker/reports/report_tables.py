"""A report as tables: its summary, its figures by each key, its months, its changes; and as one table for CSV."""

from collections.abc import Iterator, Sequence

from flask_babel import gettext as _

from tracker import clock
from tracker.domain.closing import KINDS
from tracker.domain.volume import Amounts
from tracker.queries.closing import Three
from tracker.reports.closed_columns import Beside, all_sums, measures, value_of
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
    if report.closed:
        tables.append(closed_table(report))
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
    if report.closing and report.closed:
        three = report.closed.total
        lines += [
            (_("Closed figure, exams"), three.closed.exams),
            (_("Changes since closing, exams"), three.changes.exams),
            (_("Present figure, exams"), three.present.exams),
        ]
    lines.append((_("As of"), moment(report.made_at)))
    columns = (Column(report.title, width=34), Column(_("Value"), Kind.POINTS, 18))
    return Table(_("Summary"), columns, [line for line in lines if line[1] is not None])


def closed_table(report: Report) -> Table:
    """Every measure as it was closed, as it changed and as it is; of a year also what is not closed."""
    columns = [Column(_("Figure"), width=24), *_three_columns(report, Kind.POINTS)]
    return Table(_("Closed figures"), columns, _closed(report))


def _closed(report: Report) -> Iterator[Sequence[Value]]:
    assert report.closed is not None
    three = report.closed.total
    for name, (word, _kind) in measures().items():
        cells = (value_of(each, name) for each in _parts(report, report.total, three))
        yield (word, *cells)


def line_table(report: Report, key: str, *, is_on_paper: bool = False) -> Table:
    """The lines of one key, where something is closed each with its three figures: on paper of the exams alone."""
    columns = [Column("", width=26), *_line_columns(report, is_on_paper)]
    return Table(titles()[key], columns, _lines(report, report.tables[key], is_on_paper))


def _line_columns(report: Report, is_on_paper: bool) -> list[Column]:
    three = _three_columns(report) if report.closed else []
    others = [] if is_on_paper else _others(report).columns() if report.closed else []
    return [*three, *sum_columns(), *others]


def _lines(
    report: Report, lines: Sequence[ReportLine], is_on_paper: bool
) -> Iterator[Sequence[Value]]:
    total = report.closed.total if report.closed else None
    for line in (*lines, ReportLine(_("All"), report.total, total)):
        three, others = (), ()  # type: tuple[Value, ...], Sequence[Value]
        if report.closed:
            known = line.three or Three()
            three = tuple(each.exams for each in _parts(report, line.amounts, known))
            others = () if is_on_paper else _others(report).cells(line.amounts, known)
        yield (line.name, *three, *sums(line.amounts), *others)


def _others(report: Report) -> Beside:
    """What stands beside the sums, the exams aside: they have columns of their own."""
    assert report.closed is not None
    names = [name for name in measures() if name != "exams"]
    return Beside(report.closed, _has_open(report), names)


def _has_open(report: Report) -> bool:
    part = report.closed
    return part is not None and not part.is_all_of(report.first, report.last)


def _three_columns(report: Report, kind: Kind = Kind.NUMBER) -> list[Column]:
    return [
        Column(_("Closed figure"), kind, 12),
        Column(_("Changes"), kind, 10),
        *([Column(_("Not closed"), kind, 12)] if _has_open(report) else []),
        Column(_("Present figure"), kind, 12),
    ]


def _parts(report: Report, present: Amounts, three: Three) -> list[Amounts]:
    """The amounts of `_three_columns`: all but the last add up to it."""
    left = [present - three.present] if _has_open(report) else []
    return [three.closed, three.changes, *left, present]


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
        *(Column(word, kind, 10) for word, kind in measures().values()),
    )
    return Table(_("Changes since closing"), columns, _changes(report))


def _changes(report: Report) -> Iterator[Sequence[Value]]:
    zone = clock.hospital_zone()
    for change in report.changes:
        yield (
            change.at.astimezone(zone).replace(tzinfo=None, microsecond=0),
            _(KINDS[change.kind]),
            change.number or _("import %(number)s", number=change.import_id),
            change.by,
            change.why,
            *all_sums(change.total),
        )


def flat_table(report: Report) -> Table:
    """Everything in one table, as CSV has it: what kind of line, whose, its sums; last each change since closing.

    A change has its effects in the columns of changes.
    """
    columns = [
        Column(_("Table"), width=18),
        Column(_("Line"), width=26),
        *_line_columns(report, False),
    ]
    return Table(report.title, columns, _flat(report))


def _flat(report: Report) -> Iterator[Sequence[Value]]:
    words = titles()
    for key, lines in report.tables.items():
        for line in _lines(report, lines, False):
            yield (words[key], *line)
    if report.closing is None:
        return
    blanks = [None] * len(sum_columns())
    for change, told in zip(report.changes, _changes(report), strict=True):
        others = _others(report).effect(change.total)
        name = " · ".join(str(each) for each in told[:5] if each)
        yield (_("Changes since closing"), name, None, change.total.exams, None, *blanks, *others)
