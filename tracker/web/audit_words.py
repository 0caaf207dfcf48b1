"""What an audit entry changed, in words: columns as people call them, codes for ids, times of the hospital."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from tracker.queries.audit import AuditRow, RowKey
from tracker.web.filters import moment, points
from tracker.web.labels import label

CLINICAL = frozenset({"booking", "exam", "patient"})
"""Rows whose reasons somebody may have written a name into: their words are not shown here."""

COLUMN: Mapping[str, LazyString] = {
    "account_id": _l("Account"),
    "added_cap_per_block": _l("Added bookings per block, at most"),
    "added_cap_per_role": _l("Added bookings per block, from each role"),
    "ae_title": _l("AE title"),
    "assistant_id": _l("Assistant"),
    "assistant_permille": _l("Assistant, ‰"),
    "band_minutes": _l("Arrival band in minutes"),
    "birth_date": _l("Birth date"),
    "bladder": _l("Bladder"),
    "block_id": _l("Opened days"),
    "blocks": _l("Blocks"),
    "booking_id": _l("Booking"),
    "bookings": _l("Bookings"),
    "building": _l("Building"),
    "capabilities": _l("Functions"),
    "check_in_place_en": _l("Where patients check in, in English"),
    "check_in_place_zh": _l("Where patients check in, in Chinese"),
    "checked_on": _l("Yearly check passed on"),
    "code": _l("Code"),
    "colour": _l("Colour"),
    "competences": _l("May perform"),
    "days": _l("Days"),
    "decision": _l("Decision"),
    "demand_permille": _l("Share of all requests, in ‰"),
    "demand_share_percent": _l("Share of all requests, in %"),
    "department_name_en": _l("Department's name in English"),
    "department_name_zh": _l("Department's name in Chinese"),
    "desk_phone": _l("Phone of the desk"),
    "device": _l("Device"),
    "device_ends_at": _l("Holds the device until"),
    "device_id": _l("Device"),
    "ended_at": _l("End"),
    "ends": _l("Until"),
    "ends_at": _l("End"),
    "exam_type_id": _l("Exam type"),
    "exam_type_ids": _l("Exam types"),
    "exam_types": _l("Exam types"),
    "exams": _l("Exams"),
    "fasting_ends": _l("Fasting exams end by"),
    "rank_fasting_minutes": _l("Minutes later, to keep the fasting window free"),
    "rank_fasting_release": _l("On the day itself the fasting window is everybody's from"),
    "rank_margin_minutes": _l("Minutes to spare before a goal in working hours ends"),
    "rank_scarce_minutes": _l("Minutes later, to keep scarce machines and doctors free"),
    "rank_scrap_minutes": _l("Minutes later, for each minute not left in a gap too short"),
    "floor": _l("Floor"),
    "from": _l("From"),
    "further_part_minutes": _l("Minutes of a further part"),
    "further_part_points_hundredths": _l("Points of a further part"),
    "goal_working_days": _l("Goal: seen within working days"),
    "goal_working_hours": _l("Goal: seen within working hours"),
    "horizon_weeks": _l("Weeks open for booking"),
    "idle_minutes": _l("Minutes until a sign-in ends"),
    "into": _l("True record"),
    "is_active": _l("May sign in"),
    "is_added": _l("Added"),
    "is_fasting": _l("Needs fasting"),
    "is_flagged": _l("Flagged"),
    "is_portable": _l("Portable"),
    "is_published": _l("Working days announced"),
    "kind": _l("Kind"),
    "kinds": _l("Kinds"),
    "local_date": _l("Day"),
    "least_title": _l("Lowest title of who performs it"),
    "loinc": _l("LOINC code"),
    "minutes": _l("Minutes"),
    "mrn": _l("Medical record number"),
    "name": _l("Name"),
    "name_en": _l("Name in English"),
    "name_zh": _l("Name in Chinese"),
    "names": _l("Names"),
    "needs_competence": _l("Only doctors who are entered as competent"),
    "no_start_minutes": _l("Idle minutes after which the board says so"),
    "number": _l("Exam number"),
    "observation_minutes": _l("Minutes of observation afterwards"),
    "of_streams": _l("Differs for the streams"),
    "operator_id": _l("Doctor"),
    "operator_permille": _l("Operator, ‰"),
    "parts": _l("Parts"),
    "patient_id": _l("Patient"),
    "phone": _l("Phone"),
    "points_hundredths": _l("Points"),
    "preparation_en": _l("Preparation in English"),
    "preparation_zh": _l("Preparation in Chinese"),
    "reason": _l("Reason"),
    "release_days_before": _l("Released on which working day before"),
    "release_time": _l("Reserve is released at"),
    "reserve_minutes": _l("Minutes kept"),
    "rest_of": _l("Rest of the block"),
    "roles": _l("Roles"),
    "room": _l("Room"),
    "rows": _l("Rows"),
    "sex": _l("Sex"),
    "slip_note_en": _l("Last lines of the slip in English"),
    "slip_note_zh": _l("Last lines of the slip in Chinese"),
    "sort_order": _l("Place in lists"),
    "staff_member_id": _l("Staff member"),
    "started_at": _l("Start"),
    "started_device_id": _l("Examined on"),
    "started_operator_id": _l("Examining doctor"),
    "starts": _l("From"),
    "starts_at": _l("Start"),
    "status": _l("Status"),
    "stream_id": _l("Stream"),
    "supervises": _l("May supervise"),
    "supervisor_id": _l("Supervisor"),
    "supervisor_permille": _l("Supervisor, ‰"),
    "title": _l("Title"),
    "username": _l("User name"),
    "valid_from": _l("From the day"),
    "first_date": _l("First day"),
    "last_date": _l("Last day"),
    "part": _l("Part of day"),
    "note": _l("Note"),
    "place": _l("Place"),
    "transport_minutes": _l("Minutes on the way"),
    "moved": _l("Moved"),
    "flagged": _l("Flagged"),
    "week": _l("Week"),
    "step": _l("Step"),
    "undone": _l("Undone"),
    "outcome": _l("Outcome"),
    "device_days": _l("Device days"),
    "weekday": _l("Weekday"),
    "weekly_blocks": _l("Weekly blocks"),
    "words": _l("Words"),
    "without_competence": _l("Without the competence for"),
}
_ROWS = {
    "device_id": "device",
    "exam_type_id": "exam_type",
    "exam_type_ids": "exam_type",
    "assistant_id": "staff_member",
    "operator_id": "staff_member",
    "supervisor_id": "staff_member",
    "staff_member_id": "staff_member",
    "started_device_id": "device",
    "started_operator_id": "staff_member",
    "stream_id": "stream",
}
"""Columns that hold ids of rows with a code."""
_KINDS = {
    "bladder": "bladder",
    "colour": "colour",
    "roles": "role",
    "sex": "sex",
    "status": "status",
    "title": "title",
    "least_title": "title",
    "weekday": "weekday",
    ("staff_member", "kind"): "staff_kind",
    ("calendar_day", "kind"): "day_kind",
}
"""Columns, some of one kind of row alone, whose codes have words (web/labels)."""


@dataclass(frozen=True, slots=True)
class Change:
    """One value that a step changed; `before` is None where the step only noted a value."""

    name: str
    before: str | None
    after: str


def rows_named(entries: Iterable[AuditRow]) -> set[RowKey]:
    """The rows that the values of these entries name by id."""
    return {
        (_ROWS[name], str(key))
        for entry in entries
        for name, value in _values(entry).items()
        if name in _ROWS
        for key in _flat(value)
    }


def changes_of(entry: AuditRow, codes: Mapping[RowKey, str]) -> list[Change]:
    """The values of an entry one by one; free words about patients are left out."""
    return [_change(entry, name, value, codes) for name, value in _values(entry).items()]


def _values(entry: AuditRow) -> dict[str, object]:
    before, after = entry.change.get("before"), entry.change.get("after")
    if isinstance(before, dict) and isinstance(after, dict):
        pairs = {name: [before.get(name), value] for name, value in after.items()}
        return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
    is_clinical = entry.entity in CLINICAL
    return {
        name: value
        for name, value in entry.change.items()
        if not (is_clinical and name.endswith("reason"))
    }


def _flat(value: object) -> list[int]:
    if isinstance(value, list):
        return [key for each in value for key in _flat(each)]
    return [value] if isinstance(value, int) else []


def _change(entry: AuditRow, name: str, value: object, codes: Mapping[RowKey, str]) -> Change:
    def text(one: object) -> str:
        return _text(entry.entity, name, one, codes)

    word = str(COLUMN.get(name, name))
    if isinstance(value, list) and len(value) == 2:
        return Change(word, text(value[0]), text(value[1]))
    return Change(word, None, text(value))


def _text(entity: str, name: str, value: object, codes: Mapping[RowKey, str]) -> str:
    if value in (None, "", []):
        return "–"
    if isinstance(value, list):
        return ", ".join(_text(entity, name, one, codes) for one in value)
    if isinstance(value, dict):
        return ", ".join(f"{key} {_text(entity, name, one, codes)}" for key, one in value.items())
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    kind = _KINDS.get((entity, name)) or _KINDS.get(name)
    if kind is not None:
        return label(str(value), kind)
    if name in _ROWS:
        return codes.get((_ROWS[name], str(value)), str(value))
    return _plain(name, value)


def _plain(name: str, value: object) -> str:
    if name.endswith("points_hundredths") and isinstance(value, int):
        return points(value)
    if name.endswith("_at") and isinstance(value, str):
        return moment(datetime.fromisoformat(value))
    return str(value)
