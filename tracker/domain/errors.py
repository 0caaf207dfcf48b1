"""Refusals: what a person is told when a rule says no. How a refusal is shown belongs to web and api."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


def N_(text: str) -> str:  # noqa: N802 - the extractor's usual name for "translate later"
    """Mark a sentence for the catalogue; whoever shows it translates it."""
    return text


class Params(dict[str, object]):
    """The values of a sentence's %(name)s places, usable in a key so that equal reasons are counted."""

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(tuple(sorted((name, str(value)) for name, value in self.items())))


NO_PARAMS = Params()


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason why not: a stable code, a sentence with %(name)s places, how often it applies."""

    code: str
    text: str
    params: Params = NO_PARAMS
    count: int = 1
    field: str | None = None

    def __str__(self) -> str:
        return self.text % self.params if self.params else self.text


class DomainError(Exception):
    """A refusal with a code, a sentence (English, %(name)s places) and, where it fits, the field.

    `details` carries what helps to go on, such as other openings.
    """

    code = "refused"

    def __init__(
        self,
        text: str,
        *,
        code: str | None = None,
        field: str | None = None,
        params: Mapping[str, object] | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(text)
        self.text = text
        self.code = code or type(self).code
        self.field = field
        self.params: Mapping[str, object] = params or {}
        self.details: Mapping[str, Any] = details or {}

    def __str__(self) -> str:
        return self.text % dict(self.params) if self.params else self.text


class NotFoundError(DomainError):
    """The row asked for does not exist."""

    code = "not_found"


class InvalidError(DomainError):
    """A value is missing, malformed or out of range; `field` names it."""

    code = "validation"


class ForbiddenError(DomainError):
    """The account may not do this."""

    code = "forbidden"


class ConflictError(DomainError):
    """Somebody else was first: the state of the row does not allow this any more."""

    code = "conflict"


class SlotTakenError(ConflictError):
    """The time was taken meanwhile; `details["openings"]` holds what is free instead."""

    code = "slot_taken"


class IllegalTransitionError(ConflictError):
    """The booking's status does not allow this step."""

    code = "illegal_transition"


class StaleError(ConflictError):
    """The row was changed since the caller read it."""

    code = "stale"


class NotBookableError(DomainError):
    """The rule says no; `reasons` holds every reason."""

    code = "not_bookable"

    def __init__(self, reasons: Sequence[Reason]) -> None:
        super().__init__(N_("This time cannot be booked."), details={"reasons": tuple(reasons)})
        self.reasons = tuple(reasons)

    def __str__(self) -> str:
        return " ".join([self.text, *(str(reason) for reason in self.reasons)])
