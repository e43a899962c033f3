"""Changing positions from the terminal: their levels, and closing them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from chalicelib.api.models.base import Id, PositiveDecimalText, RequestModel, Symbol, View
from chalicelib.api.models.terminal_account import PositionView
from chalicelib.api.models.terminal_orders import OrderView

if TYPE_CHECKING:
    from chalicelib.services.terminal.positions import Closing, Protected


class ProtectPositionBody(RequestModel):
    """Both levels of a position: they are always set together."""

    exchange_connection_id: Id
    symbol: Symbol
    stop_loss: PositiveDecimalText
    take_profit: PositiveDecimalText


class ClosePositionBody(RequestModel):
    """Which position to close, and how much of it; all when no quantity is said."""

    exchange_connection_id: Id
    symbol: Symbol
    qty: PositiveDecimalText | None = None


class ProtectedPositionView(View):
    """A position after its levels were set; ``unknown``: the exchange does not show them on it (yet)."""

    status: Literal["set", "unknown"]
    position: PositionView | None

    @classmethod
    def of(cls, protected: Protected) -> ProtectedPositionView:
        """The view of a protected position."""
        position = protected.position
        return cls(
            status="set" if protected.verified else "unknown",
            position=None if position is None else PositionView.of(position),
        )


class ClosingView(View):
    """A closing: its orders, and the position as the exchange shows it after them (null: it could not be read)."""

    status: Literal["closed", "reduced", "refused", "unknown"]
    orders: list[OrderView]
    position: PositionView | None

    @classmethod
    def of(cls, closing: Closing) -> ClosingView:
        """The view of a closing."""
        return cls(
            status=closing.status.value,
            orders=[OrderView.of(order) for order in closing.orders],
            position=None if closing.position is None else PositionView.of(closing.position),
        )
