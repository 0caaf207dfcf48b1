"""The columns by which bookings and exams alike name their patient, exam type and stream. Statements are elsewhere."""

from tracker.models import ExamType, Patient, Stream

PATIENT = (
    Patient.id,
    Patient.mrn,
    Patient.mrn_is_temporary,
    Patient.name,
    Patient.sex,
    Patient.birth_date,
)
EXAM_TYPE = (ExamType.code, ExamType.name_zh, ExamType.name_en, ExamType.colour)
STREAM = (Stream.code, Stream.name_zh, Stream.name_en)
