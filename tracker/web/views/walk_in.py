"""A patient without a booking at a machine: find or add the patient, then examine at once or add to the list."""

from dataclasses import asdict, dataclass, field, replace
from urllib.parse import urlencode

from flask import Blueprint, flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker import clock
from tracker.domain.errors import N_, DomainError, InvalidError, NotBookableError, NotFoundError
from tracker.domain.workcalendar import instant_of
from tracker.queries import Reading, read_session
from tracker.queries.devices import device_by_code
from tracker.queries.exam_types import exam_types
from tracker.queries.patients import patient_by_id
from tracker.queries.streams import streams
from tracker.queries.visits import last_stream
from tracker.queries.worklist import exam_type_ids_of
from tracker.sentences import sentence, status_of
from tracker.services import patients
from tracker.services.booking import BookingOrder, book_exam
from tracker.services.walk_in import WalkIn, receive_walk_in
from tracker.web.addresses import see_other
from tracker.web.chosen_doctor import chosen_doctor
from tracker.web.filters import local, localised
from tracker.web.forms.book import choices_of
from tracker.web.forms.patients import PatientForm
from tracker.web.forms.worklist import AddForm, ReceiveForm
from tracker.web.fragments import is_htmx, render_block
from tracker.web.patient_search import PatientSearch, search_from_form
from tracker.web.person import caller, request_now
from tracker.web.views.worklist import address_of as list_address
from tracker.web.views.worklist import today

blueprint = Blueprint("walk_in", __name__, url_prefix="/worklist/<any('walk-in', add):kind>")

TEMPLATE = "worklist/receive.html"
ADD = "add"


@dataclass(frozen=True, slots=True)
class Desk:
    """What the address holds: the machine, the doctor chosen there, the patient's id."""

    device: str
    operator: str = ""
    patient: int = 0

    @property
    def state(self) -> dict[str, object]:
        """The address's fields that are not empty."""
        return {name: value for name, value in asdict(self).items() if value}

    def address(self, kind: str) -> str:
        """Where this page is; ids and codes alone."""
        return f"/worklist/{kind}?{urlencode(self.state)}"


@dataclass(slots=True)
class Tried:
    """What somebody has just tried: shown again, with everything typed, when it was refused."""

    patient: PatientForm = field(default_factory=lambda: PatientForm(formdata=None))
    search: PatientSearch = field(default_factory=PatientSearch)
    text: str = ""
    reasons: list[str] = field(default_factory=list)
    status: int = 200


@blueprint.get("")
def show(kind: str) -> ResponseReturnValue:
    """Find the patient, then say what is to be examined."""
    return _page(kind, _desk(), Tried())


@blueprint.post("")
def receive(kind: str) -> ResponseReturnValue:
    """Examine the patient at once where the machine is free, else add him or her to the list."""
    desk, form = _desk(), _form(kind)
    with read_session() as reading:
        _offer(reading, form, desk)
    if not desk.patient:
        return _page(kind, desk, Tried(text=_("Find or add the patient first."), status=422), form)
    if not form.validate():
        return _page(kind, desk, Tried(status=422), form)
    try:
        if isinstance(form, AddForm):
            _add(desk, form)
        else:
            _walk_in(desk, form)
    except DomainError as refusal:
        return _page(kind, desk, _refused(form, refusal), form)
    return see_other(list_address(desk.device, desk.operator))


@blueprint.get("/patients")
@blueprint.get("/patient")
def back(kind: str) -> ResponseReturnValue:  # noqa: ARG001 - part of the address
    """Where a search or a refused form stood there is nothing to read: back to the list."""
    return see_other("/worklist")


@blueprint.post("/patients")
def find_patient(kind: str) -> ResponseReturnValue:
    """Patients whose name, pinyin, initials, number or phone begins with `q`; the only one is taken at once."""
    desk = _desk()
    with read_session() as reading:
        search = search_from_form(reading)
    if search.is_certain:
        return see_other(replace(desk, patient=search.found[0].id).address(kind))
    if is_htmx():
        context = {"kind": kind, "desk": desk, "search": search, "today": today()}
        return render_block(TEMPLATE, "found", **context)
    return _page(kind, desk, Tried(search=search))


@blueprint.post("/patient")
def add_patient(kind: str) -> ResponseReturnValue:
    """Add a patient and go on with this one."""
    desk, form = _desk(), PatientForm()
    if not form.validate():
        return _page(kind, desk, Tried(patient=form, status=422))
    try:
        added = patients.add_patient(form.facts(), by=caller().account_id, now=request_now())
    except InvalidError as refusal:
        form.refuse(refusal)
        return _page(kind, desk, Tried(patient=form, status=422))
    assert isinstance(added, int)
    flash(_("The patient is added."), "success")
    return see_other(replace(desk, patient=added).address(kind))


def _walk_in(desk: Desk, form: ReceiveForm) -> None:
    order = WalkIn(
        patient=desk.patient,
        exam_type=form.exam_type.data,
        stream=form.stream.data,
        device=desk.device,
        reason=_("Walk-in"),
        parts=form.parts.data or 1,
        operator=desk.operator or None,
    )
    received = receive_walk_in(order, by=caller().account_id, now=request_now())
    if received.is_started:
        flash(_("The exam has started."), "success")
    else:
        flash(_("The machine is not free: the patient is added and waits."), "info")


def _add(desk: Desk, form: AddForm) -> None:
    order = BookingOrder(
        patient=desk.patient,
        exam_type=form.exam_type.data,
        stream=form.stream.data,
        device=desk.device,
        start=instant_of(today(), form.time.data, clock.hospital_zone()),
        parts=form.parts.data or 1,
        added_reason=form.reason.data or "",
        check_in=form.check_in.data,
    )
    book_exam(order, by=caller().account_id, now=request_now())
    flash(_("The patient is added beyond the plan."), "success")


def _refused(form: ReceiveForm, refusal: DomainError) -> Tried:
    """The refusal where it belongs: a list of reasons above the form, else beside its field."""
    status = status_of(refusal)
    if isinstance(refusal, NotBookableError):
        reasons = [sentence(reason) for reason in refusal.reasons]
        return Tried(
            text=_("This patient cannot be received here now."), reasons=reasons, status=status
        )
    if refusal.field in form:
        form.refuse(refusal)
        return Tried(status=status)
    return Tried(text=sentence(refusal), status=status)


def _desk() -> Desk:
    number = request.values.get("patient", "")
    is_id = number.isascii() and number.isdigit() and len(number) <= 9
    return Desk(
        device=request.values.get("device", ""),
        operator=chosen_doctor(request.values.get("operator", "")),
        patient=int(number) if is_id else 0,
    )


def _form(kind: str) -> ReceiveForm:
    if kind != ADD:
        return ReceiveForm()
    return AddForm(time=local(request_now()).time())


def _offer(reading: Reading, form: ReceiveForm, desk: Desk) -> None:
    """The exam types that this machine can do, and the streams; the patient's last stream is chosen."""
    possible = exam_type_ids_of(reading, desk.device)
    types = [each for each in exam_types(reading) if each.id in possible]
    form.exam_type.choices = choices_of((each.code, localised(each)) for each in types)
    form.stream.choices = choices_of((each.code, localised(each)) for each in streams(reading))
    if form.stream.data is None and desk.patient:
        form.stream.data = last_stream(reading, desk.patient)


def _page(
    kind: str, desk: Desk, tried: Tried, form: ReceiveForm | None = None
) -> ResponseReturnValue:
    with read_session() as reading:
        machine = device_by_code(reading, desk.device)
        if machine is None or machine.is_retired:
            raise NotFoundError(N_("There is no such device."), field="device")
        patient = patient_by_id(reading, desk.patient) if desk.patient else None
        if form is None:
            form = _form(kind)
            _offer(reading, form, desk)
    context = {
        "kind": kind,
        "desk": desk,
        "machine": machine,
        "patient": patient,
        "form": form,
        "tried": tried,
        "search": tried.search,
        "today": today(),
        "back": list_address(desk.device, desk.operator),
    }
    return render_template(TEMPLATE, **context), tried.status
