"""A caller of the JSON interface whose every answer is compared with the OpenAPI document."""

import functools
import json
import re
from dataclasses import dataclass
from typing import Any

import jsonschema_rs
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from tests.support.starting_data import NOW, SYSTEM
from tracker.db import read_session
from tracker.models import Account
from tracker.services.tokens import create_token

V1 = "/api/v1"
BODILESS = 204


@dataclass(frozen=True)
class Answer:
    """What came back: status, headers, and the document."""

    status: int
    json: Any
    headers: Any

    @property
    def code(self) -> str:
        """The code of a problem."""
        return str(self.json["code"])

    @property
    def fields(self) -> dict[str, str]:
        """The fields a problem names, each with its code."""
        return {error["field"]: error["code"] for error in self.json["errors"]}


@dataclass(frozen=True)
class ApiCaller:
    """Somebody with a token (or with none)."""

    client: FlaskClient
    token: str | None

    def get(self, path: str, **query: object) -> Answer:
        """GET below /api/v1; a query field named `from` is given as `from_`."""
        named = {name.rstrip("_"): value for name, value in query.items()}
        return self.send("GET", V1 + path, query_string=named)

    def post(self, path: str, headers: dict[str, str] | None = None, **body: object) -> Answer:
        """POST a JSON object below /api/v1."""
        return self.send("POST", V1 + path, json=body, headers=headers or {})

    def delete(self, path: str) -> Answer:
        """DELETE below /api/v1."""
        return self.send("DELETE", V1 + path)

    def send(self, method: str, path: str, **kwargs: Any) -> Answer:
        """Any request; its answer is what the description says."""
        headers = {**kwargs.pop("headers", {})}
        if self.token is not None:
            headers["Authorization"] = f"Bearer {self.token}"
        response = self.client.open(path, method=method, headers=headers, **kwargs)
        check_described(self.client.application, method, response)
        document = None if response.status_code == BODILESS else json.loads(response.data)
        return Answer(response.status_code, document, response.headers)


def caller(app: Flask, name: str | None) -> ApiCaller:
    """The caller with a token of the account `name`; None has no token."""
    if name is None:
        return ApiCaller(app.test_client(), None)
    with app.app_context():
        return ApiCaller(app.test_client(), create_token(name, by=SYSTEM, now=NOW).text)


def account_of(name: str) -> int:
    """The id of an account."""
    with read_session() as session:
        return session.scalars(select(Account.id).where(Account.username == name)).one()


def check_described(app: Flask, method: str, response: TestResponse) -> None:
    """Hold an answer to the OpenAPI document: a known status, its media type, its members."""
    try:
        path = response.request.path
        rule, _ = app.url_map.bind("").match(path, method=method, return_rule=True)
    except HTTPException:
        assert response.mimetype == "application/problem+json"
        return
    described = _operation(app, rule.rule, method)
    answer = described.get(str(response.status_code), described["default"])
    answer = _resolved(app, answer)
    if "content" not in answer:
        assert response.data == b""
        return
    schema = answer["content"][response.mimetype]["schema"]
    _validator(app, json.dumps(schema)).validate(json.loads(response.data))


def description(app: Flask) -> dict[str, Any]:
    """The OpenAPI document."""
    document = _descriptions.get(id(app))
    if document is None:
        document = _descriptions[id(app)] = app.test_client().get("/api/openapi.json").json
    return document


_descriptions: dict[int, dict[str, Any]] = {}


def _operation(app: Flask, rule: str, method: str) -> dict[str, Any]:
    path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule)
    operation = description(app)["paths"].get(path, {}).get(method.lower())
    problem = {"$ref": "#/components/responses/PROBLEM"}
    return {"default": problem} if operation is None else operation["responses"]


def _resolved(app: Flask, answer: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in answer:
        return answer
    found: dict[str, Any] = description(app)
    for part in answer["$ref"].removeprefix("#/").split("/"):
        found = found[part]
    return found


@functools.cache
def _validator(app: Flask, schema: str) -> Any:
    whole = {**json.loads(schema), "components": description(app)["components"]}
    return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
