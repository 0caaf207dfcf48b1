"""A file of exams brought in from beginning to end: read, staged in batches, summed, put in force; or given up.

One service call per step, so that nobody at a desk waits for more than one of them.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from pathlib import Path
from typing import Any

from tracker.domain.errors import N_, ConflictError
from tracker.domain.examfile import Words
from tracker.domain.fileexams import FileExam, patient_of
from tracker.drivers.import_reading import Decisions, ExamFile, JudgedRow, Tally, open_exam_file
from tracker.services import importing
from tracker.writes.booking_rows import Author
from tracker.writes.imported_rows import ImportTerms, StagedExam

BATCH = 500
"""Exams that one transaction writes."""
SUMMED_AT_ONCE = 1500
"""Exams of whose days one transaction makes the sums."""
ENDED_EARLY = N_("The process ended before the file was brought in. Ask again.")

Watch = Callable[[Sequence[JudgedRow]], None]


def _nothing(_batch: Sequence[JudgedRow]) -> None:
    """Nobody watches."""


@dataclass(slots=True)
class _Days:
    """The days of a file: how many exams each has, and on which a row came before one of the same visit that began
    earlier.
    """

    exams: dict[date, int] = field(default_factory=dict)
    _disordered: set[date] = field(default_factory=set)
    _opened: dict[int, datetime] = field(default_factory=dict)

    def take(self, exam: FileExam) -> bool:
        """Count an exam; whether it is the first of its patient on its day in the file. Who is not named has a visit of
        his own.
        """
        day = exam.local_date
        self.exams[day] = self.exams.get(day, 0) + 1
        patient = patient_of(exam)
        if not patient:
            return True
        visit = hash((patient, day))
        if visit not in self._opened:
            self._opened[visit] = exam.started_at
            return True
        if exam.started_at < self._opened[visit]:
            self._disordered.add(day)
        return False

    def are_ordered(self, first: date, last: date) -> bool:
        """Whether no visit of these days was opened by the wrong row."""
        return not any(first <= day <= last for day in self._disordered)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bringing:
    """How a file is to be brought in, and by whom; `clock` is asked when it is put in force."""

    zone: tzinfo
    clock: Callable[[], datetime]
    by: int
    sheet: str = ""
    own: Words = field(default_factory=dict)
    decisions: Decisions = field(default_factory=Decisions)
    reason: str = ""
    watch: Watch = _nothing
    is_ending: Callable[[], bool] = lambda: False


def bring_in(register: Callable[[], int], path: Path, how: Bringing) -> Tally:
    """Bring a file in; all its exams count afterwards, or none. Raises DomainError.

    `register` gives the import's id; it is called once the file is known to be one that can be read. What was staged
    of one that fails after that stays behind, counts nothing, and is cleared away by `clear`.
    """
    began = how.clock()
    tally = Tally()
    with open_exam_file(path, zone=how.zone, now=began, sheet=how.sheet, own=how.own) as file:
        import_id = register()
        terms = importing.begin_staging(import_id, by=how.by, now=began)
        days = _stage(import_id, file, terms, how, tally)
    for first, last in stretches(days.exams):
        _go_on(how)
        importing.stage_sums(import_id, first, last, is_ordered=days.are_ordered(first, last))
    for month in sorted({day.replace(day=1) for day in days.exams}):
        _go_on(how)
        importing.stage_month_sums(import_id, month)
    importing.put_in_force(
        import_id, told(tally, file), by=how.by, now=how.clock(), reason=how.reason
    )
    return tally


def _stage(
    import_id: int, file: ExamFile, terms: ImportTerms, how: Bringing, tally: Tally
) -> _Days:
    author = Author(how.by, how.clock())
    days = _Days()
    waiting: list[StagedExam] = []
    for batch in file.judged(how.decisions):
        _go_on(how)
        tally.add(batch)
        how.watch(batch)
        exams = (each.verdict for each in batch if isinstance(each.verdict, FileExam))
        waiting += [StagedExam(exam, days.take(exam)) for exam in exams]
        if len(waiting) >= BATCH:
            _write(import_id, waiting, terms, author)
            waiting = []
    if waiting:
        _write(import_id, waiting, terms, author)
    return days


def _write(
    import_id: int, staged: Sequence[StagedExam], terms: ImportTerms, author: Author
) -> None:
    rows: list[dict[str, Any]] = [terms.row_of(each, import_id, author) for each in staged]
    importing.stage_exams(import_id, rows, staged)


def _go_on(how: Bringing) -> None:
    if how.is_ending():
        raise ConflictError(ENDED_EARLY)


def stretches(days: dict[date, int]) -> Iterator[tuple[date, date]]:
    """Days in order, as stretches within a month of a few thousand exams each (or of one day)."""
    first: date | None = None
    last, count = date.min, 0
    for day in sorted(days):
        if first is not None and (count + days[day] > SUMMED_AT_ONCE or day.replace(day=1) > first):
            yield first, last
            first, count = None, 0
        first, last, count = first or day, day, count + days[day]
    if first is not None:
        yield first, last


def told(tally: Tally, file: ExamFile) -> dict[str, Any]:
    """What is kept of a reading: its counts, the notes, and the words that nobody explained."""
    return {
        "rows_in": tally.rows_in,
        "refused": tally.refused,
        "duplicates": tally.duplicates,
        "probable": tally.probable,
        "warnings": dict(tally.warnings),
        "notes": [{"text": each.text, "params": dict(each.params)} for each in file.notes],
        "unknown": [
            {"kind": each.kind, "word": each.word, "rows": count}
            for each, count in sorted(
                file.reader.unknown.items(), key=lambda item: (item[0].kind, -item[1])
            )
        ][:500],
    }


def clear(import_id: int) -> None:
    """Clear away what an import that never counted has staged."""
    while importing.clear_import(import_id):
        pass
