"""What publishing changes, as sentences: block by block, each with what was and what will be."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask_babel import gettext as _

from tracker.domain.plan import BlockChange, PlanBlock
from tracker.domain.planedits import part_of
from tracker.domain.planrules import PlanFacts
from tracker.web.filters import localised, short_day
from tracker.web.plan_places import clock_text, part_minutes, place_text
from tracker.web.plan_words import PlanWords


@dataclass(frozen=True, slots=True)
class ToldChange:
    """A change in words: `where` (US07 Tue 1 Dec Morning), what becomes of it; `id` is the block's place."""

    where: str
    id: str
    parts: tuple[str, ...]


class DiffTeller:
    """Tells changes in the words of one page."""

    def __init__(self, facts: PlanFacts, words: PlanWords) -> None:
        self.facts = facts
        self.hours = part_minutes(words.parts)
        self.part_names = [localised(part) for part in words.parts]
        self.types = {each.id: localised(each) for each in words.exam_types}
        self.streams = {each.id: localised(each) for each in words.streams}
        self.fields: Mapping[str, Callable[[PlanBlock, PlanBlock], str]] = {
            "starts": self._hours,
            "ends": self._hours,
            "operator_id": self._operator,
            "exam_type_ids": self._exam_types,
            "reserve_minutes": self._reserves,
            "place": self._place,
            "transport_minutes": self._transport,
        }

    def tell(self, change: BlockChange) -> ToldChange:
        """One change: a new block, one that goes, or what differs."""
        block = change.after or change.before
        assert block is not None  # a change has at least one side
        device = self.facts.devices.get(block.device_id)
        code = device.code if device else "?"
        part = self.part_names[part_of(block, self.hours)]
        return ToldChange(
            where=f"{code} {short_day(block.local_date)} {part}",
            id=place_text(code, block.local_date, block.starts),
            parts=tuple(self._parts(change, block)),
        )

    def _parts(self, change: BlockChange, block: PlanBlock) -> list[str]:
        if change.before is None:
            return [_("new"), *self._whole(block)]
        if change.after is None:
            return [_("no longer worked"), self._doctor(block)]
        told = [self.fields[name](change.before, change.after) for name in change.fields]
        return list(dict.fromkeys(told))

    def _whole(self, block: PlanBlock) -> list[str]:
        types = ", ".join(self._types(block))
        return [each for each in (_span(block), self._doctor(block), types, block.place) if each]

    def _doctor(self, block: PlanBlock) -> str:
        doctor = self.facts.doctors.get(block.operator_id or 0)
        return doctor.name if doctor else _("nobody named")

    def _types(self, block: PlanBlock) -> list[str]:
        return [name for each, name in self.types.items() if each in block.exam_type_ids]

    def _hours(self, before: PlanBlock, after: PlanBlock) -> str:
        return _("hours %(before)s → %(after)s", before=_span(before), after=_span(after))

    def _operator(self, before: PlanBlock, after: PlanBlock) -> str:
        was, becomes = self._doctor(before), self._doctor(after)
        return _("doctor %(before)s → %(after)s", before=was, after=becomes)

    def _exam_types(self, before: PlanBlock, after: PlanBlock) -> str:
        was, becomes = self._types(before), self._types(after)
        added = [f"+ {name}" for name in becomes if name not in was]
        gone = [f"− {name}" for name in was if name not in becomes]
        return _("exam types %(changes)s", changes=" ".join([*added, *gone]))

    def _reserves(self, before: PlanBlock, after: PlanBlock) -> str:
        ids = [s for s in self.streams if self._kept(before, s) != self._kept(after, s)]
        told = [f"{self.streams[s]} {self._kept(before, s)} → {self._kept(after, s)}" for s in ids]
        return _("minutes reserved: %(changes)s", changes=", ".join(told))

    @staticmethod
    def _kept(block: PlanBlock, stream_id: int) -> int:
        return block.reserve_minutes.get(stream_id, 0)

    def _place(self, before: PlanBlock, after: PlanBlock) -> str:
        own = _("its own room")
        was, becomes = before.place or own, after.place or own
        return _("place %(before)s → %(after)s", before=was, after=becomes)

    def _transport(self, before: PlanBlock, after: PlanBlock) -> str:
        was, becomes = before.transport_minutes, after.transport_minutes
        return _("minutes on the way %(before)s → %(after)s", before=was, after=becomes)


def _span(block: PlanBlock) -> str:
    return f"{clock_text(block.starts)}–{clock_text(block.ends)}"
