"""Every refusal is a problem detail that says where, and changes nothing."""

from __future__ import annotations

import pytest

from tests.unit.api.gateway import Client, Gateway


def test_an_unknown_field_is_pointed_at(client: Client) -> None:
    answer = client.post("/bots", {"name": "B", "strategyId": "s", "exchangeConnectionId": "c", "colour": "red"})

    assert answer.status == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json["code"] == "request.invalid"
    assert answer.pointers() == ["/colour"]
    assert client.get("/bots").json["items"] == []


def test_every_wrong_field_is_told_at_once(client: Client) -> None:
    answer = client.post("/bots", {"name": "", "strategyId": 5})

    assert answer.status == 400
    assert set(answer.pointers()) == {"/name", "/strategyId", "/exchangeConnectionId"}


def test_malformed_json_is_a_problem(client: Client) -> None:
    answer = client.post("/bots", raw='{"name": ')

    assert (answer.status, answer.json["code"]) == (400, "request.malformed_json")
    assert answer.pointers() == [""]


def test_a_number_that_is_not_finite_is_malformed(client: Client) -> None:
    assert client.post("/strategies/validate", raw='{"spec": {"x": NaN}}').json["code"] == "request.malformed_json"


def test_a_body_of_more_than_64_kilobytes_is_too_large(client: Client) -> None:
    answer = client.post("/strategies/validate", {"spec": {"name": "x" * 65_536}})

    assert (answer.status, answer.json["code"]) == (413, "request.too_large")


def test_a_body_deeper_than_32_levels_is_refused_with_the_place(client: Client) -> None:
    deep = "[" * 30 + "]" * 30
    answer = client.post("/strategies/validate", raw=f'{{"spec": {{"a": {{"b": {deep}}}}}}}')

    assert (answer.status, answer.json["code"]) == (400, "request.too_deep")
    assert answer.pointers() == ["/spec/a/b" + "/0" * 29]


def test_a_very_deep_body_does_not_break_the_parser(client: Client) -> None:
    assert client.post("/strategies/validate", raw="[" * 30_000).status == 400


def test_another_content_type_is_refused(client: Client) -> None:
    answer = client.call("POST", "/bots", raw="name=B", headers={"Content-Type": "application/x-www-form-urlencoded"})

    assert (answer.status, answer.json["code"]) == (415, "request.unsupported_media_type")


def test_an_unknown_query_parameter_is_pointed_at(client: Client) -> None:
    answer = client.get("/runs", colour="red")

    assert (answer.status, answer.pointers()) == (400, ["#/query/colour"])


@pytest.mark.parametrize("cursor", ["ÿÿ", "", "a", "70.SXG9K6", "AAAA", "IA", "A" * 200])
@pytest.mark.parametrize("path", ["/bots", "/strategies", "/instruments", "/lab/sweeps"])
def test_a_foreign_cursor_is_refused(client: Client, path: str, cursor: str) -> None:
    answer = client.get(path, cursor=cursor)

    assert (answer.status, answer.pointers()) == (400, ["#/query/cursor"])


def test_an_id_that_is_none_of_ours_does_not_exist(client: Client) -> None:
    answer = client.get("/bots/a%20b")

    assert (answer.status, answer.json["code"]) == (404, "not_found")


def test_a_problem_carries_the_request_id_and_the_path(client: Client) -> None:
    answer = client.get("/bots/none")

    assert answer.json["requestId"] == "request-1"
    assert answer.json["instance"] == "/api/v1/bots/none"
    assert answer.json["type"] == "/problems/not_found"


def test_a_defect_answers_500_and_says_nothing_of_it(gateway: Gateway) -> None:
    client = gateway.user()
    gateway.services.market_data.price = "not a price"  # type: ignore[assignment]  # the defect
    connection = client.connection()

    answer = client.post(
        "/terminal/orders",
        {
            "exchangeConnectionId": connection,
            "symbol": "BTCUSDT",
            "side": "Buy",
            "type": "Market",
            "qty": "0.01",
            "stopLoss": "1",
            "takeProfit": "2",
        },
    )

    assert (answer.status, answer.json["code"]) == (500, "internal")
    assert "not a price" not in answer.text


def test_an_idempotency_key_with_blanks_is_refused(client: Client) -> None:
    assert client.post("/strategies", {"spec": {}}, key="a b").status == 400


def test_answers_are_never_cached(client: Client) -> None:
    assert client.get("/me").headers["Cache-Control"] == "no-store"


def test_what_does_not_answer_is_no_defect_and_may_be_asked_again(
    gateway: Gateway, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(*_: object) -> None:
        raise ConnectionError("read timed out: https://dynamodb.internal")

    monkeypatch.setattr(gateway.services.bot_rows, "list", silent)
    answer = client.get("/bots")

    assert (answer.status, answer.json["code"]) == (503, "service.unavailable")
    assert answer.headers["Retry-After"] == "5"
    assert "dynamodb" not in answer.text
