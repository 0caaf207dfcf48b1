"""What is said when a patient did not come: the time that is free again, and the way to book exactly that."""

from datetime import datetime, timedelta
from urllib.parse import urlencode

from flask_babel import gettext as _
from markupsafe import Markup

from tracker.queries.bookings import BookingDetails
from tracker.web.filters import clock_range, iso_day


def offer_of(missed: BookingDetails, now: datetime) -> str:
    """The sentence about a no-show just noted; with a link while some of its time is still to come."""
    begins = max(missed.starts_at, now.replace(second=0, microsecond=0))
    if missed.is_added or missed.ends_at - begins < timedelta(minutes=1):
        return str(_("Noted as a no-show. Its time is over."))
    free = clock_range(begins, missed.ends_at)
    said = _(
        "Noted as a no-show. %(range)s on %(device)s is free again.",
        range=free,
        device=missed.device,
    )
    link = Markup('{} <a href="{}">{}</a>')
    return link.format(said, _address(missed), _("Book this time"))


def _address(missed: BookingDetails) -> str:
    """The search for a like exam on that machine and day, whose first opening is what is left.

    The minute itself has begun, and would be past when it is asked for.
    """
    day = iso_day(missed.local_date)
    wanted = {"exam_type": missed.exam_type, "stream": missed.stream, "parts": missed.parts}
    place = {"from": day, "to": day, "device": missed.device}
    return "/book?" + urlencode({**wanted, **place})
