"""The exams of a file: what one says, why one does not go in, and by what it is known again.

How a row is read is domain/examrows.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Protocol

from tracker.domain.errors import N_, Params, Reason
from tracker.domain.examfile import plain_word

NOT_MATCHED = "?"
"""The code of the staff member who stands for every doctor of a file whom nobody here is known to be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileExam:
    """An exam as a file has it; `exam_type`, `stream`, `device` and `operator` are codes, the operator's may be "".

    `row` counts the file's records, the header being 1. `place` is above 1 where other patients had the number before
    in the same file. Instants are aware UTC.
    """

    row: int
    number: str
    patient_name: str
    id_number: str
    mrn: str
    exam_type: str
    stream: str
    device: str
    operator: str
    operator_text: str
    started_at: datetime
    ended_at: datetime
    local_date: date
    parts: int
    fee: str
    place: int = 1
    key: str = ""
    warnings: tuple[Reason, ...] = ()

    @property
    def own_number(self) -> str:
        """The number under which it is kept: the file's, with a suffix where other patients have that."""
        return self.number if self.place == 1 else f"{self.number}-{self.place}"


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that does not go in, and why; a `duplicate` was there before, `same_as` is the live exam it may be."""

    row: int
    reasons: tuple[Reason, ...]
    kind: str = "refused"  # or duplicate, probable
    same_as: int | None = None


_Said = tuple[int, int, int]
_MOST_COMPARED = 50
"""Rows of one number that another row is compared with: what more patients share is no number."""


@dataclass(slots=True)
class SeenRows:
    """What stood before in the same file. A number belongs to one exam of one patient."""

    _first: dict[bytes, int] = field(default_factory=dict)
    _numbered: dict[str, list[tuple[int, _Said]]] = field(default_factory=dict)

    def take(self, exam: FileExam) -> FileExam | RefusedRow:
        """The exam with the key by which it is known again, under its number with a suffix where another patient has
        that; or the refusal of a duplicate.
        """
        patient = patient_of(exam)
        key = _digest(exam, patient)
        while not exam.number and not patient and key in self._first:  # nothing tells the two apart
            key = hashlib.sha256(key).digest()
        first = self._first.setdefault(key, exam.row)
        if first != exam.row:
            return duplicate_row(exam.row, first)
        exam = replace(exam, key=key.hex())
        return self._take_numbered(exam) if exam.number else exam

    def _take_numbered(self, exam: FileExam) -> FileExam | RefusedRow:
        said = _said_of(exam)
        others = self._numbered.setdefault(exam.number.upper(), [])
        for row, other in others[:_MOST_COMPARED]:
            if _may_be_one(said, other):
                return duplicate_row(exam.row, row)
        others.append((exam.row, said))
        return exam if len(others) == 1 else _beside_others(exam, len(others))


class SaysPatient(Protocol):
    """What a file says of a patient: read just now, or kept beside the exam that it brought."""

    @property
    def patient_name(self) -> str: ...
    @property
    def id_number(self) -> str: ...
    @property
    def mrn(self) -> str: ...


def patient_of(said: SaysPatient) -> str:
    """Who was examined, as far as a file says it: name with id number or MRN; "" for nobody."""
    known = plain_word(said.patient_name), said.id_number.upper() or said.mrn
    return "|".join(known) if any(known) else ""


def may_be_same_patient(one: SaysPatient, other: SaysPatient) -> bool:
    """Whether nothing that both say differs: a file may leave out the name, the id number or the MRN."""
    return _may_be_one(_said_of(one), _said_of(other))


def _said_of(patient: SaysPatient) -> _Said:
    """Hashes, so that the names of a whole file need not be kept; 0 for what is not said."""
    said = plain_word(patient.patient_name), patient.id_number.upper(), patient.mrn
    return hash(said[0]), hash(said[1]), hash(said[2])


def _may_be_one(one: _Said, other: _Said) -> bool:
    return all(a == b or not a or not b for a, b in zip(one, other, strict=True))


def _digest(exam: FileExam, patient: str) -> bytes:
    parts = [exam.number.upper(), patient]
    if not exam.number:  # then the patient's exam of that kind, on that machine, at that time
        parts += [exam.exam_type, exam.device, exam.started_at.isoformat()]
    return hashlib.sha256("\n".join(parts).encode("utf-8", "replace")).digest()


def _beside_others(exam: FileExam, place: int) -> FileExam:
    exam = replace(exam, place=place)
    told = Reason(
        "number_of_others",
        N_("another patient has this number in the file: taken as %(number)s"),
        Params(number=exam.own_number),
        field="number",
    )
    return replace(exam, warnings=(*exam.warnings, told))


def duplicate_row(row: int, first: int) -> RefusedRow:
    """The refusal of a row that repeats an earlier one of its file."""
    told = Params(row=first)
    reason = Reason("duplicate", N_("the same exam as row %(row)s"), told, field="number")
    return RefusedRow(row, (reason,), "duplicate")


def known_already(exam: FileExam, *, is_import: bool) -> RefusedRow:
    """The refusal of an exam that counts already: brought in before, or entered here under its number."""
    text = N_("brought in before") if is_import else N_("an exam here has this number")
    return RefusedRow(exam.row, (Reason("duplicate", text, field="number"),), "duplicate")


def probably_same(exam: FileExam, exam_id: int, number: str) -> RefusedRow:
    """What waits for a decision: patient, kind and day are those of an exam here."""
    text = N_("probably the exam %(number)s, which was entered here")
    reason = Reason("probably_same", text, Params(number=number), field="patient_name")
    return RefusedRow(exam.row, (reason,), "probable", exam_id)


def reasons_of(refusals: Iterable[Reason]) -> str:
    """The reasons as one English line."""
    return "; ".join(str(reason) for reason in refusals)
