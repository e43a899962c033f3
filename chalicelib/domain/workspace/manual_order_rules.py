"""What a manual order must satisfy before anything is stored or sent (FR-18, FR-19, decision 10)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from chalicelib.domain.errors import Finding, InvalidOrder
from chalicelib.domain.market.instrument import Instrument
from chalicelib.domain.market.side import Side

MARKET = "Market"
LIMIT = "Limit"


@dataclass(frozen=True, slots=True)
class OrderDraft:
    """An order as the person asked for it."""

    connection_id: str
    symbol: str
    side: Side
    order_type: str
    qty: Decimal
    price: Decimal | None
    stop_loss: Decimal | None
    take_profit: Decimal | None
    reduce_only: bool


def check_shape(draft: OrderDraft) -> None:
    """What can be judged without the market. Raises InvalidOrder."""
    found = []
    if draft.order_type == LIMIT and draft.price is None:
        found.append(Finding("/price", "a limit order needs a price", "order.price_required"))
    if draft.order_type == MARKET and draft.price is not None:
        found.append(Finding("/price", "a market order takes no price", "order.price_forbidden"))
    for pointer, level in (("/stopLoss", draft.stop_loss), ("/takeProfit", draft.take_profit)):
        if draft.reduce_only and level is not None:
            found.append(Finding(pointer, "a reduce-only order carries no levels", "order.level_forbidden"))
        if not draft.reduce_only and level is None:
            detail = "what may open a position carries a stop loss and a take profit"
            found.append(Finding(pointer, detail, "order.level_required"))
    if found:
        raise InvalidOrder(found)


def check_against_market(draft: OrderDraft, instrument: Instrument, last_price: Decimal, mark_price: Decimal) -> None:
    """What needs the instrument's rules and the current prices, in quote currency. Raises InvalidOrder."""
    instrument.require_tradable("/symbol")
    reference = draft.price if draft.price is not None else last_price
    found = _check_qty(draft, instrument, reference)
    for pointer, price in (("/price", draft.price), ("/stopLoss", draft.stop_loss), ("/takeProfit", draft.take_profit)):
        if price is not None:
            found.extend(instrument.check_price(price, pointer))
    found.extend(_check_levels_at_fill(draft, reference, (last_price, mark_price), instrument.tick_size))
    if found:
        raise InvalidOrder(found)


def _check_qty(draft: OrderDraft, instrument: Instrument, reference: Decimal) -> list[Finding]:
    found = instrument.check_qty(draft.qty, reference, market=draft.order_type == MARKET, pointer="/qty")
    if draft.reduce_only:
        return [finding for finding in found if finding.key != "order.below_min_notional"]
    return found


def _check_levels_at_fill(
    draft: OrderDraft, reference: Decimal, market: tuple[Decimal, ...], tick: Decimal
) -> list[Finding]:
    """The levels at ``reference``, the order's own price, and at each market price at which it would fill at once.

    An order fills at its price or a better one. Whether the exchange holds a level against the last price or the mark
    price is open, so each counts that is crossed (bybit_v5 section 16).
    """
    sign = draft.side.sign
    crossed = [price for price in market if draft.price is None or (draft.price - price) * sign >= 0]
    best, worst = (pick([reference, *crossed], key=lambda price: price * sign) for pick in (min, max))
    found = check_levels(draft.side, draft.stop_loss, None, best, tick)
    if found and draft.price is not None and best != draft.price:
        found = [_stop_beyond_the_market(draft.side, draft.price, best)]
    return found + check_levels(draft.side, None, draft.take_profit, worst, tick)


def _stop_beyond_the_market(side: Side, price: Decimal, market: Decimal) -> Finding:
    where = "below" if side.sign > 0 else "above"
    detail = f"a {side.value} at {price} fills at once, at about {market}: its stop loss must be {where} that; "
    detail += "move the stop loss, or the price so that the order rests"
    params = {"price": format(price, "f"), "reference": format(market, "f")}
    return Finding("/stopLoss", detail, f"order.crossing_stop_loss_not_{where}", params)


def check_levels(
    side: Side, stop_loss: Decimal | None, take_profit: Decimal | None, reference: Decimal, tick: Decimal
) -> list[Finding]:
    """What is wrong with the levels of a position at ``reference``: each must be at least a tick on its own side."""
    found = []
    sign = side.sign
    params = {"reference": format(reference, "f")}
    if stop_loss is not None and (reference - stop_loss) * sign < tick:
        where = "below" if sign > 0 else "above"
        detail = f"the stop loss of a {side.value} must be {where} {reference}"
        found.append(Finding("/stopLoss", detail, f"order.stop_loss_not_{where}", params))
    if take_profit is not None and (take_profit - reference) * sign < tick:
        where = "above" if sign > 0 else "below"
        detail = f"the take profit of a {side.value} must be {where} {reference}"
        found.append(Finding("/takeProfit", detail, f"order.take_profit_not_{where}", params))
    return found


def check_protection(
    side: Side, stop_loss: Decimal, take_profit: Decimal, instrument: Instrument, mark_price: Decimal
) -> None:
    """Levels for a position of ``side`` while its mark price is ``mark_price``. Raises InvalidOrder."""
    found = instrument.check_price(stop_loss, "/stopLoss") + instrument.check_price(take_profit, "/takeProfit")
    found += check_levels(side, stop_loss, take_profit, mark_price, instrument.tick_size)
    if found:
        raise InvalidOrder(found)
