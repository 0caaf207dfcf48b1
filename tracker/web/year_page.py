"""What the year's page shows: the lines of the year by name, one of them in full, and where its numbers lead."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from flask_babel import gettext as _

from tracker.domain.errors import N_, NotFoundError
from tracker.domain.months import last_of_month
from tracker.queries import Reading
from tracker.queries.streams import streams
from tracker.queries.year import Line
from tracker.queries.year_standing import YearStanding, YearStandings, year_standings
from tracker.web.filters import localised

PATH = "/volume/year"


@dataclass(frozen=True, slots=True)
class YearLine:
    """A line of the year: all streams or one that has a target."""

    year: int
    name: str
    standing: YearStanding

    @property
    def href(self) -> str:
        """The page with this line in full."""
        return year_address(self.year, self.standing.line)

    @property
    def beyond(self) -> int | None:
        """Exams expected at the end of the year beyond the target; below 0: short of it."""
        outlook, plan = self.standing.outlook, self.standing.plan
        return None if outlook is None or plan is None else outlook.end.expected - plan.target

    def rows(self, first: date, last: date) -> str:
        """The list of the exams behind a number of these days."""
        stream = {"stream": self.standing.line} if self.standing.line else {}
        given = {"from": first.isoformat(), "to": last.isoformat(), **stream}
        return "/exams?" + urlencode(given)

    def rows_before(self, month: date) -> str:
        """The exams of the same month (by its first day) of the year before."""
        first = month.replace(year=month.year - 1)
        return self.rows(first, last_of_month(first))


@dataclass(frozen=True, slots=True)
class YearPage:
    """Everything the page shows. `streams_target`: the sum of the streams' targets, None without any."""

    standings: YearStandings
    lines: Sequence[YearLine]
    chosen: YearLine
    streams_target: int | None

    @property
    def year(self) -> int:
        """The year."""
        return self.standings.year


def year_address(year: int, line: Line) -> str:
    """The page of a year, for all streams or one."""
    return f"{PATH}?{urlencode({'year': year, **({'stream': line} if line else {})})}"


def read_year(reading: Reading, year: int, line: Line, *, today: date) -> YearPage:
    """Ten statements, whatever the year has. Raises NotFoundError for a stream that has no target in it."""
    standings = year_standings(reading, year, today)
    if line not in standings.lines:
        raise NotFoundError(N_("This stream has no target in this year."))
    names: dict[Line, str] = {None: _("All streams")}
    names.update((row.code, localised(row)) for row in streams(reading, include_retired=True))
    lines = {
        each: YearLine(year, names[each], standing) for each, standing in standings.lines.items()
    }
    plans = [one.standing.plan for each, one in lines.items() if each is not None]
    targets = [plan.target for plan in plans if plan is not None]
    return YearPage(standings, list(lines.values()), lines[line], sum(targets) if targets else None)
