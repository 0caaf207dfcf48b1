"""GET /healthz and /readyz: whether this process answers, and whether its database can be worked on.

What must keep traffic away decides; every other trouble of the installation is listed as a warning.
"""

from collections import Counter

from alembic.script import ScriptDirectory
from flask import Response, current_app
from marshmallow import fields, validate

from tracker import clock
from tracker.api.documents import AnswerSchema, text
from tracker.api.interface import Interface, answer
from tracker.domain.troubles import CODES, Trouble
from tracker.logs import log
from tracker.queries import DatabaseAwayError, read_session
from tracker.queries.readiness import Readiness, readiness
from tracker.queries.troubles import troubles

blueprint = Interface("health", __name__)


class HealthSchema(AnswerSchema):
    """The process answers."""

    status = text(validate=validate.OneOf(["ok"]))


class WarningSchema(AnswerSchema):
    """What needs looking after. Nobody signs in here, so no names of files, jobs or guards: they are on `/admin`."""

    code = text(validate=validate.OneOf(CODES))
    count = fields.Integer(metadata={"description": "How many of this code there are."})


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
    counted = Counter(one.code for one in warnings or ())
    told = [{"code": code, "count": count} for code, count in counted.items()]
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


def _newest_revision() -> str | None:
    migrate = current_app.extensions["migrate"]
    return ScriptDirectory(migrate.directory).get_current_head()
