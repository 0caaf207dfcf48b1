"""Sending a form to its service: what the service refuses comes back on the form, with the right status."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.domain.errors import DomainError, ForbiddenError, NotFoundError
from tracker.sentences import status_of
from tracker.web.addresses import see_other
from tracker.web.filters import localised
from tracker.web.forms.page_form import PageForm


def refused(form: PageForm, save: Callable[[], object]) -> int | None:
    """Save a form that is well filled in; None when it is done, else the status of the page to show again.

    What is not there, or not allowed, is a page of its own: NotFoundError and ForbiddenError pass.
    """
    if not form.validate_on_submit():
        return 422
    try:
        save()
    except (NotFoundError, ForbiddenError):
        raise
    except DomainError as refusal:
        form.refuse(refusal)
        return status_of(refusal)
    return None


@dataclass(frozen=True, slots=True)
class Answer:
    """What follows a form: the page to show again when it is refused, else what is said, and where to."""

    page: Callable[[], str]
    told: str
    address: str


def answered(form: PageForm, save: Callable[[], object], answer: Answer) -> ResponseReturnValue:
    """Save a form as `refused` does and answer with a page or a way on."""
    status = refused(form, save)
    if status:
        return answer.page(), status
    flash(answer.told, "success")
    return see_other(answer.address)


def told_of_step(step: str, row: object) -> str:
    """What is said when a row of the catalogue is retired or reinstated."""
    if step == "retire":
        return _("%(name)s is retired. What is booked and counted stays.", name=localised(row))
    return _("%(name)s is back in service.", name=localised(row))
