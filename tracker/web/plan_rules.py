"""Broken rules of a plan in words: at which block, what is broken, why it is allowed. The rules are in domain/planrules."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from tracker.domain.errors import Params, Reason
from tracker.domain.planedits import part_of
from tracker.domain.planrules import BrokenRule
from tracker.queries.exam_types import ExamTypeRow
from tracker.queries.streams import PartOfDayRow
from tracker.sentences import sentence
from tracker.web.filters import localised, short_day
from tracker.web.plan_places import part_minutes, place_text

REASON_LABEL: Mapping[str, LazyString] = {
    "no_operator": _l("Why no doctor is named"),
    "operator_away": _l("Why the doctor works although away"),
    "competence_lacking": _l("Why the doctor may do this without the competence"),
    "title_too_low": _l("Why the doctor may do this without the title"),
    "trainee_alone": _l("Why the trainee works without supervision"),
    "not_open": _l("Why this is worked although closed"),
}
"""What is asked for each rule that may be overruled (planrules.WARNING)."""


@dataclass(frozen=True, slots=True)
class Told:
    """A broken rule in a sentence. `look`: refuses, warns or allowed; `id` the block's place, where it is shown."""

    code: str
    text: str
    look: str
    where: str = ""
    id: str = ""
    allowed: str = ""


@dataclass(frozen=True, slots=True)
class ToldGroup:
    """Broken rules of one look under a title."""

    title: str
    look: str
    rows: Sequence[Told]


def look_of(broken: BrokenRule) -> str:
    """How grave it is: refuses, warns, or allowed by a reason."""
    if broken.refuses:
        return "refuses"
    return "warns" if broken.stands_in_the_way else "allowed"


def rule_text(broken: BrokenRule, names: Mapping[str, str]) -> str:
    """The rule's sentence, with exam types by name (`names`: code → name)."""
    params = Params(broken.params)
    if "code" in params:
        params["code"] = names.get(str(params["code"]), params["code"])
    return sentence(Reason(broken.code, broken.text, params))


def tell(broken: BrokenRule, names: Mapping[str, str]) -> Told:
    """A broken rule beside its own block."""
    text = rule_text(broken, names)
    return Told(broken.code, text, look_of(broken), allowed=broken.allowed)


class RuleTeller:
    """Tells rules with the place of their block, in the words of one page."""

    def __init__(
        self,
        devices: Mapping[int, str],
        parts: Sequence[PartOfDayRow],
        exam_types: Iterable[ExamTypeRow],
    ) -> None:
        self.devices = devices
        self.hours = part_minutes(parts)
        self.part_names = [localised(part) for part in parts]
        self.names = {each.code: localised(each) for each in exam_types}

    def tell(self, broken: BrokenRule) -> Told:
        """One rule: where, and what."""
        block = broken.block
        device = self.devices.get(block.device_id, "?")
        part = self.part_names[part_of(block, self.hours)]
        return Told(
            code=broken.code,
            text=rule_text(broken, self.names),
            look=look_of(broken),
            where=f"{device} {short_day(block.local_date)} {part}",
            id=place_text(device, block.local_date, block.starts),
            allowed=broken.allowed,
        )

    def groups(self, broken: Iterable[BrokenRule]) -> list[ToldGroup]:
        """The gravest first; none where nothing is broken."""
        told = [self.tell(each) for each in broken]
        titles = {
            "refuses": _("Nobody may overrule"),
            "warns": _("To be mended, or allowed with a reason"),
            "allowed": _("Allowed, with the reason"),
        }
        found = ((look, [each for each in told if each.look == look]) for look in titles)
        return [ToldGroup(titles[look], look, rows) for look, rows in found if rows]
