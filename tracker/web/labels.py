"""The words for codes that people see: statuses, marks, roles. A row's own names are in its row."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from tracker.domain.absences import KINDS as ABSENCE_KINDS
from tracker.domain.catalogue import STAFF_KINDS, TITLES
from tracker.domain.closing import KINDS as MONTH_CHANGES
from tracker.domain.demand import REASONS
from tracker.domain.roles import ROLE_NAMES
from tracker.web.office_labels import (
    ACTION,
    COLOUR,
    DAY_KIND,
    ENTITY,
    JOB,
    OUTCOME,
    TROUBLE_SUBJECT,
    WEEKDAY,
    WEEKDAY_SHORT,
)

STATUS: Mapping[str, LazyString] = {
    "booked": _l("Booked"),
    "arrived": _l("Arrived"),
    "in_progress": _l("In progress"),
    "completed": _l("Completed"),
    "cancelled": _l("Cancelled"),
    "no_show": _l("No-show"),
}
DEVICE_STATE: Mapping[str, LazyString] = {
    "free": _l("Free"),
    "in_use": _l("In use"),
    "waiting": _l("Patients waiting"),
    "closed": _l("Closed"),
    "retired": _l("Retired"),
}
MARK: Mapping[str, LazyString] = {
    "added": _l("Added"),
    "flagged": _l("Flagged"),
    "entered_later": _l("Entered later"),
    "voided": _l("Voided"),
    "temporary": _l("Temporary number"),
    "provisional": _l("Provisional"),
}
ROLE: Mapping[str, LazyString] = {code: _l(name) for code, name in ROLE_NAMES.items()}
SEX: Mapping[str, LazyString] = {
    "female": _l("Female"),
    "male": _l("Male"),
    "other": _l("Other"),
    "unknown": _l("Unknown"),
}
STAFF_KIND: Mapping[str, LazyString] = {code: _l(name) for code, name in STAFF_KINDS.items()}
TITLE: Mapping[str, LazyString] = {code: _l(name) for code, name in TITLES.items() if name}
BLADDER: Mapping[str, LazyString] = {
    "": _l("Does not matter"),
    "empty": _l("Empty"),
    "full": _l("Full"),
}
ABSENCE: Mapping[str, LazyString] = {code: _l(word) for code, word in ABSENCE_KINDS.items()}
DEMAND_REASON: Mapping[str, LazyString] = {code: _l(word) for code, word in REASONS.items()}
MONTH_CHANGE: Mapping[str, LazyString] = {code: _l(word) for code, word in MONTH_CHANGES.items()}
KINDS: Mapping[str, Mapping[str, LazyString]] = {
    "status": STATUS,
    "device_state": DEVICE_STATE,
    "mark": MARK,
    "role": ROLE,
    "sex": SEX,
    "staff_kind": STAFF_KIND,
    "title": TITLE,
    "bladder": BLADDER,
    "absence": ABSENCE,
    "demand_reason": DEMAND_REASON,
    "month_change": MONTH_CHANGE,
    "colour": COLOUR,
    "day_kind": DAY_KIND,
    "weekday": WEEKDAY,
    "weekday_short": WEEKDAY_SHORT,
    "entity": ENTITY,
    "action": ACTION,
    "job": JOB,
    "outcome": OUTCOME,
    "trouble_subject": TROUBLE_SUBJECT,
}


def label(code: str, kind: str) -> str:
    """The word for a code of `kind` (a key of KINDS); an unknown code stands for itself."""
    return str(KINDS[kind].get(code, code))
