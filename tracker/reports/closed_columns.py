"""Closed figures in tables: of every measure what was closed, what changed since, and what lies outside closed months.

The figures are queries/closing's; the present ones stand beside them in volume_table and report_tables.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from tracker.domain.volume import Amounts
from tracker.queries.closing import KEPT, ClosedPart, Three, closed_months, closed_part
from tracker.queries.volume import VolumeFilter
from tracker.reports.tables import Column, Definition, Kind, Value
from tracker.reports.words import listed, month, more, number


def measures() -> dict[str, tuple[str, Kind]]:
    """The sums that a closed month keeps: the words of each and what its cells are."""
    return {
        "exams": (_("Exams"), Kind.NUMBER),
        "visits": (_("Visits"), Kind.NUMBER),
        "parts": (_("Parts"), Kind.NUMBER),
        "minutes": (_("Minutes"), Kind.NUMBER),
        "live_exams": (_("Exams clicked live"), Kind.NUMBER),
        "live_minutes": (_("Minutes clicked live"), Kind.NUMBER),
        "points_hundredths": (_("Points"), Kind.POINTS),
    }


def all_sums(amounts: Amounts) -> list[Value]:
    """The cells of `measures`."""
    return [value_of(amounts, name) for name in measures()]


def value_of(amounts: Amounts, name: str) -> int | float:
    """A sum as a cell has it: points are not hundredths."""
    value: int = getattr(amounts, name)
    return value / 100 if name == "points_hundredths" else value


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside the present figures of some days: the closed part of them, of these measures (all).

    `has_open`: some days are not closed; then closed figure, changes and what is not closed add up to the present one.
    """

    part: ClosedPart
    has_open: bool
    names: Sequence[str] = ()

    @classmethod
    def of(cls, part: ClosedPart | None, first: date, last: date) -> "Beside | None":
        """Of the days `first` to `last`; None where none of them is closed."""
        if part is None:
            return None
        return cls(part, not part.is_all_of(first, last))

    def columns(self) -> list[Column]:
        """Two or three for each measure."""
        columns = []
        for name, (word, kind) in self._measures():
            columns.append(Column(_("%(measure)s, closed", measure=word), kind, 12))
            columns.append(Column(_("%(measure)s, changes", measure=word), kind, 12))
            if self.has_open:
                columns.append(Column(_("%(measure)s, not closed", measure=word), kind, 12))
            if name == "live_exams":
                columns.append(Column(word, kind, 12))
        return columns

    def cells(self, present: Amounts, three: Three | None) -> list[Value]:
        """The cells of `columns`; `three` None: nothing of the line was closed, or nothing is kept by what it is by."""
        is_kept = three is not None or bool(self.part.groups)
        left = present - (three or Three()).present if is_kept else None
        closed, changes = (three.closed, three.changes) if three else (None, None)
        return self._cells(closed, changes, left, present)

    def effect(self, amounts: Amounts) -> list[Value]:
        """The cells of a single change."""
        return self._cells(None, amounts, None, None)

    def _cells(
        self,
        closed: Amounts | None,
        changes: Amounts | None,
        left: Amounts | None,
        present: Amounts | None,
    ) -> list[Value]:
        cells: list[Value] = []
        for name, _words in self._measures():
            shown = [closed, changes]
            shown += [left] if self.has_open else []
            shown += [present] if name == "live_exams" else []
            cells += [None if each is None else value_of(each, name) for each in shown]
        return cells

    def _measures(self) -> list[tuple[str, tuple[str, Kind]]]:
        return [
            (name, of) for name, of in measures().items() if not self.names or name in self.names
        ]


def closing_words(session: Session, chosen: VolumeFilter, by: Sequence[str]) -> list[Definition]:
    """What is closed of some days: the months, and their exams three times; nothing where no month is."""
    months = closed_months(session, chosen.first, chosen.last)
    if not months:
        return []
    told = [Definition(_("Closed months"), listed([month(each) for each in months]))]
    part = closed_part(session, chosen, ())
    if part is None:
        return [*told, Definition(_("Closed figure"), _("not kept by half-day"))]
    three = part.total
    told += [
        Definition(_("Closed figure, exams"), number(three.closed.exams)),
        Definition(_("Changes since closing, exams"), more(three.changes.exams)),
        Definition(_("Present figure, exams"), number(three.present.exams)),
    ]
    if not set(by) <= {*KEPT}:
        text = _(
            "Kept by month, not by day, week or half-day: it stands with the sum of all lines."
        )
        told.append(Definition(_("Closed figure"), text))
    return told
