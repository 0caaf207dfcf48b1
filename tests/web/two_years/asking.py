"""What addresses of figures ask for, and what must be shown: by the tests' own count of the rows (tests/support/recount)."""

import random
from collections.abc import Iterator, Mapping
from datetime import date
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.support.recount import Counted, Recount, Sums
from tests.web.figures.reading import number

Asked = Mapping[str, object]
STRETCHES = (
    (date(2025, 1, 1), date(2025, 12, 31)),
    (date(2026, 1, 1), date(2026, 12, 31)),
    (date(2026, 12, 28), date(2027, 1, 3)),
    (date(2026, 3, 31), date(2026, 3, 31)),
    (date(2025, 12, 31), date(2027, 1, 1)),
)
"""Years, the week 53, the last day of a quarter, and days on both sides of borders."""
TABLES = ("stream", "exam_type", "device", "operator")
KEYS = ("day", "week", "month", "quarter", "year", *TABLES, "title", "part_of_day")
MEASURES = {"exams": "exams", "visits": "visits", "parts": "parts", "minutes": "live_minutes", "points": "points"}  # fmt: skip


def address(path: str, first: date, last: date, **more: str) -> str:
    """A page about some days."""
    return f"{path}?{urlencode({'from': first.isoformat(), 'to': last.isoformat(), **more})}"


def behind(told: Recount, href: str) -> list[Counted]:
    """The exams of the list that a number leads to, by its address alone."""
    split = urlsplit(href)
    asked = {key: values[0] for key, values in parse_qs(split.query).items()}
    assert split.path == "/exams", href
    days = [date.fromisoformat(asked.pop(name)) for name in ("from", "to")]
    return told.chosen(*days, **{key: codes.split(",") for key, codes in asked.items()})


def code_in(href: str, key: str) -> str:
    """The code of a key in an address."""
    return parse_qs(urlsplit(href).query)[key][0]


def signed(text: str) -> int:
    """A difference as a page writes it: +3, −2, 0."""
    return number(text.replace("−", "-"))


def word(text: str) -> str:
    """What a line is called; whoever stands for the unknown doctors of files has no more than these words."""
    return "not matched" if "not matched" in text else text


def points(hundredths: int) -> str:
    """As a page writes them."""
    return f"{hundredths / 100:,.2f}".removesuffix("0")


def measured(sums: Sums, measure: str) -> str:
    """A measure as a page writes it."""
    amount = getattr(sums, MEASURES[measure])
    return points(amount) if measure == "points" else f"{amount:,}"


def crosses(luck: random.Random, told: Recount, times: int) -> Iterator[Asked]:
    """Crosses of two keys (or one), filtered by up to two: every key, every measure, what is retired too."""
    for place in range(times):
        row = KEYS[place % len(KEYS)]
        column = luck.choice([key for key in (*KEYS, "") if key != row])
        first, last = luck.choice(STRETCHES)
        asked: dict[str, object] = {
            "rows": row, "columns": column, "measure": [*MEASURES][place % 5],
            "from": first.isoformat(), "to": last.isoformat(),
        }  # fmt: skip
        for key in luck.sample((*TABLES, "title", "part_of_day"), luck.randrange(3)):
            values = sorted({getattr(exam, key) for exam in told.exams})
            asked[key] = luck.sample(values, min(2, len(values)))
        yield asked


def chosen_by(told: Recount, asked: Asked) -> list[Counted]:
    """The exams of a cross."""
    days = [date.fromisoformat(str(asked[name])) for name in ("from", "to")]
    codes = {key: codes for key, codes in asked.items() if isinstance(codes, list)}
    return told.chosen(*days, **codes)


def keys_of(asked: Asked) -> list[str]:
    """The keys of its rows and columns."""
    return [str(asked[name]) for name in ("rows", "columns") if asked[name]]
