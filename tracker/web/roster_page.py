"""What a roster would change, in words, and what its unknown words can be said to mean."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from tracker.domain.plan import BlockChange, PlanBlock, changes_between
from tracker.domain.planrules import PlanDoctor
from tracker.queries.devices import DeviceRow
from tracker.queries.roster import NOTHING, RosterRead
from tracker.web.filters import localised, short_day
from tracker.web.forms.roster import RosterForm
from tracker.web.labels import ABSENCE, label
from tracker.web.plan_places import clock_text
from tracker.web.plan_words import PlanWords


@dataclass(frozen=True, slots=True)
class RosterShown:
    """Sentences about a roster: machines that change, who is away, what it contradicts itself in."""

    changes: tuple[tuple[str, str, str], ...]
    absences: tuple[tuple[str, str, str], ...]
    clashes: tuple[str, ...]
    doctors: tuple[PlanDoctor, ...]
    half_days: int
    is_complete: bool


def shown(read: RosterRead, words: PlanWords) -> RosterShown:
    """The outcome of reading a roster: (where, before, after) of each block, (who, when, why) of each absence."""
    codes = {each.id: each.code for each in words.devices}
    parts = {each.code: localised(each) for each in words.parts}
    names = {each.id: each.name for each in read.facts.doctors.values()}
    after = [block for day in read.change.days.values() for block in day]
    before = [block for block in read.plan if block.key in read.change.days]
    return RosterShown(
        changes=tuple(
            _change(each, before, codes, names) for each in changes_between(before, after)
        ),
        absences=tuple(
            (
                names.get(each.operator_id, ""),
                f"{short_day(each.local_date)} {parts[each.part]}",
                label(each.kind, "absence"),
            )
            for each in read.change.absences
        ),
        clashes=tuple(
            _(
                "%(device)s, %(day)s %(part)s: %(names)s. It stays as it was.",
                device=codes.get(each.device_id, ""),
                day=short_day(each.local_date),
                part=parts[each.part],
                names=", ".join(names.get(who, "") for who in each.operator_ids),
            )
            for each in read.change.clashes
        ),
        doctors=tuple(each for each in read.facts.doctors.values() if not each.is_retired),
        half_days=len(read.roster.entries),
        is_complete=not read.roster.unknown and not read.roster.strangers,
    )


def _change(
    change: BlockChange,
    had: Sequence[PlanBlock],
    codes: Mapping[int, str],
    names: Mapping[int, str],
) -> tuple[str, str, str]:
    """Where, who was there until now (with the hours, if they were others), and who is there then.

    The later part of a block that is cut is new, but `had` a doctor: whose block held its hours.
    """
    block = change.after or change.before
    assert block is not None
    where = f"{codes.get(block.device_id, '')} {short_day(block.local_date)} {_hours(block)}"
    around = (each for each in had if each.key == block.key and each.meets(block))
    before = change.before or next(around, None)
    was, now = (
        _("no working hours") if each is None else names.get(each.operator_id or 0, _("no doctor"))
        for each in (before, change.after)
    )
    if before is not None and _hours(before) != _hours(block):
        was = f"{was} ({_hours(before)})"
    return where, was, now


def _hours(block: PlanBlock) -> str:
    return f"{clock_text(block.starts)}–{clock_text(block.ends)}"


def offer_answers(
    form: RosterForm, machines: Iterable[DeviceRow], doctors: Sequence[PlanDoctor]
) -> None:
    """Give every question its choices; the first is none, so that nothing is answered by accident."""
    nothing = ("", _("Choose …"))
    words = [
        nothing,
        *((each.code, _("works at %(device)s", device=each.code)) for each in machines),
        *((kind, _("away: %(why)s", why=why)) for kind, why in ABSENCE.items()),
        (NOTHING, _("says nothing")),
    ]
    people = [
        nothing,
        *((each.code, f"{each.code} {each.name}") for each in doctors),
        (NOTHING, _("none of our doctors: pass the row over")),
    ]
    for questions, choices in ((form.words, words), (form.people, people)):
        for part in questions:
            part.form.answer.choices = choices
