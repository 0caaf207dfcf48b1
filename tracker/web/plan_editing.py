"""A block on its way into the plan: the form of a place, what may be chosen there, what the block would break."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from flask_babel import gettext as _

from tracker import clock
from tracker.domain.errors import N_, NotFoundError
from tracker.domain.plan import PlanBlock, merged, monday_of
from tracker.domain.planedits import (
    Cell,
    Edits,
    copy_cell,
    drag,
    find_block,
    part_of,
    put_block,
    replace_block,
)
from tracker.domain.planpast import is_at_once
from tracker.domain.planrules import (
    WARNING,
    BrokenRule,
    PlanDoctor,
    PlanFacts,
    broken_rules,
    has_title,
)
from tracker.domain.workcalendar import local_date_of, minute_of
from tracker.queries import read_session
from tracker.queries.devices import DeviceRow
from tracker.queries.plan import WeekPlan, week_plan
from tracker.web.filters import localised, short_day
from tracker.web.forms.plan import BlockOffer, PlanBlockForm
from tracker.web.person import request_now
from tracker.web.plan_places import Place, part_minutes, place_of, time_of
from tracker.web.plan_rules import Told, tell
from tracker.web.plan_words import PlanWords, plan_words
from tracker.web.plan_writing import blocks_to_edit, day_mark


@dataclass(frozen=True, slots=True)
class TypeNote:
    """What hinders an exam type here: barred by the machine, or only doubtful for the doctor."""

    is_barred: bool = False
    why: str = ""


@dataclass(frozen=True, slots=True)
class Editing:
    """A block of a place, or the one that a cell is to get; the plan and the words around it."""

    plan: WeekPlan
    words: PlanWords
    device: DeviceRow
    block: PlanBlock
    at: str
    is_new: bool
    today: date

    @property
    def at_once(self) -> bool:
        """Whether a change here takes effect now, outside the draft."""
        return is_at_once(self.block.local_date, self.today)

    @property
    def blocks(self) -> tuple[PlanBlock, ...]:
        """The week that is edited (plan_writing.blocks_to_edit)."""
        return blocks_to_edit(self.plan, self.today)

    @property
    def where(self) -> str:
        """The place as people say it."""
        part = self.words.parts[part_of(self.block, part_minutes(self.words.parts))]
        return f"{self.device.code} {short_day(self.block.local_date)} {localised(part)}"

    @property
    def version(self) -> int:
        """What is seen: the draft's version, or the day's mark where a change takes effect at once."""
        if self.at_once:
            return day_mark(self.plan, self.block.key)
        return self.plan.draft.version if self.plan.draft else 0

    def edits(self, block: PlanBlock) -> Edits:
        """The device days once this block stands here. Raises NotFoundError."""
        if self.is_new:
            return put_block(self.blocks, block)
        return replace_block(self.blocks, (self.block.key, self.block.starts), block)

    def broken_by(self, block: PlanBlock) -> list[BrokenRule]:
        """The rules that this block would break if it stood here."""
        after = merged(self.blocks, self.edits(block))
        day = [each for each in after if each.local_date == block.local_date]
        place = block.key, block.starts
        found = broken_rules(day, self.plan.facts)
        return [each for each in found if (each.block.key, each.block.starts) == place]

    def told(self, broken: Sequence[BrokenRule]) -> list[Told]:
        """Broken rules in sentences."""
        names = {each.code: localised(each) for each in self.words.exam_types}
        return [tell(each, names) for each in broken]


def load_editing(at: str) -> Editing:
    """The place that is asked for, in its week's draft. Raises NotFoundError, InvalidError."""
    now = request_now()
    with read_session() as reading:
        plan = week_plan(reading, monday_of(place_of(at).local_date), now=now)
        words = plan_words(reading)
    return editing_of(plan, words, at, today=local_date_of(now, clock.hospital_zone()))


def editing_of(plan: WeekPlan, words: PlanWords, at: str, *, today: date) -> Editing:
    """What stands at a place, or a new block of its part of the day. Raises NotFoundError, InvalidError."""
    place = place_of(at)
    device = next((each for each in words.devices if each.code == place.device), None)
    if device is None or plan.monday != monday_of(place.local_date):
        raise NotFoundError(N_("There is no such place in the plan."))
    if place.starts is None:
        block, is_new = _fresh(plan, words, device, place), True
    else:
        key = device.id, place.local_date
        blocks = blocks_to_edit(plan, today)
        block, is_new = find_block(blocks, (key, place.starts)), False
    return Editing(plan, words, device, block, at=at, is_new=is_new, today=today)


def _fresh(plan: WeekPlan, words: PlanWords, device: DeviceRow, place: Place) -> PlanBlock:
    """All that the machine can do, in the hours of that part of the day. Raises NotFoundError."""
    parts = zip(words.parts, part_minutes(words.parts), strict=True)
    hours = next((minutes for part, minutes in parts if part.code == place.part), None)
    if hours is None:
        raise NotFoundError(N_("There is no such place in the plan."))
    can = plan.facts.devices[device.id].exam_type_ids
    return PlanBlock(device.id, place.local_date, *hours, exam_type_ids=can)


def block_as_data(editing: Editing) -> dict[str, object]:
    """The block under the names of the form's fields."""
    block, words = editing.block, editing.words
    doctor = editing.plan.facts.doctors.get(block.operator_id or 0)
    reserves = {f"reserve_{s.code}": block.reserve_minutes.get(s.id) for s in words.streams}
    reasons = {f"reason_{code}": reason for code, reason in block.overrules.items()}
    return {
        "version": str(editing.version),
        "starts": time_of(block.starts),
        "ends": time_of(block.ends),
        "operator": doctor.code if doctor else "",
        "exam_types": [t.code for t in words.exam_types if t.id in block.exam_type_ids],
        "place": block.place,
        "transport_minutes": block.transport_minutes or None,
        **reserves,
        **reasons,
    }


def block_from(form: PlanBlockForm, editing: Editing) -> PlanBlock:
    """The block as it was entered; the reasons are those for rules that it may break."""
    was, words, chosen = editing.block, editing.words, form.exam_types.chosen()
    doctors = {each.code: each.id for each in editing.plan.facts.doctors.values()}
    minutes = {field.name.removeprefix("reserve_"): field.data for field in form.reserves}
    reasons = {code: (field.data or "").strip() for code, field in form.reasons.items()}
    runs_over = form.ends.data == time_of(was.ends)
    return replace(
        was,
        starts=minute_of(form.starts.data),
        ends=was.ends if runs_over else minute_of(form.ends.data),
        operator_id=doctors.get(form.operator.data or ""),
        exam_type_ids=frozenset(t.id for t in words.exam_types if t.code in chosen),
        reserve_minutes={s.id: minutes[s.code] for s in words.streams if minutes.get(s.code)},
        place=(form.place.data or "").strip(),
        transport_minutes=form.transport_minutes.data or 0,
        overrules={code: reason for code, reason in reasons.items() if reason and code in WARNING},
    )


def offer_of(editing: Editing) -> BlockOffer:
    """Doctors in service: the free ones first, then those at work elsewhere and those away; exam types by name."""
    groups = {"free": _("Free then"), "busy": _("At work elsewhere then"), "away": _("Away then")}
    found: list[tuple[str, str, str]] = []
    for state, group in groups.items():
        for doctor in editing.plan.facts.doctors.values():
            is_named = doctor.id == editing.block.operator_id
            if not doctor.is_retired or is_named:
                where = _whereabouts(doctor, editing)
                if where[0] == state:
                    found.append((doctor.code, f"{doctor.name} {where[1]}".strip(), group))
    types = [(each.code, localised(each)) for each in editing.words.exam_types]
    return BlockOffer(found, types)


def _whereabouts(doctor: PlanDoctor, editing: Editing) -> tuple[str, str]:
    """free, busy (and on which machine) or away, during the block's hours."""
    block, facts = editing.block, editing.plan.facts
    if facts.away_then(doctor.id, block.local_date, (block.starts, block.ends)) is not None:
        return "away", ""
    for other in editing.blocks:
        if other.operator_id == doctor.id and other.meets(block) and other is not block:
            device = facts.devices.get(other.device_id)
            return "busy", f"({device.code})" if device else ""
    return "free", ""


def type_notes(editing: Editing, operator_code: str) -> Mapping[str, TypeNote]:
    """Exam type → what hinders it on this machine, or with the doctor who is named."""
    facts = editing.plan.facts
    doctor = next((d for d in facts.doctors.values() if d.code == operator_code), None)
    return {
        each.code: _note(each.id, editing.device.id, doctor, facts)
        for each in editing.words.exam_types
    }


def _note(
    exam_type_id: int, device_id: int, doctor: PlanDoctor | None, facts: PlanFacts
) -> TypeNote:
    if exam_type_id not in facts.devices[device_id].exam_type_ids:
        return TypeNote(True, _("The machine lacks a function for it."))
    if doctor is not None and exam_type_id not in doctor.exam_type_ids:
        return TypeNote(False, _("%(name)s is not competent for it.", name=doctor.name))
    if doctor is not None and not has_title(doctor, facts.exam_types[exam_type_id].least_title):
        return TypeNote(False, _("%(name)s lacks the title for it.", name=doctor.name))
    return TypeNote()


def cells_to_choose(editing: Editing) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Devices and half-days that a block can be sent to, as the values and the words of a form."""
    half_days = [
        (f"{day.isoformat()}.{part.code}", f"{short_day(day)} {localised(part)}")
        for day in editing.plan.days
        if day >= editing.today
        for part in editing.words.parts
    ]
    return [(each.code, each.code) for each in editing.words.devices], half_days


def cell_at(editing: Editing, place: Place) -> Cell:
    """The cell of a place in the same week. Raises NotFoundError."""
    device = next((each for each in editing.words.devices if each.code == place.device), None)
    codes = [part.code for part in editing.words.parts]
    if device is None or place.local_date not in editing.plan.days or place.part not in codes:
        raise NotFoundError(N_("There is no such place in the plan."))
    return Cell(device.id, place.local_date, codes.index(place.part))


def sent_to(editing: Editing, target: Cell, how: str) -> Edits:
    """The device days once the block is moved to a cell, or its own cell copied there."""
    parts, block = part_minutes(editing.words.parts), editing.block
    if how == "copy":
        source = Cell(*block.key, part_of(block, parts))
        return copy_cell(editing.blocks, source, [target], parts)
    return drag(editing.blocks, (block.key, block.starts), target, parts)


def start_in(editing: Editing, target: Cell, edits: Edits) -> int | None:
    """Where the first block of a cell begins after an edit; None where the cell was left as it was or is empty."""
    parts = part_minutes(editing.words.parts)
    shown = (b for b in edits.get(target.key, ()) if part_of(b, parts) == target.part)
    return next((block.starts for block in shown), None)
