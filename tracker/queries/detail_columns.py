"""The columns by which bookings and exams alike name their patient, exam type and stream. Statements are elsewhere."""

from sqlalchemy import func

from tracker.models import ExamType, ImportedExam, Patient, Stream

PATIENT = (
    Patient.id,
    Patient.mrn,
    Patient.mrn_is_temporary,
    Patient.name,
    Patient.sex,
    Patient.birth_date,
)
EXAMINED = (
    func.coalesce(Patient.mrn, ImportedExam.mrn, ""),
    func.coalesce(Patient.mrn_is_temporary, False),
    func.coalesce(Patient.name, ImportedExam.patient_name, ""),
    func.coalesce(Patient.sex, ""),
    Patient.birth_date,
)
"""The patient of an exam; of one that was brought in the file's words, if it has any."""
EXAM_TYPE = (ExamType.code, ExamType.name_zh, ExamType.name_en, ExamType.colour)
STREAM = (Stream.code, Stream.name_zh, Stream.name_en)
