"""Changing a manual order that rests: what may be asked for, and when it has happened (C-07, C-26)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from chalicelib.domain.errors import Finding, InvalidOrder
from chalicelib.domain.market.instrument import Instrument
from chalicelib.domain.runtime.facts import OrderFact
from chalicelib.domain.runtime.orders import AmendRequest
from chalicelib.domain.workspace.manual_order import ManualOrder
from chalicelib.domain.workspace.manual_order_rules import OrderDraft, check_against_market, check_shape


@dataclass(frozen=True, slots=True)
class Amendment:
    """What shall change of an order; None leaves a thing as it is. Prices in quote currency, quantity in base coin."""

    qty: Decimal | None = None
    price: Decimal | None = None
    stop_loss: Decimal | None = None
    take_profit: Decimal | None = None

    @property
    def empty(self) -> bool:
        """Whether nothing shall change."""
        return (self.qty, self.price, self.stop_loss, self.take_profit) == (None, None, None, None)

    def opens(self, order: ManualOrder) -> bool:
        """Whether the order could open more than before, or sooner."""
        grows = self.qty is not None and self.qty > order.qty
        moves = self.price is not None and self.price != order.price
        return not order.reduce_only and (grows or moves)

    def applied_to(self, order: ManualOrder) -> OrderDraft:
        """The order as it would be."""
        return OrderDraft(
            connection_id=order.connection_id,
            symbol=order.symbol,
            side=order.side,
            order_type=order.order_type,
            qty=order.qty if self.qty is None else self.qty,
            price=order.price if self.price is None else self.price,
            stop_loss=order.stop_loss if self.stop_loss is None else self.stop_loss,
            take_profit=order.take_profit if self.take_profit is None else self.take_profit,
            reduce_only=order.reduce_only,
        )

    def request(self, order: ManualOrder, send_before_ms: int) -> AmendRequest:
        """What is sent for it."""
        return AmendRequest(
            order_link_id=order.order_link_id,
            symbol=order.symbol,
            qty=self.qty,
            price=self.price,
            stop_loss=self.stop_loss,
            take_profit=self.take_profit,
            send_before_ms=send_before_ms,
        )

    def shown_by(self, order: ManualOrder | OrderFact) -> bool:
        """Whether the order is as asked for."""
        wanted = (
            (self.qty, order.qty),
            (self.price, order.price),
            (self.stop_loss, order.stop_loss),
            (self.take_profit, order.take_profit),
        )
        return all(value is None or value == shown for value, shown in wanted)


def check_amendment(
    order: ManualOrder, amendment: Amendment, instrument: Instrument, last_price: Decimal, mark_price: Decimal
) -> OrderDraft:
    """The order as it would be. Raises InvalidOrder when it breaks a rule, or less is asked for than has executed."""
    if amendment.empty:
        raise InvalidOrder([Finding("", "nothing is asked to change", "order.nothing_to_amend")])
    draft = amendment.applied_to(order)
    check_shape(draft)
    check_against_market(draft, instrument, last_price, mark_price)
    if amendment.qty is not None and amendment.qty <= order.filled_qty:
        detail = f"{amendment.qty} is not above what has executed already: {order.filled_qty}"
        params = {"filled": format(order.filled_qty, "f")}
        raise InvalidOrder([Finding("/qty", detail, "order.qty_not_above_filled", params)])
    return draft
