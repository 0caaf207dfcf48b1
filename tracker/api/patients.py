"""POST /patients, POST /patients/search and GET /patients/{id or mrn}: names travel in bodies alone."""

from typing import Any

from flask import Response
from marshmallow import fields

from tracker import clock
from tracker.api.access import caller
from tracker.api.documents import AnswerSchema, PatientSchema, patient_document, text
from tracker.api.fields import PATIENT, Day, OneOf, Text, patient_key
from tracker.api.idempotency import claimed, idempotent
from tracker.api.interface import answer, blueprint, rendered
from tracker.api.pages import PageQuery, page, read_cursor, row_id
from tracker.api.reading import RequestSchema
from tracker.domain.errors import N_, NotFoundError
from tracker.domain.patients import (
    LONGEST_NAME,
    LONGEST_NUMBER,
    LONGEST_PHONE,
    NUMBER,
    PHONE,
    SEXES,
    PatientFacts,
)
from tracker.domain.texts import search_form
from tracker.queries import read_session
from tracker.queries.patients import (
    LONGEST_SEARCH,
    patient_by_id,
    patient_by_mrn,
    search_patients,
)
from tracker.services.patients import add_patient


class PatientBody(RequestSchema):
    """A patient to be added."""

    mrn = Text(
        "Medical record number; without it a temporary one is issued.",
        longest=LONGEST_NUMBER,
        pattern=f"^{NUMBER}$",
        load_default=None,
        allow_none=True,
    )
    name = Text(longest=LONGEST_NAME, required=True)
    sex = OneOf(SEXES, required=True)
    birth_date = Day(required=True)
    phone = Text(longest=LONGEST_PHONE, least=0, pattern=f"^({PHONE})?$", load_default="")


class SearchBody(PageQuery):
    """A search by the beginning of a name, its pinyin or initials, a number or a phone."""

    q = Text(longest=LONGEST_SEARCH, required=True)


class PatientPageSchema(AnswerSchema):
    """Patients."""

    items = fields.List(fields.Nested(PatientSchema))
    next_cursor = text(allow_none=True)


@blueprint.route("/patients", methods=["POST"], endpoint="add_patient", tags=["patients"])
@idempotent
@blueprint.arguments(PatientBody)
@blueprint.response(201, PatientSchema)
def add(body: dict[str, Any]) -> Response:
    """Add a patient"""
    return rendered(
        add_patient(
            PatientFacts(**body),
            by=caller().account_id,
            now=clock.now(),
            claim=claimed(body, _render),
        )
    )


def _render(session: Any, patient_id: Any) -> object:
    return patient_document(patient_by_id(session, patient_id))


@blueprint.route(
    "/patients/search", methods=["POST"], endpoint="search_patients", tags=["patients"]
)
@blueprint.arguments(SearchBody)
@blueprint.response(200, PatientPageSchema)
def search(body: dict[str, Any]) -> Response:
    """Find patients"""
    after = read_cursor(body["cursor"], _key, row_id)
    limit = body["limit"]
    with read_session() as session:
        found = search_patients(session, body["q"], after=after, limit=limit + 1)
    document = page(
        found,
        limit,
        document=lambda hit: patient_document(hit.patient),
        place=lambda hit: hit.place,
    )
    return answer(document)


def _key(part: object) -> str:
    """A cursor's part that is a key. Raises ValueError for what no key can be."""
    if not isinstance(part, str) or part != search_form(part):
        raise ValueError("not a key")
    return part


@blueprint.route(
    "/patients/<patient:patient>",
    endpoint="show_patient",
    parameters=[
        {
            "in": "path",
            "name": "patient",
            "description": "Its id (with ~) or medical record number.",
            "schema": {"type": "string", "pattern": PATIENT},
        }
    ],
    tags=["patients"],
)
@blueprint.response(200, PatientSchema)
def show(patient: str) -> Response:
    """One patient, by id or medical record number"""
    key = patient_key(patient)
    if key is None:
        raise NotFoundError(N_("There is no such patient."))
    with read_session() as session:
        find = patient_by_id if isinstance(key, int) else patient_by_mrn
        return answer(patient_document(find(session, key)))  # type: ignore[arg-type]
