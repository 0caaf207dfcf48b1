"""What is asked for and how long it takes: every (exam type, stream) with its share, and service times by chance."""

import math
import random
from dataclasses import dataclass

from tracker.db import read_session
from tracker.queries.catalogue import exam_terms
from tracker.queries.exam_types import exam_type_streams

SIGMA = 0.44
"""Of log-normal service times (department facts: fitted on 6,637 consultations in Guangzhou, 2018–2019)."""
_OF_ONE_SEX = {"prostate": "male", "pelvic_floor": "female"}


@dataclass(frozen=True, slots=True)
class Kind:
    """One (exam type, stream) with its share of demand, minutes and points (hundredths).

    `sex`: whose exam it is, where it is one sex's alone.
    """

    exam_type_id: int
    stream_id: int
    permille: int
    minutes: int
    points_hundredths: int
    sex: str | None = None


def demanded_kinds() -> list[tuple[str, str, Kind]]:
    """Every (exam type, stream) that is asked for, with codes."""
    with read_session() as session:
        found = []
        for pair in exam_type_streams(session):
            terms = exam_terms(session, exam_type_code=pair.exam_type, stream_code=pair.stream)
            if terms is not None and pair.demand_permille:
                kind = Kind(
                    exam_type_id=terms.exam_type_id,
                    stream_id=terms.stream_id,
                    permille=pair.demand_permille,
                    minutes=terms.minutes,
                    points_hundredths=terms.points_hundredths,
                    sex=_OF_ONE_SEX.get(pair.exam_type),
                )
                found.append((pair.exam_type, pair.stream, kind))
    return found


def service_minutes(rng: random.Random, planned: int) -> float:
    """How long an exam really takes: log-normal around the planned minutes as its mean."""
    return rng.lognormvariate(math.log(planned) - SIGMA**2 / 2, SIGMA)
