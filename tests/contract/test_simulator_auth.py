"""Signatures of the exchange's authentication, over real HTTP and WebSocket."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
import websocket

from infra.local.exchange.engine import Exchange, Refusal
from infra.local.exchange.http.auth import authenticate, authenticate_stream, sign
from tests.contract.exchange_server import ExchangeServer

NOW_MS = 1_700_000_000_000
VECTORS = [
    ("category=linear&symbol=BTCUSDT", "f805ff4f3587db4ed1b8f9c5414a19ff72e32d65e2ad9708222565091809de5b"),
    (
        "category=linear&cursor=page_args%3Dabc%26symbol%3D6%26&limit=50&settleCoin=USDT",
        "24429fc29147e8ee1613d028888886c85779b855b73aae8a226962fd1d2cb059",
    ),
    ("", "12ce6c7e258711d347b48953cad37af34381c0729ecf89bcd520c7e486b6daa4"),
    ("{}", "6a196d3f18dbc7af7fdb18043f8587de63a4940b2829c7857929f2a82e648e50"),
    ('{"category":"linear","symbol":"BTCUSDT"}', "2e459bfd59d1e167743eb9c39f063a83b24a9f0808615f4a838322a153fe871c"),
    ('{"category": "linear", "symbol": "BTCUSDT"}', "5119118e0f1dfab97a2337d27366afe35821560b3ad2bbd61542fe3f91d93c8a"),
    (
        '{"category":"linear","symbol":"BTCUSDT","side":"Buy","orderType":"Limit","qty":"0.001","price":"25000",'
        '"timeInForce":"PostOnly","positionIdx":0,"orderLinkId":"t-1"}',
        "e771704e129567a4bd98855e26c658383f236f708f470574f85e7ae79196bb2d",
    ),
]
STREAM_VECTOR = (1_700_000_010_000, "0279bab66978fa6daf097fc63b357431eb1cdb9284e64d4191876b4fe0bab24e")


def world_with_key() -> Any:
    exchange = Exchange(now_ms=NOW_MS)
    exchange.add_account("1001", api_key="TESTKEY", secret="TESTSECRET")
    return exchange.world


def headers(signature: str, timestamp: int = NOW_MS, window: str = "5000") -> dict[str, str]:
    names = {"api-key": "TESTKEY", "timestamp": str(timestamp), "sign": signature, "recv-window": window}
    return {f"x-bapi-{name}": value for name, value in names.items()}


@pytest.mark.parametrize(("payload", "signature"), VECTORS)
def test_the_published_signatures_are_accepted(payload: str, signature: str) -> None:
    assert sign("TESTSECRET", f"{NOW_MS}TESTKEY5000{payload}") == signature
    assert authenticate(world_with_key(), headers(signature), payload, "mainnet").uid == "1001"


def test_the_published_stream_signature_is_accepted_and_one_over_another_string_is_not() -> None:
    expires, signature = STREAM_VECTOR
    assert authenticate_stream(world_with_key(), ["TESTKEY", expires, signature], "mainnet").uid == "1001"
    rest_string = sign("TESTSECRET", f"{expires}TESTKEY5000")
    with pytest.raises(Refusal) as refused:
        authenticate_stream(world_with_key(), ["TESTKEY", expires, rest_string], "mainnet")
    assert refused.value.code == 10004
    with pytest.raises(Refusal, match="Params Error"):
        authenticate_stream(world_with_key(), ["TESTKEY", NOW_MS, signature], "mainnet")


@pytest.mark.parametrize(("offset", "accepted"), [(-5000, True), (-5001, False), (999, True), (1000, False), (0, True)])
def test_the_time_window_is_closed_behind_and_open_one_second_ahead(offset: int, accepted: bool) -> None:
    timestamp = NOW_MS + offset
    given = headers(sign("TESTSECRET", f"{timestamp}TESTKEY5000"), timestamp)
    if accepted:
        authenticate(world_with_key(), given, "", "mainnet")
        return
    with pytest.raises(Refusal) as refused:
        authenticate(world_with_key(), given, "", "mainnet")
    assert refused.value.code == 10002


def test_a_key_of_another_environment_is_10003() -> None:
    with pytest.raises(Refusal) as refused:
        authenticate(world_with_key(), headers(sign("TESTSECRET", f"{NOW_MS}TESTKEY5000")), "", "demo")
    assert refused.value.code == 10003


@pytest.fixture(scope="module")
def server() -> Iterator[ExchangeServer]:
    with ExchangeServer() as running:
        yield running


def raw(server: ExchangeServer, method: str, target: str, body: str = "", **changed: str) -> tuple[int, dict[str, Any]]:
    """One signed request, byte for byte as given; ``changed`` overrides headers."""
    sent = str(int(time.time() * 1000))
    payload = body or (target.partition("?")[2] if method == "GET" else "")
    text = f"{sent}TESTKEY5000{payload}"
    signature = hmac.new(b"TESTSECRET", text.encode(), hashlib.sha256).hexdigest()
    given = headers(signature, int(sent)) | {name.replace("_", "-"): value for name, value in changed.items()}
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request(method, target, body or None, {name: value for name, value in given.items() if value})
    answer = connection.getresponse()
    data = answer.read()
    connection.close()
    return answer.status, json.loads(data) if data[:1] == b"{" else {}


ORDERS = "/v5/order/realtime?category=linear&symbol=BTCUSDT"


def test_a_signed_get_is_answered_in_the_envelope(server: ExchangeServer) -> None:
    status, body = raw(server, "GET", ORDERS)
    assert (status, body["retCode"], body["retMsg"]) == (200, 0, "OK")
    assert set(body) == {"retCode", "retMsg", "result", "retExtInfo", "time"}


def test_a_get_signed_over_another_string_than_the_one_sent_is_10004(server: ExchangeServer) -> None:
    sent = str(int(time.time() * 1000))
    signature = sign("TESTSECRET", f"{sent}TESTKEY5000category=linear&symbol=ETHUSDT")
    assert raw(server, "GET", ORDERS, x_bapi_sign=signature, x_bapi_timestamp=sent)[1]["retCode"] == 10004


def test_form_errors_answer_with_http_codes(server: ExchangeServer) -> None:
    assert raw(server, "GET", ORDERS, body="{}")[0] == 403
    assert raw(server, "POST", "/v5/order/realtime", body="{}")[0] == 400
    assert raw(server, "GET", "/v5/order/create")[0] == 400
    assert raw(server, "GET", "/v5/nothing")[0] == 404
    assert raw(server, "GET", ORDERS, x_bapi_sign="")[0] == 401
    assert raw(server, "GET", ORDERS, x_bapi_api_key="UNKNOWN")[1]["retCode"] == 10003
    assert raw(server, "POST", "/v5/order/create", body="[1]")[1]["retCode"] == 10001
    assert raw(server, "GET", ORDERS, x_bapi_timestamp=str(int(time.time() * 1000) + 3000))[1]["retCode"] == 10002


def private(server: ExchangeServer, *requests: dict[str, Any]) -> list[dict[str, Any]]:
    """Sends requests over a fresh private stream and returns one reply for each."""
    socket = websocket.create_connection(f"{server.ws}/v5/private", timeout=5)
    replies = []
    for request in requests:
        socket.send(json.dumps(request))
        replies.append(json.loads(socket.recv()))
    socket.close()
    return replies


def login(expires_in_ms: int = 10_000) -> dict[str, Any]:
    expires = int(time.time() * 1000) + expires_in_ms
    return {"op": "auth", "req_id": "a-1", "args": ["TESTKEY", expires, sign("TESTSECRET", f"GET/realtime{expires}")]}


def test_the_private_stream_wants_auth_then_known_topics_once(server: ExchangeServer) -> None:
    early, accepted, subscribed, again, unknown, pong = private(
        server,
        {"op": "subscribe", "args": ["order"]},
        login(),
        {"op": "subscribe", "req_id": "s-1", "args": ["order", "wallet", "position.linear", "execution.fast"]},
        {"op": "subscribe", "args": ["order"]},
        {"op": "subscribe", "args": ["user.order"]},
        {"op": "ping", "req_id": "p-1"},
    )
    assert (early["success"], early["ret_msg"]) == (False, "error:topic:order needs auth first")
    assert (accepted["success"], accepted["ret_msg"], accepted["op"], accepted["req_id"]) == (True, "", "auth", "a-1")
    assert (subscribed["success"], subscribed["req_id"]) == (True, "s-1")
    assert again["ret_msg"] == "error:already subscribed,topic:order"
    assert unknown["ret_msg"] == "error:handler not found,topic:user.order"
    assert (pong["op"], pong["req_id"]) == ("pong", "p-1")


def test_the_two_forms_of_a_topic_cannot_be_mixed_in_one_request(server: ExchangeServer) -> None:
    _, mixed = private(server, login(), {"op": "subscribe", "args": ["order", "order.linear"]})
    assert mixed["success"] is False


def test_an_expired_stream_login_is_refused_with_params_error(server: ExchangeServer) -> None:
    (refused,) = private(server, login(-1))
    assert (refused["success"], refused["ret_msg"]) == (False, "Params Error")
