"""The week's plan made ready to be shown: devices by half-days, each cell with its blocks in words and colours.

Two hundred cells are shown at once: words are looked up once a page, never once a cell.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from flask_babel import gettext as _

from tracker.domain.plan import DeviceDate, PlanBlock, by_device_date
from tracker.domain.planedits import part_of
from tracker.domain.planrules import BrokenRule, PlanFacts
from tracker.queries.devices import DeviceRow
from tracker.queries.streams import PartOfDayRow
from tracker.web.filters import localised, short_day
from tracker.web.plan_places import cell_text, clock_text, part_minutes, place_text
from tracker.web.plan_rules import look_of, rule_text
from tracker.web.plan_words import PlanWords

LOAD_BANDS = (0.25, 0.5, 0.75, 0.95)
"""From which share of the open minutes on a block has the next colour of load."""


@dataclass(frozen=True, slots=True)
class Chip:
    """An exam type in a cell: as short as it can be told from the others, its name and its colour."""

    short: str
    name: str
    colour: str


@dataclass(frozen=True, slots=True)
class BlockView:
    """A block in words. `load`: booked ÷ open minutes, None where nothing is published yet."""

    block: PlanBlock
    id: str
    hours: str
    operator: str
    chips: tuple[Chip, ...]
    hue: str
    reserves: str
    load: float | None
    broken: tuple[BrokenRule, ...]
    is_changed: bool
    label: str

    @property
    def percent(self) -> int:
        """The load in whole percent."""
        return round(100 * (self.load or 0))

    @property
    def band(self) -> int:
        """The colour of its load: 0 is the palest."""
        return sum((self.load or 0) >= edge for edge in LOAD_BANDS)

    @property
    def worst(self) -> str:
        """What its broken rules come to: "refuses", "warns", "allowed" or nothing."""
        looks = {look_of(each) for each in self.broken}
        return next((look for look in ("refuses", "warns", "allowed") if look in looks), "")


@dataclass(frozen=True, slots=True)
class Cell:
    """A device's half-day. `id` names the place for a new block; `is_open`: it is a link into the editor."""

    id: str
    column: int
    is_last: bool
    is_over: bool
    is_closed: bool
    is_open: bool
    blocks: tuple[BlockView, ...]
    label: str


@dataclass(frozen=True, slots=True)
class GridDay:
    """A day of the grid: its place in the week is its column on a phone."""

    date: date
    column: int
    is_today: bool


@dataclass(frozen=True, slots=True)
class Grid:
    """The whole: days, parts of each, and one row for each device."""

    days: tuple[GridDay, ...]
    parts: tuple[PartOfDayRow, ...]
    rows: tuple[tuple[DeviceRow, tuple[Cell, ...]], ...]


@dataclass(frozen=True, slots=True)
class GridPlan:
    """The blocks that are shown. `booked`: block id → minutes; `changed`: places that differ from the
    published; `open_cells`: the device days that are links into the editor.
    """

    blocks: Sequence[PlanBlock]
    facts: PlanFacts
    booked: Mapping[int, int] = field(default_factory=dict)
    broken: Sequence[BrokenRule] = ()
    changed: frozenset[tuple[DeviceDate, int]] = frozenset()
    open_cells: Callable[[DeviceDate], bool] = lambda _key: False


def short_names(names: Mapping[int, str]) -> dict[int, str]:
    """For each name its first letters, as many as tell it from the others: one of Chinese, two of Latin."""
    return {each: _shortest(name, names.values()) for each, name in names.items()}


def _shortest(name: str, names: Iterable[str]) -> str:
    others = [other for other in names if other != name]
    least = 2 if name[:1].isascii() else 1
    for length in range(least, len(name)):
        if not any(other.startswith(name[:length]) for other in others):
            return name[:length]
    return name


def grid_of(plan: GridPlan, words: PlanWords, days: Sequence[GridDay], *, today: date) -> Grid:
    """The grid of some days of the week."""
    maker = _Maker(plan, words, [day.date for day in days])
    blocks = by_device_date(plan.blocks)
    rows = []
    for device in words.devices:
        cells = []
        for day in days:
            own = blocks.get((device.id, day.date), ())
            if device.id in plan.facts.devices or own:
                cells += maker.cells(device, day, own, today)
        rows.append((device, tuple(cells)))
    return Grid(tuple(days), words.parts, tuple(rows))


class _Maker:
    """Makes cells; what each needs is looked up once."""

    def __init__(self, plan: GridPlan, words: PlanWords, days: Sequence[date]) -> None:
        self.plan = plan
        self.day_names = {day: short_day(day) for day in days}
        self.parts = words.parts
        self.hours = part_minutes(words.parts)
        names = {each.id: localised(each) for each in words.exam_types}
        shorts = short_names(names)
        self.chips = {
            each.id: Chip(shorts[each.id], names[each.id], each.colour) for each in words.exam_types
        }
        self.type_names = {each.code: names[each.id] for each in words.exam_types}
        self.streams = {each.id: localised(each) for each in words.streams}
        self.short_streams = short_names(self.streams)
        self.part_names = [localised(part) for part in words.parts]
        self.rarity = _machines_of(plan.facts)
        self.broken_at: dict[tuple[DeviceDate, int], list[BrokenRule]] = {}
        for each in plan.broken:
            self.broken_at.setdefault((each.block.key, each.block.starts), []).append(each)

    def cells(
        self, device: DeviceRow, day: GridDay, own: Sequence[PlanBlock], today: date
    ) -> list[Cell]:
        shown: list[list[BlockView]] = [[] for _part in self.parts]
        day_name = self.day_names[day.date]
        for block in own:
            at = part_of(block, self.hours)
            shown[at].append(self.block(device, block, f"{day_name} {self.part_names[at]}", at))
        closed = self.plan.facts.closed.get((device.id, day.date), ())
        is_open = day.date >= today and self.plan.open_cells((device.id, day.date))
        return [
            Cell(
                id=cell_text(device.code, day.date, part.code),
                column=day.column,
                is_last=part is self.parts[-1],
                is_over=day.date < today,
                is_open=is_open,
                is_closed=any(s < ends and starts < e for s, e in closed),
                blocks=tuple(blocks),
                label=f"{device.code} {day_name} {name}",
            )
            for part, (starts, ends), name, blocks in zip(
                self.parts, self.hours, self.part_names, shown, strict=True
            )
        ]

    def block(self, device: DeviceRow, block: PlanBlock, when: str, at: int) -> BlockView:
        is_usual = self.hours[at] == (block.starts, block.ends)
        hours = "" if is_usual else f"{clock_text(block.starts)}–{clock_text(block.ends)}"
        types = sorted(block.exam_type_ids, key=lambda each: (self.rarity.get(each, 99), each))
        chips = tuple(self.chips[each] for each in types if each in self.chips)
        doctor = self.plan.facts.doctors.get(block.operator_id or 0)
        load = self._load(block)
        broken = tuple(self.broken_at.get((block.key, block.starts), ()))
        view = BlockView(
            block=block,
            id=place_text(device.code, block.local_date, block.starts),
            hours=hours,
            operator=doctor.name if doctor else "",
            chips=chips,
            hue=chips[0].colour if chips else "",
            reserves=self._reserves(block),
            load=load,
            broken=broken,
            is_changed=(block.key, block.starts) in self.plan.changed,
            label="",
        )
        return _labelled(view, f"{device.code} {when}", self.type_names)

    def _load(self, block: PlanBlock) -> float | None:
        if block.block_id is None or not block.open_minutes:
            return None
        return self.plan.booked.get(block.block_id, 0) / block.open_minutes

    def _reserves(self, block: PlanBlock) -> str:
        kept = [(s, m) for s, m in block.reserve_minutes.items() if m and s in self.streams]
        return " ".join(f"{self.short_streams[s]} {m}" for s, m in sorted(kept))


def _machines_of(facts: PlanFacts) -> dict[int, int]:
    """Exam type → how many machines can do it: the rarest gives a block its colour."""
    machines = facts.devices.values()
    return {each: sum(each in m.exam_type_ids for m in machines) for each in facts.exam_types}


def _labelled(view: BlockView, where: str, names: Mapping[str, str]) -> BlockView:
    """With the sentence that a screen reader says for the whole cell."""
    parts = [
        f"{where} {view.hours}".strip(),
        view.operator or _("no doctor named"),
        view.block.place,
        ", ".join(chip.name for chip in view.chips),
        "" if view.load is None else _("%(percent)s%% booked", percent=view.percent),
        *(rule_text(each, names) for each in view.broken),
    ]
    return replace(view, label="; ".join(part for part in parts if part))
