"""Instruments, strategies and bots over HTTP."""

from __future__ import annotations

from tests.unit.api.gateway import Client, Gateway, strategy_document


def test_instruments_are_found_by_a_part_of_their_symbol_page_by_page(client: Client) -> None:
    first = client.get("/instruments", limit="2").json
    second = client.get("/instruments", limit="2", cursor=first["nextCursor"]).json

    assert [item["symbol"] for item in first["items"] + second["items"]] == ["BTCUSDT", "ETHUSDT", "SOLUSDT"]
    assert second["nextCursor"] is None
    assert [item["symbol"] for item in client.get("/instruments", search="eth").json["items"]] == ["ETHUSDT"]


def test_an_instrument_shows_its_rules_as_strings(client: Client) -> None:
    assert client.get("/instruments/BTCUSDT").json["qtyStep"] == "0.001"


def test_an_unknown_symbol_is_unprocessable(client: Client) -> None:
    assert (client.get("/instruments/NOPEUSDT").status, client.get("/terminal/ticker", symbol="NOPEUSDT").status) == (
        422,
        422,
    )


def test_a_good_document_is_shown_as_it_would_run(client: Client) -> None:
    answer = client.post("/strategies/validate", {"spec": strategy_document()})

    assert answer.status == 200
    assert answer.json["valid"] is True
    assert answer.json["normalised"]["execution"]["onStop"] == "close_market"
    assert len(answer.json["hash"]) == 64
    assert client.get("/strategies").json["items"] == []


def test_a_wrong_document_is_pointed_into(client: Client) -> None:
    document = strategy_document()
    del document["exit"]["stopLoss"]
    document["risk"]["riskPerTradePct"] = -1

    answer = client.post("/strategies", {"spec": document})

    assert (answer.status, answer.json["code"]) == (400, "document.invalid")
    assert {"/spec/exit", "/spec/risk/riskPerTradePct"} <= set(answer.pointers())
    assert client.get("/strategies").json["items"] == []


def test_a_document_of_an_unknown_symbol_is_unprocessable(client: Client) -> None:
    answer = client.post("/strategies", {"spec": strategy_document("NOPEUSDT")})

    assert (answer.status, answer.json["code"]) == (422, "symbol.unknown")


def test_editing_makes_the_next_version_and_keeps_the_first(client: Client) -> None:
    strategy_id = client.strategy()
    changed = {**strategy_document(), "timeframe": "5m"}

    edited = client.call("PUT", f"/strategies/{strategy_id}", body={"spec": changed}).json
    versions = client.get(f"/strategies/{strategy_id}/versions").json["items"]

    assert edited["version"] == 2
    assert [(one["version"], one["spec"]["timeframe"]) for one in versions] == [(2, "5m"), (1, "1m")]


def test_saving_the_same_document_again_makes_no_version(client: Client) -> None:
    strategy_id = client.strategy()

    assert client.call("PUT", f"/strategies/{strategy_id}", body={"spec": strategy_document()}).json["version"] == 1


def test_an_edit_of_an_outdated_version_is_refused(client: Client) -> None:
    strategy_id = client.strategy()
    client.call("PUT", f"/strategies/{strategy_id}", body={"spec": {**strategy_document(), "timeframe": "5m"}})

    answer = client.call(
        "PUT",
        f"/strategies/{strategy_id}",
        body={"spec": {**strategy_document(), "timeframe": "15m"}, "expectedVersion": 1},
    )

    assert (answer.status, answer.json["code"]) == (409, "conflict.version")


def test_a_strategy_that_a_bot_runs_stays(client: Client) -> None:
    bot = client.get(f"/bots/{client.bot()}").json

    answer = client.call("DELETE", f"/strategies/{bot['strategyId']}")

    assert (answer.status, answer.json["code"]) == (409, "strategy.in_use")


def test_a_deleted_strategy_is_gone(client: Client) -> None:
    strategy_id = client.strategy()

    assert client.call("DELETE", f"/strategies/{strategy_id}").status == 204
    assert client.get(f"/strategies/{strategy_id}").status == 404
    assert client.get("/strategies").json["items"] == []


def test_the_schema_of_documents_is_served(client: Client) -> None:
    assert client.get("/strategies/schema").json["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_a_bot_takes_symbol_and_timeframe_of_its_strategy(client: Client) -> None:
    bot = client.get(f"/bots/{client.bot('ETHUSDT')}").json

    assert (bot["symbol"], bot["timeframe"], bot["env"]) == ("ETHUSDT", "1m", "demo")
    assert (bot["strategyName"], bot["strategyVersion"]) == ("EMA cross", 1)
    assert (bot["status"], bot["activeRunId"]) == ("ready", None)


def test_a_version_that_is_not_there_is_pointed_at(client: Client) -> None:
    body = {
        "name": "B",
        "strategyId": client.strategy(),
        "strategyVersion": 7,
        "exchangeConnectionId": client.connection(),
    }

    answer = client.post("/bots", body)

    assert (answer.status, answer.pointers()) == (404, ["/strategyVersion"])


def test_a_bot_on_an_unknown_symbol_is_unprocessable(client: Client) -> None:
    body = {
        "name": "B",
        "strategyId": client.strategy(),
        "exchangeConnectionId": client.connection(),
        "symbol": "NOPEUSDT",
    }

    assert client.post("/bots", body).status == 422


def test_a_bot_can_be_renamed_and_rewired(client: Client) -> None:
    bot_id = client.bot()
    other = client.strategy("SOLUSDT")

    changed = client.call("PATCH", f"/bots/{bot_id}", body={"name": "New", "strategyId": other, "symbol": "SOLUSDT"})

    assert (changed.json["name"], changed.json["strategyId"], changed.json["symbol"]) == ("New", other, "SOLUSDT")


def test_a_running_bot_can_be_renamed_but_neither_rewired_nor_deleted(gateway: Gateway, client: Client) -> None:
    bot_id = client.bot()
    run_id = client.post(f"/bots/{bot_id}/runs").json["id"]

    renamed = client.call("PATCH", f"/bots/{bot_id}", body={"name": "New"})
    rewired = client.call("PATCH", f"/bots/{bot_id}", body={"symbol": "SOLUSDT"})
    deleted = client.call("DELETE", f"/bots/{bot_id}")

    assert (renamed.status, renamed.json["status"], renamed.json["activeRunId"]) == (200, "running", run_id)
    assert (rewired.status, rewired.json["code"]) == (409, "bot.running")
    assert (deleted.status, deleted.json["code"]) == (409, "bot.running")


def test_a_deleted_bot_is_gone(client: Client) -> None:
    bot_id = client.bot()

    assert client.call("DELETE", f"/bots/{bot_id}").status == 204
    assert client.get(f"/bots/{bot_id}").status == 404


def test_bots_come_page_by_page_newest_first(client: Client) -> None:
    made = [client.bot() for _ in range(3)]

    first = client.get("/bots", limit="2").json
    second = client.get("/bots", limit="2", cursor=first["nextCursor"]).json

    assert [bot["id"] for bot in first["items"] + second["items"]] == made[::-1]
    assert second["nextCursor"] is None
