"""What a form about exams can choose from, and the words for what an exam says; retired rows included."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _

from tracker.queries import Reading
from tracker.queries.devices import DeviceRow, devices
from tracker.queries.exam_types import ExamTypeRow, exam_types
from tracker.queries.exams import EarlierVersion, ExamDetails, patient_numbers
from tracker.queries.staff import StaffRow, staff_members
from tracker.queries.streams import StreamRow, streams
from tracker.reports.words import name_of
from tracker.web.filters import clock, day, localised, points

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything an exam may name, retired or not, in the department's order."""

    exam_types: tuple[ExamTypeRow, ...]
    streams: tuple[StreamRow, ...]
    devices: tuple[DeviceRow, ...]
    people: tuple[StaffRow, ...]

    @property
    def doctors(self) -> tuple[StaffRow, ...]:
        """Those of the people who examine."""
        return tuple(each for each in self.people if each.kind == "doctor")

    def pairs(self, kind: str, *, besides: str = "", with_retired: bool = False) -> list[Pair]:
        """Codes and words of a kind: in service, `besides` (the exam's own) whatever it is, or all."""
        return [
            (row.code, _word(row))
            for row in getattr(self, kind)
            if with_retired or not row.is_retired or row.code == besides
        ]


def read_catalogue(reading: Reading) -> Catalogue:
    """Seven statements."""
    return Catalogue(
        exam_types=exam_types(reading, include_retired=True),
        streams=streams(reading, include_retired=True),
        devices=devices(reading, include_retired=True),
        people=staff_members(reading, include_retired=True),
    )


def _word(row: Any) -> str:
    if isinstance(row, DeviceRow):
        return " · ".join(part for part in (row.code, row.room) if part)
    return name_of(row) if isinstance(row, StaffRow) else localised(row)


@dataclass(frozen=True, slots=True)
class Change:
    """One correction: by whom, when, why, and each word that changed, before and after."""

    version: EarlierVersion
    words: list[tuple[str, str, str]]


def changes_of(
    reading: Reading, exam: ExamDetails, versions: list[EarlierVersion], known: Catalogue
) -> list[Change]:
    """What each correction changed, latest first; `versions` oldest first, ending before the present one."""
    if not versions:
        return []
    states = [version.values for version in versions]
    ids = {state["patient_id"] for state in states} - {None}
    patients = patient_numbers(reading, {int(str(each)) for each in ids})
    written = [_as_words(state, known, patients) for state in states]
    after = [*written[1:], _present(exam)]
    changes = [
        Change(version, [(name, old[name], new[name]) for name in old if old[name] != new[name]])
        for version, old, new in zip(versions, written, after, strict=True)
    ]
    return changes[::-1]


def _as_words(
    state: Mapping[str, Any], known: Catalogue, patients: Mapping[int, str]
) -> dict[str, str]:
    started, ended = (datetime.fromisoformat(state[name]) for name in ("started_at", "ended_at"))
    return {
        _("Exam number"): state["number"],
        _("Patient number"): patients.get(state["patient_id"], "–"),
        _("Exam type"): _named(known.exam_types, state["exam_type_id"]),
        _("Parts"): str(state["parts"]),
        _("Stream"): _named(known.streams, state["stream_id"]),
        _("Device"): _code(known.devices, state["device_id"]),
        _("Examining doctor"): _code(known.people, state["operator_id"]),
        _("Supervisor"): _code(known.people, state.get("supervisor_id")),
        _("Assistant"): _code(known.people, state.get("assistant_id")),
        _("Day"): day(date.fromisoformat(state["local_date"])),
        _("Start"): clock(started),
        _("End"): clock(ended),
        _("Points"): points(state["points_hundredths"]),
    }


def _present(exam: ExamDetails) -> dict[str, str]:
    return {
        _("Exam number"): exam.number,
        _("Patient number"): "–" if exam.patient_id is None else exam.mrn,
        _("Exam type"): localised(exam, "exam_type"),
        _("Parts"): str(exam.parts),
        _("Stream"): localised(exam, "stream"),
        _("Device"): exam.device,
        _("Examining doctor"): exam.operator,
        _("Supervisor"): exam.supervisor or "–",
        _("Assistant"): exam.assistant or "–",
        _("Day"): day(exam.local_date),
        _("Start"): clock(exam.started_at),
        _("End"): clock(exam.ended_at),
        _("Points"): points(exam.points_hundredths),
    }


def _named(rows: tuple[Any, ...], row_id: int) -> str:
    return next((localised(row) for row in rows if row.id == row_id), "–")


def _code(rows: tuple[Any, ...], row_id: int | None) -> str:
    return next((row.code for row in rows if row.id == row_id), "–")
