"""The search for openings: reads what the rule needs, asks the domain. Five statements, whatever the size."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from tracker.db import core
from tracker.domain.errors import N_, InvalidError, NotFoundError, Reason
from tracker.domain.openings import Search, Window, openings_for
from tracker.domain.ranking import DeviceStanding, Ranking
from tracker.domain.rules import LACKS_CAPABILITY
from tracker.domain.supply import MINUTE, ExamRequest
from tracker.models import Booking, Device, ExamType, Patient, StaffMember, Stream
from tracker.queries.catalogue import (
    CapableDevice,
    ExamTerms,
    Supply,
    capable_devices,
    exam_terms,
    terms_and_devices,
    terms_devices_and_patient,
)
from tracker.queries.merged import merged_refusal
from tracker.queries.occupancy import device_days
from tracker.queries.patient_spans import patient_spans
from tracker.queries.ranking import Goal, ranking_of

LONGEST_WINDOW_DAYS = 92
MOST_PARTS = 20
MOST_MINUTES = 12 * 60


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks the search for, in codes; dates are hospital days, both inclusive.

    `window` limits the starts to minutes of the day; `device` and `operator` to one of them. `is_soonest`:
    nothing counts but the time, as the patient is here and waits.
    """

    exam_type: str
    stream: str
    first: date
    last: date
    parts: int = 1
    device: str | None = None
    operator: str | None = None
    patient_id: int | None = None
    window: Window | None = None
    limit: int | None = 10
    is_soonest: bool = False


@dataclass(frozen=True, slots=True)
class Days:
    """Where to look for a request made ready: days (both inclusive), perhaps one device, a window."""

    first: date
    last: date
    device: str | None = None
    window: Window | None = None
    limit: int | None = 10
    is_soonest: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """A request made ready: who, on which capable devices, and the values the rule takes.

    `besides` is the patient's booking that does not count against him: the one being moved. `goal_hours` is the
    stream's goal where it is in working hours.
    """

    devices: tuple[CapableDevice, ...]
    request: ExamRequest
    patient_id: int | None = None
    besides: int = 0
    is_fasting: bool = False
    goal_hours: int | None = None

    @property
    def standing(self) -> dict[int, DeviceStanding]:
        """How each device ranks."""
        return {d.id: DeviceStanding(d.pressure, d.sort_order) for d in self.devices}

    @property
    def earliest(self) -> Ranking:
        """Earliest first; among equals the device whose loss hurts least."""
        return Ranking(self.standing)


# Core columns: these statements run in every booking.
_patient = Patient.__table__.c
_patient_of_key = select(_patient.id, _patient.merged_into_id)
_patient_by_mrn = _patient_of_key.where(_patient.mrn == bindparam("key"))
_patient_by_id = _patient_of_key.where(_patient.id == bindparam("key"))


def find_openings(session: Session, wish: Wish, *, now: datetime) -> Search:
    """The first openings over all capable devices, by date and then in rank, or the counted reasons for none.

    Raises InvalidError (with the field) for unknown codes and windows that cannot be searched.
    """
    check_window(wish)
    return search(session, ask(session, wish), wish, now=now)


def search(session: Session, asked: Asked, wish: Days | Wish, *, now: datetime) -> Search:
    """The openings of a request made ready, over the days (and the device, the window) of `wish`."""
    asked = with_patient(session, asked, wish.first, wish.last)
    chosen = [d.id for d in asked.devices if wish.device is None or d.code == wish.device]
    days = device_days(session, device_ids=chosen, first=wish.first, last=wish.last, now=now)
    found = openings_for(
        asked.request,
        days,
        now=now,
        limit=wish.limit,
        ranking=ranked(session, asked, wish, asked_at=now),
        window=wish.window,
    )
    if found.openings or wish.device is not None:
        return found
    return Search((), found.reasons + _incapable(session, asked))


def ranked(session: Session, asked: Asked, wish: Days | Wish, *, asked_at: datetime) -> Ranking:
    """How the openings of a request that was made at `asked_at` are ordered.

    The times of a machine that was chosen by name stand in their order: there is nothing to keep for others.
    """
    if wish.is_soonest or wish.device is not None:
        return asked.earliest
    goal = None if asked.goal_hours is None else Goal(asked.goal_hours, asked_at)
    return ranking_of(session, asked.standing, is_fasting=asked.is_fasting, goal=goal)


def _incapable(session: Session, asked: Asked) -> tuple[Reason, ...]:
    """How many devices in service were not even looked at, because they lack a function."""
    in_service = session.scalar(select(func.count(Device.id)).where(Device.retired_at.is_(None)))
    lacking = (in_service or 0) - len(asked.devices)
    if not asked.devices or not lacking:  # with no capable device the rule has said so already
        return ()
    return (replace(LACKS_CAPABILITY, count=lacking),)


def ask(session: Session, wish: Wish) -> Asked:
    """Resolve the codes of a wish. Raises InvalidError naming the field that is unknown or retired."""
    supply = terms_and_devices(session, exam_type_code=wish.exam_type, stream_code=wish.stream)
    return _asked(session, wish, supply)


def ask_for_patient(session: Session, wish: Wish, patient: int | str) -> Asked:
    """`ask` for a patient named as in `patient_id_of`, which may refuse him besides. One statement."""
    found = terms_devices_and_patient(
        session, exam_type_code=wish.exam_type, stream_code=wish.stream, patient=patient
    )
    if found is None:
        return ask(session, replace(wish, patient_id=patient_id_of(session, patient)))
    supply, patient_id = found
    return _asked(session, replace(wish, patient_id=patient_id), supply)


def _asked(session: Session, wish: Wish, supply: Supply | None) -> Asked:
    known, devices = (None, ()) if supply is None else supply
    terms = _checked_terms(session, known, wish.exam_type, wish.parts)
    if wish.device is not None and all(device.code != wish.device for device in devices):
        raise device_refusal(session, wish.device)
    request = ExamRequest(
        exam_type_id=terms.exam_type_id,
        stream_id=terms.stream_id,
        duration_minutes=terms.duration_minutes(wish.parts),
        observation_minutes=terms.observation_minutes,
        device_ids=frozenset(device.id for device in devices),
        operator_id=None if wish.operator is None else staff_id(session, wish.operator),
        shortest_minutes=terms.shortest_minutes,
    )
    return Asked(
        devices,
        request,
        wish.patient_id,
        is_fasting=terms.is_fasting,
        goal_hours=terms.goal_working_hours,
    )


def with_patient(session: Session, asked: Asked, first: date, last: date) -> Asked:
    """The request with the spans that hold its patient around these days."""
    if asked.patient_id is None:
        return asked
    spans = patient_spans(session, asked.patient_id, first, last, besides=asked.besides)
    return replace(asked, request=replace(asked.request, busy_spans=spans))


def known_terms(session: Session, exam_type: str, stream: str, parts: int) -> ExamTerms:
    """The terms of a pair in service for `parts` parts. Raises InvalidError with the field."""
    terms = exam_terms(session, exam_type_code=exam_type, stream_code=stream)
    return _checked_terms(session, terms, exam_type, parts)


def _checked_terms(
    session: Session, terms: ExamTerms | None, exam_type: str, parts: int
) -> ExamTerms:
    if terms is None or terms.exam_type_retired or terms.stream_retired:
        known_type = terms is not None and not terms.exam_type_retired
        known_type = known_type or _exam_type_in_service(session, exam_type)
        if known_type:
            raise InvalidError(N_("There is no such stream."), field="stream")
        raise InvalidError(N_("There is no such exam type."), field="exam_type")
    if not 1 <= parts <= MOST_PARTS or terms.duration_minutes(parts) > MOST_MINUTES:
        raise InvalidError(N_("That many parts do not fit in one exam."), field="parts")
    return terms


def _exam_type_in_service(session: Session, code: str) -> bool:
    found = select(ExamType.id).where(ExamType.code == code, ExamType.retired_at.is_(None))
    return session.scalar(found) is not None


def device_refusal(session: Session, code: str) -> InvalidError:
    """Why this device cannot do the exam: unknown, retired or lacking a function."""
    row = session.execute(select(Device.retired_at).where(Device.code == code)).first()
    if row is None or row.retired_at is not None:
        return InvalidError(N_("There is no such device."), field="device")
    return InvalidError(
        N_("The device lacks a required function."), field="device", code="device_lacks_capability"
    )


def device_id_of(session: Session, code: str) -> int:
    """The id of a device in service. Raises InvalidError on `device`."""
    found = session.scalar(
        select(Device.id).where(Device.code == code, Device.retired_at.is_(None))
    )
    if found is None:
        raise InvalidError(N_("There is no such device."), field="device")
    return found


def staff_id(session: Session, code: str, *, field: str = "operator") -> int:
    """The id of a staff member who works here. Raises InvalidError on `field`."""
    found = session.scalar(
        select(StaffMember.id).where(StaffMember.code == code, StaffMember.retired_at.is_(None))
    )
    if found is None:
        raise InvalidError(N_("There is no such staff member."), field=field)
    return found


def patient_id_of(session: Session, key: int | str) -> int:
    """The id of a patient named by id (a number) or by MRN (a text). One statement.

    A text is never taken for an id: an unknown MRN of digits must not find somebody else. Raises
    NotFoundError, and ConflictError for a record that was merged into another.
    """
    statement = _patient_by_id if isinstance(key, int) else _patient_by_mrn
    found = core(session).execute(statement, {"key": key}).first()
    if found is None:
        raise NotFoundError(N_("There is no such patient."), field="patient")
    if found.merged_into_id is not None:
        raise merged_refusal(session, found.merged_into_id)
    patient_id: int = found.id
    return patient_id


def ask_again(session: Session, booking: Booking) -> Asked:
    """The request of a booking that exists, with the minutes it was planned with, whatever changed since."""
    exam_type = session.get_one(ExamType, booking.exam_type_id)
    stream = session.get_one(Stream, booking.stream_id)
    terms = exam_terms(session, exam_type_code=exam_type.code, stream_code=stream.code)
    devices = capable_devices(session, booking.exam_type_id)
    request = ExamRequest(
        exam_type_id=booking.exam_type_id,
        stream_id=booking.stream_id,
        duration_minutes=(booking.ends_at - booking.starts_at) // MINUTE,
        observation_minutes=exam_type.observation_minutes,
        device_ids=frozenset(device.id for device in devices),
        shortest_minutes=terms.shortest_minutes if terms else 0,
    )
    return Asked(
        devices,
        request,
        booking.patient_id,
        besides=booking.id,
        is_fasting=exam_type.is_fasting,
        goal_hours=stream.goal_working_hours,
    )


def check_window(wish: Wish) -> None:
    """Refuse days that cannot be searched. Raises InvalidError on `to`."""
    if wish.last < wish.first:
        raise InvalidError(N_("The last day lies before the first."), field="to")
    if (wish.last - wish.first).days >= LONGEST_WINDOW_DAYS:
        raise InvalidError(
            N_("A search covers at most %(days)s days."),
            field="to",
            params={"days": LONGEST_WINDOW_DAYS},
        )
