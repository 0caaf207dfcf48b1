"""A refusal and its proof: the class, the code and the field, and that not a row of any table has changed."""

from collections.abc import Callable
from typing import TypeVar

import pytest

from tests.support.soundness import tables
from tracker.domain.errors import DomainError

E = TypeVar("E", bound=DomainError)


def refused(kind: type[E], step: Callable[..., object], *arguments: object, **named: object) -> E:
    """The refusal of a step of this kind; fails when the step is taken, or leaves anything behind."""
    before = tables()
    with pytest.raises(kind) as refusal:
        step(*arguments, **named)
    assert tables() == before
    return refusal.value


def codes(refusal: DomainError) -> list[str]:
    """The codes of all its reasons."""
    return [reason.code for reason in refusal.details["reasons"]]
