"""All mapped classes, imported so that the metadata is whole."""

from tracker.models.account import Account, ApiToken, IdempotencyKey, LoginAttempt, SignIn
from tracker.models.audit import AuditEntry, AuditSeal, JobRun, Setting
from tracker.models.block import (
    Block,
    BlockExamType,
    BlockReserve,
    Closure,
    Occupancy,
    WeeklyBlock,
    WeeklyBlockExamType,
    WeeklyBlockReserve,
)
from tracker.models.booking import Booking, BookingHistory
from tracker.models.calendar import CalendarDay, CalendarYear, Target
from tracker.models.catalogue import (
    Capability,
    Device,
    DeviceCapability,
    ExamType,
    ExamTypeCapability,
    ExamTypeStream,
    PartOfDay,
    Stream,
)
from tracker.models.closing import ClosedMonth, ClosedVolume, ExportRun
from tracker.models.demand import MorningOpening, UnmetDemand
from tracker.models.exam import Exam, ExamVersion
from tracker.models.exam_import import ExamImport, ImportedExam, ImportMapping
from tracker.models.exam_volume import ExamVolume, ExamVolumeSum
from tracker.models.forecast import DemandForecast
from tracker.models.objection import Objection
from tracker.models.patient import Patient, PatientKey
from tracker.models.plan import (
    Absence,
    BlockOverrule,
    DraftDay,
    DraftStep,
    PlanDraft,
    PlannedWeek,
    PlanRun,
)
from tracker.models.points import ExamTypePoints, PointsShare
from tracker.models.staff import Competence, StaffMember
from tracker.models.year import YearForecast, YearProfile

__all__ = [
    "Absence", "Account", "ApiToken", "AuditEntry", "AuditSeal", "Block", "BlockExamType", "BlockOverrule", "BlockReserve", "Booking",
    "BookingHistory", "CalendarDay", "CalendarYear", "Capability", "ClosedMonth", "ClosedVolume", "Closure", "Competence", "DemandForecast", "Device",
    "DeviceCapability", "DraftDay", "DraftStep", "Exam", "ExamImport", "ExamType", "ExamTypeCapability", "ExamTypePoints", "ExamTypeStream", "ExamVersion", "ExamVolume", "ExamVolumeSum", "ExportRun",
    "IdempotencyKey", "ImportMapping", "ImportedExam", "JobRun", "LoginAttempt", "MorningOpening", "Objection", "Occupancy", "PartOfDay", "Patient", "PatientKey", "PlanDraft", "PlanRun", "PlannedWeek", "PointsShare", "Setting",
    "SignIn", "StaffMember", "Stream", "Target", "UnmetDemand", "WeeklyBlock", "WeeklyBlockExamType", "WeeklyBlockReserve", "YearForecast",
    "YearProfile",
]  # fmt: skip
