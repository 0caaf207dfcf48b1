"""How old a person is on a day. Birth dates are dates: no clock and no time zone comes near them."""

from datetime import date


def age_on(birth_date: date, day: date) -> int:
    """Completed years on `day`; somebody born on 29 February is a year older on 1 March, 0 before birth."""
    years = day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))
    return max(0, years)
