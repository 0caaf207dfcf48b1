"""What each doctor did in some days: exams, and points as they are shared. No writes.

Exams, parts, minutes and points of operators are the volume's; only the few exams in which somebody supervised or
assisted are read one by one kind, for what goes to others.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy import case, func, literal, or_, select
from sqlalchemy.orm import Session

from tracker.domain.fileexams import NOT_MATCHED
from tracker.domain.shares import Shares, SharesFrom, share_points, shares_on
from tracker.models import Exam, StaffMember
from tracker.queries.counting import counts
from tracker.queries.shares import shares_rows
from tracker.queries.volume import Amounts, VolumeFilter, volume


@dataclass(frozen=True, slots=True)
class Taken:
    """What somebody did as supervisor or as assistant: exams, and the points (hundredths) they brought."""

    exams: int = 0
    points_hundredths: int = 0


@dataclass(frozen=True, slots=True)
class StaffFigures:
    """One person's figures. `own` counts what he or she examined, with all points of those exams; `given` of them
    went to others. `days`: on which he or she examined.
    """

    code: str
    name: str
    kind: str
    title: str
    is_retired: bool
    own: Amounts = field(default_factory=Amounts)
    days: int = 0
    given_hundredths: int = 0
    supervised: Taken = Taken()
    assisted: Taken = Taken()

    @property
    def own_points_hundredths(self) -> int:
        """What is left of the own exams' points for their operator."""
        return self.own.points_hundredths - self.given_hundredths

    @property
    def points_hundredths(self) -> int:
        """All points: as operator, as supervisor and as assistant."""
        return (
            self.own_points_hundredths
            + self.supervised.points_hundredths
            + self.assisted.points_hundredths
        )

    @property
    def points_a_day(self) -> float | None:
        """Points per day with an exam of the own, in points; None without such a day."""
        return self.points_hundredths / 100 / self.days if self.days else None

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to tell."""
        return not (self.own.exams or self.supervised.exams or self.assisted.exams)


def staff_figures(
    session: Session,
    first: date,
    last: date,
    *,
    code: str | None = None,
    with_empty: bool = False,
) -> tuple[StaffFigures, ...]:
    """The figures of everybody who took part, and of every doctor in service; or of one person (a code).

    In the department's order, both days inclusive; whoever did nothing and is
    no doctor in service is among them only `with_empty`, and whoever of a file nobody knows never. Six statements.
    """
    people = _people(session, code)
    own = volume(session, VolumeFilter(first, last, operator=code), ["day", "operator"])
    for row in own.rows:
        if (person := people.get(row.keys["operator"])) is not None:
            people[person.code] = replace(
                person, own=person.own + row.amounts, days=person.days + (row.amounts.exams > 0)
            )
    for person in _shared(session, people, first, last):
        people[person.code] = person
    return tuple(
        person
        for person in people.values()
        if with_empty or not person.is_empty or (person.kind == "doctor" and not person.is_retired)
    )


def _people(session: Session, code: str | None) -> dict[str, StaffFigures]:
    chosen = select(
        StaffMember.code,
        StaffMember.name,
        StaffMember.kind,
        StaffMember.title,
        StaffMember.retired_at.is_not(None),
    ).order_by(StaffMember.sort_order, StaffMember.id)
    if code is not None:
        chosen = chosen.where(StaffMember.code == code)
    rows = session.execute(chosen.where(StaffMember.code != NOT_MATCHED))
    return {row[0]: StaffFigures(*row) for row in rows}


def _shared(
    session: Session, people: Mapping[str, StaffFigures], first: date, last: date
) -> Iterator[StaffFigures]:
    """Everybody whose points are shared with others, with what was given and taken."""
    sums: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for each in shared_exams(session, first, last):
        sums[each.operator]["given"] += each.exams * (each.to_supervisor + each.to_assistant)
        if each.supervisor:
            sums[each.supervisor]["supervised"] += each.exams
            sums[each.supervisor]["supervising"] += each.exams * each.to_supervisor
        if each.assistant:
            sums[each.assistant]["assisted"] += each.exams
            sums[each.assistant]["assisting"] += each.exams * each.to_assistant
    for code, found in sums.items():
        if code in people:
            yield replace(
                people[code],
                given_hundredths=found["given"],
                supervised=Taken(found["supervised"], found["supervising"]),
                assisted=Taken(found["assisted"], found["assisting"]),
            )


@dataclass(frozen=True, slots=True)
class SharedExams:
    """So many exams alike: by these people (codes), each giving so many hundredths to supervisor and assistant."""

    operator: str
    supervisor: str | None
    assistant: str | None
    exams: int
    to_supervisor: int
    to_assistant: int


def shared_exams(session: Session, first: date, last: date) -> Iterator[SharedExams]:
    """The exams of these days in which somebody took part beside the operator. Three statements."""
    known = [row.held for row in shares_rows(session)]
    stretches = _stretches(known, first, last)
    codes = {row.id: row.code for row in session.execute(select(StaffMember.id, StaffMember.code))}
    for row in session.execute(_grouped(first, last, [day for day, _shares in stretches])):
        shares = stretches[row.stretch][1]
        got = share_points(
            row.points_hundredths,
            shares,
            supervised=row.supervisor_id is not None,
            assisted=row.assistant_id is not None,
        )
        yield SharedExams(
            codes[row.operator_id],
            codes.get(row.supervisor_id),
            codes.get(row.assistant_id),
            row.exams,
            got.supervisor,
            got.assistant,
        )


def _stretches(known: Sequence[SharesFrom], first: date, last: date) -> list[tuple[date, Shares]]:
    """The first day of each stretch of equal shares within these days, and the shares, in order."""
    days = {first, *(each.valid_from for each in known if first < each.valid_from <= last)}
    return [(day, shares_on(day, known)) for day in sorted(days)]


def _grouped(first: date, last: date, starts: Sequence[date]) -> Any:
    later = [(Exam.local_date >= day, literal(n)) for n, day in reversed([*enumerate(starts)]) if n]
    stretch = (case(*later, else_=literal(0)) if later else literal(0)).label("stretch")
    keys = (Exam.operator_id, Exam.supervisor_id, Exam.assistant_id, Exam.points_hundredths)
    return (
        select(stretch, *keys, func.count().label("exams"))
        .where(
            Exam.local_date.between(first, last),
            or_(Exam.supervisor_id.is_not(None), Exam.assistant_id.is_not(None)),
            counts(),
        )
        .group_by("stretch", *keys)
    )
