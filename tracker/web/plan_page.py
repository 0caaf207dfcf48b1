"""What the page of a week's plan shows: read in one go, made ready by plan_grid and plan_rules."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from tracker import clock
from tracker.domain.plan import WORKDAYS, BlockChange, DeviceDate, monday_of
from tracker.domain.planpast import is_at_once
from tracker.domain.planrules import broken_rules
from tracker.domain.workcalendar import local_date_of
from tracker.queries import Reading
from tracker.queries.forecast import expected_demand, forecast_made_at
from tracker.queries.plan import WeekPlan, week_plan
from tracker.queries.plan_authors import draft_authors
from tracker.web.filters import localised
from tracker.web.plan_demand import Demand, DemandSource, demand_of
from tracker.web.plan_grid import GridDay, GridPlan, grid_of, short_names
from tracker.web.plan_places import week_text
from tracker.web.plan_words import PlanWords, plan_words

ACTION: Mapping[str, LazyString] = {
    "add_block": _l("a block added"),
    "change_block": _l("a block changed"),
    "remove_block": _l("a block removed"),
    "move_block": _l("a block moved"),
    "copy_block": _l("a block copied"),
    "copy_day": _l("a day copied"),
    "copy_week": _l("a week copied"),
    "roster": _l("a roster taken over"),
    "proposal": _l("a proposal accepted"),
}
"""A step of a draft → how it is called where it can be undone."""
FIRST_REST_DAY = 5
"""Saturday: from here on a day is shown only when it is worked."""


@dataclass(frozen=True, slots=True)
class Eyes:
    """Who looks: those who plan see the draft and what is broken; the head edits."""

    see_draft: bool
    edit: bool


@dataclass(frozen=True, slots=True)
class DraftShown:
    """The open draft in words: how many blocks it changes, who makes it, which step would be undone."""

    version: int
    changes: int
    names: str
    last_step: str


def plan_context(
    reading: Reading, monday: date, *, now: datetime, view: str, eyes: Eyes
) -> dict[str, Any]:
    """The grid and what stands around it. `view` "draft" shows the draft, if there is one."""
    plan = week_plan(reading, monday, now=now)
    words = plan_words(reading)
    today = local_date_of(now, clock.hospital_zone())
    is_draft = plan.draft is not None and view == "draft"
    blocks = plan.blocks if is_draft or plan.draft is None else plan.published
    broken = plan.broken if blocks is plan.blocks else broken_rules(blocks, plan.facts)
    shown = GridPlan(
        blocks=blocks,
        facts=plan.facts,
        booked={block: use.minutes for block, use in plan.load.items()},
        broken=broken if eyes.see_draft else (),
        changed=changed_places(plan.changes) if is_draft else frozenset(),
        open_cells=_open_cells(plan, today, is_draft=is_draft) if eyes.edit else _nowhere,
    )
    days = [
        GridDay(day, n, day == today) for n, day in enumerate(plan.days) if _is_shown(plan, n, day)
    ]
    return {
        "plan": plan,
        "draft": draft_shown(reading, plan) if eyes.see_draft else None,
        "view": "draft" if is_draft else "published",
        "says_at_once": any(is_at_once(day, today) for _device, day in plan.edited),
        "grid": grid_of(shown, words, days, today=today),
        "rules": words.teller().groups(broken) if eyes.see_draft else [],
        "blocking": len(plan.in_the_way),
        "demand": _demand(reading, shown, words, days) if eyes.see_draft else None,
        "sees_demand": eyes.see_draft,
        "key_types": words.exam_types,
        "key_reserves": reserve_key(words),
        "key_shorts": short_names({each.id: localised(each) for each in words.exam_types}),
    }


def reserve_key(words: PlanWords) -> list[tuple[str, str]]:
    """The streams that may hold minutes: short as in the cells, and in full."""
    names = {each.id: localised(each) for each in words.streams}
    shorts = short_names(names)
    keeping = [each.id for each in words.streams if each.release_rule is not None]
    return [(shorts[each], names[each]) for each in keeping]


def draft_shown(reading: Reading, plan: WeekPlan) -> DraftShown | None:
    """What the page says of the draft; None where none is open."""
    if plan.draft is None:
        return None
    last = plan.draft.last_action
    return DraftShown(
        version=plan.draft.version,
        changes=len(plan.changes),
        names=", ".join(draft_authors(reading, plan.draft.id)),
        last_step=str(ACTION.get(last, last)) if last else "",
    )


def _demand(
    reading: Reading, shown: GridPlan, words: PlanWords, days: Sequence[GridDay]
) -> Demand | None:
    """What is expected on these days against what the shown plan has open."""
    dates = [day.date for day in days]
    if not dates:
        return None
    source = DemandSource(
        expected=expected_demand(reading, dates[0], dates[-1]),
        made_at=forecast_made_at(reading, dates[0], dates[-1]),
        blocks=shown.blocks,
        facts=shown.facts,
        exam_types=words.exam_types,
        parts=words.parts,
    )
    return demand_of(source, dates)


def _nowhere(_key: DeviceDate) -> bool:
    return False


def _open_cells(plan: WeekPlan, today: date, *, is_draft: bool) -> Callable[[DeviceDate], bool]:
    """Device days that may be edited from this view: each where it is shown as it is edited."""

    def is_open(key: DeviceDate) -> bool:
        if is_at_once(key[1], today):
            return not (is_draft and key in plan.edited)
        return is_draft or plan.draft is None

    return is_open


def _is_shown(plan: WeekPlan, column: int, day: date) -> bool:
    is_worked = day in plan.facts.working or any(b.local_date == day for b in plan.blocks)
    return column < FIRST_REST_DAY or is_worked


def changed_places(changes: tuple[BlockChange, ...]) -> frozenset[tuple[DeviceDate, int]]:
    """Where the draft's blocks differ from the published ones."""
    return frozenset((c.after.key, c.after.starts) for c in changes if c.after is not None)


def shown_day(asked: date | None, monday: date, today: date) -> int:
    """The day of the week that a phone shows: the one asked for, else today, else Monday."""
    for day in (asked, today):
        if day is not None and 0 <= (day - monday).days < WORKDAYS:
            return (day - monday).days
    return 0


def weeks_around(monday: date, today: date) -> dict[str, str]:
    """The weeks that the page leads to: before and after this one, that of today and the next."""
    step, this = timedelta(days=WORKDAYS), monday_of(today)
    around = {"before": monday - step, "after": monday + step, "this": this, "next": this + step}
    return {name: week_text(each) for name, each in around.items()}


def plan_address(week: str, **more: str) -> dict[str, str]:
    """What addresses of the plan carry."""
    return {"week": week, **{name: text for name, text in more.items() if text}}
