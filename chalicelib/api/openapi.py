"""The API's contract as OpenAPI 3.1, made from the very models and signatures that serve it.

``python -m chalicelib.api.openapi`` writes docs/openapi.json; ``--check`` only says whether it is up to date.
"""

from __future__ import annotations

import json
import sys
from http import HTTPStatus
from pathlib import Path
from typing import Any

from pydantic.json_schema import models_json_schema

from chalicelib.api.deprecations import DEPRECATED
from chalicelib.api.examples import example_of
from chalicelib.api.models.base import RequestModel
from chalicelib.api.models.problem import ProblemView
from chalicelib.api.operation import Operation
from chalicelib.api.operations import defined_operations
from chalicelib.api.problem_catalogue import problem_response, response_name
from chalicelib.api.problems import CONTENT_TYPE
from chalicelib.domain.accounts.quotas import ROUTE_QUOTA
from chalicelib.domain.accounts.roles import Role
from chalicelib.domain.accounts.route_access import Access, needs_step_up, required_access

VERSION = "1.0.0"
SERVER = "/api/v1"
DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "openapi.json"
_REFERENCE = "#/components/schemas/{model}"
_JSON = "application/json"
_CSRF = {
    "name": "X-CSRF-Token",
    "in": "header",
    "required": False,
    "schema": {"type": "string"},
    "description": "the csrfToken of the session",
}
_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[\\x21-\\x7e]{1,128}$"},
}
_KEY_IS_IDENTITY = "the identity of what is made: a repeat finds it, whatever became of the first answer"
_KEY_IS_CACHE = "a repeat within a day gets the first reply; another body with the same key is refused"


def document() -> dict[str, Any]:
    """The whole OpenAPI document."""
    operations = defined_operations()
    references, definitions = _schemas(operations)
    paths: dict[str, Any] = {}
    for operation in operations:
        described = _operation(operation, references, definitions)
        paths.setdefault(operation.path, {})[operation.method.lower()] = described
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "BotMarketplace",
            "version": VERSION,
            "description": "Time-limited trading bots on Bybit. Decimals are strings, times ISO-8601 UTC, ids ULIDs; "
            "errors are problem details (RFC 9457); what belongs to another workspace does not exist (404).",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": SERVER}],
        "tags": [{"name": tag} for tag in dict.fromkeys(operation.tag for operation in operations)],
        "paths": paths,
        "components": {
            "schemas": definitions,
            "securitySchemes": {
                "accessToken": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
                "signature": {"type": "apiKey", "in": "header", "name": "X-Signature"},
                "signatureTime": {"type": "apiKey", "in": "header", "name": "X-Timestamp"},
                "refreshCookie": {"type": "apiKey", "in": "cookie", "name": "bm_refresh"},
            },
            "responses": _problem_responses(paths, _reference(references[(ProblemView, "serialization")])),
        },
    }


def rendered() -> str:
    """The document as it is kept in the repository."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


References = dict[tuple[type[Any], str], dict[str, Any]]


def _schemas(operations: tuple[Operation, ...]) -> tuple[References, dict[str, Any]]:
    wanted: dict[tuple[Any, Any], None] = {(ProblemView, "serialization"): None}
    for operation in operations:
        if operation.body_model is not None:
            wanted[(operation.body_model, "validation")] = None
        if operation.answer_model is not None:
            wanted[(operation.answer_model, "serialization")] = None
    references, schema = models_json_schema(list(wanted), ref_template=_REFERENCE)
    found: References = {(model, mode): reference for (model, mode), reference in references.items()}
    return found, schema["$defs"]


def _reference(schema: dict[str, Any]) -> dict[str, Any]:
    return {"$ref": schema["$ref"]}


def _problem_responses(paths: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """The problems of each status that an operation of ``paths`` may answer."""
    statuses = {
        int(status)
        for operations in paths.values()
        for operation in operations.values()
        for status, response in operation["responses"].items()
        if "$ref" in response
    }
    return {response_name(status): problem_response(status, CONTENT_TYPE, schema) for status in sorted(statuses)}


def _operation(operation: Operation, references: References, definitions: dict[str, Any]) -> dict[str, Any]:
    requirement = required_access(operation.method, operation.path)
    result: dict[str, Any] = {
        "operationId": operation.name,
        "tags": [operation.tag],
        "summary": _summary(operation),
        "security": _security(requirement),
        "x-requires": requirement.value,
        **({"x-step-up": True} if needs_step_up(operation.method, operation.path) else {}),
        **({"deprecated": True} if (operation.method, operation.path) in DEPRECATED else {}),
        "responses": _responses(operation, requirement, references, definitions),
    }
    parameters = _parameters(operation, requirement)
    if parameters:
        result["parameters"] = parameters
    if operation.body_model is not None:
        schema = _reference(references[(operation.body_model, "validation")])
        required = any(field.is_required() for field in operation.body_model.model_fields.values())
        example = example_of(schema, definitions, required_only=True)
        result["requestBody"] = {"required": required, "content": {_JSON: {"schema": schema, "example": example}}}
    return result


def _summary(operation: Operation) -> str:
    return " ".join((operation.handler.__doc__ or "").split())


def _security(requirement: Access | Role) -> list[dict[str, list[str]]]:
    if isinstance(requirement, Role):
        return [{"accessToken": []}]
    by_cookie: dict[Access, list[dict[str, list[str]]]] = {
        Access.REFRESH_COOKIE: [{"refreshCookie": []}],
        Access.SIGNATURE: [{"signature": [], "signatureTime": []}],
        Access.REFRESH_COOKIE_IF_ANY: [{"refreshCookie": []}, {}],
    }
    return by_cookie.get(requirement, [])


def _parameters(operation: Operation, requirement: Access | Role) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "pattern": "^[0-9A-Za-z_-]{1,64}$"}}
        for name in operation.path_names
    ]
    if operation.query_model is not None:
        found.extend(_query_parameters(operation.query_model))
    if operation.takes_key or operation.cached_reply:
        meaning = _KEY_IS_IDENTITY if operation.takes_key else _KEY_IS_CACHE
        found.append({**_IDEMPOTENCY_KEY, "description": meaning})
    if requirement in (Access.REFRESH_COOKIE, Access.REFRESH_COOKIE_IF_ANY):
        found.append(_CSRF)
    return found


def _query_parameters(model: type[RequestModel]) -> list[dict[str, Any]]:
    schema = model.model_json_schema(mode="validation")
    required = schema.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in required, "schema": _without_title(field)}
        for name, field in schema["properties"].items()
    ]


def _without_title(schema: dict[str, Any]) -> dict[str, Any]:
    """A query parameter is given or left out: the null of its model cannot be sent."""
    kept = {name: value for name, value in schema.items() if name != "title"}
    choices = [choice for choice in kept.pop("anyOf", []) if choice != {"type": "null"}]
    if len(choices) == 1:
        kept.pop("default", None)
        kept |= choices[0]
    return kept


def _responses(
    operation: Operation, requirement: Access | Role, references: References, definitions: dict[str, Any]
) -> dict[str, Any]:
    good: dict[str, Any] = {"description": HTTPStatus(operation.status).phrase}
    if operation.answer_model is not None:
        schema = _reference(references[(operation.answer_model, "serialization")])
        example = example_of(schema, definitions, required_only=False)
        good["content"] = {operation.content_type: {"schema": schema, "example": example}}
    statuses = {400, *operation.refusals, 429, 500, 503}
    if isinstance(requirement, Role):
        statuses |= {401, 403}
    if operation.body_model is not None:
        statuses |= {413, 415}
    if (operation.method, operation.path) in ROUTE_QUOTA:
        statuses |= {409}
    if operation.cached_reply:
        statuses |= {409, 422}
    if HTTPStatus.BAD_GATEWAY in statuses:
        statuses.add(HTTPStatus.FAILED_DEPENDENCY)  # what asks the exchange may be refused by it
    problems = {str(status): {"$ref": f"#/components/responses/{response_name(status)}"} for status in sorted(statuses)}
    return {str(operation.status): good, **problems}


def main() -> int:
    """Writes the document, or with ``--check`` compares it."""
    if "--check" in sys.argv[1:]:
        return 0 if DOCUMENT.exists() and DOCUMENT.read_text() == rendered() else 1
    DOCUMENT.parent.mkdir(exist_ok=True)
    DOCUMENT.write_text(rendered())
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
