"""Tables of the volume to take away: what was explored, and the tables of a stretch of days. No rows of patients."""

from collections.abc import Sequence
from io import BytesIO

from flask import Blueprint, Response, send_file
from flask.typing import ResponseReturnValue

from tracker import clock
from tracker.domain.workcalendar import local_date_of
from tracker.queries import Reading, read_session
from tracker.queries.closing import DIMENSIONS
from tracker.queries.exams import ExamFilter
from tracker.queries.volume import VolumeFilter
from tracker.reports.csv_file import CSV, csv_pieces
from tracker.reports.definitions import definitions
from tracker.reports.exam_rows import filter_words
from tracker.reports.report_tables import titles
from tracker.reports.tables import Definition, Table
from tracker.reports.volume_table import volume_table
from tracker.reports.workbook import XLSX, write_xlsx
from tracker.web.explore_page import checked
from tracker.web.person import request_now
from tracker.web.views.volume_explore import asked_cross

blueprint = Blueprint("volume_table", __name__)


@blueprint.get("/volume/explore.<any(csv, xlsx):kind>")
def explored(kind: str) -> ResponseReturnValue:
    """The groups of the cross, a line each, with every measure."""
    cross = checked(asked_cross(local_date_of(request_now(), clock.hospital_zone())))
    by = [key for key in (cross.rows, cross.columns) if key]
    with read_session() as reading:
        tables = [volume_table(reading, cross.chosen, by)]
        words = _words(reading, cross.chosen, by)
    return _sent(tables, words, kind)


@blueprint.get("/volume/stretch.xlsx")
def stretch() -> ResponseReturnValue:
    """The tables of the days ?from= to ?to=, a sheet each."""
    cross = checked(asked_cross(local_date_of(request_now(), clock.hospital_zone())))
    chosen = VolumeFilter(cross.first, cross.last)
    with read_session() as reading:
        words = titles()
        tables = [volume_table(reading, chosen, [key], title=words[key]) for key in DIMENSIONS]
        told = _words(reading, chosen, DIMENSIONS)
    return _sent(tables, told, "xlsx")


def _words(reading: Reading, chosen: VolumeFilter, by: Sequence[str]) -> list[Definition]:
    """The filter, what is closed of the days, the definitions."""
    codes = {key: getattr(chosen, key) for key in (*DIMENSIONS, "title", "part_of_day")}
    same = ExamFilter(first=chosen.first, last=chosen.last, **codes)
    words = filter_words(reading, same, now=request_now(), closed_by=by)
    return [*words, *definitions()]


def _sent(tables: Sequence[Table], words: Sequence[Definition], kind: str) -> ResponseReturnValue:
    if kind == "csv":
        content = b"".join(csv_pieces(tables[0]))
        answer = Response(content, content_type=CSV)
        answer.headers["Content-Disposition"] = 'attachment; filename="volume.csv"'
        return answer
    book = BytesIO()
    write_xlsx(book, tables, words)
    book.seek(0)
    return send_file(book, XLSX, as_attachment=True, download_name="volume.xlsx")
