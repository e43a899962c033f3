"""What happens to orders that rest: the price touches one and fills a part of it, or the user cancels it himself."""

from __future__ import annotations

from decimal import Decimal
from random import Random

from infra.local.exchange.engine import Account, Exchange
from infra.local.exchange.engine.matching import TOUCH_SHARE
from infra.local.exchange.engine.order import Order
from infra.local.exchange.engine.symbol_market import SymbolMarket, Tick

NEAR = Decimal("0.002")


def touched(account: Account, market: SymbolMarket, random: Random) -> Tick | None:
    """A price that stops at one of the account's resting orders, with trades enough for a few lots of it."""
    near = [order for order in _resting(account) if abs(order.price - market.last) <= market.last * NEAR]
    if not near:
        return None
    order = random.choice(near)
    lots = random.randint(1, 4) * market.listing.instrument.qty_step
    return Tick(order.price, volume=(order.queue_ahead + lots) / TOUCH_SHARE)


def cancel_by_hand(engine: Exchange, account: Account, random: Random) -> bool:
    """The user cancels one of our resting orders on the exchange's own site. Whether there was one."""
    resting = _resting(account)
    if not resting:
        return False
    order = random.choice(resting)
    body = {"category": "linear", "symbol": order.symbol, "orderId": order.order_id}
    return engine.call(account, "POST", "/v5/order/cancel", body).ret_code == 0


def _resting(account: Account) -> list[Order]:
    return [
        order
        for order in account.open_orders.values()
        if order.link_id and order.price and order.status in ("New", "PartiallyFilled")
    ]
