"""No function is ended by AWS while it waits for another service: it says itself what did not answer."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.adapters.patience import ATTEMPTS, LONGEST_SECONDS, READ_SECONDS, Hurried, client_config
from tests.unit.infra.dynamodb_models import dynamodb_models

MODELS = dynamodb_models()


def test_every_function_outlasts_a_request_that_nobody_answers(resources: dict[str, Any]) -> None:
    functions = {
        name: found["Properties"]["Timeout"]
        for name, found in resources.items()
        if found["Type"] in {"AWS::Serverless::Function", "AWS::Lambda::Function"}
    }

    assert len(functions) > 10
    assert {name: seconds for name, seconds in functions.items() if seconds <= LONGEST_SECONDS} == {}


@pytest.mark.parametrize("name", MODELS)
def test_every_table_is_waited_for_that_long_or_done_without(name: str) -> None:
    waits = MODELS[name].Meta
    if issubclass(waits, Hurried):
        assert (waits.max_retry_attempts + 1) * waits.read_timeout_seconds < 1
    else:
        assert (waits.read_timeout_seconds, waits.max_retry_attempts) == (READ_SECONDS, ATTEMPTS - 1)


def test_every_client_is_waited_for_that_long() -> None:
    config = client_config()

    assert (config.read_timeout, config.retries["total_max_attempts"]) == (READ_SECONDS, ATTEMPTS)
    assert config is not client_config()
