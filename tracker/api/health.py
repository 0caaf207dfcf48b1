"""GET /healthz and /readyz: whether this process answers, and whether its database can be worked on.

What must keep traffic away decides; every other trouble of the installation is listed as a warning.
"""

from alembic.script import ScriptDirectory
from flask import Response, current_app
from flask_babel import force_locale
from marshmallow import fields, validate

from tracker import clock
from tracker.api.documents import AnswerSchema, Document, instant_or_none, moment, text
from tracker.api.interface import Interface, answer
from tracker.api.problems import language
from tracker.domain.troubles import CODES, Trouble
from tracker.logs import log
from tracker.queries import DatabaseAwayError, read_session
from tracker.queries.readiness import Readiness, readiness
from tracker.queries.troubles import troubles
from tracker.sentences import sentence

blueprint = Interface("health", __name__)


class HealthSchema(AnswerSchema):
    """The process answers."""

    status = text(validate=validate.OneOf(["ok"]))


class WarningSchema(AnswerSchema):
    """One thing that needs looking after."""

    code = text(validate=validate.OneOf(CODES))
    subject = text("The job or folder, where it is about one; else empty.")
    since = moment("When it began; null where nobody noted it.", allow_none=True)
    advice = text("What to do.")
    text = text("What is wrong, a sentence for people.")


class ReadinessSchema(AnswerSchema):
    """Ready when database, schema and guards are; jobs and warnings are told, and do not decide."""

    status = text(validate=validate.OneOf(["ready", "not_ready"]))
    database = fields.Boolean(metadata={"description": "It answers."})
    schema = fields.Boolean(metadata={"description": "It has this release's newest revision."})
    guards = fields.Boolean(metadata={"description": "Double booking is refused by the database."})
    jobs = fields.Boolean(metadata={"description": "One ran within the last twenty minutes."})
    warnings = fields.List(
        fields.Nested(WarningSchema), metadata={"description": "The gravest first."}
    )


@blueprint.route("/healthz", tags=["operation"])
@blueprint.response(200, HealthSchema)
def alive() -> Response:
    """This process answers"""
    return answer({"status": "ok"})


@blueprint.route("/readyz", tags=["operation"])
@blueprint.response(200, ReadinessSchema)
@blueprint.alt_response(503, schema=ReadinessSchema, content_type="application/json")
def ready() -> Response:
    """The database can be worked on"""
    found, warnings = _ask_the_database()
    checks = {
        "database": found is not None,
        "schema": found is not None and found.revision == _newest_revision(),
        "guards": found is not None and found.revision is not None and not found.missing_guards,
    }
    is_ready = all(checks.values())
    if not is_ready:
        log().warning("not_ready", **checks)
    jobs = warnings is not None and "jobs_silent" not in {one.code for one in warnings}
    status = "ready" if is_ready else "not_ready"
    with force_locale(language()):
        told = [_warning(one) for one in warnings or ()]
    document = {"status": status, **checks, "jobs": jobs, "warnings": told}
    return answer(document, 200 if is_ready else 503)


def _ask_the_database() -> tuple[Readiness | None, list[Trouble] | None]:
    """Its state and the troubles; None where it does not answer, or has another schema to look into."""
    try:
        with read_session() as session:
            found = readiness(session)
            if found.revision != _newest_revision():
                return found, None
            return found, troubles(session, current_app.config, now=clock.now())
    except DatabaseAwayError:
        return None, None


def _warning(trouble: Trouble) -> Document:
    return {
        "code": trouble.code,
        "subject": trouble.subject,
        "since": instant_or_none(trouble.since),
        "text": sentence(trouble.text),
        "advice": sentence(trouble.advice),
    }


def _newest_revision() -> str | None:
    migrate = current_app.extensions["migrate"]
    return ScriptDirectory(migrate.directory).get_current_head()
