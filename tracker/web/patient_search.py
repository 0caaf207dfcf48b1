"""The search for a patient that several pages have: its words come in the body and leave no trace."""

from dataclasses import dataclass

from flask import request

from tracker.domain.errors import InvalidError
from tracker.queries import Reading
from tracker.queries.patients import PatientRow, search_patients
from tracker.sentences import sentence
from tracker.web.forms.page_form import UNFIT

MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class PatientSearch:
    """What was searched for and found; `refusal` says why nothing could be searched for."""

    q: str = ""
    found: tuple[PatientRow, ...] = ()
    are_more: bool = False
    refusal: str = ""
    is_certain: bool = False


def search_from_form(reading: Reading) -> PatientSearch:
    """Search for the field `q`. With the search button pressed, the only one found is certainly meant."""
    q = UNFIT.sub("", request.form.get("q", ""))
    if not q.strip():
        return PatientSearch()
    try:
        found = search_patients(reading, q, limit=MOST_SHOWN + 1)
    except InvalidError as refusal:
        return PatientSearch(q, refusal=sentence(refusal))
    rows = tuple(each.patient for each in found[:MOST_SHOWN])
    is_certain = "go" in request.form and len(rows) == 1
    return PatientSearch(q, rows, len(found) > MOST_SHOWN, is_certain=is_certain)
