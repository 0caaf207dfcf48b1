"""POST /imports/{id}/words: what a person answers when a file was read; then it is read again."""

from typing import Any

from flask import Response

from tracker import clock
from tracker.api.access import caller
from tracker.api.bookings import number_of
from tracker.api.fields import Inner, OneOf, Text, refused
from tracker.api.imports import PATH, OneImportSchema, answer_import
from tracker.api.interface import blueprint
from tracker.api.reading import RequestSchema
from tracker.domain.errors import N_, Params, Reason
from tracker.domain.examfile import COLUMNS, WORD_KINDS
from tracker.services.import_requests import explain_words

MOST_WORDS = 500
LONGEST_WORD, LONGEST_CODE = 80, 40
NOT_A_LIST = Reason("invalid", N_("Give a list."))
ANY_TEXT = r"^[\s\S]*$"


class ListOf(Inner):
    """A list of objects."""

    def __init__(self, schema: Any, description: str = "", *, most: int, **kwargs: Any):
        self._most = most
        super().__init__(schema, description, many=True, described={"maxItems": most}, **kwargs)

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        if not isinstance(value, list):
            raise refused(NOT_A_LIST)
        if len(value) > self._most:
            text = N_("Give at most %(most)s at once.")
            raise refused(Reason("invalid", text, Params(most=self._most)))
        return super()._deserialize(value, *args, **kwargs)


class FileWord(Text):
    """A word as the file has it, its line breaks too: they are left out where words are compared."""

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> str:
        if not isinstance(value, str) or len(value) > LONGEST_WORD:
            raise refused(self.invalid)
        return value


class MeaningBody(RequestSchema):
    """What one word of a file means."""

    kind = OneOf((*WORD_KINDS, "header"), "header: the title of a column.", required=True)
    word = FileWord(
        "As unknown_words or titles have it; empty: an empty cell.",
        longest=LONGEST_WORD, least=0, pattern=ANY_TEXT, required=True,
    )  # fmt: skip
    code = Text(
        "Of the exam type, stream, device or staff member, retired ones too. Of a title one of "
        f"{', '.join(COLUMNS)}; empty: the column is not read.",
        longest=LONGEST_CODE, least=0, required=True,
    )  # fmt: skip


class WordsBody(RequestSchema):
    """What words mean, from now on and in later files too; none: the file is read again as it is."""

    words = ListOf(MeaningBody, most=MOST_WORDS, load_default=list)


@blueprint.route(
    "/imports/<number>/words",
    endpoint="explain_words",
    methods=["POST"],
    parameters=PATH,
    tags=["imports"],
)
@blueprint.arguments(WordsBody, required=False)
@blueprint.response(200, OneImportSchema)
def explain(body: dict[str, Any], number: str) -> Response:
    """Say what unknown words and columns mean; the file is read again"""
    import_id, by = number_of(number), caller().account_id
    meant: dict[str, dict[str, str]] = {}
    for each in body["words"]:
        meant.setdefault(each["kind"], {})[each["word"]] = each["code"]
    explain_words(import_id, meant, by=by, now=clock.now())
    return answer_import(import_id)
