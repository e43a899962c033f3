"""Every line that the code writes is written here by the real thing, and carries the ids that its writer knows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chalicelib.api.log_keys import MADE_BY
from chalicelib.api.operations import defined_operations
from functions.streams.image_ids import ids_of
from tests.unit.audit.test_streams import order_image
from tests.unit.bybit.scripted_server import scripted_server
from tests.unit.log_lines.functions_at_work import a_run, an_api, the_rest, the_streams
from tests.unit.log_lines.recorder import Line, recorded
from tests.unit.log_lines.sidecar_at_work import a_sidecar
from tests.unit.log_lines.vocabulary import KEYS, LINES, written_in_the_source

SHARED = {"level", "location", "message", "service", "timestamp"}


@pytest.fixture(scope="module")
def sidecar_lines() -> Iterator[list[Line]]:
    """What a sidecar writes."""
    with pytest.MonkeyPatch.context() as patch:
        with recorded(sidecar=True) as lines:
            a_sidecar(patch)
        yield lines


@pytest.fixture(scope="module")
def function_lines() -> Iterator[list[Line]]:
    """What the Lambda functions write."""
    with pytest.MonkeyPatch.context() as patch, scripted_server() as server:
        with recorded() as lines:
            a_run(patch)
            an_api(patch, server)
            the_streams(patch)
            the_rest(patch)
        yield lines


@pytest.fixture
def lines(function_lines: list[Line], sidecar_lines: list[Line]) -> list[Line]:
    """All of them."""
    return [*function_lines, *sidecar_lines]


def test_each_line_of_the_source_is_in_the_vocabulary() -> None:
    unknown = {place: message for place, message in written_in_the_source() if message not in LINES}

    assert unknown == {}
    assert set(LINES) == {message for _, message in written_in_the_source()}


@pytest.mark.parametrize("message", LINES)
def test_a_line_carries_the_ids_of_its_kind(lines: list[Line], message: str) -> None:
    found = [line for line in lines if line["message"] == message]

    assert found
    for line in found:
        lacking = {key for key in LINES[message](line) if line.get(key) in (None, "")}
        assert lacking == set(), line


def test_a_record_of_an_order_by_hand_is_named_by_its_intent() -> None:
    assert ids_of(order_image()) == {"workspaceId": "W", "exchangeConnectionId": "c", "intentId": "i"}


def test_what_a_request_makes_is_named_by_operations_that_exist() -> None:
    assert set(MADE_BY) <= {operation.name for operation in defined_operations()}
    assert set(MADE_BY.values()) <= KEYS


def test_an_id_has_one_name_in_every_process(lines: list[Line]) -> None:
    names = {key for line in lines for key in line if key.endswith(("Id", "Ids")) or key.endswith("_id")}

    assert names - {"function_request_id"} <= KEYS


def test_sidecar_and_functions_write_the_same_keys_for_the_same_things(
    function_lines: list[Line], sidecar_lines: list[Line]
) -> None:
    for line in [*function_lines, *sidecar_lines]:
        assert set(line) >= SHARED, line
    assert {line["service"] for line in [*function_lines, *sidecar_lines]} == {"botmarketplace"}


def test_a_run_in_the_middle_of_others_work_is_named_by_its_own_id(sidecar_lines: list[Line]) -> None:
    live = [line for line in sidecar_lines if line["message"] == "stream live" and line["stream"].startswith("private")]

    assert live[0]["runIds"] == ["run-1"]
    assert (live[0]["workspaceId"], live[0]["exchangeConnectionId"]) == ("workspace-1", "connection-1")


def test_lines_about_no_single_run_name_none(sidecar_lines: list[Line], function_lines: list[Line]) -> None:
    quiet = [line for line in sidecar_lines if line["message"] in {"health", "stopping", "stopped"}]
    swept = [line for line in function_lines if line["message"] == "swept"]

    assert quiet
    assert swept
    assert [line for line in [*quiet, *swept] if {"runId", "workspaceId", "exchangeConnectionId"} & set(line)] == []
