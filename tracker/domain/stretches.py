"""Which stretches of days figures may be asked for. How they are asked for belongs to web and api."""

from datetime import date

from tracker.domain.errors import N_, InvalidError

LONGEST_DAYS = 3 * 366


def check_stretch(first: date, last: date, *, longest: int | None = LONGEST_DAYS) -> None:
    """Refuse days turned round, and more than `longest` (None: any number). Raises InvalidError on `to`."""
    if last < first:
        raise InvalidError(N_("The last day lies before the first."), field="to")
    if longest is not None and (last - first).days > longest:
        raise InvalidError(
            N_("The tables cover at most %(days)s days."), field="to", params={"days": longest}
        )
