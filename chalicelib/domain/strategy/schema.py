"""The JSON Schema of the DSL, and its errors in our words."""

from __future__ import annotations

from functools import cache
from importlib import resources
from itertools import islice
from typing import Any

import jsonschema_rs
import orjson

from chalicelib.domain.errors import Finding
from chalicelib.domain.strategy.document import Json
from chalicelib.domain.strategy.findings import finding, pointer_of

MAX_FINDINGS = 50
_LIMITS = {
    "minimum": "too_small",
    "maximum": "too_large_number",
    "exclusiveMinimum": "not_above",
    "exclusiveMaximum": "not_below",
}


@cache
def schema_bytes() -> bytes:
    """The schema file as it is served."""
    return resources.files(__package__).joinpath("schema.json").read_bytes()


@cache
def schema() -> dict[str, Any]:
    """The schema as a document. Treat it as read-only."""
    document: dict[str, Any] = orjson.loads(schema_bytes())
    return document


@cache
def _validator() -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(schema())


def schema_findings(document: Json) -> list[Finding]:
    """Where ``document`` breaks the schema, at most ``MAX_FINDINGS`` places; empty when it does not."""
    errors = islice(_validator().iter_errors(document), MAX_FINDINGS)
    return sorted((found for error in errors for found in _translate(error)), key=lambda one: one.pointer)


def _translate(error: jsonschema_rs.ValidationError) -> list[Finding]:
    pointer = pointer_of(error.instance_path)
    keyword = str(error.schema_path[-1])
    details: Any = error.kind
    match keyword:
        case "additionalProperties":
            return [finding(f"{pointer}{pointer_of([name])}", "unknown_key", name=name) for name in details.unexpected]
        case "required":
            return [finding(pointer, "required", name=details.property)]
        case "type":
            return [finding(pointer, "wrong_type", expected=" | ".join(details.types))]
        case "enum":
            return [finding(pointer, "not_allowed", allowed=", ".join(str(option) for option in details.options))]
        case "const":
            return [finding(pointer, "not_allowed", allowed=details.expected_value)]
        case "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum":
            return [finding(pointer, _LIMITS[keyword], limit=details.limit)]
        case "pattern":
            return [finding(pointer, "bad_text", pattern=details.pattern)]
        case "minLength" | "maxLength":
            return [finding(pointer, "bad_length", limits=_limits(error.schema_path, "Length"))]
        case "minItems" | "maxItems":
            return [finding(pointer, "bad_count", limits=_limits(error.schema_path, "Items"))]
        case "uniqueItems":
            return [finding(pointer, "repeated_item")]
        case "else":
            return [finding(pointer, "unknown_operand")]
        case _:
            return [finding(pointer, "invalid", what=keyword)]


def _limits(path: list[str | int], what: str) -> str:
    place: Any = schema()
    for part in path[:-1]:
        if isinstance(place, dict) and "$ref" in place and part == "$ref":
            place = schema()["$defs"][place["$ref"].rsplit("/", 1)[1]]
        else:
            place = place[part]
    return f"{place.get(f'min{what}', 0)}–{place[f'max{what}']}"
