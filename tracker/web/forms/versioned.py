"""Forms that change a row: the version that was seen goes along, so that nobody overwrites unawares."""

from wtforms import HiddenField

from tracker.domain.errors import DomainError, StaleError
from tracker.web.forms.page_form import PageForm


class VersionedForm(PageForm):
    """`version` is the row's version that the page showed; a row to be added has none."""

    version = HiddenField()
    is_stale = False

    @property
    def seen(self) -> int | None:
        """The version that was seen, if it is a number that a row can have."""
        text = self.version.data or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None

    def refuse(self, refusal: DomainError) -> None:
        """As every form, and remember that somebody else was first: the page says how to go on."""
        if isinstance(refusal, StaleError):
            self.is_stale = True
            return
        super().refuse(refusal)

    def catch_up(self, version: int) -> None:
        """After a stale save let the next one hold against the row as it is now."""
        if self.is_stale:
            self.version.data = str(version)
