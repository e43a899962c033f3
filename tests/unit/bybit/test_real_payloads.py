"""Real answers and messages of the exchange, read as facts."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from chalicelib.adapters.bybit import facts, market_records
from chalicelib.adapters.bybit.fields import MalformedPayload, opt_decimal
from chalicelib.domain.market.side import Side
from chalicelib.domain.runtime.facts import ExecType, OrderStatus

PAYLOADS = Path(__file__).parents[4] / "shared" / "data" / "bybit_v5"
pytestmark = pytest.mark.skipif(not PAYLOADS.exists(), reason="the shared payloads are not beside this checkout")

ORDER_MESSAGES = [path.name for path in sorted(PAYLOADS.glob("ws_account_order*.json"))]
ORDER_ANSWERS = [path.name for path in sorted(PAYLOADS.glob("http_get_order*.json"))]


def payload(name: str) -> Any:
    return json.loads((PAYLOADS / name).read_text())


def listed(name: str) -> list[dict[str, Any]]:
    return list(payload(name)["result"]["list"])


@pytest.mark.parametrize("name", ORDER_ANSWERS)
def test_orders_of_rest_are_read(name: str) -> None:
    for row in listed(name):
        order = facts.order_fact(row)

        assert order.status is not OrderStatus.UNKNOWN
        assert order.order_id == row["orderId"]
        assert order.qty == Decimal(row["qty"])


@pytest.mark.parametrize("name", ORDER_MESSAGES)
def test_orders_of_the_stream_are_read(name: str) -> None:
    for row in payload(name)["data"]:
        order = facts.order_fact(row)

        assert order.status is not OrderStatus.UNKNOWN
        assert order.updated_ms == int(row["updatedTime"])


def test_a_rejected_order_keeps_what_it_had_executed() -> None:
    order = facts.order_fact(listed("http_get_order_partially_filled_rejected.json")[0])

    assert order.status is OrderStatus.REJECTED
    assert order.status.terminal
    assert order.cum_exec_qty == Decimal("0.005")
    assert order.reject_reason == "INSUFFICIENT_MARGIN"


def test_executions_of_rest_are_read() -> None:
    first, second = (facts.execution_fact(row) for row in listed("http_get_executions.json"))

    assert (first.side, first.fee, first.is_maker) == (Side.BUY, Decimal("0.0150"), True)
    assert (second.side, second.qty, second.is_maker) == (Side.SELL, Decimal("0.500"), False)


def test_a_deleveraging_execution_is_a_fill_without_an_id_of_ours() -> None:
    execution = facts.execution_fact(payload("ws_account_execution_adl.json")["data"][0])

    assert execution.exec_type is ExecType.ADL
    assert execution.exec_type.changes_size
    assert execution.order_link_id == ""
    assert execution.closed_size == Decimal("0.5")


def test_a_fast_execution_is_refused_because_it_has_no_fee() -> None:
    with pytest.raises(MalformedPayload, match="execFee"):
        facts.execution_fact(payload("ws_account_execution_fast.json")["data"][0])


def test_positions_of_rest_are_read_with_flat_rows() -> None:
    long, short, flat = (facts.position_fact(row) for row in listed("http_get_positions.json"))

    assert (long.side, long.stop_loss, long.trailing_stop) == (Side.BUY, Decimal("48000.00"), None)
    assert (short.side, short.avg_price) == (Side.SELL, Decimal("3000.00"))
    assert (flat.side, flat.size, flat.avg_price, flat.liq_price) == (None, 0, None, None)
    assert flat.flat


def test_positions_of_the_stream_are_read_with_their_entry_price() -> None:
    short = facts.position_fact(payload("ws_account_position_short.json")["data"][0])
    opened = facts.position_fact(payload("ws_account_position_with_open_time.json"))

    assert (short.side, short.avg_price, short.stop_loss) == (Side.SELL, Decimal("3641.075"), None)
    assert (opened.avg_price, opened.seq) == (Decimal(50000), -1)


@pytest.mark.parametrize(
    ("name", "equity"),
    [
        ("http_get_wallet_balance_with_spot_borrow.json", Decimal("1000.00")),
        ("http_get_wallet_balance_spot_short.json", None),
    ],
)
def test_wallets_of_rest_are_read(name: str, equity: Decimal | None) -> None:
    wallet = facts.wallet_fact(payload(name)["result"], "REGULAR_MARGIN")

    assert equity is None or wallet.equity == equity


@pytest.mark.parametrize("name", ["ws_account_wallet_small_order.json", "ws_account_wallet_locked_exceeds_total.json"])
def test_wallets_of_the_stream_are_read(name: str) -> None:
    message = payload(name)

    facts.wallet_fact({"list": message["data"]}, "REGULAR_MARGIN")


def test_isolated_margin_uses_the_wallet_less_what_is_bound() -> None:
    result = payload("ws_account_wallet_small_order.json")

    wallet = facts.wallet_fact({"list": result["data"]}, facts.ISOLATED_MARGIN)

    assert wallet.available == Decimal("51333.82543837") - Decimal("50.028")


@pytest.mark.parametrize("name", ["http_get_instruments_linear.json", "http_get_instruments_linear_symbol_type.json"])
def test_linear_instruments_are_read(name: str) -> None:
    for row in listed(name):
        rules = market_records.instrument(row)

        assert rules.tick_size > 0
        assert rules.max_market_order_qty <= rules.max_order_qty
        assert rules.funding_interval_minutes == 480
        assert market_records.tradable(row)


def test_an_inverse_instrument_is_not_tradable() -> None:
    assert not any(market_records.tradable(row) for row in listed("http_get_instruments_inverse.json"))


def test_candles_are_read() -> None:
    bar = market_records.candle(listed("http_get_klines_linear.json")[0])

    assert (bar.open, bar.high, bar.low, bar.close) == (27450, 27460, 27440, 27455)


@pytest.mark.parametrize("raw", ["", "0", "0.00", None])
def test_no_value_is_none_however_it_is_written(raw: str | None) -> None:
    assert opt_decimal({"stopLoss": raw}, "stopLoss") is None
    assert opt_decimal({}, "stopLoss") is None


@pytest.mark.parametrize("raw", [1.5, True, "NaN", "Infinity", "12,5", []])
def test_what_is_not_an_exact_number_is_refused(raw: object) -> None:
    with pytest.raises(MalformedPayload):
        opt_decimal({"price": raw}, "price")
