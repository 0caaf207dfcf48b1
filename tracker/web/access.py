"""Who may open which page: a literal table, and the check before every request that refuses all else.

How a browser proves who it is lives in tracker/web/person.py; the JSON interface has a table of its own.
"""

from collections.abc import Mapping
from contextlib import suppress

from flask import Flask, current_app, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.exceptions import HTTPException

from tracker.domain.errors import N_, ForbiddenError
from tracker.domain.roles import CLOSING, DESK_WORK, EVERYBODY, EXAM_WORK, LEADING, OFFICE
from tracker.web.resume import ask_to_sign_in

API_PREFIX = "/api/"

Audience = frozenset[str]
PUBLIC: Audience = frozenset({"public"})
SIGNED_IN: Audience = EVERYBODY

# endpoint → who. An endpoint that is missing here answers nobody, and a test fails.
ACCESS: Mapping[str, Audience] = {
    # before anybody is signed in
    "assets.asset_file": PUBLIC,
    "languages.choose_language": PUBLIC,
    "sign_in.show": PUBLIC,
    "sign_in.submit": PUBLIC,
    "sign_in.leave_page": PUBLIC,
    "sign_in.ask_next": PUBLIC,
    "sign_in.switch": PUBLIC,
    # for those who look after the software, see tracker/api; metrics ask for loopback or a token
    "health.alive": PUBLIC,
    "health.ready": PUBLIC,
    "metrics.show": PUBLIC,
    # everybody's own
    "home.show": SIGNED_IN,
    "account.show": SIGNED_IN,
    "account.change_password": SIGNED_IN,
    "account.choose_language": SIGNED_IN,
    # the desk
    "board.show": SIGNED_IN,
    "book.show": DESK_WORK,
    "book.take": DESK_WORK,
    "book.take_beyond": DESK_WORK,  # how many, by role: domain/added
    "book.find_patient": DESK_WORK,
    "book.back": DESK_WORK,
    "book.add_patient": DESK_WORK,
    "unmet_demand.leave": DESK_WORK,
    "unmet_demand.back": DESK_WORK,
    "unmet_demand.show": LEADING,
    "bookings.show": DESK_WORK,
    "bookings.back": DESK_WORK,
    "bookings.take_step": DESK_WORK,
    "bookings.cancel": DESK_WORK,  # of an exam in progress: domain/corrections.may_cancel
    "wrong_patient.show": DESK_WORK,  # of an exam: domain/corrections
    "wrong_patient.find": DESK_WORK,
    "wrong_patient.back": DESK_WORK,
    "wrong_patient.give": DESK_WORK,
    "moving.show": DESK_WORK,
    "moving.move": DESK_WORK,
    "slips.show": DESK_WORK,
    "day_lists.show": DESK_WORK,
    "day_lists.settle": DESK_WORK,
    "settling.show": DESK_WORK,  # what an earlier day left open: domain/corrections
    "settling.record": DESK_WORK,
    "patients.show": DESK_WORK,
    "patients.find": DESK_WORK,
    "patients.add": DESK_WORK,
    "patients.open_one": DESK_WORK,
    "patients.edit": DESK_WORK,
    "merging.show": DESK_WORK,
    "merging.find": DESK_WORK,
    "merging.back": DESK_WORK,
    "merging.merge": DESK_WORK,
    "schedule.show": SIGNED_IN,
    # the device plan; its draft and its broken rules are shown to head and administrator alone
    "plan.show": SIGNED_IN,
    "plan_blocks.edit": LEADING,
    "plan_blocks.put": LEADING,
    "plan_blocks.remove": LEADING,
    "plan_blocks.move": LEADING,
    "plan_copies.show": LEADING,
    "plan_copies.copy_one_day": LEADING,
    "plan_copies.copy_one_week": LEADING,
    "plan_draft.take_back": LEADING,
    "plan_draft.ask": LEADING,
    "plan_draft.drop": LEADING,
    "proposal.show": LEADING,
    "proposal.ask": LEADING,
    "proposal.cancel": LEADING,
    "proposal.accept": LEADING,
    "absences.show": LEADING,
    "absences.add": LEADING,
    "absences.cancel": LEADING,
    "plan_publishing.review": LEADING,
    "plan_publishing.put_in_force": LEADING,
    "roster.show": LEADING,
    "roster.read": LEADING,
    "roster.take": LEADING,
    "plan_away.paper": SIGNED_IN,
    "plan_away.workbook": SIGNED_IN,
    # beside the machine
    "worklist.show": EXAM_WORK,
    "worklist.back": EXAM_WORK,
    "worklist.start": EXAM_WORK,
    "worklist.finish": EXAM_WORK,
    "worklist.undo_start": EXAM_WORK,
    "worklist.undo_finish": EXAM_WORK,
    "worklist.undo_finish_now": EXAM_WORK,
    "sending.show": EXAM_WORK,
    "sending.send": EXAM_WORK,
    "take_over.show": EXAM_WORK,
    "take_over.take": EXAM_WORK,
    "machine_lists.show": DESK_WORK,
    "exams.index": EXAM_WORK,
    "exams.find": EXAM_WORK,
    "exams.show": EXAM_WORK,
    "exams.correct": EXAM_WORK,  # whose and until when: domain/corrections
    "exams.void": LEADING,
    "volume.show": LEADING,
    "volume_explore.show": LEADING,
    "objections.ask_not_mine": EXAM_WORK,
    "objections.say_not_mine": EXAM_WORK,  # whose: services/objections
    "objections.ask_missing": EXAM_WORK,
    "objections.say_missing": EXAM_WORK,
    "objections.index": LEADING,
    "objections.show": LEADING,
    "objections.hand_on": LEADING,
    "objections.enter": LEADING,
    "objections.decline": LEADING,
    "unmatched.show": LEADING,
    "unmatched.name": LEADING,
    "staff_figures.mine": EXAM_WORK,
    "staff_figures.show": EXAM_WORK,  # whose: the own ones, of everybody the head
    "volume_year.show": LEADING,
    "device_use.show": LEADING,
    "capability_case.show": LEADING,
    "indicators.show": LEADING,
    "quality.show": LEADING,
    "quality.minutes": LEADING,
    "quality_rows.bookings": LEADING,
    "quality_rows.exams": LEADING,
    "volume_table.explored": LEADING,
    "volume_table.stretch": LEADING,
    "months.index": LEADING,
    "months.show": LEADING,
    "months.report": LEADING,
    "months.annual": LEADING,
    "months.kept": LEADING,
    "months.close": LEADING,
    "months.reopen": LEADING,
    "exam_import.index": LEADING,
    "exam_import.upload": LEADING,
    "exam_import.show": LEADING,
    "exam_import.explain": LEADING,
    "exam_import.decide_rows": LEADING,
    "exam_import.bring_in": LEADING,
    "exam_import.undo": LEADING,
    "exam_import.forget": LEADING,
    "exam_import.download": LEADING,
    "exam_export.show": EXAM_WORK,
    "exam_export.take": EXAM_WORK,
    "exam_export.back": EXAM_WORK,
    "exam_export.cancel": EXAM_WORK,  # one's own, as is the download
    "exam_export.download": EXAM_WORK,
    "exam_entry.show": EXAM_WORK,
    "exam_entry.enter": EXAM_WORK,
    "exam_entry.name_patient": EXAM_WORK,
    "walk_in.show": EXAM_WORK,
    "walk_in.receive": EXAM_WORK,
    "walk_in.back": EXAM_WORK,
    "walk_in.find_patient": EXAM_WORK,
    "walk_in.add_patient": EXAM_WORK,
    # closing
    "closures.show": CLOSING,
    "closures.new": CLOSING,
    "closures.preview": CLOSING,
    "closures.close_stretch": CLOSING,
    "closures.look": CLOSING,
    "closures.lift_closure": CLOSING,
    # the office
    "admin.show": OFFICE,
    "devices.show": OFFICE,
    "devices.new": OFFICE,
    "devices.add": OFFICE,
    "devices.edit": OFFICE,
    "devices.change": OFFICE,
    "devices.step": OFFICE,
    "devices.check": OFFICE,
    "capabilities.show": OFFICE,
    "capabilities.add": OFFICE,
    "capabilities.rename": OFFICE,
    "exam_types.show": OFFICE,
    "exam_types.new": OFFICE,
    "exam_types.add": OFFICE,
    "exam_types.edit": OFFICE,
    "exam_types.change": OFFICE,
    "exam_types.step": OFFICE,
    "exam_types.add_points": OFFICE,
    "shares.show": OFFICE,
    "shares.add": OFFICE,
    "shares.remove": OFFICE,
    "exam_types.remove_points": OFFICE,
    "streams.show": OFFICE,
    "streams.new": OFFICE,
    "streams.add": OFFICE,
    "streams.edit": OFFICE,
    "streams.change": OFFICE,
    "streams.step": OFFICE,
    "staff.show": OFFICE,
    "staff.new": OFFICE,
    "staff.add": OFFICE,
    "staff.edit": OFFICE,
    "staff.change": OFFICE,
    "staff.step": OFFICE,
    "weekly_blocks.show": OFFICE,
    "weekly_blocks.new": OFFICE,
    "weekly_blocks.add": OFFICE,
    "weekly_blocks.edit": OFFICE,
    "weekly_blocks.change": OFFICE,
    "weekly_blocks.retire": OFFICE,
    "calendar.show": OFFICE,
    "calendar.edit": OFFICE,
    "calendar.change": OFFICE,
    "calendar.unset": OFFICE,
    "calendar.take_over": OFFICE,
    "calendar.publish": OFFICE,
    "calendar_notice.show": OFFICE,
    "calendar_notice.preview": OFFICE,
    "calendar_notice.confirm": OFFICE,
    "sheets.show": OFFICE,
    "sheets.download": OFFICE,
    "sheets.preview": OFFICE,
    "sheets.confirm": OFFICE,
    "targets.show": OFFICE,
    "targets.change": OFFICE,
    "department.show": OFFICE,
    "department.change": OFFICE,
    "department.change_part": OFFICE,
    "accounts.show": OFFICE,
    "accounts.new": OFFICE,
    "accounts.add": OFFICE,
    "accounts.edit": OFFICE,
    "accounts.change": OFFICE,
    "accounts.set_password": OFFICE,
    "accounts.end_sign_in": OFFICE,
    "accounts.add_token": OFFICE,
    "accounts.revoke_token": OFFICE,
    "audit.show": OFFICE,
    "audit.seals": OFFICE,
}


def may(endpoint: str) -> bool:
    """Whether the person at the browser may use an endpoint; for buttons and links in templates."""
    audience = ACCESS.get(endpoint, frozenset())
    return audience is PUBLIC or not audience.isdisjoint(current_user.roles)


def may_open(path: str) -> bool:
    """Whether the person at the browser may open a local path; unknown paths may be tried.

    A page that answers a form alone stands at its address too: its endpoint decides.
    """
    urls = current_app.create_url_adapter(request)
    if urls is None:
        return True
    for method in ("GET", "POST"):
        with suppress(HTTPException):
            endpoint, _ = urls.match(path.partition("?")[0], method=method)
            return may(endpoint)
    return True


def check_access() -> ResponseReturnValue | None:
    """Before every request for people: pass, ask to sign in, or refuse. Raises ForbiddenError."""
    endpoint = request.endpoint
    if endpoint is None or request.path.startswith(API_PREFIX):
        return None
    if ACCESS.get(endpoint) is PUBLIC or may(endpoint):
        return None
    if not current_user.is_authenticated:
        return ask_to_sign_in()
    raise ForbiddenError(N_("Your role does not include this page."))


def register_access(app: Flask) -> None:
    """Check every request; templates know `may(endpoint)`."""
    app.before_request(check_access)
    app.jinja_env.globals["may"] = may
