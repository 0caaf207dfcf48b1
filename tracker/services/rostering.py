"""Taking a roster in: who works where goes into the week's draft, who is away among the absences, in one step."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from tracker.db import service
from tracker.domain.rosterplan import RosterAbsence
from tracker.models.audit import Setting
from tracker.queries.plan_facts import AbsenceSpan, absence_spans
from tracker.queries.roster import SETTING, Answers, kept_answers, read_for_week, refuse_unanswered
from tracker.writes.absence_rows import insert_absence
from tracker.writes.audit import write_audit
from tracker.writes.booking_rows import Author
from tracker.writes.draft_rows import lock_or_make_draft
from tracker.writes.drafting import put_in_draft
from tracker.writes.occupancy import lock_supply

ACTION = "roster"


@dataclass(frozen=True, slots=True)
class TakenIn:
    """How many device days of the draft changed, and how many absences were added."""

    device_days: int
    absences: int


@dataclass(frozen=True, slots=True)
class GivenRoster:
    """A roster as pasted for the week of `monday`, and what its words mean. `version`: the draft's as seen, 0 for none."""

    monday: date
    text: str
    answers: Answers
    version: int


@service
def take_in_roster(session: Session, given: GivenRoster, *, by: int, now: datetime) -> TakenIn:
    """Put a roster into the week's draft and keep its absences and answers.

    Absences that are known already are not added again, and none is taken back: a roster without one may
    be older. Raises InvalidError on `text` (no roster, words that nobody explained), StaleError.
    """
    author = Author(by, now)
    lock_supply(session)
    draft = lock_or_make_draft(session, given.monday, version=given.version, author=author)
    read = read_for_week(session, given.monday, given.text, given.answers, now=now)
    refuse_unanswered(read.roster)
    absences = _new_absences(session, read.change.absences)
    for span in absences:
        insert_absence(session, span, author)
    _keep(session, given.answers, author)
    changed = put_in_draft(session, draft, read.change.days, action=ACTION, author=author)
    return TakenIn(changed, len(absences))


def _new_absences(session: Session, wanted: Iterable[RosterAbsence]) -> list[AbsenceSpan]:
    """The absences that are not known yet; the same half-day of days that follow each other as one. One statement."""
    each_alone = sorted(wanted, key=lambda a: (a.operator_id, a.part, a.kind, a.local_date))
    days = [each.local_date for each in each_alone]
    known = absence_spans(session, min(days), max(days)) if days else []
    found: list[AbsenceSpan] = []
    for each in each_alone:
        span = AbsenceSpan(each.operator_id, each.local_date, each.local_date, each.part, each.kind)
        if _is_known(span, known):
            continue
        if found and _follows(found[-1], span):
            found[-1] = replace(found[-1], last=span.last)
        else:
            found.append(span)
    return found


def _follows(one: AbsenceSpan, next_one: AbsenceSpan) -> bool:
    alike = replace(one, first=next_one.first, last=next_one.last) == next_one
    return alike and one.last + timedelta(days=1) == next_one.first


def _is_known(span: AbsenceSpan, known: Iterable[AbsenceSpan]) -> bool:
    return any(
        each.operator_id == span.operator_id
        and each.part in ("", span.part)
        and each.first <= span.last
        and span.first <= each.last
        for each in known
    )


def _keep(session: Session, answers: Answers, author: Author) -> None:
    """Remember what was said of words and rows, for the next roster."""
    kept = kept_answers(session)
    after = {
        "words": {**kept.words, **answers.words},
        "people": {**kept.people, **answers.people},
    }
    if _is_new(kept.words, after["words"]) or _is_new(kept.people, after["people"]):
        session.merge(Setting(key=SETTING, value=after))
        session.flush()
        write_audit(
            session,
            action="change",
            entity="setting",
            entity_id=SETTING,
            by=author.by,
            now=author.now,
            change={"words": dict(answers.words), "people": dict(answers.people)},
        )


def _is_new(before: Mapping[str, str], after: Mapping[str, str]) -> bool:
    return dict(before) != dict(after)
