"""The coming fortnight's requests for trial data, as a replay takes them: asked before now, for days ahead."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tracker.domain.patients import PatientFacts
from tracker.drivers.kinds import Kind, service_minutes
from tracker.drivers.replay_rows import Request

FADING = (0.93, 0.84, 0.72, 0.6, 0.5, 0.42, 0.34, 0.27, 0.2, 0.15)
"""Share of a day's minutes that is booked already, by how many working days it lies ahead."""
_NO_SHOW = 0.06


@dataclass(frozen=True, slots=True)
class Ahead:
    """The days to fill, the minutes open on each, and between which instants it was asked for them.

    `loads`: the share of its minutes that each day is filled to.
    """

    days: Sequence[date]
    open_minutes: int
    asked_from: datetime
    asked_until: datetime
    loads: Sequence[float] = FADING


def requests_ahead(
    rng: random.Random,
    ahead: Ahead,
    kinds: Sequence[tuple[str, str, Kind]],
    people: Sequence[PatientFacts],
) -> list[Request]:
    """Requests that fill each day to its load, in the order of asking; kinds as (exam type, stream, …)."""
    weights = [kind.permille for _, _, kind in kinds]
    wanted: list[tuple[str, str, Kind, date]] = []
    for day, load in zip(ahead.days, ahead.loads, strict=False):
        minutes = 0
        while minutes < load * ahead.open_minutes:
            exam_type, stream, kind = rng.choices(kinds, weights)[0]
            wanted.append((exam_type, stream, kind, day))
            minutes += kind.minutes
    span = (ahead.asked_until - ahead.asked_from) / timedelta(seconds=1)
    instants = sorted(ahead.asked_from + timedelta(seconds=rng.uniform(0, span)) for _ in wanted)
    rng.shuffle(wanted)
    return [
        _request(rng, line, at, wish, person)
        for line, (at, wish, person) in enumerate(
            zip(instants, wanted, _people_for(rng, wanted, people), strict=True), start=2
        )
    ]


def _people_for(
    rng: random.Random,
    wanted: Sequence[tuple[str, str, Kind, date]],
    people: Sequence[PatientFacts],
) -> Iterator[PatientFacts]:
    """Somebody else for each wish, of the sex whose exam it is."""
    waiting = rng.sample(list(people), len(people))
    for _, _, kind, _ in wanted:
        fits = (n for n, each in enumerate(waiting) if kind.sex in {None, each.sex})
        yield waiting.pop(next(fits))


def _request(
    rng: random.Random,
    line: int,
    at: datetime,
    wish: tuple[str, str, Kind, date],
    person: PatientFacts,
) -> Request:
    exam_type, stream, kind, day = wish
    service = service_minutes(rng, kind.minutes)
    return Request(
        line=line,
        requested_at=at,
        stream=stream,
        exam_type=exam_type,
        earliest=day,
        latest=day,
        mrn=person.mrn or "",
        name=person.name,
        sex=person.sex,
        birth_date=person.birth_date,
        early_minutes=round(rng.gauss(22, 14)),
        stays_away=rng.random() < _NO_SHOW,
        service_minutes=round(max(1.0, service), 1),
    )
