"""A roster as it is pasted, and what its unknown words and rows mean."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import FieldList, FormField, HiddenField, SelectField, TextAreaField
from wtforms.validators import Length

from tracker.domain.roster import LONGEST_ROSTER
from tracker.queries.roster import Answers
from tracker.web.forms.page_form import FormPart
from tracker.web.forms.versioned import VersionedForm

MOST_QUESTIONS = 200


class AnswerPart(FormPart):
    """A word or a row that nobody knew, and what somebody chose for it; nothing chosen yet is empty."""

    asked = HiddenField()
    answer = SelectField(validate_choice=False)


class RosterForm(VersionedForm):
    """The table as text, or as a file that takes its place; the answers to what was asked of it. Of a draft's `version`."""

    text = TextAreaField(_l("Roster"), [Length(max=LONGEST_ROSTER)])
    file = FileField(_l("Or an XLSX file"))
    words = FieldList(FormField(AnswerPart), max_entries=MOST_QUESTIONS)
    people = FieldList(FormField(AnswerPart), max_entries=MOST_QUESTIONS)

    def answers(self) -> Answers:
        """What was chosen."""
        return Answers(_chosen(self.words), _chosen(self.people))

    def ask(self, words: Sequence[str], people: Sequence[str]) -> None:
        """Ask for these besides what is answered already."""
        for questions, asked in ((self.words, words), (self.people, people)):
            known = {part.form.asked.data for part in questions}
            for each in asked:
                if each not in known and len(questions) < MOST_QUESTIONS:
                    questions.append_entry({"asked": each, "answer": ""})

    def recall(self, answers: Answers) -> None:
        """Show what was answered earlier, so that it can be answered otherwise."""
        for questions, said in ((self.words, answers.words), (self.people, answers.people)):
            known = {part.form.asked.data for part in questions}
            for asked, answer in said.items():
                if asked not in known and len(questions) < MOST_QUESTIONS:
                    questions.append_entry({"asked": asked, "answer": answer})


def _chosen(questions: FieldList) -> dict[str, str]:
    pairs = ((part.form.asked.data or "", part.form.answer.data or "") for part in questions)
    return {asked[:80]: answer for asked, answer in pairs if asked and answer}
