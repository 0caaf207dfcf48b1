"""What an exam is worth on a day: the points of its type from the beginning, and those that took their place since."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Weights:
    """Points in hundredths: of the first part, and of each further one."""

    first: int
    further: int

    def points_of(self, parts: int) -> int:
        """Points, in hundredths, of `parts` (at least 1) parts."""
        return self.first + (parts - 1) * self.further


@dataclass(frozen=True, slots=True)
class OwnWeights:
    """What a stream has of its own from the beginning; None: as the exam type has it."""

    first: int | None = None
    further: int | None = None

    def before(self, weights: Weights) -> Weights:
        """The exam type's weights with the stream's own in their place."""
        return Weights(
            weights.first if self.first is None else self.first,
            weights.further if self.further is None else self.further,
        )


NOTHING_OWN = OwnWeights()


@dataclass(frozen=True, slots=True)
class WeightsFrom:
    """Weights from a day of the hospital on: of one stream, or of every stream without its own."""

    valid_from: date
    weights: Weights
    of_stream: bool = False


def weights_on(
    day: date, from_the_beginning: Weights, own: OwnWeights, later: Iterable[WeightsFrom]
) -> Weights:
    """The weights that hold on a day of the hospital for one exam type and stream.

    The stream's latest that has begun; else what it has of its own from the beginning, before the exam type's
    latest that has begun; else the exam type's from the beginning. What begins later changes nothing.
    """
    begun = sorted(
        (each for each in later if each.valid_from <= day), key=lambda each: each.valid_from
    )
    of_stream = [each.weights for each in begun if each.of_stream]
    if of_stream:
        return of_stream[-1]
    of_type = [each.weights for each in begun if not each.of_stream]
    return own.before(of_type[-1] if of_type else from_the_beginning)
