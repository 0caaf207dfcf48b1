"""The day as five lines to paste into a message: exams, streams, the year, machines, what is to be settled."""

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from tracker.queries.day_summary import DaySummary
from tracker.queries.streams import streams
from tracker.reports.words import day, listed, name_of, number, percent


def day_text(session: Session, found: DaySummary) -> str:
    """Five lines, in the language that is set. One statement, for the names of streams."""
    names = {row.code: name_of(row) for row in streams(session, include_retired=True)}
    lines = (_exams(found), _by_stream(found, names), _year(found), _down(found), _to_settle(found))
    return "\n".join(lines)


def _exams(found: DaySummary) -> str:
    values = {"day": day(found.day), "count": number(found.exams)}
    exams = ngettext("%(day)s: %(count)s exam", "%(day)s: %(count)s exams", found.exams, **values)
    if not found.planned:
        told = _("no exams planned") if found.planned == 0 else _("no target for this year")
        return f"{exams} ({told})"
    share = percent(found.exams / found.planned)
    planned = _("%(share)s of the %(planned)s planned", share=share, planned=number(found.planned))
    return f"{exams} ({planned})"


def _by_stream(found: DaySummary, names: dict[str, str]) -> str:
    counts = [
        f"{name} {number(found.streams.get(code, 0))}"
        for code, name in names.items()
        if code in found.streams
    ]
    return str(_("By stream: %(counts)s", counts=listed(counts) or "–"))


def _year(found: DaySummary) -> str:
    gap = found.gap
    if found.through is None:
        return str(_("Year: begins today"))
    values = {"day": day(found.through), "done": number(found.year_exams)}
    if gap is None:
        return str(_("Year through %(day)s: %(done)s exams; no target is set", **values))
    values |= {"gap": number(abs(gap.exams)), "days": number(abs(gap.working_days), 1)}
    if gap.exams < 0:
        text = _(
            "Year through %(day)s: %(done)s exams, %(gap)s behind the plan (%(days)s working days)",
            **values,
        )
    else:
        text = _(
            "Year through %(day)s: %(done)s exams, %(gap)s ahead of the plan (%(days)s working days)",
            **values,
        )
    return str(text)


def _down(found: DaySummary) -> str:
    down = [_("the whole department") if code is None else code for code in found.down]
    return str(_("Machines down: %(codes)s", codes=listed(down) or _("none")))


def _to_settle(found: DaySummary) -> str:
    return str(_("Still to settle: %(count)s", count=number(found.to_settle)))
