"""GET /healthz and /readyz: whether this process answers, and whether its database can be worked on."""

from datetime import timedelta

from alembic.script import ScriptDirectory
from flask import Response, current_app
from marshmallow import fields, validate

from tracker import clock
from tracker.api.documents import AnswerSchema, text
from tracker.api.interface import Interface, answer
from tracker.logs import log
from tracker.queries import DatabaseAwayError, read_session
from tracker.queries.readiness import Readiness, readiness

JOBS_ARE_FRESH_FOR = timedelta(minutes=20)  # the most frequent job runs every five minutes

blueprint = Interface("health", __name__)


class HealthSchema(AnswerSchema):
    """The process answers."""

    status = text(validate=validate.OneOf(["ok"]))


class ReadinessSchema(AnswerSchema):
    """Ready when database, schema and guards are; jobs are told, and do not decide."""

    status = text(validate=validate.OneOf(["ready", "not_ready"]))
    database = fields.Boolean(metadata={"description": "It answers."})
    schema = fields.Boolean(metadata={"description": "It has this release's newest revision."})
    guards = fields.Boolean(metadata={"description": "Double booking is refused by the database."})
    jobs = fields.Boolean(metadata={"description": "One ran within the last twenty minutes."})


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
    try:
        with read_session() as session:
            found: Readiness | None = readiness(session)
    except DatabaseAwayError:
        found = None
    checks = {
        "database": found is not None,
        "schema": found is not None and found.revision == _newest_revision(),
        "guards": found is not None and found.revision is not None and not found.missing_guards,
    }
    is_ready = all(checks.values())
    if not is_ready:
        log().warning("not_ready", **checks)
    last = None if found is None else found.last_job
    jobs = last is not None and clock.now() - last < JOBS_ARE_FRESH_FOR
    status = "ready" if is_ready else "not_ready"
    return answer({"status": status, **checks, "jobs": jobs}, 200 if is_ready else 503)


def _newest_revision() -> str | None:
    migrate = current_app.extensions["migrate"]
    return ScriptDirectory(migrate.directory).get_current_head()
