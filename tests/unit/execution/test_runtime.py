"""The execution function from the client's call to the exchange's socket and back, with the JSON in between."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from chalicelib.adapters.bybit.execution import ExecutionRuntime
from chalicelib.adapters.execution_client import ExecutionClient
from chalicelib.domain.market.side import Side
from chalicelib.domain.runtime.orders import OrderRequest, OutcomeKind
from chalicelib.ports import ConnectionRef, ExchangeRefused, ExchangeUnavailable
from tests.unit.bybit.accounts import REF, Account, account_at
from tests.unit.bybit.fakes import FakeClock
from tests.unit.bybit.scripted_server import Answer, ScriptedServer, envelope, scripted_server

ORDER = OrderRequest("bm-1", "BTCUSDT", Side.BUY, "Market", Decimal("0.010"), stop_loss=Decimal(58800))


class InProcessLambda:
    """Invokes the runtime here, through JSON both ways, as the service would elsewhere."""

    def __init__(self, runtime: ExecutionRuntime) -> None:
        self._runtime = runtime

    def invoke(self, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803  # boto3's names
        answer = self._runtime.run(json.loads(Payload), self._runtime.clock.now_ms() + 10_000)
        return {"Payload": io.BytesIO(json.dumps(answer).encode())}


@dataclass
class Function:
    """The function behind its client."""

    account: Account
    runtime: ExecutionRuntime
    client: ExecutionClient


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with scripted_server() as running:
        yield running


@pytest.fixture
def function(server: ScriptedServer) -> Function:
    clock = FakeClock()
    account = account_at(server.url, clock)
    runtime = ExecutionRuntime(account.opener, account.margin_modes, clock)
    return Function(account, runtime, ExecutionClient(InProcessLambda(runtime), "execution", "tick"))


def test_an_order_goes_out_and_its_acknowledgement_comes_back(server: ScriptedServer, function: Function) -> None:
    server.script(envelope({"orderId": "o-1", "orderLinkId": "bm-1"}))

    outcome = function.client.place_order(REF, ORDER)

    assert (outcome.kind, outcome.order_id) == (OutcomeKind.ACKNOWLEDGED, "o-1")


def test_the_audit_row_names_the_caller_and_the_purpose(server: ScriptedServer, function: Function) -> None:
    server.script(envelope({"orderId": "o-1"}))

    function.client.place_order(REF, ORDER)

    assert function.account.audit.rows == [("workspace-1", "decrypt", "tick", "connection-1", "place_order")]


def test_a_foreign_connection_is_denied_without_a_decryption(server: ScriptedServer, function: Function) -> None:
    outcome = function.client.place_order(ConnectionRef("workspace-2", "connection-1"), ORDER)

    assert (outcome.kind, outcome.policy) == (OutcomeKind.DENIED, "CREDENTIALS")
    assert function.account.secrets.opened == 0


def test_a_secret_that_does_not_open_denies_orders_and_makes_reads_unavailable(
    server: ScriptedServer, function: Function
) -> None:
    function.account.secrets.broken = True

    outcome = function.client.place_order(REF, ORDER)

    assert outcome.kind is OutcomeKind.DENIED
    with pytest.raises(ExchangeUnavailable):
        function.client.wallet(REF)


def test_a_malformed_order_is_denied(function: Function) -> None:
    event = {"op": "place_order", "workspaceId": "w", "connectionId": "c", "args": {"order": {"qty": 1.5}}}

    answer = function.runtime.run(event, 0)

    assert answer["answer"]["kind"] == "denied"


@pytest.mark.parametrize("event", [{}, {"op": "withdraw"}, {"op": "__init__"}])
def test_only_the_operations_of_the_port_exist(function: Function, event: dict[str, Any]) -> None:
    assert function.runtime.run(event, 0)["error"]["policy"] == "BAD_REQUEST"


def test_an_absent_order_is_absent_only_after_three_negative_answers(
    server: ScriptedServer, function: Function
) -> None:
    server.script(envelope({"list": [], "nextPageCursor": ""}))

    found = function.client.order(REF, "BTCUSDT", "bm-1")

    assert found is None
    assert [request.path for request in server.received] == [
        "/v5/order/realtime",
        "/v5/order/history",
        "/v5/execution/list",
    ]


def test_an_order_is_not_absent_when_one_source_did_not_answer(server: ScriptedServer, function: Function) -> None:
    nothing = envelope({"list": [], "nextPageCursor": ""})
    server.script(nothing, nothing, Answer(b"", status=502))

    with pytest.raises(ExchangeUnavailable):
        function.client.order(REF, "BTCUSDT", "bm-1")


def test_an_order_that_only_its_executions_remember_is_found(server: ScriptedServer, function: Function) -> None:
    nothing = envelope({"list": [], "nextPageCursor": ""})
    row = {
        "symbol": "BTCUSDT",
        "orderId": "o-1",
        "orderLinkId": "bm-1",
        "side": "Buy",
        "orderPrice": "60000",
        "orderQty": "0.010",
        "leavesQty": "0",
        "orderType": "Market",
        "execId": "e-1",
        "execPrice": "60000",
        "execQty": "0.010",
        "execType": "Trade",
        "execFee": "0.33",
        "execTime": "1700000003098",
    }
    server.script(nothing, nothing, envelope({"list": [row], "nextPageCursor": ""}))

    found = function.client.order(REF, "BTCUSDT", "bm-1")

    assert found is not None
    assert (found.status.value, found.cum_exec_qty, found.avg_price) == ("Filled", Decimal("0.010"), Decimal(60000))


def test_a_snapshot_with_one_part_missing_is_not_taken(server: ScriptedServer, function: Function) -> None:
    nothing = envelope({"list": [], "nextPageCursor": ""})
    server.script(nothing, Answer(b"", status=502))

    with pytest.raises(ExchangeUnavailable):
        function.client.snapshot(REF, "BTCUSDT", 0)


def test_a_symbol_in_hedge_mode_refuses_the_snapshot(server: ScriptedServer, function: Function) -> None:
    nothing = envelope({"list": [], "nextPageCursor": ""})
    row = {"symbol": "BTCUSDT", "side": "", "size": "0"}
    hedge = envelope({"list": [{**row, "positionIdx": 1}, {**row, "positionIdx": 2}], "nextPageCursor": ""})
    server.script(nothing, hedge)

    with pytest.raises(ExchangeRefused) as refused:
        function.client.snapshot(REF, "BTCUSDT", 0)

    assert refused.value.policy == "MODE_CONFLICT"


def test_a_stream_login_needs_no_request_to_the_exchange(server: ScriptedServer, function: Function) -> None:
    signature = function.client.sign_stream(REF)

    assert signature.api_key == "TESTKEY"
    assert signature.expires_ms - function.runtime.clock.now_ms() == 10_000
    assert server.received == []


def test_a_key_that_may_move_money_shows_it(server: ScriptedServer, function: Function) -> None:
    key = {
        "userID": 42,
        "readOnly": 0,
        "permissions": {"ContractTrade": ["Order", "Position"], "Wallet": ["AccountTransfer"]},
        "ips": ["*"],
        "expiredAt": "1970-01-01T00:00:00Z",
    }
    server.script(envelope({"marginMode": "ISOLATED_MARGIN"}), envelope(key))

    info = function.client.key_info(REF)

    assert (info.uid, info.can_trade, info.can_withdraw, info.ip_bound) == ("42", True, True, False)
    assert (info.expires_ms, info.margin_mode) == (None, "ISOLATED_MARGIN")
