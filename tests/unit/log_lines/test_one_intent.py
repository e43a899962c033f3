"""One intent, from whoever wants it to the exchange: every line about it can be found by its id."""

from __future__ import annotations

import pytest

from chalicelib.domain.runtime.intent import IntentKind, intent_of_link, numbered, order_link_id
from chalicelib.domain.workspace.manual_order import intent_of_manual_link, manual_intent_id, manual_order_link_id
from chalicelib.observability import CONTEXT
from tests.simulation.scenario import RUN_ID, Shape
from tests.unit.api.gateway import Gateway
from tests.unit.bybit.scripted_server import scripted_server
from tests.unit.log_lines.functions_at_work import Run, executing, manual_order
from tests.unit.log_lines.recorder import Line, recorded

SERVING = {"place_order", "cancel_order", "order", "set_protection"}


@pytest.mark.parametrize("shape", [Shape.PLAIN, Shape.DCA])
def test_what_a_tick_asks_for_an_intent_names_it_with_its_run(monkeypatch: pytest.MonkeyPatch, shape: Shape) -> None:
    with recorded() as lines:
        run = Run(monkeypatch, minutes=20, shape=shape)
        run.simulated.run()

    intents = {intent.order_link_id: intent.intent_id for intent in run.simulated.store.intents(RUN_ID)}
    serving = [event for event in run.function.events if event["op"] in SERVING]
    assert {"place_order", "set_protection"} <= {event["op"] for event in serving}
    for event in serving:
        assert set(event["context"]) == set(CONTEXT)
        link_id = event["args"].get("order_link_id") or event["args"].get("order", {}).get("order_link_id")
        assert link_id is None or event["context"]["intentId"] == intents[link_id]
    commands = [line for line in lines if line["message"] == "exchange command" and line["op"] != "set_leverage"]
    assert {line["intentId"] for line in commands if line["op"] == "place_order"} == set(intents.values())
    assert {(line["runId"], line["botId"], line["requestId"]) for line in commands} == {
        (RUN_ID, "bot", "request-of-tick")
    }


def test_what_a_tick_reads_for_no_intent_names_none(monkeypatch: pytest.MonkeyPatch) -> None:
    with recorded():
        run = Run(monkeypatch, minutes=5)
        run.simulated.run()

    contexts = [event["context"] for event in run.function.events if event["op"] in {"snapshot", "set_leverage"}]
    assert contexts
    assert [context for context in contexts if "intentId" in context] == []


def test_an_order_by_hand_is_found_from_the_request_to_the_exchange(monkeypatch: pytest.MonkeyPatch) -> None:
    gateway = Gateway()
    client = gateway.user()
    with scripted_server() as server, recorded() as lines, executing(monkeypatch, server) as account:
        order_id = manual_order(gateway, client, server, account)

    found = [line for line in lines if line.get("intentId") == order_id]
    assert _written_by(found) == {
        ("api", "answered"), ("api", "exchange command"), ("api", "refused"),
        ("execution", "bybit call"), ("execution", "not acknowledged"), ("execution", "read failed"),
        ("execution", "rate limits are not shared for now"),
    }  # fmt: skip
    assert {(line["workspaceId"], line["requestId"]) for line in found} == {(client.workspace_id, "request-1")}


def _written_by(lines: list[Line]) -> set[tuple[str, str]]:
    return {(line.get("function_name", "api"), line["message"]) for line in lines}


@pytest.mark.parametrize("number", [1, 35, 36, 12_345, 999_999])
@pytest.mark.parametrize("kind", IntentKind)
def test_the_intent_can_be_told_from_its_orders_id(kind: IntentKind, number: int) -> None:
    assert intent_of_link(order_link_id("bm", RUN_ID, kind, number)) == numbered(number)


def test_the_intent_of_an_order_by_hand_can_be_told_from_its_id() -> None:
    intent_id = manual_intent_id("w", "key")

    assert intent_of_manual_link(manual_order_link_id(intent_id)) == intent_id
    assert intent_of_link(manual_order_link_id(intent_id)) is None


@pytest.mark.parametrize("link_id", ["", "mine-1", "m123", "bm-1", "bm-ZZZZZZZZZZZZZZZZ-q9"])
def test_an_id_that_we_did_not_make_belongs_to_no_intent(link_id: str) -> None:
    assert intent_of_link(link_id) is None
    assert intent_of_manual_link(link_id) is None
