"""The words that only administrators' pages need: kinds of day, jobs, what the audit calls rows and steps."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

COLOUR: Mapping[str, LazyString] = {
    "blue": _l("Blue"),
    "azure": _l("Azure"),
    "indigo": _l("Indigo"),
    "purple": _l("Purple"),
    "pink": _l("Pink"),
    "red": _l("Red"),
    "orange": _l("Orange"),
    "yellow": _l("Yellow"),
    "lime": _l("Lime"),
    "green": _l("Green"),
    "teal": _l("Teal"),
    "cyan": _l("Cyan"),
}
DAY_KIND: Mapping[str, LazyString] = {
    "working": _l("Working day"),
    "rest": _l("Rest day"),
    "holiday": _l("Holiday"),
    "make_up": _l("Make-up working day"),
}
WEEKDAY: Mapping[str, LazyString] = {
    "0": _l("Monday"),
    "1": _l("Tuesday"),
    "2": _l("Wednesday"),
    "3": _l("Thursday"),
    "4": _l("Friday"),
    "5": _l("Saturday"),
    "6": _l("Sunday"),
}
WEEKDAY_SHORT: Mapping[str, LazyString] = {
    "0": _l("Mo"),
    "1": _l("Tu"),
    "2": _l("We"),
    "3": _l("Th"),
    "4": _l("Fr"),
    "5": _l("Sa"),
    "6": _l("Su"),
}
JOB: Mapping[str, LazyString] = {
    "horizon": _l("Open the weeks ahead"),
    "no_shows": _l("Mark no-shows"),
    "seal": _l("Seal the audit"),
    "compare": _l("Compare totals with their rows"),
    "forget": _l("Delete what is kept for a time only"),
}
OUTCOME: Mapping[str, LazyString] = {
    "done": _l("Done"),
    "difference": _l("Difference found"),
    "failed": _l("Failed"),
    "running": _l("Running, or stopped midway"),
}
ENTITY: Mapping[str, LazyString] = {
    "account": _l("Account"),
    "api_token": _l("API token"),
    "block": _l("Opened days"),
    "booking": _l("Booking"),
    "calendar_day": _l("Calendar day"),
    "capability": _l("Function"),
    "catalogue": _l("Starting data"),
    "closure": _l("Closure"),
    "device": _l("Device"),
    "exam": _l("Exam"),
    "exam_type": _l("Exam type"),
    "part_of_day": _l("Half-day"),
    "patient": _l("Patient"),
    "setting": _l("Settings"),
    "staff_member": _l("Staff member"),
    "stream": _l("Stream"),
    "target": _l("Target"),
    "trial": _l("Trial data"),
    "weekly_block": _l("Weekly block"),
}
ACTION: Mapping[str, LazyString] = {
    "add": _l("added"),
    "append": _l("written to"),
    "arrive": _l("checked in"),
    "begin": _l("begun"),
    "book": _l("booked"),
    "cancel": _l("cancelled"),
    "change": _l("changed"),
    "change_password": _l("own password changed"),
    "close": _l("closed"),
    "correct": _l("corrected"),
    "create": _l("created"),
    "end": _l("ended"),
    "end_sign_in": _l("sign-in ended"),
    "finish": _l("finished"),
    "flag": _l("flagged"),
    "install": _l("installed"),
    "lift": _l("lifted"),
    "log": _l("recorded"),
    "move": _l("moved"),
    "no_show": _l("marked as no-show"),
    "open": _l("opened"),
    "reinstate": _l("put back"),
    "reopen": _l("reopened"),
    "replay": _l("replayed"),
    "reset_password": _l("password set"),
    "retire": _l("retired"),
    "return": _l("brought back"),
    "revoke": _l("revoked"),
    "set_language": _l("language chosen"),
    "sign_in": _l("signed in"),
    "sign_out": _l("signed out"),
    "start": _l("started"),
    "undo": _l("undone"),
    "undo finish": _l("finish undone"),
    "undo start": _l("start undone"),
    "unflag": _l("flag removed"),
    "void": _l("voided"),
    "write": _l("written"),
}
