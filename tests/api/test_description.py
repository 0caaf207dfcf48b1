"""The OpenAPI document: valid, complete, and nothing found when a tool tries everything it says."""

import contextlib
import re
from http import HTTPStatus

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.definitions import OPENAPI_31_VALIDATOR

from config import ROOT
from tests.support.api import caller, description
from tests.support.department import at
from tests.support.starting_data import SYSTEM
from tracker import clock
from tracker.api.access import ACCESS
from tracker.domain.roles import Role
from tracker.services.accounts import NewAccount, create_account

pytestmark = pytest.mark.engines("sqlite")

# What a rule refuses (a birth date to come, an end before its start) cannot be said in a schema.
REFUSED_BY_RULE = str(int(HTTPStatus.UNPROCESSABLE_ENTITY))
EXAMPLES = 6
OPERATIONS_WITH_INPUT = 60
EVERYBODY = "everybody"
PAGES_ONLY = {
    "ambiguous_date", "draft_stale", "file", "no_date", "no_draft", "no_such_date", "not_temporary",
    "nothing_to_undo", "refused", "rules_broken", "short_year", "too_many_failures", "wrong_credentials", "year",
}  # fmt: skip
"""Codes of what the interface does not offer."""
OPEN = {"health.alive", "health.ready", "metrics.show"}


def test_the_document_is_valid(app):
    document = description(app)
    assert document["openapi"] == "3.1.0"
    OPENAPI_31_VALIDATOR.validate(document)


def test_every_endpoint_is_described_once(app):
    described = {
        operation["operationId"]: (path, method)
        for path, operations in description(app)["paths"].items()
        for method, operation in operations.items()
        if method != "parameters"
    }
    routed = {
        rule.endpoint.partition(".")[2]: (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method)
        for rule in app.url_map.iter_rules()
        for method in ("get", "post", "delete")
        if rule.endpoint in {*ACCESS, *OPEN} and method.upper() in (rule.methods or ())
    }
    del routed["openapi_json"]
    assert described == routed


def test_it_says_who_needs_a_token(app):
    document = description(app)
    assert document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
    public = {endpoint.partition(".")[2] for endpoint in OPEN}
    for operations in document["paths"].values():
        for method, operation in operations.items():
            if method != "parameters":
                is_public = operation["operationId"] in public
                assert operation["security"] == ([] if is_public else [{"bearer": []}])
                assert ("401" in operation["responses"]) is not is_public


def test_every_problem_has_the_one_shape(app):
    responses = description(app)["components"]["responses"]
    for response in responses.values():
        schema = response["content"]["application/problem+json"]["schema"]
        assert schema == {"$ref": "#/components/schemas/Problem"}


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_trying_everything_it_says_finds_nothing(app, mode):
    schema = loaded(app)
    make_everybody(app)
    headers = {
        "Authorization": f"Bearer {caller(app, EVERYBODY).token}",
        "Accept-Encoding": "identity",  # the tool's own transport does not unpack
    }

    def cases_tried(operation: schemathesis.APIOperation) -> int:
        tried = 0

        @given(case=operation.as_strategy(generation_mode=mode))
        @settings(
            max_examples=EXAMPLES,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        def try_case(case: schemathesis.Case) -> None:
            nonlocal tried
            tried += 1
            with clock.at(at(7)):
                case.call_and_validate(headers=headers)

        with contextlib.suppress(Unsatisfiable):  # there is nothing to get wrong
            try_case()
        return tried

    tried = [cases_tried(found.ok()) for found in schema.get_all_operations()]
    assert sum(count > 0 for count in tried) >= OPERATIONS_WITH_INPUT


def make_everybody(app: Flask) -> None:
    """An account with all roles: nothing stops the tool at the door."""
    roles = [role.value for role in Role]
    new = NewAccount(EVERYBODY, "all of them at once", roles)
    with app.app_context():
        create_account(new, by=SYSTEM, now=at(7))


def loaded(app: Flask) -> schemathesis.BaseSchema:
    expected = ["2xx", "401", "403", "404", "409", REFUSED_BY_RULE]
    checks = {"positive_data_acceptance": {"expected-statuses": expected}}
    config = SchemathesisConfig.from_dict({"checks": checks})
    return schemathesis.openapi.from_wsgi("/api/openapi.json", app, config=config)


def test_every_code_of_a_refusal_is_told(app):
    told = set(re.findall(r"`([a-z_]+)`", description(app)["info"]["description"]))
    raised = {
        code
        for layer in ("domain", "queries", "services", "writes", "api")
        for path in (ROOT / "tracker" / layer).glob("*.py")
        for code in re.findall(r'\b(?:code|CODE|BUSY) ?= ?"([a-z_]+)"', path.read_text())
    }
    assert raised - PAGES_ONLY <= told
    assert {"patient_busy", "patient_merged", "other_day", "entered_already"} <= raised
