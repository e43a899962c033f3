"""The models' keys and indexes are those of the template's tables, so that tests which make tables of models stand on
the same ones."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.adapters.dynamodb.binding import base_name
from tests.unit.infra.dynamodb_models import dynamodb_models

MODELS = dynamodb_models()
WITHOUT_MODEL = {"idempotency"}


def _keys(schema: list[dict[str, str]]) -> dict[str, str]:
    return {key["KeyType"]: key["AttributeName"] for key in schema}


@pytest.mark.parametrize("name", MODELS)
def test_keys_and_indexes_are_the_tables(name: str, tables: dict[str, Any]) -> None:
    model = MODELS[name]
    table = tables[base_name(model)]["Properties"]
    schema = model._get_schema()  # what pynamodb would create; it has no public word for it

    assert _keys(schema["key_schema"]) == _keys(table["KeySchema"])
    indexes = {index["IndexName"]: _keys(index["KeySchema"]) for index in table.get("GlobalSecondaryIndexes", ())}
    assert {index["index_name"]: _keys(index["key_schema"]) for index in schema["global_secondary_indexes"]} == indexes


def test_every_table_has_its_model(tables: dict[str, Any]) -> None:
    assert {base_name(model) for model in MODELS.values()} == set(tables) - WITHOUT_MODEL
