"""Opening a connection for one call: audited, bound to its owner and environment, and leaving nothing secret behind."""

from __future__ import annotations

import logging
from decimal import Decimal

import pytest

from chalicelib.domain.market.side import Side
from chalicelib.domain.runtime.orders import OrderRequest, OutcomeKind
from chalicelib.ports import ConnectionRef, ExchangeRefused, ExchangeUnavailable
from tests.unit.bybit.accounts import REF, Account
from tests.unit.bybit.fakes import FakeRow, plainly
from tests.unit.bybit.scripted_server import Answer, ScriptedServer, envelope

ORDER = OrderRequest("bm-1-e-0", "BTCUSDT", Side.BUY, "Market", Decimal("0.010"), stop_loss=Decimal("58800.0"))
ACCEPTED = envelope({"orderId": "order-1", "orderLinkId": "bm-1-e-0"})


def test_one_tcp_connection_serves_many_calls_and_no_cookie_is_kept(server: ScriptedServer, account: Account) -> None:
    server.script(Answer(ACCEPTED.body, headers={"Set-Cookie": "session=of-another-user"}))

    account.exchange.place_order(REF, ORDER)
    account.exchange.place_order(REF, ORDER)

    assert "Cookie" not in server.received[1].headers


def test_each_decryption_leaves_one_audit_row(server: ScriptedServer, account: Account) -> None:
    server.script(ACCEPTED)

    account.exchange.place_order(REF, ORDER)

    assert account.audit.rows == [("workspace-1", "decrypt", "tests", "connection-1", "test")]
    assert account.secrets.opened == 1


def test_a_decryption_that_cannot_be_recorded_does_not_happen(server: ScriptedServer, account: Account) -> None:
    account.audit.broken = True

    outcome = account.exchange.place_order(REF, ORDER)

    assert (outcome.kind, account.secrets.opened) == (OutcomeKind.DENIED, 0)


def test_a_connection_of_somebody_else_does_not_exist(server: ScriptedServer, account: Account) -> None:
    outcome = account.exchange.place_order(ConnectionRef("workspace-2", "connection-1"), ORDER)

    assert (outcome.kind, outcome.policy) == (OutcomeKind.DENIED, "CREDENTIALS")


def test_a_connection_of_another_environment_is_refused(server: ScriptedServer, account: Account) -> None:
    account.connections.rows[REF] = FakeRow("moon", plainly("k:s"))

    with pytest.raises(ExchangeRefused):
        account.exchange.wallet(REF)

    assert account.secrets.opened == 0


CLOSING = OrderRequest("bm-1-x-0", "BTCUSDT", Side.SELL, "Market", Decimal("0.010"), reduce_only=True)


@pytest.mark.parametrize("row", [FakeRow("demo", plainly("k:s"), usable=False), FakeRow("real", plainly("k:s"))])
def test_a_connection_that_may_take_no_new_risk_may_still_close(
    server: ScriptedServer, account: Account, row: FakeRow
) -> None:
    account.connections.rows[REF] = row
    server.script(ACCEPTED)

    opening = account.exchange.place_order(REF, ORDER)
    leverage = account.exchange.set_leverage(REF, "BTCUSDT", Decimal(2))

    assert (opening.kind, opening.policy, leverage.kind) == (OutcomeKind.DENIED, "CREDENTIALS", OutcomeKind.DENIED)
    assert account.secrets.opened == 0
    assert account.exchange.place_order(REF, CLOSING).acknowledged


def test_a_key_is_checked_that_no_row_has(server: ScriptedServer, account: Account) -> None:
    account.connections.rows.clear()
    key = {"userID": 42, "readOnly": 0, "permissions": {"ContractTrade": ["Order", "Position"]}, "ips": ["1.2.3.4"]}
    server.script(envelope({"marginMode": "ISOLATED_MARGIN"}), envelope(key))

    info = account.exchange.check_key(REF, "demo", plainly("NEWKEY:s"))

    assert (info.uid, info.can_trade, info.scopes) == ("42", True, ("ContractTrade.Order", "ContractTrade.Position"))
    assert server.received[-1].headers["X-BAPI-API-KEY"] == "NEWKEY"
    assert [row[1:4] for row in account.audit.rows] == [("decrypt", "tests", "connection-1")]


def test_a_key_of_an_environment_that_is_not_served_is_not_opened(server: ScriptedServer, account: Account) -> None:
    with pytest.raises(ExchangeRefused):
        account.exchange.check_key(REF, "moon", plainly("k:s"))

    assert account.secrets.opened == 0


def test_a_refused_signature_does_not_repeat_the_key(server: ScriptedServer, account: Account) -> None:
    server.script(envelope({}, code=10004, message="error sign! origin_string[1700000000000TESTKEY5000]"))

    outcome = account.exchange.place_order(REF, ORDER)

    assert (outcome.code, outcome.message) == (10004, "error sign!")


def test_logs_and_errors_carry_neither_key_nor_secret_nor_signature(
    server: ScriptedServer, account: Account, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.script(Answer(b"not json"))

    outcome = account.exchange.place_order(REF, ORDER)
    with pytest.raises(ExchangeUnavailable) as unavailable:
        account.exchange.wallet(REF)

    said = " ".join(str(record.__dict__) for record in caplog.records) + outcome.message + str(unavailable.value)
    signature = server.received[0].headers["X-BAPI-SIGN"]
    assert not any(secret in said for secret in ("TESTKEY", "TESTSECRET", signature))
