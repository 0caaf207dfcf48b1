"""Any volume as a table: its days, filters and keys as the page has them, every sum beside the other."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from tracker.queries.volume import Amounts, VolumeFilter, VolumeRow, volume
from tracker.reports.names import names_of
from tracker.reports.tables import Column, Kind, Table, Value


def volume_table(
    session: Session, chosen: VolumeFilter, by: Sequence[str], *, title: str = ""
) -> Table:
    """The groups of `volume` and, last, their sum. Raises InvalidError on `by`."""
    found = volume(session, chosen, by)
    names = names_of(session, by)
    keys = [Column(_key_word(key), Kind.DAY if key == "day" else Kind.TEXT, 18) for key in by]
    return Table(
        title or _("Volume"), [*keys, *sum_columns()], _rows(found.rows, found.total, by, names)
    )


def _rows(
    rows: Sequence[VolumeRow],
    total: Amounts,
    by: Sequence[str],
    names: Mapping[str, Mapping[str, str]],
) -> Iterator[Sequence[Value]]:
    for row in rows:
        yield (*(_shown(row.keys[key], names.get(key, {})) for key in by), *sums(row.amounts))
    blanks = [""] * (len(by) - 1)
    yield (*([_("All"), *blanks] if by else []), *sums(total))


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
