"""What every form of a page has in common: the CSRF token, and refusals of a service beside their field."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_wtf import FlaskForm
from markupsafe import Markup
from wtforms import HiddenField
from wtforms.widgets import HiddenInput

from tracker.domain.errors import DomainError
from tracker.sentences import sentence


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
        """Besides what the fields ask: no NUL, which no text has and PostgreSQL cannot keep."""
        is_valid = bool(super().validate(extra_validators))
        for field in self:
            if any("\0" in text for text in field.raw_data or () if isinstance(text, str)):
                field.errors = [*field.errors, _("This text has characters that cannot be kept.")]
                is_valid = False
        return is_valid

    def refuse(self, refusal: DomainError) -> None:
        """Put a refusal on the field it names, else on the form as a whole."""
        field = self._fields.get(refusal.field or "")
        if field is None or isinstance(field, HiddenField):
            self.form_errors.append(sentence(refusal))
        else:
            field.errors = [*field.errors, sentence(refusal)]
