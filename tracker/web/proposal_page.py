"""A proposal in words: each change a sentence with its numbers, totals before and after, what cannot be met and why."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.domain.errors import N_, Params, Reason
from tracker.domain.plan import BlockChange, DeviceDate, PlanBlock
from tracker.domain.planrules import PlanFacts
from tracker.domain.proposal import (
    BlockEffect,
    effects,
    is_any_figure_better,
    is_taken,
    place_of_change,
    with_change,
)
from tracker.sentences import sentence
from tracker.web.filters import localised, short_day
from tracker.web.plan_places import part_of, place_text
from tracker.web.plan_words import PlanWords

LEAST_PATIENTS = 1
BETWEEN = ","
"""Between the places of blocks that are accepted together."""
ONLY_RESERVES = ("reserve_minutes",)
Planned = Mapping[DeviceDate, tuple[PlanBlock, ...]]


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """A proposed change of one block, or the same one of several. `state`: open, taken, or passed (planned otherwise
    meanwhile). `at` names the blocks, with commas between them; `blocks` says how many they are."""

    at: str
    title: str
    texts: Sequence[str]
    state: str
    blocks: int = 1


@dataclass(frozen=True, slots=True)
class ChangesOfDay:
    """The changes of a day, and how many of them can be accepted."""

    local_date: date
    lines: Sequence[ChangeLine]

    @property
    def left(self) -> int:
        """Changes that are neither taken nor passed over."""
        return sum(line.blocks for line in self.lines if line.state == "open")

    @property
    def blocks(self) -> int:
        """Blocks that change on the day."""
        return sum(line.blocks for line in self.lines)


@dataclass(frozen=True, slots=True)
class TotalLine:
    """Patients of an exam type: asked for, served within their goal as planned now, and as proposed."""

    name: str
    asked: float
    before: float
    after: float


class ProposalTeller:
    """Tells a proposal in the reader's language; `standing` is the plan as it is now."""

    def __init__(self, words: PlanWords, facts: PlanFacts, standing: Planned) -> None:
        self._words, self._facts, self._standing = words, facts, standing
        self._devices = {each.id: each.code for each in words.devices}
        self._types = {each.id: localised(each) for each in words.exam_types}
        self._streams = {each.id: localised(each) for each in words.streams}
        self._minutes = {each.id: each.minutes for each in facts.exam_types.values()}

    def days(self, proposal: Mapping[str, Any]) -> list[ChangesOfDay]:
        """Every change, by day, device and start; those that only keep other minutes are one line for all machines."""
        return [
            ChangesOfDay(day, self._lines(list(these)))
            for day, these in groupby(effects(proposal), key=lambda e: e.change.key[1])
        ]

    def caution(self, proposal: Mapping[str, Any]) -> str:
        """What a reader should know before weighing changes that win little; empty for a proposal that is worth it."""
        fields = {each.change.fields for each in effects(proposal)}
        told = []
        if fields and not is_any_figure_better(proposal):
            told.append(_("No figure gets better by it: the plan can stay as it is."))
        if fields == {ONLY_RESERVES}:
            told.append(
                _("Only minutes kept for streams change: who works where, and on what, stays.")
            )
        return " ".join(told)

    def _lines(self, of_day: Iterable[BlockEffect]) -> list[ChangeLine]:
        """What changes of each block; twenty machines that keep the same minutes are one thing to decide."""
        lines: list[ChangeLine] = []
        alike: dict[tuple[str, str, str], list[tuple[str, ChangeLine]]] = {}
        for effect in of_day:
            change, line = effect.change, self._line(effect)
            if change.fields == ONLY_RESERVES:
                key = (self._part(change), line.state, self._reserves(change))
                alike.setdefault(key, []).append((self._code(change), line))
            else:
                lines.append(line)
        return lines + [_of_several(part, these) for (part, *_rest), these in alike.items()]

    def totals(self, proposal: Mapping[str, Any]) -> list[TotalLine]:
        """Each exam type that is asked for, in the department's order."""
        sums = [
            _by_exam_type(rows)
            for rows in (
                proposal["asked"],
                proposal["totals"]["before"]["met"],
                proposal["totals"]["after"]["met"],
            )
        ]
        return [
            TotalLine(name, *(self._patients(kind, found.get(kind, 0)) for found in sums))
            for kind, name in self._types.items()
            if kind in sums[0]
        ]

    def unmet(self, proposal: Mapping[str, Any]) -> list[str]:
        """What cannot be served within its goal, and why."""
        return [
            _(
                "%(stream)s, %(exam_type)s: %(minutes)d minutes (about %(patients)d patients). %(why)s",
                stream=self._streams.get(each["stream"], "?"),
                exam_type=self._types.get(each["exam_type"], "?"),
                minutes=round(each["minutes"]),
                patients=round(self._patients(each["exam_type"], each["minutes"])),
                why=sentence(Reason("unmet", each["text"], Params(each["params"]))),
            )
            for each in proposal["unmet"]
        ]

    def _patients(self, exam_type_id: int, minutes: float) -> float:
        return minutes / self._minutes.get(exam_type_id, 10)

    # --- one change --------------------------------------------------------------------------------

    def _line(self, effect: BlockEffect) -> ChangeLine:
        change = effect.change
        _device_id, day, starts = place_of_change(change)
        code = self._code(change)
        title = _(
            "%(device)s, %(day)s, %(part)s",
            device=code,
            day=short_day(day),
            part=self._part(change),
        )
        now = self._standing.get(change.key, ())
        state = "open" if with_change(now, change) is not None else "passed"
        state = "taken" if is_taken(now, change) else state
        return ChangeLine(place_text(code, day, starts), title, self._texts(effect), state)

    def _code(self, change: BlockChange) -> str:
        return self._devices.get(change.key[0], "?")

    def _part(self, change: BlockChange) -> str:
        block = change.after or change.before
        return localised(self._words.parts[part_of(block, self._words.parts)]) if block else ""

    def _texts(self, effect: BlockEffect) -> list[str]:
        change = effect.change
        if change.after is None:
            return [_("Nobody works there.")]
        told = [self._operator(change), self._exam_types(change), *self._gains(effect)]
        return [text for text in [*told, self._reserves(change)] if text]

    def _operator(self, change: BlockChange) -> str:
        after = change.after.operator_id if change.after else None
        before = change.before.operator_id if change.before else None
        if before == after:
            return ""
        if before is None:
            return _("%(after)s works there.", after=self._doctor(after))
        return _(
            "%(after)s instead of %(before)s.",
            after=self._doctor(after),
            before=self._doctor(before),
        )

    def _doctor(self, operator_id: int | None) -> str:
        doctor = self._facts.doctors.get(operator_id or 0)
        return f"{doctor.name} {doctor.code}" if doctor else _("nobody")

    def _exam_types(self, change: BlockChange) -> str:
        if change.before is None or change.after is None:
            return ""
        lost = change.before.exam_type_ids - change.after.exam_type_ids
        added = change.after.exam_type_ids - change.before.exam_type_ids
        texts = [
            self._names(N_("No longer: %(names)s."), lost),
            self._names(N_("New: %(names)s."), added),
        ]
        return " ".join(text for text in texts if text)

    def _names(self, text: str, exam_types: frozenset[int]) -> str:
        names = [name for kind, name in self._types.items() if kind in exam_types]
        return sentence(Reason("names", text, Params(names=names))) if names else ""

    def _gains(self, effect: BlockEffect) -> list[str]:
        """How many patients more of an exam type the block serves; only where it changes what it is for."""
        assert effect.change.after is not None  # a block that goes gains nothing
        if "exam_type_ids" not in effect.change.fields and effect.change.before is not None:
            return []
        found = []
        for kind, minutes in list(effect.gains(1).items())[:2]:
            patients = int(self._patients(kind, minutes))
            if patients >= LEAST_PATIENTS:
                found.append(
                    ngettext(
                        "Here %(num)s more patient for %(exam_type)s.",
                        "Here %(num)s more patients for %(exam_type)s.",
                        patients,
                        exam_type=self._types.get(kind, "?"),
                    )
                )
        return found

    def _reserves(self, change: BlockChange) -> str:
        before = dict(change.before.reserve_minutes) if change.before else {}
        after = dict(change.after.reserve_minutes) if change.after else {}
        if before == after:
            return ""
        parts = [
            _(
                "%(stream)s %(after)d minutes (now %(before)d)",
                stream=name,
                after=after.get(stream, 0),
                before=before.get(stream, 0),
            )
            for stream, name in self._streams.items()
            if before.get(stream, 0) != after.get(stream, 0)
        ]
        return sentence(Reason("kept", N_("Kept for: %(streams)s."), Params(streams=parts)))


def _of_several(part: str, lines: Sequence[tuple[str, ChangeLine]]) -> ChangeLine:
    """One line for blocks of a half-day whose change is the same."""
    _code, first = lines[0]
    if len(lines) == 1:
        return first
    title = _(
        "%(part)s, %(count)s machines (%(devices)s)",
        part=part,
        count=len(lines),
        devices=", ".join(code for code, _line in lines),
    )
    at = BETWEEN.join(line.at for _code, line in lines)
    return replace(first, at=at, title=title, blocks=len(lines))


def _by_exam_type(rows: Sequence[Sequence[float]]) -> dict[int, float]:
    found: dict[int, float] = {}
    for _stream, kind, minutes in rows:
        found[int(kind)] = found.get(int(kind), 0) + minutes
    return found
