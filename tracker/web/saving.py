"""Sending a form to its service: what the service refuses comes back on the form, with the right status."""

from collections.abc import Callable

from tracker.domain.errors import DomainError, ForbiddenError, NotFoundError
from tracker.sentences import status_of
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
