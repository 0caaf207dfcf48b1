"""A week's plan as a workbook: doctors by half-days as a roster that can be taken in again, and machines by half-days."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import get_locale
from flask_babel import gettext as _

from tracker.domain.plan import PlanBlock
from tracker.domain.planrules import PlanFacts
from tracker.domain.roster import AWAY_WORDS
from tracker.domain.workcalendar import minute_of
from tracker.web.filters import localised
from tracker.web.plan_places import clock_text, part_of
from tracker.web.plan_words import PlanWords
from tracker.web.workbooks import write_workbook

HalfDay = tuple[date, int]
"""A day and the place of a part of the day."""


@dataclass(frozen=True, slots=True)
class PlanTables:
    """What the two sheets are made of."""

    blocks: Sequence[PlanBlock]
    days: Sequence[date]
    facts: PlanFacts
    words: PlanWords

    def half_days(self) -> list[HalfDay]:
        """The columns, from left to right."""
        return [(day, part) for day in self.days for part in range(len(self.words.parts))]


def plan_workbook(tables: PlanTables) -> bytes:
    """The workbook of a week, in the language of the page. The roster comes first: it is read from the first sheet."""
    sheets = {
        _("Doctors"): list(_doctors(tables)),
        _("Machines"): list(_machines(tables)),
    }
    return write_workbook(sheets, words={})


def _headings(tables: PlanTables) -> list[str]:
    parts = [localised(part) for part in tables.words.parts]
    return [f"{day.isoformat()} {parts[part]}" for day, part in tables.half_days()]


def _machines(tables: PlanTables) -> Iterator[list[str]]:
    yield [_("Device"), *_headings(tables)]
    names = {each.id: localised(each) for each in tables.words.exam_types}
    streams = {each.id: localised(each) for each in tables.words.streams}
    for device in tables.words.devices:
        cells: dict[HalfDay, list[str]] = {}
        for block in tables.blocks:
            if block.device_id == device.id:
                place = (block.local_date, part_of(block, tables.words.parts))
                lines = _lines(block, tables, names, streams)
                cells.setdefault(place, []).append("\n".join(lines))
        yield [device.code, *("\n\n".join(cells.get(place, ())) for place in tables.half_days())]


def _lines(
    block: PlanBlock, tables: PlanTables, names: dict[int, str], streams: dict[int, str]
) -> Iterator[str]:
    doctor = tables.facts.doctors.get(block.operator_id or 0)
    yield f"{clock_text(block.starts)}–{clock_text(block.ends)}"
    yield doctor.name if doctor else _("no doctor named")
    yield ", ".join(names[each] for each in sorted(block.exam_type_ids) if each in names)
    if block.reserve_minutes:
        kept = ((streams.get(s, ""), m) for s, m in sorted(block.reserve_minutes.items()))
        yield "; ".join(f"{name} {minutes}" for name, minutes in kept)
    if block.place:
        yield block.place


def _doctors(tables: PlanTables) -> Iterator[list[str]]:
    yield [_("Code"), _("Doctor"), *_headings(tables)]
    codes = {each.id: each.code for each in tables.words.devices}
    for doctor in tables.facts.doctors.values():
        if doctor.is_retired:
            continue
        at = {
            (block.local_date, part): codes.get(block.device_id, "")
            for block in tables.blocks
            if block.operator_id == doctor.id
            for part, hours in enumerate(tables.words.parts)
            if block.starts < minute_of(hours.ends) and minute_of(hours.starts) < block.ends
        }
        cells = (at.get(place) or _away(tables, doctor.id, place) for place in tables.half_days())
        yield [doctor.code, doctor.name, *cells]


def _away(tables: PlanTables, operator_id: int, place: HalfDay) -> str:
    """The roster's word for why the doctor is away then; nothing when nobody said so."""
    day, part = place
    hours = tables.words.parts[part]
    minutes = minute_of(hours.starts), minute_of(hours.ends)
    away = tables.facts.away_then(operator_id, day, minutes)
    return "" if away is None else away_word(away.kind)


def away_word(kind: str) -> str:
    """The word for a kind of absence in the language of the page, one that a roster is read with."""
    is_chinese = str(get_locale()).startswith("zh")
    return AWAY_WORDS[kind][0] if is_chinese else kind
