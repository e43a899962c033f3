"""Whatever is sent, the API answers with what its contract promises, and never with a defect."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.api.operations import defined_operations
from tests.unit.api.gateway import Client, Gateway

WITH_BODY = [operation for operation in defined_operations() if operation.body_model is not None]
WITH_QUERY = [operation for operation in defined_operations() if operation.query_model is not None]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
FEW = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))


@cache
def client() -> Client:
    """One signed-in admin for all examples."""
    return Gateway().user()


def some_path(path: str) -> str:
    """The path with an id in every place."""
    return "/".join("some-id" if part.startswith("{") else part for part in path.split("/"))


def send(method: str, path: str, **request: Any) -> int:
    """The status of the answer; the gateway holds the answer against the contract."""
    return client().call(method, some_path(path), **request).status


@pytest.mark.parametrize("operation", WITH_BODY, ids=lambda operation: operation.name)
def test_no_body_is_a_defect(operation: Any) -> None:
    names = [field.alias or name for name, field in operation.body_model.model_fields.items()]
    known = st.fixed_dictionaries({}, optional=dict.fromkeys(names, JSON))

    @FEW
    @given(known | JSON)
    def check(body: Any) -> None:
        assert send(operation.method, operation.path, body=body) < 500

    check()


@pytest.mark.parametrize("operation", WITH_QUERY, ids=lambda operation: operation.name)
def test_no_query_is_a_defect(operation: Any) -> None:
    names = [field.alias or name for name, field in operation.query_model.model_fields.items()]

    @FEW
    @given(st.dictionaries(st.sampled_from(names) | st.text(), st.text() | st.integers().map(str), max_size=4))
    def check(query: dict[str, str]) -> None:
        assert send(operation.method, operation.path, query=query) < 500

    check()


@FEW
@given(st.text())
def test_no_authorisation_header_is_a_defect(value: str) -> None:
    gateway = client().gateway

    assert gateway.call("GET", "/me", headers={"Authorization": f"Bearer {value}"}).status == 401


@FEW
@given(st.binary().map(lambda raw: raw.decode("latin-1")))
def test_no_raw_body_is_a_defect(raw: str) -> None:
    assert client().call("POST", "/bots", raw=raw).status == 400


def test_numbers_beyond_every_machine_are_refused() -> None:
    body = json.dumps({"spec": {"name": "x"}, "expectedVersion": 10**400})

    assert client().call("PUT", "/strategies/some-id", raw=body).status == 400


@pytest.mark.parametrize(
    "raw",
    [
        '{"durationMinutes": 1e400}',
        '{"durationMinutes": -1e-400}',
        '{"durationMinutes": ' + "9" * 5_000 + "}",
        '{"durationMinutes": 1.' + "0" * 5_000 + "1}",
        '{"durationMinutes": "\\ud800"}',
        '{"\\u0000": 1}',
        '{"durationMinutes": NaN}',
        '{"durationMinutes": Infinity}',
        '{"durationMinutes": true}',
        "[" * 20_000,
        '{"a":' * 5_000 + "1" + "}" * 5_000,
        '"' + "a" * 70_000 + '"',
        "\ufeff{}",
    ],
    ids=lambda raw: raw[:24],
)
def test_absurd_json_is_refused_and_starts_nothing(raw: str) -> None:
    user = Gateway().user()
    bot = user.bot()

    answer = user.call("POST", f"/bots/{bot}/runs", raw=raw)

    assert answer.status in (400, 413)
    assert user.get(f"/bots/{bot}/runs").json["items"] == []


def test_a_query_or_a_header_of_any_length_is_an_answer() -> None:
    user = client()

    assert user.get("/bots", cursor="A" * 7_000).status == 400
    assert user.get("/bots", **{f"p{number}": "x" for number in range(500)}).status == 400
    assert user.call("POST", "/bots", body={}, headers={"Idempotency-Key": "k" * 5_000}).status == 400
