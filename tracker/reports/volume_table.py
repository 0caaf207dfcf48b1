"""Any volume as a table: its days, filters and keys as the page has them, every sum beside the other."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from tracker.domain.volume import Amounts
from tracker.queries.closing import closed_part
from tracker.queries.volume import Volume, VolumeFilter, volume
from tracker.reports.closed_columns import Beside
from tracker.reports.names import names_of
from tracker.reports.tables import Column, Kind, Table, Value


def volume_table(
    session: Session, chosen: VolumeFilter, by: Sequence[str], *, title: str = ""
) -> Table:
    """The groups of `volume` and, last, their sum; where a month is closed with its closed figures. Raises InvalidError on `by`."""
    found = volume(session, chosen, by)
    names = names_of(session, by)
    keys = [Column(_key_word(key), Kind.DAY if key == "day" else Kind.TEXT, 18) for key in by]
    beside = Beside.of(closed_part(session, chosen, by), chosen.first, chosen.last)
    columns = [*keys, *sum_columns(), *(beside.columns() if beside else ())]
    return Table(title or _("Volume"), columns, _rows(found, by, names, beside))


def _rows(
    found: Volume,
    by: Sequence[str],
    names: Mapping[str, Mapping[str, str]],
    beside: Beside | None,
) -> Iterator[Sequence[Value]]:
    """The last line is of all. Closed figures of what has no exam any more stand before it."""
    groups = {tuple(row.keys[key] for key in by): row.amounts for row in found.rows}
    threes = beside.part.groups if beside and by else {}
    for group in (*groups, *(each for each in threes if each not in groups)):
        amounts, three = groups.get(group, Amounts()), threes.get(group)
        words = (_shown(value, names.get(key, {})) for key, value in zip(by, group, strict=True))
        yield (*words, *sums(amounts), *(beside.cells(amounts, three) if beside else ()))
    blanks = [""] * (len(by) - 1)
    total = beside.cells(found.total, beside.part.total) if beside else ()
    yield (*([_("All"), *blanks] if by else []), *sums(found.total), *total)


def _shown(value: object, names: Mapping[str, str]) -> Value:
    if isinstance(value, date | int):
        return value
    return names.get(str(value), str(value))


def sum_columns() -> list[Column]:
    """A column for each sum."""
    return [
        Column(_("Exams"), Kind.NUMBER, 10),
        Column(_("Visits"), Kind.NUMBER, 10),
        Column(_("Parts"), Kind.NUMBER, 10),
        Column(_("Minutes"), Kind.NUMBER, 11),
        Column(_("Minutes clicked live"), Kind.NUMBER, 13),
        Column(_("Share clicked live"), Kind.SHARE, 12),
        Column(_("Points"), Kind.POINTS, 12),
    ]


def sums(amounts: Amounts) -> tuple[Value, ...]:
    """The cells of `sum_columns`."""
    return (
        amounts.exams,
        amounts.visits,
        amounts.parts,
        amounts.minutes,
        amounts.live_minutes,
        amounts.live_share,
        amounts.points_hundredths / 100,
    )


def _key_word(key: str) -> str:
    words = {
        "day": _("Day"),
        "week": _("Week"),
        "month": _("Month"),
        "quarter": _("Quarter"),
        "year": _("Year"),
        "stream": _("Stream"),
        "exam_type": _("Exam type"),
        "device": _("Device"),
        "operator": _("Doctor"),
        "title": _("Title"),
        "part_of_day": _("Part of day"),
    }
    return str(words.get(key, key))
