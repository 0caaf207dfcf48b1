"""The choice of who else took part in an exam, as every form about an exam offers it."""

from collections.abc import Iterable
from typing import Any

from tracker.queries.staff import StaffRow
from tracker.web.forms.book import choices_of


def offer_taking_part(form: Any, people: Iterable[StaffRow]) -> None:
    """Give the form's supervisor and assistant their choices: doctors, and everybody who works in the rooms.

    Who left is offered where the form names him already.
    """
    known = [each for each in people if each.kind != "clerk"]
    for field, kinds in ((form.supervisor, {"doctor"}), (form.assistant, None)):
        pairs = [
            (each.code, f"{each.name} {each.code}")
            for each in known
            if (kinds is None or each.kind in kinds)
            and (not each.is_retired or each.code == field.data)
        ]
        field.choices = choices_of(pairs, none="–")
