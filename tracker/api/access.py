"""Who may call which endpoint: bearer tokens, a literal table, and the check before every request to /api/."""

from collections.abc import Mapping

from flask import Flask, g, request

from tracker.domain.credentials import secret_hash
from tracker.domain.errors import N_, DomainError, ForbiddenError
from tracker.domain.roles import CLOSING, DESK_WORK, EVERYBODY, EXAM_WORK, LEADING, OFFICE, Caller
from tracker.queries import read_session
from tracker.queries.accounts import caller_of_token

PREFIX = "/api/"

Audience = frozenset[str]
PUBLIC: Audience = frozenset({"public"})

# endpoint → roles. An endpoint that is missing here answers nobody, and a test fails.
ACCESS: Mapping[str, Audience] = {
    "api-docs.openapi_json": PUBLIC,
    "api.list_exam_types": EVERYBODY,
    "api.list_streams": EVERYBODY,
    "api.list_devices": EVERYBODY,
    "api.show_board": DESK_WORK,
    "api.list_openings": DESK_WORK,
    "api.add_patient": DESK_WORK,
    "api.search_patients": DESK_WORK,
    "api.show_patient": DESK_WORK,
    "api.book_exam": DESK_WORK,  # how many beyond the plan, by role: domain/added
    "api.list_bookings": DESK_WORK,
    "api.show_booking": DESK_WORK,
    "api.move_booking": DESK_WORK,
    "api.cancel_booking": DESK_WORK,  # of an exam in progress: domain/corrections.may_cancel
    "api.arrive_booking": DESK_WORK,
    "api.no_show_booking": DESK_WORK,
    "api.examined_booking": DESK_WORK,  # what an earlier day left open: domain/corrections
    "api.patient_booking": DESK_WORK,  # of an exam: domain/corrections
    "api.undo_booking": DESK_WORK,  # of a start or a finish: domain/corrections.may_undo
    "api.start_booking": EXAM_WORK,
    "api.finish_booking": EXAM_WORK,
    "api.enter_exam": EXAM_WORK,
    "api.list_exams": EXAM_WORK,
    "api.void_exam": LEADING,
    "api.name_doctor": LEADING,
    "api.correct_exam": EXAM_WORK,  # whose and when: domain/corrections.may_correct
    "api.close_stretch": CLOSING,
    "api.lift_closure": CLOSING,
    "api.show_volume": LEADING,
    "api.show_year": LEADING,
    "api.show_quality": LEADING,
    "api.list_quality_bookings": LEADING,
    "api.list_quality_exams": LEADING,
    "api.show_next_openings": LEADING,
    "api.show_mornings": LEADING,
    "api.show_durations": LEADING,
    "api.show_indicators": LEADING,
    "api.show_device_use": LEADING,
    "api.show_capabilities": LEADING,
    "api.count_unmet_demand": LEADING,
    "api.list_unmet_demand": LEADING,
    "api.show_staff_figures": EXAM_WORK,  # whose: the own ones, of everybody the head
    "api.list_own_exams": EXAM_WORK,
    "api.list_months": LEADING,
    "api.show_month": LEADING,
    "api.close_month": LEADING,
    "api.reopen_month": LEADING,
    "api.list_objections": EXAM_WORK,  # whose: the own ones, of everybody the head
    "api.show_objection": EXAM_WORK,
    "api.say_not_mine": EXAM_WORK,
    "api.say_missing": EXAM_WORK,
    "api.hand_exam_on": LEADING,
    "api.enter_missing_exam": LEADING,
    "api.decline_objection": LEADING,
    "api.ask_export": EXAM_WORK,
    "api.list_exports": EXAM_WORK,  # one's own, as is everything below
    "api.show_export": EXAM_WORK,
    "api.fetch_export": EXAM_WORK,
    "api.cancel_export": EXAM_WORK,
    "api.list_points": LEADING | OFFICE,
    "api.add_points": OFFICE,
    "api.drop_points": OFFICE,
    "api.list_imports": LEADING,
    "api.show_import": LEADING,
    "api.send_import": LEADING,
    "api.explain_words": LEADING,
    "api.list_import_rows": LEADING,
    "api.decide_rows": LEADING,
    "api.forget_import": LEADING,
    "api.bring_import": LEADING,
    "api.undo_import": LEADING,
    "api.list_shares": LEADING | OFFICE,
    "api.add_shares": OFFICE,
    "api.drop_shares": OFFICE,
}


class UnauthenticatedError(DomainError):
    """No token, or one that proves nothing (any more)."""

    code = "unauthenticated"

    def __init__(self) -> None:
        super().__init__(N_("A valid token is needed: Authorization: Bearer …"))


def caller() -> Caller:
    """Whose token this request carries; only for endpoints that are not public.

    `grant_id` is the token's number, under which idempotency keys are kept.
    """
    who: Caller = g.api_caller
    return who


def check_access() -> None:
    """Before every request to the interface. Raises UnauthenticatedError or ForbiddenError."""
    endpoint = request.endpoint
    if endpoint is None or not request.path.startswith(PREFIX):
        return
    audience = ACCESS.get(endpoint, frozenset())
    if audience is PUBLIC:
        return
    g.api_caller = _authenticated()
    if not g.api_caller.has_any(audience):
        raise ForbiddenError(N_("The token's roles do not include this."))


def _authenticated() -> Caller:
    given = request.authorization
    if given is None or given.type != "bearer" or not given.token:
        raise UnauthenticatedError
    with read_session() as reading:
        who = caller_of_token(reading, secret_hash=secret_hash(given.token))
    if who is None:
        raise UnauthenticatedError
    return who


def register_access(app: Flask) -> None:
    """Check every request to the interface, whatever its blueprint."""
    app.before_request(check_access)
