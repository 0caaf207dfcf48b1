"""What a page sends about a run of the optimiser: the week, the run, and which part of its proposal is accepted."""

from wtforms import HiddenField

from tracker.web.forms.versioned import VersionedForm


class RunForm(VersionedForm):
    """A run of a week."""

    week = HiddenField()
    run = HiddenField()

    @property
    def run_id(self) -> int:
        """The run's id; 0, which none has, when it is no number."""
        text = self.run.data or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


class AcceptForm(RunForm):
    """What is taken into the draft that was seen: all, a day, or some blocks (`at`)."""

    at = HiddenField()
