"""What is sent, how often, and what becomes of the answer: over a real socket against a scripted server."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from chalicelib.domain.market.side import Side
from chalicelib.domain.runtime.orders import OrderRequest, OutcomeKind, ProtectionRequest
from chalicelib.ports import ExchangeRefused, ExchangeUnavailable
from tests.unit.bybit.accounts import REF, Account, account_at
from tests.unit.bybit.fakes import FakeClock
from tests.unit.bybit.scripted_server import Answer, ScriptedServer, envelope

ORDER = OrderRequest("bm-1-e-0", "BTCUSDT", Side.BUY, "Market", Decimal("0.010"), stop_loss=Decimal("58800.0"))
EXIT = OrderRequest("bm-1-x-0", "BTCUSDT", Side.SELL, "Market", Decimal("1E-2"), reduce_only=True, slippage_bps=50)
ACCEPTED = envelope({"orderId": "order-1", "orderLinkId": "bm-1-e-0"})


def test_an_accepted_order_is_acknowledged_with_its_id(server: ScriptedServer, account: Account) -> None:
    server.script(ACCEPTED)

    outcome = account.exchange.place_order(REF, ORDER)

    assert (outcome.kind, outcome.order_id, outcome.policy) == (OutcomeKind.ACKNOWLEDGED, "order-1", "OK")


def test_an_entry_carries_its_stop_by_mark_price_for_the_whole_position(
    server: ScriptedServer, account: Account
) -> None:
    server.script(ACCEPTED)

    account.exchange.place_order(REF, ORDER)

    assert json.loads(server.received[0].body) == {
        "category": "linear",
        "symbol": "BTCUSDT",
        "side": "Buy",
        "orderType": "Market",
        "qty": "0.010",
        "positionIdx": 0,
        "orderLinkId": "bm-1-e-0",
        "reduceOnly": False,
        "stopLoss": "58800.0",
        "slTriggerBy": "MarkPrice",
        "tpslMode": "Full",
    }


def test_an_exit_reduces_only_in_plain_digits_with_its_slippage_in_per_cent(
    server: ScriptedServer, account: Account
) -> None:
    server.script(ACCEPTED)

    account.exchange.place_order(REF, EXIT)

    body = json.loads(server.received[0].body)
    assert (body["qty"], body["reduceOnly"], body["positionIdx"]) == ("0.01", True, 0)
    assert (body["slippageToleranceType"], body["slippageTolerance"]) == ("Percent", "0.50")
    assert "tpslMode" not in body


def test_protection_names_stop_and_target_of_the_whole_position(server: ScriptedServer, account: Account) -> None:
    server.script(envelope({}))

    account.exchange.set_protection(REF, ProtectionRequest("BTCUSDT", Decimal("58800.0"), None))

    body = json.loads(server.received[0].body)
    assert (body["tpslMode"], body["stopLoss"], body["slTriggerBy"], body["takeProfit"]) == (
        "Full",
        "58800.0",
        "MarkPrice",
        "0",
    )


@pytest.mark.parametrize("including_stops", [False, True])
def test_cancel_all_spares_the_stops_unless_told_otherwise(
    server: ScriptedServer, account: Account, including_stops: bool
) -> None:
    server.script(envelope({"list": [], "success": "1"}))

    account.exchange.cancel_all(REF, "BTCUSDT", including_stops=including_stops)

    assert ("orderFilter" in json.loads(server.received[0].body)) is not including_stops


@pytest.mark.parametrize(
    "answer",
    [
        Answer(b"", drop=True),
        Answer(b"<html>bad gateway</html>", status=502),
        Answer(b"<html>maintenance</html>"),
        Answer(b'{"retMsg": "no code"}'),
        envelope({}, 10016, "server error"),
        envelope({}, 424242, "never heard of"),
        envelope({}, 110072, "OrderLinkedID is duplicate"),
    ],
    ids=["dropped", "http-502", "not-json", "no-code", "10016", "unknown-code", "duplicate"],
)
def test_an_order_whose_fate_is_unknown_is_unresolved_and_sent_once(
    server: ScriptedServer, account: Account, answer: Answer
) -> None:
    server.script(answer)

    outcome = account.exchange.place_order(REF, ORDER)

    assert outcome.kind is OutcomeKind.UNRESOLVED
    assert len(server.received) == 1


@pytest.mark.parametrize(
    ("code", "policy"), [(110007, "FUNDS"), (110094, "PRICE_SIZE"), (10003, "CREDENTIALS"), (110017, "ALREADY_FLAT")]
)
def test_a_definite_refusal_is_rejected_and_not_repeated(
    server: ScriptedServer, account: Account, code: int, policy: str
) -> None:
    server.script(envelope({}, code, "no"))

    outcome = account.exchange.place_order(REF, ORDER)

    assert (outcome.kind, outcome.policy, outcome.code) == (OutcomeKind.REJECTED, policy, code)
    assert len(server.received) == 1


def test_an_unchanged_leverage_is_acknowledged(server: ScriptedServer, account: Account) -> None:
    server.script(envelope({}, 110043, "Set leverage not modified"))

    outcome = account.exchange.set_leverage(REF, "BTCUSDT", Decimal(5))

    assert (outcome.acknowledged, outcome.policy) == (True, "OK_UNCHANGED")


def test_a_refused_time_stamp_is_measured_again_and_the_same_order_sent_once_more(
    server: ScriptedServer, account: Account
) -> None:
    server.script(envelope({}, 10002, "invalid request, please check your server timestamp"), ACCEPTED)

    outcome = account.exchange.place_order(REF, ORDER)

    assert outcome.acknowledged
    assert [json.loads(sent.body)["orderLinkId"] for sent in server.received] == ["bm-1-e-0"] * 2


def test_after_too_many_requests_the_same_order_waits_for_the_reset(server: ScriptedServer) -> None:
    clock = FakeClock()
    account = account_at(server.url, clock)
    reset = {"X-Bapi-Limit": "10", "X-Bapi-Limit-Status": "0"}
    reset["X-Bapi-Limit-Reset-Timestamp"] = str(clock.time_ms + 900)
    server.script(envelope({}, 10006, "Too many visits!", reset), ACCEPTED)
    begun = clock.time_ms

    outcome = account.exchange.place_order(REF, ORDER)

    assert outcome.acknowledged
    assert clock.time_ms - begun >= 900
    assert len(server.received) == 2


def test_an_order_is_not_repeated_once_its_time_to_leave_is_over(server: ScriptedServer) -> None:
    clock = FakeClock()
    account = account_at(server.url, clock)
    reset = {"X-Bapi-Limit-Reset-Timestamp": str(clock.time_ms + 900)}
    server.script(envelope({}, 10006, "Too many visits!", reset), ACCEPTED)

    outcome = account.exchange.place_order(REF, replace(ORDER, send_before_ms=clock.time_ms + 500))

    assert (outcome.kind, outcome.policy) == (OutcomeKind.REJECTED, "BACKOFF")
    assert len(server.received) == 1


def test_an_order_whose_answer_would_come_too_late_for_the_function_is_not_sent(server: ScriptedServer) -> None:
    clock = FakeClock()
    account = account_at(server.url, clock)
    server.script(ACCEPTED)
    clock.time_ms += 3_600_000 - 6_000  # six seconds before the calls' deadline; connecting and reading may take seven

    outcome = account.exchange.place_order(REF, ORDER)

    assert (outcome.kind, server.received) == (OutcomeKind.DENIED, [])


def test_an_exchange_that_cannot_be_reached_has_certainly_not_got_the_order() -> None:
    account = account_at("http://127.0.0.1:9", FakeClock())

    outcome = account.exchange.place_order(REF, ORDER)

    assert outcome.kind is OutcomeKind.DENIED


def test_a_banned_address_sends_nothing_more(server: ScriptedServer, account: Account) -> None:
    server.script(Answer(b"access too frequent", status=403))

    first = account.exchange.place_order(REF, ORDER)
    second = account.exchange.place_order(REF, EXIT)

    assert (first.policy, second.kind, second.policy) == ("IP_BAN", OutcomeKind.DENIED, "IP_BAN")
    assert len(server.received) == 1


def test_a_read_is_tried_three_times_and_then_unknown(server: ScriptedServer, account: Account) -> None:
    server.script(Answer(b"", status=503))

    with pytest.raises(ExchangeUnavailable):
        account.exchange.positions(REF, "BTCUSDT")

    assert len(server.received) == 3


def test_a_read_that_was_refused_says_so(server: ScriptedServer, account: Account) -> None:
    server.script(envelope({}, 10005, "Permission denied"))

    with pytest.raises(ExchangeRefused) as refused:
        account.exchange.positions(REF, "BTCUSDT")

    assert (refused.value.code, refused.value.policy) == (10005, "CREDENTIALS")


def test_a_record_that_cannot_be_read_is_unknown_not_empty(server: ScriptedServer, account: Account) -> None:
    server.script(envelope({"list": None}))

    with pytest.raises(ExchangeUnavailable):
        account.exchange.open_orders(REF, None)


def test_all_pages_are_read_and_cursors_go_back_verbatim(server: ScriptedServer, account: Account) -> None:
    page = {"symbol": "BTCUSDT", "side": "", "size": "0", "positionIdx": 0}
    server.script(
        envelope({"list": [page], "nextPageCursor": "a%3D1%26"}), envelope({"list": [page], "nextPageCursor": ""})
    )

    found = account.exchange.positions(REF, None)

    assert len(found) == 2
    assert server.received[1].query == "category=linear&cursor=a%3D1%26&limit=200&settleCoin=USDT"


def test_no_redirect_is_followed_with_a_signed_order(server: ScriptedServer, account: Account) -> None:
    server.script(Answer(b"", status=307, headers={"Location": f"{server.url}/elsewhere"}))

    outcome = account.exchange.place_order(REF, ORDER)

    assert outcome.kind is OutcomeKind.UNRESOLVED
    assert len(server.received) == 1
