"""Every operation of the contract shows a request and an answer, and each example is one that its schema allows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from chalicelib.api.audited import given_fields
from chalicelib.api.openapi import document
from chalicelib.api.operations import defined_operations
from chalicelib.api.problem_catalogue import EXAMPLES

LOCALES = Path(__file__).resolve().parents[3] / "frontend" / "src" / "locales"
CONTRACT = document()


def _contents() -> Iterator[tuple[str, dict[str, Any]]]:
    for path, operations in CONTRACT["paths"].items():
        for method, operation in operations.items():
            name = f"{method.upper()} {path}"
            if "requestBody" in operation:
                yield f"{name} request", operation["requestBody"]["content"]["application/json"]
            for status, response in operation["responses"].items():
                for content in response.get("content", {}).values():
                    yield f"{name} {status}", content


CONTENTS = dict(_contents())


@pytest.mark.parametrize("name", CONTENTS)
def test_the_example_is_one_that_its_schema_allows(name: str) -> None:
    content = CONTENTS[name]
    judge = jsonschema_rs.Draft202012Validator(content["schema"] | {"components": CONTRACT["components"]})

    assert [error.message for error in judge.iter_errors(content["example"])] == []


@pytest.mark.parametrize("operation", defined_operations(), ids=lambda operation: operation.name)
def test_the_request_of_the_example_is_one_that_the_operation_takes(operation: Any) -> None:
    if operation.body_model is None:
        return
    example = CONTENTS[f"{operation.method} {operation.path} request"]["example"]

    operation.body_model.model_validate_json(json.dumps(example), strict=True)


@pytest.mark.parametrize("operation", defined_operations(), ids=lambda operation: operation.name)
def test_the_fields_that_an_audit_row_would_name_are_those_of_the_document(operation: Any) -> None:
    if operation.body_model is None:
        return
    example = CONTENTS[f"{operation.method} {operation.path} request"]["example"]
    body = operation.body_model.model_validate_json(json.dumps(example), strict=True)

    assert given_fields(body) == sorted(example)


def test_every_problem_that_an_operation_may_answer_is_shown_with_its_codes() -> None:
    responses = CONTRACT["components"]["responses"]
    for response in responses.values():
        (content,) = response["content"].values()
        judge = jsonschema_rs.Draft202012Validator(content["schema"] | {"components": CONTRACT["components"]})
        for code, example in content["examples"].items():
            assert judge.is_valid(example["value"])
            assert code in response["description"]


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_code_of_an_example_has_its_line_in_the_dictionaries(language: str) -> None:
    lines = json.loads((LOCALES / language / "problems.json").read_text())

    assert {problem.code for problems in EXAMPLES.values() for problem in problems} <= set(lines)
