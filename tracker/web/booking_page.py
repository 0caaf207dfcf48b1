"""What the booking page shows for a request: the patient, what can be chosen, the openings. No view, no write."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

from tracker import clock
from tracker.domain.errors import InvalidError
from tracker.domain.openings import Search, Window
from tracker.domain.settings import DepartmentSettings
from tracker.domain.supply import Opening
from tracker.domain.workcalendar import instant_of, local_date_of, minute_of
from tracker.queries import Reading
from tracker.queries.calendar import calendar_years
from tracker.queries.devices import DeviceRow, devices
from tracker.queries.exam_types import ExamTypeRow, exam_types
from tracker.queries.minutes import added_reasons_at, reasons_at
from tracker.queries.openings import Wish, find_openings
from tracker.queries.patients import PatientRow, patient_by_id
from tracker.queries.settings import department_settings
from tracker.queries.staff import staff_members
from tracker.queries.streams import PartOfDayRow, StreamRow, parts_of_day, streams
from tracker.queries.visits import VisitExam, last_stream, visit_exams
from tracker.sentences import sentence
from tracker.web.filters import local, localised
from tracker.web.forms.book import RequestForm, choices_of
from tracker.web.forms.bookings import SearchForm
from tracker.web.openings import (
    LOOKED_AT,
    Choice,
    Words,
    choice_value,
    counted_texts,
    offered,
)
from tracker.web.person import caller
from tracker.web.visit_order import warner

WINDOW_DAYS = 14
BOOKINGS_AHEAD_DAYS = 92
END_OF_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What can be chosen in a request."""

    exam_types: Mapping[str, ExamTypeRow]
    streams: Mapping[str, StreamRow]
    parts_of_day: Mapping[str, PartOfDayRow]
    devices: tuple[DeviceRow, ...]
    settings: DepartmentSettings


@dataclass(frozen=True, slots=True)
class Minute:
    """The answer to one minute on one device: bookable, or all reasons, and whether it could be added or is `full`."""

    device: str
    start: datetime
    reasons: list[str]
    can_be_added: bool
    full: list[str] = field(default_factory=list)

    @property
    def value(self) -> str:
        """As the button of an opening sends it."""
        return choice_value(self.device, self.start)


@dataclass(frozen=True, slots=True)
class Answer:
    """Openings for a request, or why there is none; the minute asked for, if one was."""

    openings: list[Choice]
    reasons: list[str]
    minute: Minute | None = None
    is_morning: bool = False
    is_provisional: bool = False


@dataclass(frozen=True, slots=True)
class BookingPage:
    """Everything the page shows beside its forms.

    `chosen` is the request as somebody made it, for the address; `state` the same with what is usual, for booking;
    `nearest` what a booking that came too late was offered instead; `into` the record that is used instead of
    a `patient` who was merged: nothing is searched for one.
    """

    catalogue: Catalogue
    today: date
    patient: PatientRow | None = None
    into: PatientRow | None = None
    ahead: tuple[VisitExam, ...] = ()
    follows: VisitExam | None = None
    exam_type: ExamTypeRow | None = None
    answer: Answer | None = None
    nearest: Sequence[Opening] = ()
    chosen: dict[str, str] = field(default_factory=dict)
    state: dict[str, str] = field(default_factory=dict)


def read_catalogue(session: Reading) -> Catalogue:
    """What can be chosen, from the rows in service."""
    return Catalogue(
        exam_types={row.code: row for row in exam_types(session)},
        streams={row.code: row for row in streams(session)},
        parts_of_day={row.code: row for row in parts_of_day(session)},
        devices=devices(session),
        settings=department_settings(session),
    )


def offer(form: RequestForm, catalogue: Catalogue) -> None:
    """Give the form's lists their choices."""
    form.exam_type.choices = _choices(catalogue.exam_types)
    form.stream.choices = _choices(catalogue.streams)
    offer_places(form, catalogue)


def offer_places(form: RequestForm | SearchForm, catalogue: Catalogue) -> None:
    """Give the lists of devices and parts of the day their choices."""
    form.part_of_day.choices = choices_of(_words(catalogue.parts_of_day), none="–")
    codes = [(device.code, f"{device.code} {device.room}".strip()) for device in catalogue.devices]
    form.device.choices = choices_of(codes, none="–")


def read_page(
    session: Reading, form: RequestForm, *, now: datetime, nearest: Sequence[Opening] = ()
) -> BookingPage:
    """The page for a request that the form holds, completed by what is usual.

    Refusals of the search are put on the form. Raises NotFoundError for an unknown patient.
    """
    catalogue = read_catalogue(session)
    offer(form, catalogue)
    today = local_date_of(now, clock.hospital_zone())
    page = BookingPage(catalogue, today, nearest=nearest)
    is_valid = form.validate()
    if form.patient.data and not form.patient.errors:
        patient = patient_by_id(session, form.patient.data)
        until = today + timedelta(days=BOOKINGS_AHEAD_DAYS)
        ahead = visit_exams(session, patient.id, first=today, last=until)
        page = replace(page, patient=patient, ahead=ahead, follows=_last_of_visit(form, ahead))
        if patient.merged_into_id is not None:
            page = replace(page, into=patient_by_id(session, patient.merged_into_id))
    chosen = form.state()
    _complete(session, form, page)
    page = replace(page, chosen=chosen, state=form.state(), follows=_on_its_day(form, page.follows))
    if not is_valid or page.into or not form.exam_type.data:
        return page
    page = replace(page, exam_type=catalogue.exam_types[form.exam_type.data])
    try:
        return replace(page, answer=_answer(session, form, page, now))
    except InvalidError as refusal:
        form.refuse(refusal)
        return page


def _choices(rows: Mapping[str, object]) -> list[object]:
    return list(choices_of(_words(rows)))


def _words(rows: Mapping[str, object]) -> list[tuple[str, str]]:
    return [(code, localised(row)) for code, row in rows.items()]


def _complete(session: Reading, form: RequestForm, page: BookingPage) -> None:
    """Fill in what nobody chose: the stream of last time, one part, the next fourteen days."""
    if not form.stream.data:
        known = last_stream(session, page.patient.id) if page.patient else None
        form.stream.data = known or next(iter(page.catalogue.streams), None)
    if not form.parts.raw_data:
        form.parts.data = 1
    if page.follows and form.first.data is None and form.to.data is None:
        form.first.data = form.to.data = page.follows.local_date
    if form.first.data is None and not form.first.errors:
        form.first.data = page.today
    if form.to.data is None and not form.to.errors and form.first.data is not None:
        form.to.data = form.first.data + timedelta(days=WINDOW_DAYS - 1)


def _answer(session: Reading, form: RequestForm, page: BookingPage, now: datetime) -> Answer:
    wish, exam_type = wish_of(form, page), page.catalogue.exam_types[form.exam_type.data]
    fasting_ends = page.catalogue.settings.fasting_ends
    is_timed = bool(form.time.data or form.part_of_day.data)
    mornings = None if is_timed else _mornings(session, wish, exam_type, fasting_ends, now)
    found = mornings or find_openings(session, wish, now=now)
    warn = warner(page.ahead, exam_type, fasting_ends=fasting_ends)
    words = words_of(session, page.catalogue, now)
    shown = offered(
        found.openings,
        words,
        nearest=page.nearest,
        warn=warn,
        device_id=page.follows.device_id if page.follows else None,
    )
    return Answer(
        openings=shown,
        reasons=counted_texts(found.reasons),
        minute=_minute(session, form, wish, now),
        is_morning=mornings is not None,
        is_provisional=_is_provisional(session, shown),
    )


def _mornings(
    session: Reading, wish: Wish, exam_type: ExamTypeRow, fasting_ends: time, now: datetime
) -> Search | None:
    """Openings before fasting ends, where the exam needs it; None: there are none."""
    earliest = wish.window.starts if wish.window else 0
    if not exam_type.is_fasting or earliest >= minute_of(fasting_ends):
        return None
    window = Window(earliest, minute_of(fasting_ends))
    found = find_openings(session, replace(wish, window=window), now=now)
    return found if found.openings else None


def wish_of(form: RequestForm, page: BookingPage) -> Wish:
    """The request in codes; a window of days never begins before today.

    Behind another exam nothing is wanted before that one's end.
    """
    window = window_of(form.time.data, page.catalogue.parts_of_day.get(form.part_of_day.data))
    if window is None and page.follows:
        window = Window(minute_of(local(page.follows.ends_at).time()), END_OF_DAY)
    return Wish(
        exam_type=form.exam_type.data,
        stream=form.stream.data or "",
        first=max(form.first.data, page.today),
        last=form.to.data,
        parts=form.parts.data or 1,
        device=form.device.data or None,
        patient_id=None if page.patient is None else page.patient.id,
        window=window,
        limit=LOOKED_AT,
        is_soonest=page.follows is not None,
    )


def _on_its_day(form: RequestForm, follows: VisitExam | None) -> VisitExam | None:
    """The exam to follow where its day alone is asked for: on any other day a visit begins anew."""
    if follows and form.first.data == form.to.data == follows.local_date:
        return follows
    return None


def _last_of_visit(form: RequestForm, ahead: Sequence[VisitExam]) -> VisitExam | None:
    """The last exam, on its day, of the visit to which the form adds; None: it adds to none of this patient's."""
    named = next((exam for exam in ahead if exam.booking_id == form.after.data), None)
    if named is None:
        return None
    visit = [exam for exam in ahead if exam.local_date == named.local_date]
    return max(visit, key=lambda exam: exam.ends_at)


def window_of(at: time | None, part: PartOfDayRow | None) -> Window | None:
    """The minutes of the day in which a start is wanted: a certain one, a part of the day, or any."""
    if at is not None:
        return Window(minute_of(at), minute_of(at) + 1)
    return None if part is None else Window(minute_of(part.starts), minute_of(part.ends))


def words_of(session: Reading, catalogue: Catalogue, now: datetime) -> Words:
    """The words for openings."""
    people = {person.id: person.name for person in staff_members(session, kind="doctor")}
    return Words(
        devices={device.id: device for device in catalogue.devices},
        operators=people,
        band_minutes=catalogue.settings.band_minutes,
        now=now,
    )


def _minute(session: Reading, form: RequestForm, wish: Wish, now: datetime) -> Minute | None:
    """What speaks against the minute on the first day and the device asked for, if all three are named."""
    if form.time.data is None or wish.device is None:
        return None
    start = instant_of(wish.first, form.time.data, clock.hospital_zone())
    reasons = reasons_at(session, wish, start, now=now)
    told = [sentence(reason) for reason in reasons]
    if not reasons:
        return Minute(wish.device, start, told, can_be_added=False)
    against = added_reasons_at(session, wish, start, by=caller().account_id, now=now)
    full = [sentence(reason) for reason in against if reason.field == "added"]
    return Minute(wish.device, start, told, not against, full)


def _is_provisional(session: Reading, shown: list[Choice]) -> bool:
    """Whether an opening lies in a year whose working days are not announced yet."""
    years = {choice.start.astimezone(clock.hospital_zone()).year for choice in shown}
    published = calendar_years(session)
    return any(not published.get(year, False) for year in years)
