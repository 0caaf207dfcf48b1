"""The rows behind the figures as a table: every exam of a filter, read in pieces."""

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from tracker import clock
from tracker.db import read_session
from tracker.queries.exam_types import exam_types
from tracker.queries.exams import ExamDetails, ExamFilter, list_exams
from tracker.queries.streams import streams
from tracker.queries.volume import CODED, VolumeFilter
from tracker.reports.closed_columns import closing_words
from tracker.reports.tables import Column, Definition, Kind, Table, Value
from tracker.reports.words import day, language, listed, moment, name_of, weekday

ROWS_AT_ONCE = 1000
"""So many are read by one statement and kept in memory."""

Watch = Callable[[int], None]
"""Told how many rows have come; it may raise to end the export."""


def exam_table(chosen: ExamFilter, *, watch: Watch = lambda _rows: None) -> Table:
    """The exams of a filter, by day, in the language that is set."""
    return Table(_("Exams"), _columns(), _rows(chosen, watch))


def _rows(chosen: ExamFilter, watch: Watch) -> Iterator[Sequence[Value]]:
    """Each piece is a read of its own: no long one keeps the database from tidying up behind it."""
    place, count = None, 0
    is_chinese = language() == "zh"
    while True:
        with read_session() as session:
            found = list_exams(session, chosen, after=place, limit=ROWS_AT_ONCE)
        for exam in found:
            yield _row(exam, is_chinese=is_chinese)
        count += len(found)
        watch(count)
        if len(found) < ROWS_AT_ONCE:
            return
        place = (found[-1].local_date, found[-1].id)


def _columns() -> list[Column]:
    return [
        Column(_("Exam number"), width=16),
        Column(_("Day"), Kind.DAY, 12),
        Column(_("Start"), Kind.INSTANT, 17),
        Column(_("End"), Kind.INSTANT, 17),
        Column(_("Minutes"), Kind.NUMBER, 9),
        Column(_("Patient number"), width=16),
        Column(_("Patient"), width=14),
        Column(_("Exam type"), width=20),
        Column(_("Parts"), Kind.NUMBER, 8),
        Column(_("Stream"), width=14),
        Column(_("Device"), width=9),
        Column(_("Doctor"), width=14),
        Column(_("Code"), width=9),
        Column(_("Supervisor"), width=14),
        Column(_("Assistant"), width=14),
        Column(_("Points"), Kind.POINTS, 9),
        Column(_("Entered later"), width=13),
        Column(_("Recorded"), Kind.INSTANT, 17),
        Column(_("Recorded by"), width=14),
    ]


def _row(exam: ExamDetails, *, is_chinese: bool) -> Sequence[Value]:
    return (
        exam.number,
        exam.local_date,
        _local(exam.started_at),
        _local(exam.ended_at),
        exam.minutes,
        exam.mrn,
        exam.patient_name,
        _named(exam.exam_type_zh, exam.exam_type_en, is_chinese),
        exam.parts,
        _named(exam.stream_zh, exam.stream_en, is_chinese),
        exam.device,
        exam.operator_name,
        exam.operator,
        exam.supervisor_name or "",
        exam.assistant_name or "",
        exam.points_hundredths / 100,
        _("yes") if exam.entered_later else _("no"),
        _local(exam.logged_at),
        exam.logged_by,
    )


def _named(chinese: str, english: str, is_chinese: bool) -> str:
    return (chinese or english) if is_chinese else (english or chinese)


def _local(instant: datetime) -> datetime:
    """As a spreadsheet keeps it: hospital time, without a zone."""
    return instant.astimezone(clock.hospital_zone()).replace(tzinfo=None, microsecond=0)


def filter_words(
    session: Session,
    chosen: ExamFilter,
    *,
    now: datetime,
    closed_by: Sequence[str] | None = None,
) -> list[Definition]:
    """What was chosen, and when it was read.

    `closed_by`: the keys of the table, (): none; then also what is closed of the days. That is for those who may see
    the figures of these exams.
    """
    days = ((_("From"), chosen.first), (_("To"), chosen.last))
    given = [Definition(word, day(value)) for word, value in days if value]
    given += _chosen_codes(session, chosen)
    if chosen.weekday is not None:
        given.append(Definition(_("Weekday"), weekday(chosen.weekday)))
    if chosen.hour is not None:
        given.append(Definition(_("With minutes in the hour"), f"{chosen.hour:02d}:00"))
    if chosen.include_voided:
        given.append(Definition(_("Voided exams"), _("listed too")))
    given.append(Definition(_("As of"), moment(now)))
    counted = None if closed_by is None else _as_volume(chosen)
    return [*given, *(closing_words(session, counted, closed_by or ()) if counted else ())]


def _chosen_codes(session: Session, chosen: ExamFilter) -> Iterator[Definition]:
    """A line for each key of which some were chosen. Three statements."""
    known = {
        "exam_type": {row.code: name_of(row) for row in exam_types(session, include_retired=True)},
        "stream": {row.code: name_of(row) for row in streams(session, include_retired=True)},
    }
    words = {
        "stream": _("Stream"),
        "exam_type": _("Exam type"),
        "device": _("Device"),
        "operator": _("Doctor"),
        "title": _("Title"),
        "part_of_day": _("Half-day"),
        "supervisor": _("Supervisor"),
        "assistant": _("Assistant"),
        "taking_part": _("Taking part"),
    }
    for name, word in words.items():
        codes = _codes(getattr(chosen, name))
        if codes:
            yield Definition(word, listed([known.get(name, {}).get(code, code) for code in codes]))


def _as_volume(chosen: ExamFilter) -> VolumeFilter | None:
    """The filter of the figures of these exams; None where no figures are kept of them."""
    codes = {key: getattr(chosen, key) for key in CODED}
    if None in (chosen.first, chosen.last):
        return None
    same = ExamFilter(chosen.first, chosen.last, include_voided=chosen.include_voided, **codes)
    return VolumeFilter(chosen.first, chosen.last, **codes) if chosen == same else None  # type: ignore[arg-type]


def _codes(given: str | Collection[str] | None) -> list[str]:
    return [] if not given else [given] if isinstance(given, str) else list(given)
