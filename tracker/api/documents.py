"""What answers look like: each document as a schema for the OpenAPI description and as a function that makes it.

The functions write plain dictionaries: dumping through a schema costs more than the search it answers.
"""

from datetime import datetime
from typing import Any

from marshmallow import Schema, fields, validate

from tracker import clock
from tracker.domain.errors import Reason
from tracker.domain.lifecycle import Status
from tracker.domain.patients import SEXES
from tracker.queries.booking_lines import BookingLine
from tracker.queries.exams import ExamDetails
from tracker.queries.named_openings import NamedOpening
from tracker.queries.patients import PatientRow
from tracker.sentences import sentence

Document = dict[str, Any]


def instant(at: datetime) -> str:
    """An instant as RFC 3339 on the hospital's clock, to the second."""
    return at.astimezone(clock.hospital_zone()).isoformat(timespec="seconds")


def instant_or_none(at: datetime | None) -> str | None:
    """An instant, or null where there is none."""
    return None if at is None else instant(at)


def id_or_none(number: int | None) -> str | None:
    """The id of a row, or null where there is none."""
    return None if number is None else str(number)


def patient_id(number: int) -> str:
    """A patient's id as answers give it; ~ keeps it apart from a medical record number of digits."""
    return f"~{number}"


class AnswerSchema(Schema):
    """A document whose members are always there, unless they are named in `Meta.sometimes`."""

    class Meta:
        sometimes: tuple[str, ...] = ()

    def on_bind_field(self, field_name: str, field_obj: fields.Field) -> None:
        """Say so in the description."""
        field_obj.required = field_name not in getattr(self.Meta, "sometimes", ())


def text(description: str = "", **kwargs: Any) -> fields.String:
    """A text member of a document."""
    return fields.String(metadata={"description": description} if description else {}, **kwargs)


def moment(description: str = "", **kwargs: Any) -> fields.AwareDateTime:
    """An instant member of a document."""
    return fields.AwareDateTime(
        metadata={"description": description} if description else {}, **kwargs
    )


_STATUSES = validate.OneOf([status.value for status in Status])


class PatientSchema(AnswerSchema):
    """A patient."""

    id = text("Begins with ~, so that it is never taken for a medical record number.")
    version = fields.Integer()
    mrn = text("Medical record number, or a temporary one.")
    mrn_is_temporary = fields.Boolean()
    name = text()
    sex = text(validate=validate.OneOf(SEXES))
    birth_date = fields.Date()
    phone = text()
    merged_into = text(
        "The id of the record that is used instead of this temporary one: book for that one.",
        allow_none=True,
    )


def patient_document(patient: PatientRow) -> Document:
    """PatientSchema."""
    into = patient.merged_into_id
    return {
        "id": patient_id(patient.id),
        "version": patient.version,
        "mrn": patient.mrn,
        "mrn_is_temporary": patient.mrn_is_temporary,
        "name": patient.name,
        "sex": patient.sex,
        "birth_date": patient.birth_date.isoformat(),
        "phone": patient.phone,
        "merged_into": None if into is None else patient_id(into),
    }


class BookingSchema(AnswerSchema):
    """A patient, an exam type, a stream, a device and a planned time."""

    id = text()
    version = fields.Integer(
        metadata={"description": "Send it with a change to refuse an old one."}
    )
    status = text(validate=_STATUSES)
    patient = text("The patient's id.")
    exam_type = text()
    parts = fields.Integer()
    stream = text()
    start = moment("As planned.")
    end = moment("As planned.")
    device = text("As planned.")
    operator = text("Who examines, or is planned to.", allow_none=True)
    added = fields.Boolean(metadata={"description": "Beyond the plan (加号)."})
    flagged = fields.Boolean(metadata={"description": "Stands on a device that is closed then."})
    exam = text("The exam that counts, once there is one.", allow_none=True)


def booking_document(booking: BookingLine) -> Document:
    """BookingSchema."""
    return {
        "id": str(booking.id),
        "version": booking.version,
        "status": booking.status,
        "patient": patient_id(booking.patient_id),
        "exam_type": booking.exam_type,
        "parts": booking.parts,
        "stream": booking.stream,
        "start": instant(booking.starts_at),
        "end": instant(booking.ends_at),
        "device": booking.device,
        "operator": booking.operator,
        "added": booking.is_added,
        "flagged": booking.is_flagged,
        "exam": id_or_none(booking.exam_id),
    }


class ExamSchema(AnswerSchema):
    """An examination that was performed: what is counted."""

    id = text()
    number = text("On the report sheet.")
    booking = text(allow_none=True)
    patient = text(
        "The patient's id; none where a file brought the exam and nobody knows.", allow_none=True
    )
    exam_type = text()
    parts = fields.Integer()
    stream = text()
    start = moment()
    end = moment()
    device = text()
    operator = text()
    supervisor = text("Who supervised; a code.", allow_none=True)
    assistant = text("Who assisted; a code.", allow_none=True)
    local_date = fields.Date(metadata={"description": "The hospital's day on which it is counted."})
    entered_later = fields.Boolean()
    voided = fields.Boolean(metadata={"description": "Stays on record and counts nothing."})


def exam_document(exam: ExamDetails) -> Document:
    """ExamSchema."""
    return {
        "id": str(exam.id),
        "number": exam.number,
        "booking": id_or_none(exam.booking_id),
        "patient": None if exam.patient_id is None else patient_id(exam.patient_id),
        "exam_type": exam.exam_type,
        "parts": exam.parts,
        "stream": exam.stream,
        "start": instant(exam.started_at),
        "end": instant(exam.ended_at),
        "device": exam.device,
        "operator": exam.operator,
        "supervisor": exam.supervisor,
        "assistant": exam.assistant,
        "local_date": exam.local_date.isoformat(),
        "entered_later": exam.entered_later,
        "voided": exam.is_voided,
    }


class OpeningSchema(AnswerSchema):
    """A time at which the request could be booked."""

    start = moment()
    end = moment()
    device = text()
    operator = text("Who works there then.", allow_none=True)
    block = text("The stretch of working hours.")


def opening_document(opening: NamedOpening) -> Document:
    """OpeningSchema."""
    return {
        "start": instant(opening.start),
        "end": instant(opening.end),
        "device": opening.device,
        "operator": opening.operator,
        "block": str(opening.block_id),
    }


class ReasonSchema(AnswerSchema):
    """Why not, and how often it applies."""

    code = text()
    count = fields.Integer()
    text = text()


def reason_document(reason: Reason) -> Document:
    """ReasonSchema, in the caller's language."""
    return {"code": reason.code, "count": reason.count, "text": sentence(reason)}
