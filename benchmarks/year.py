"""How far off the forecast of a year's end is, made at the end of each month, beside `same as last year`.

Every year from the fifth on is forecast from the days before alone, in several made departments. Nothing is asserted.
"""

import time
from collections import defaultdict
from datetime import date
from statistics import fmean, median

from benchmarks.made_years import COURSES, FIRST_YEAR, LAST_YEAR, made_calendar, made_years
from tracker.domain.months import last_of_month
from tracker.planner.year_past import PastYear, judge_year

YEARS_BEFORE = 4
MONTHS = range(12)
"""So many months of the year are over; 0: the forecast is made on New Year's Day."""


def measure() -> None:
    """Both tables: by how much of the year is over, and by department."""
    days = made_calendar()
    by_month: dict[int, list[PastYear]] = defaultdict(list)
    by_course: dict[str, list[PastYear]] = defaultdict(list)
    seconds = []
    for course in COURSES:
        totals = made_years(course, days)
        for year in range(FIRST_YEAR + YEARS_BEFORE, LAST_YEAR + 1):
            for month in MONTHS:
                through = last_of_month(date(year, month, 1)) if month else date(year - 1, 12, 31)
                begun = time.perf_counter()
                judged = judge_year(totals, days, through=through, year=year)
                seconds.append(time.perf_counter() - begun)
                assert judged is not None
                by_month[month].append(judged)
                by_course[course.name].append(judged)
    years = len(COURSES) * (LAST_YEAR - FIRST_YEAR - YEARS_BEFORE + 1)
    print(f"\n## The year's end: {years} made years, {median(seconds):.2f} s a forecast\n")
    _print("months over", by_month)
    _print("department", by_course)


def _print(first: str, groups: dict[int, list[PastYear]] | dict[str, list[PastYear]]) -> None:
    print(
        f"| {first} | error | largest | inside 80 % | width | same as last year | largest |\n"
        "|---|---|---|---|---|---|---|"
    )
    for name, judged in groups.items():
        errors, naive = [each.error for each in judged], [each.naive_error for each in judged]
        inside = fmean(each.is_inside for each in judged)
        width = fmean(each.width for each in judged)
        shown = (fmean(errors), max(errors), inside, width, fmean(naive), max(naive))
        print(f"| {name} | " + " | ".join(f"{100 * each:.1f} %" for each in shown) + " |")
    print()
