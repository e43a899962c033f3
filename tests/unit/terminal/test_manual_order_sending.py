"""When a manual order may leave, and what an amended one is known to be."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from chalicelib.domain.runtime.facts import OrderStatus
from chalicelib.domain.runtime.intent import ABSENT_AFTER_MS, SEND_WITHIN_MS
from chalicelib.services.terminal.order_desk import ABSENCE_PROVEN_MS
from tests.fakes.scripted_exchange import order_fact
from tests.unit.accounts.test_manual_order import SENDING


def test_a_manual_order_leaves_soon_after_its_intent_or_never() -> None:
    assert replace(SENDING, created_ms=7_000).request().send_before_ms == 7_000 + SEND_WITHIN_MS


def test_absence_is_believed_only_when_no_sender_can_be_under_way_any_more() -> None:
    receive_window_ms = 5_000

    assert ABSENCE_PROVEN_MS == ABSENT_AFTER_MS > SEND_WITHIN_MS + receive_window_ms


def test_a_sweep_has_no_quantity_and_closes_on_trigger() -> None:
    request = replace(SENDING, qty=Decimal(0), order_type="Market", price=None, reduce_only=True).request()

    assert (request.qty, request.reduce_only, request.close_on_trigger) == (0, True, True)


def test_an_order_is_what_the_exchange_shows_of_it() -> None:
    fact = replace(
        order_fact("mi", OrderStatus.NEW), qty=Decimal("0.02"), price=Decimal(39_900), stop_loss=Decimal(38_000)
    )

    seen = SENDING.with_fact(fact, 5)

    assert (seen.qty, seen.price, seen.stop_loss) == (Decimal("0.02"), Decimal(39_900), Decimal(38_000))
    assert seen.take_profit == SENDING.take_profit


def test_the_price_band_of_a_market_order_is_not_its_price() -> None:
    market = replace(SENDING, order_type="Market", price=None)

    assert market.with_fact(order_fact("mi", OrderStatus.FILLED, "0.01"), 5).price is None
