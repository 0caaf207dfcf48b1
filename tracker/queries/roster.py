"""What a roster may name, what its words were said to mean before, and what it would do to a week. No writes."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from tracker.domain.errors import N_, InvalidError
from tracker.domain.plan import PlanBlock, merged, week_days
from tracker.domain.planrules import PlanFacts
from tracker.domain.roster import (
    AWAY_WORDS,
    NOBODY,
    Does,
    Meaning,
    Roster,
    RosterNames,
    plain_word,
    read_roster,
    table_of,
)
from tracker.domain.rosterplan import RosterChange, roster_change
from tracker.models.audit import Setting
from tracker.queries.devices import DeviceRow, devices
from tracker.queries.plan import moment_of, open_draft, published_plan
from tracker.queries.plan_facts import minutes_away, plan_facts
from tracker.queries.staff import StaffRow, staff_members
from tracker.queries.streams import PartOfDayRow, parts_of_day

SETTING = "roster_words"
NOTHING = "nothing"
SHORT_PARTS = (("am", "a.m.", "上", "早"), ("pm", "p.m.", "下", "晚"))
"""What spreadsheets call the first and the second part of the day besides their names."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What words and rows of a roster mean, as somebody said it: plain word → answer.

    `words`: a machine's code, a kind of absence, or NOTHING. `people`: a doctor's code, or NOTHING for a row
    that is passed over.
    """

    words: Mapping[str, str]
    people: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RosterRead:
    """The roster, what it does to the week from tomorrow on, and the plan that it is compared with.

    `recalled`: what was answered earlier of words and rows that stand in it.
    """

    roster: Roster
    change: RosterChange
    plan: tuple[PlanBlock, ...]
    facts: PlanFacts
    recalled: Answers


def kept_answers(session: Session) -> Answers:
    """What was answered for earlier rosters. One statement."""
    kept = session.get(Setting, SETTING)
    value = kept.value if kept is not None and isinstance(kept.value, dict) else {}
    return Answers(dict(value.get("words", {})), dict(value.get("people", {})))


def read_for_week(
    session: Session, monday: date, text: str, answers: Answers, *, now: datetime
) -> RosterRead:
    """Read a pasted roster for a week and compare it with the plan that is being made for it.

    Days that are over, and today, stay as they are: a change for today is made at once, in the plan. Raises
    InvalidError on `text`.
    """
    kept = kept_answers(session)
    machines, parts = devices(session), parts_of_day(session)
    doctors = staff_members(session, kind="doctor")
    people = {**kept.people, **answers.people}
    names = _names(doctors, machines, parts, people)
    meanings = _meanings({**kept.words, **answers.words}, machines)
    roster = read_roster(table_of(text), monday=monday, names=names, answers=meanings)
    today = moment_of(now).local_date
    to_come = tuple(entry for entry in roster.entries if entry.local_date > today)
    days = week_days(monday)
    draft = open_draft(session, monday)
    plan = merged(published_plan(session, monday, now=now), {} if draft is None else draft.edited)
    hours = {part.code: minutes_away(monday, part) for part in parts}
    facts = plan_facts(session, days[0], days[-1])
    change = roster_change(plan, to_come, facts, hours)
    recalled = Answers(_in(text, kept.words), _in(text, kept.people))
    return RosterRead(replace(roster, entries=to_come), change, plan, facts, recalled)


def _in(text: str, answers: Mapping[str, str]) -> dict[str, str]:
    """Those answers whose word stands in the pasted text, be it as a part of another."""
    plain = plain_word(text)
    return {word: answer for word, answer in answers.items() if plain_word(word) in plain}


def _names(
    doctors: Iterable[StaffRow],
    machines: Iterable[DeviceRow],
    parts: tuple[PartOfDayRow, ...],
    people: Mapping[str, str],
) -> RosterNames:
    known = list(doctors)
    shared = Counter(plain_word(doctor.name) for doctor in known)
    by_name = {plain_word(d.name): d.id for d in known if shared[plain_word(d.name)] == 1}
    by_code = {plain_word(doctor.code): doctor.id for doctor in known}
    answers = {**by_code, NOTHING: NOBODY}
    said = {
        plain_word(label): answers[plain_word(code)]
        for label, code in people.items()
        if plain_word(code) in answers
    }
    words: dict[str, str] = {}
    for n, part in enumerate(parts):
        short = SHORT_PARTS[n] if n < len(SHORT_PARTS) else ()
        words |= {plain_word(w): part.code for w in (part.name_zh, part.name_en, part.code, *short)}
    return RosterNames(
        doctors={**said, **by_name, **by_code},
        devices={plain_word(machine.code): machine.id for machine in machines},
        parts=words,
    )


def _meanings(words: Mapping[str, str], machines: Iterable[DeviceRow]) -> dict[str, Meaning]:
    """Answers as meanings. One that names a machine that is gone is no answer any more: it is asked for anew."""
    by_code = {machine.code: machine.id for machine in machines}
    found = {}
    for word, answer in words.items():
        if answer in AWAY_WORDS:
            found[plain_word(word)] = Meaning(Does.AWAY, kind=answer)
        elif answer == NOTHING:
            found[plain_word(word)] = Meaning(Does.NOTHING)
        elif answer in by_code:
            found[plain_word(word)] = Meaning(Does.WORKS, by_code[answer])
    return found


def refuse_unanswered(roster: Roster) -> None:
    """Raise InvalidError on `text` while the roster has words or rows that nobody has explained."""
    if roster.unknown or roster.strangers:
        first = next(iter((*roster.unknown, *roster.strangers)))
        raise InvalidError(
            N_("Say first what “%(word)s” means."), field="text", params={"word": first}
        )
