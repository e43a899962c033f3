"""Holds every answer of the tests against the published contract: status, content type and body."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import jsonschema_rs

from chalicelib.api.openapi import document
from chalicelib.api.operation import NDJSON
from chalicelib.api.problems import CONTENT_TYPE


@cache
def contract() -> dict[str, Any]:
    """The OpenAPI document."""
    return document()


@cache
def validator(method: str, path: str, status: int) -> jsonschema_rs.Draft202012Validator | None:
    """Judges the body of one answer; None where the contract knows no body. Fails for an undocumented status."""
    responses = contract()["paths"][path][method.lower()]["responses"]
    assert str(status) in responses, f"{method} {path} answered {status}, which its contract does not know"
    response = responses[str(status)]
    if "$ref" in response:
        response = contract()["components"]["responses"][response["$ref"].rsplit("/", 1)[1]]
    if "content" not in response:
        return None
    (content,) = response["content"].values()  # one content type an answer
    schema = {"$ref": content["schema"]["$ref"], "components": contract()["components"]}
    return jsonschema_rs.Draft202012Validator(schema)


def _promised(method: str, path: str, status: int) -> str:
    """The content type of a good answer."""
    (content_type,) = contract()["paths"][path][method.lower()]["responses"][str(status)]["content"]
    return str(content_type)


def require_conformity(method: str, path: str, status: int, content_type: str, text: str) -> None:
    """Raises AssertionError unless the answer is one that the contract promises."""
    judge = validator(method, path, status)
    if judge is None:
        assert text == ""
        return
    assert content_type == (CONTENT_TYPE if status >= 400 else _promised(method, path, status))
    documents = text.splitlines() if content_type == NDJSON else [text]
    wrong = [
        f"{error.instance_path}: {error.message}" for one in documents for error in judge.iter_errors(json.loads(one))
    ]
    assert not wrong, f"{method} {path} {status}: {wrong}"
