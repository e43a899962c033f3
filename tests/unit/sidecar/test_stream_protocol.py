from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from chalicelib.adapters.bybit.stream_messages import closed_candles, private_messages
from chalicelib.adapters.bybit.stream_protocol import StreamBroken, StreamProtocol
from chalicelib.domain.runtime.messages import ExecutionUpdate, OrderUpdate, PositionUpdate
from chalicelib.ports import StreamSignature

PAYLOADS = Path(__file__).parents[4] / "shared" / "data" / "bybit_v5"
SIGNATURE = StreamSignature("KEY", 1_700_000_010_000, "abc")
LOGGED_IN = {"success": True, "ret_msg": "", "op": "auth", "conn_id": "c"}


def public(*topics: str) -> StreamProtocol:
    return StreamProtocol(topics, private=False, now_ms=0)


def private() -> StreamProtocol:
    return StreamProtocol(("order", "position"), private=True, now_ms=0)


def answer(frame: dict[str, Any], success: bool = True, said: str = "") -> dict[str, Any]:
    return {"success": success, "ret_msg": said, "conn_id": "c", "req_id": frame["req_id"], "op": "subscribe"}


def test_a_public_stream_subscribes_at_once_and_lives_when_that_is_confirmed() -> None:
    protocol = public("kline.1.BTCUSDT", "kline.5.ETHUSDT")

    (frame,) = protocol.due(0)
    before = protocol.live
    protocol.receive(answer(frame), 10)

    assert frame["args"] == ["kline.1.BTCUSDT", "kline.5.ETHUSDT"]
    assert (before, protocol.live) == (False, True)


def test_a_private_stream_subscribes_only_after_its_login() -> None:
    protocol = private()
    login = protocol.login(SIGNATURE, 0)

    early = protocol.due(1)
    protocol.receive(LOGGED_IN, 10)
    (subscription,) = protocol.due(11)

    assert login["args"] == ["KEY", 1_700_000_010_000, "abc"]
    assert early == []
    assert subscription["args"] == ["order", "position"]


@pytest.mark.parametrize("accepted", [LOGGED_IN, {"op": "auth", "retCode": 0}, {"op": "auth", "retCode": 20001}])
def test_every_form_of_an_accepted_login_is_understood(accepted: dict[str, Any]) -> None:
    protocol = private()
    protocol.login(SIGNATURE, 0)

    protocol.receive(accepted, 10)

    assert protocol.due(11)


@pytest.mark.parametrize(
    "refused", [{"success": False, "ret_msg": "Params Error", "op": "auth"}, {"op": "auth", "retCode": 10004}]
)
def test_a_refused_login_breaks_the_stream(refused: dict[str, Any]) -> None:
    protocol = private()
    protocol.login(SIGNATURE, 0)

    with pytest.raises(StreamBroken, match="login"):
        protocol.receive(refused, 10)


def test_a_private_answer_without_a_request_id_answers_the_oldest_request() -> None:
    protocol = private()
    protocol.login(SIGNATURE, 0)
    protocol.receive(LOGGED_IN, 1)
    protocol.due(2)

    protocol.receive({"success": True, "ret_msg": "", "op": "subscribe", "conn_id": "c"}, 3)

    assert protocol.live


def test_a_login_without_an_answer_breaks_the_stream() -> None:
    protocol = private()
    protocol.login(SIGNATURE, 0)

    with pytest.raises(StreamBroken, match="login"):
        protocol.due(5_001)


def test_a_subscription_without_an_answer_breaks_the_stream() -> None:
    protocol = public("kline.1.BTCUSDT")
    protocol.due(0)

    with pytest.raises(StreamBroken, match="subscription"):
        protocol.due(5_001)


def test_one_refused_topic_does_not_take_the_others_with_it() -> None:
    protocol = public("kline.1.BTCUSDT", "kline.1.NOSUCH")
    (together,) = protocol.due(0)
    protocol.receive(answer(together, False, "error:handler not found,topic:kline.1.NOSUCH"), 1)

    alone = protocol.due(2)
    protocol.receive(answer(alone[0]), 3)
    protocol.receive(answer(alone[1], False, "error:handler not found,topic:kline.1.NOSUCH"), 4)

    assert [frame["args"] for frame in alone] == [["kline.1.BTCUSDT"], ["kline.1.NOSUCH"]]
    assert protocol.live
    assert set(protocol.refused) == {"kline.1.NOSUCH"}


def test_a_refused_topic_is_asked_for_again_after_a_minute() -> None:
    protocol = public("kline.1.NEW")
    (first,) = protocol.due(0)
    protocol.receive(answer(first, False, "error:handler not found"), 0)

    protocol.receive({"op": "pong"}, 59_000)
    (ping,) = protocol.due(59_000)
    protocol.receive({"op": "pong"}, 59_001)
    frames = protocol.due(60_000)

    assert ping["op"] == "ping"
    assert [frame["args"] for frame in frames] == [["kline.1.NEW"]]


def test_a_topic_that_is_subscribed_already_counts_as_subscribed() -> None:
    protocol = public("kline.1.BTCUSDT")
    (frame,) = protocol.due(0)

    protocol.receive(answer(frame, False, "error:already subscribed,topic:kline.1.BTCUSDT"), 1)

    assert protocol.live
    assert not protocol.refused


def test_a_refused_private_topic_breaks_the_stream() -> None:
    protocol = private()
    protocol.login(SIGNATURE, 0)
    protocol.receive(LOGGED_IN, 1)
    (frame,) = protocol.due(2)

    with pytest.raises(StreamBroken, match="refused"):
        protocol.receive(answer(frame, False, "error:handler not found"), 3)


def test_a_ping_is_sent_every_twenty_seconds() -> None:
    protocol = public()

    frames = [frame for second in range(60) for frame in _alive(protocol, second * 1_000)]

    assert [frame["op"] for frame in frames] == ["ping", "ping"]


def _alive(protocol: StreamProtocol, now_ms: int) -> list[dict[str, Any]]:
    frames = protocol.due(now_ms)
    protocol.receive({"op": "pong"}, now_ms)
    return frames


@pytest.mark.parametrize(
    "pong",
    [
        {"success": True, "ret_msg": "pong", "conn_id": "c", "req_id": "r-1", "op": "ping"},
        {"req_id": "r-1", "op": "pong", "args": ["1700000020000"], "conn_id": "c"},
        {"op": "pong", "retCode": 0, "data": ["1700000020000"], "connId": "c"},
    ],
)
def test_every_form_of_a_pong_is_understood(pong: dict[str, Any]) -> None:
    protocol = public()
    protocol.due(20_000)

    protocol.receive(pong, 20_100)

    assert protocol.due(31_000) == []


def test_a_ping_without_an_answer_breaks_the_stream_though_data_flows() -> None:
    protocol = public()
    protocol.due(20_000)
    protocol.receive({"topic": "kline.1.BTCUSDT", "data": []}, 30_000)

    with pytest.raises(StreamBroken, match="ping"):
        protocol.due(30_001)


def test_silence_breaks_the_stream() -> None:
    protocol = public()
    for second in (0, 20):
        protocol.due(second * 1_000)
    protocol._ponged_ms = 60_000  # a pong that came by another way must not hide the silence

    with pytest.raises(StreamBroken, match="nothing was heard"):
        protocol.due(30_001)


def test_candles_that_stop_coming_break_the_stream() -> None:
    protocol = public("kline.1.BTCUSDT")
    (frame,) = protocol.due(0)
    protocol.receive(answer(frame), 0)

    for second in range(0, 76, 5):
        _alive(protocol, second * 1_000)

    with pytest.raises(StreamBroken, match="silent"):
        protocol.due(75_001)


def test_new_topics_are_subscribed_and_old_ones_dropped() -> None:
    protocol = public("kline.1.BTCUSDT")
    (first,) = protocol.due(0)
    protocol.receive(answer(first), 0)

    protocol.want({"kline.1.ETHUSDT"})
    frames = protocol.due(1)

    assert [(frame["op"], frame["args"]) for frame in frames] == [
        ("subscribe", ["kline.1.ETHUSDT"]),
        ("unsubscribe", ["kline.1.BTCUSDT"]),
    ]


def test_many_topics_are_asked_for_ten_at_a_time() -> None:
    protocol = public(*(f"kline.1.COIN{number}USDT" for number in range(25)))

    assert [len(frame["args"]) for frame in protocol.due(0)] == [10, 10, 5]


@pytest.mark.skipif(not PAYLOADS.exists(), reason="the shared payloads are not beside this checkout")
@pytest.mark.parametrize("path", sorted(PAYLOADS.glob("ws_*.json")), ids=lambda path: path.stem)
def test_every_real_message_is_taken(path: Path) -> None:
    message = json.loads(path.read_text())

    public("kline.5.BTCUSDT").receive(message, 0)
    updates = private_messages(message) if "topic" in message else ()

    kinds = {"order": OrderUpdate, "execution": ExecutionUpdate, "position": PositionUpdate}
    expected = kinds.get(message.get("topic", ""))
    assert (expected is None and updates == ()) or all(isinstance(update, expected or object) for update in updates)
    assert expected is None or len(updates) == len(message["data"])
    assert closed_candles(message) == ()


def test_only_a_confirmed_candle_is_closed() -> None:
    row = {"start": 1672324800000, "end": 1672325099999, "interval": "5", "confirm": True}
    message = {"topic": "kline.5.BTCUSDT", "data": [{**row, "confirm": False}, row]}

    (closed,) = closed_candles(message)

    assert (closed.symbol, closed.interval.value, closed.open_time_ms) == ("BTCUSDT", "5m", 1672324800000)
