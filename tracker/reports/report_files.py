"""A report as a file: which kinds there are, and how each is written."""

from io import BytesIO

from tracker.domain.errors import N_, InvalidError
from tracker.reports.csv_file import csv_pieces
from tracker.reports.definitions import definitions
from tracker.reports.report import Report
from tracker.reports.report_tables import flat_table, report_tables
from tracker.reports.workbook import write_xlsx

KINDS = ("pdf", "xlsx", "csv")
PDF = "application/pdf"


def report_file(report: Report, kind: str) -> bytes:
    """The report as one of KINDS, in the language that is set. Raises InvalidError for another kind."""
    if kind == "pdf":
        from tracker.reports.pdf import (
            report_pdf,
        )  # its font and library are loaded when they are needed

        return report_pdf(report)
    if kind == "xlsx":
        book = BytesIO()
        write_xlsx(book, report_tables(report), definitions())
        return book.getvalue()
    if kind == "csv":
        return b"".join(csv_pieces(flat_table(report)))
    raise InvalidError(N_("A report is written as PDF, XLSX or CSV."), field="kind")
