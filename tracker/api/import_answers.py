"""POST /imports/{id}/words, …/decide and …/forget: what a person answers when a file was read."""

from pathlib import Path
from typing import Any

from flask import Response, current_app

from tracker import clock
from tracker.api.access import caller
from tracker.api.bookings import number_of
from tracker.api.fields import Flag, Inner, OneOf, Text, Whole, refused
from tracker.api.import_documents import PATH, OneImportSchema, answer_import
from tracker.api.interface import blueprint
from tracker.api.reading import TWICE, RefusedFieldsError, RequestSchema
from tracker.domain.errors import N_, Params, Reason
from tracker.domain.examfile import COLUMNS, WORD_KINDS
from tracker.drivers.import_files import forget_files
from tracker.drivers.import_preview import DECIDED
from tracker.services.import_requests import decide, explain_words
from tracker.services.importing import forget_import

MOST_WORDS = 500
LAST_ROW = 999_999_999
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


class DecisionBody(RequestSchema):
    """What becomes of one row that is probably here already."""

    row = Whole(2, LAST_ROW, required=True)
    goes_in = Flag("Null: as all others.", required=True, allow_none=True)


class DecisionsBody(RequestSchema):
    """What becomes of rows that are probably here already; these decisions take the place of earlier ones."""

    rows = ListOf(
        DecisionBody,
        "Of those that the import's findings list; any further ones are decided by `others`.",
        most=DECIDED,
        load_default=list,
    )
    others = Flag(
        "Of all rows that are not named. Null: undecided, they stay out.",
        load_default=None,
        allow_none=True,
    )


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


@blueprint.route(
    "/imports/<number>/decide",
    endpoint="decide_rows",
    methods=["POST"],
    parameters=PATH,
    tags=["imports"],
)
@blueprint.arguments(DecisionsBody)
@blueprint.response(200, OneImportSchema)
def decide_about(body: dict[str, Any], number: str) -> Response:
    """Decide which rows that are probably here already go in"""
    import_id = number_of(number)
    rows = {each["row"]: each["goes_in"] for each in body["rows"]}
    if len(rows) < len(body["rows"]):
        raise RefusedFieldsError([("rows", TWICE)])
    decide(import_id, rows, of_all=body["others"])
    return answer_import(import_id)


@blueprint.route(
    "/imports/<number>/forget",
    endpoint="forget_import",
    methods=["POST"],
    parameters=PATH,
    tags=["imports"],
)
@blueprint.response(200, OneImportSchema)
def forget(number: str) -> Response:
    """Give up a file that was not brought in: it is deleted"""
    import_id, by = number_of(number), caller().account_id
    forget_import(import_id, by=by, now=clock.now())
    forget_files(Path(current_app.config["INSTANCE_DIR"]), import_id, refused_too=True)
    return answer_import(import_id)
