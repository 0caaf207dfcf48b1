"""What every form of a page has in common: the CSRF token, and refusals of a service beside their field."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_wtf import FlaskForm
from markupsafe import Markup
from wtforms import Field, FieldList, Form, FormField, HiddenField
from wtforms.widgets import HiddenInput

from tracker.domain.errors import DomainError
from tracker.sentences import sentence

# NUL cannot be kept by PostgreSQL, and none of these can be shown again by a page.
UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")


class PageForm(FlaskForm):
    """A Flask-WTF form that may stand beside others on a page: its hidden fields have no ids."""

    def hidden_tag(self, *fields: str) -> Markup:
        """All hidden fields, the CSRF token among them."""
        hidden = [
            field
            for field in self
            if isinstance(field.widget, HiddenInput) and (not fields or field.name in fields)
        ]
        return Markup("\n").join(field(id=False) for field in hidden)

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """What the fields ask, and that each text can be kept; what cannot is left out of the page."""
        is_valid = bool(super().validate(extra_validators))
        for field in _single_fields(self):
            if any(UNFIT.search(text) for text in _texts(field)):
                _leave_out_unfit(field)
                field.errors = [*field.errors, _("This text holds characters that cannot be kept.")]
                is_valid = False
        return is_valid

    def refuse(self, refusal: DomainError) -> None:
        """Put a refusal on the field it names, else on the form as a whole."""
        field = self._fields.get(refusal.field or "")
        if field is None or isinstance(field, HiddenField):
            self.form_errors.append(sentence(refusal))
        else:
            field.errors = [*field.errors, sentence(refusal)]


class FormPart(Form):
    """A part of a PageForm that is repeated: it speaks the page's language, the token is the form's."""

    class Meta(FlaskForm.Meta):
        csrf = False


def _single_fields(fields: Iterable[Field]) -> Iterator[Field]:
    """Each field that a person fills in, those of lists and parts of forms too."""
    for field in fields:
        if isinstance(field, FieldList | FormField):
            yield from _single_fields(field)
        else:
            yield field


def _texts(field: Field) -> Iterator[str]:
    yield from (text for text in field.raw_data or () if isinstance(text, str))


def _leave_out_unfit(field: Field) -> None:
    field.raw_data = [UNFIT.sub("", text) for text in _texts(field)]
    if isinstance(field.data, str):
        field.data = UNFIT.sub("", field.data)
