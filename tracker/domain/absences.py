"""Why a doctor is not at a machine, and what an absence as entered must be. Rows and blocks are looked at elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from tracker.domain.errors import N_, InvalidError
from tracker.domain.texts import plain_line

KINDS: Mapping[str, str] = {
    "leave": N_("Leave"),
    "sick": N_("Sick"),
    "teaching": N_("Teaching"),
    "duty": N_("On duty elsewhere"),
    "other": N_("Other"),
}
LONGEST_ABSENCE = timedelta(days=366)


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsenceValues:
    """Who (a doctor's code) is away on which days, both inclusive; `part` is a part of day's code, empty: all day."""

    operator: str
    first: date
    last: date
    part: str = ""
    kind: str = "leave"
    note: str = ""


def checked_absence(values: AbsenceValues) -> AbsenceValues:
    """The values made plain. Raises InvalidError with the field."""
    if values.last < values.first:
        raise InvalidError(N_("The last day lies before the first."), field="last")
    if values.last - values.first > LONGEST_ABSENCE:
        raise InvalidError(N_("An absence lasts at most a year."), field="last")
    if values.kind not in KINDS:
        raise InvalidError(N_("Choose one of the list."), field="kind")
    return replace(values, note=plain_line(values.note, field="note", longest=200))
