"""Why somebody left a search for an opening without a booking. What is counted of it is a query's work."""

from collections.abc import Mapping

from tracker.domain.errors import N_

UNSAID = "unsaid"
REASONS: Mapping[str, str] = {
    "none_free": N_("None free"),
    "too_late": N_("Too late for the patient"),
    "other": N_("Other reason"),
    UNSAID: N_("Not said"),
}
"""Codes and words, in the order in which they are asked for; the last stands for a question passed over."""
FOR_WANT_OF_TIME = ("none_free", "too_late")
"""The reasons for which a search counts as turned away: another machine could have helped."""
OTHERWISE = tuple(code for code in REASONS if code not in FOR_WANT_OF_TIME)
