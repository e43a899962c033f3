"""A position and its arithmetic (spec section 9: average entry, closed PnL, break-even).

The value paid and the fees paid for what is still held are kept exactly; a partial close takes a share rounded to
eight places and a full close takes all that is left: realised results add up to the wallet's change, to the last digit.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from infra.local.exchange.engine.decimal_text import EIGHT_PLACES, ZERO


@dataclass(frozen=True, slots=True)
class Closing:
    """What one fill closed: all amounts in quote currency, ``pnl`` before fees, ``net`` after both sides' fees."""

    qty: Decimal
    entry_value: Decimal
    exit_value: Decimal
    open_fee: Decimal
    close_fee: Decimal
    pnl: Decimal

    @property
    def net(self) -> Decimal:
        """The closed PnL the exchange shows."""
        return self.pnl - self.open_fee - self.close_fee


@dataclass(slots=True)
class Position:
    """A position of one symbol and index. ``size`` is positive; ``side`` is "" when flat."""

    symbol: str
    idx: int
    side: str = ""
    size: Decimal = ZERO
    entry_value: Decimal = ZERO
    open_fee: Decimal = ZERO
    cur_realised: Decimal = ZERO
    cum_realised: Decimal = ZERO
    take_profit: Decimal | None = None
    stop_loss: Decimal | None = None
    tp_trigger_by: str = "LastPrice"
    sl_trigger_by: str = "LastPrice"
    trailing: Decimal = ZERO
    active_price: Decimal | None = None
    extra_margin: Decimal = ZERO
    auto_add_margin: int = 0
    status: str = "Normal"
    seq: int = -1
    created_ms: int = 0
    updated_ms: int = 0
    open_ms: int = 0

    @property
    def avg_price(self) -> Decimal:
        """Average entry price, zero when flat."""
        return self.entry_value / self.size if self.size else ZERO

    @property
    def sign(self) -> int:
        """+1 long, -1 short, 0 flat."""
        return {"Buy": 1, "Sell": -1, "": 0}[self.side]

    def unrealised(self, mark: Decimal) -> Decimal:
        """Unrealised PnL at ``mark``."""
        return self.sign * (self.size * mark - self.entry_value) if self.size else ZERO

    def increase(self, side: str, qty: Decimal, price: Decimal, fee: Decimal) -> None:
        """Opens or adds ``qty`` at ``price``."""
        self.side = side
        self.size += qty
        self.entry_value += qty * price
        self.open_fee += fee
        self.cur_realised -= fee
        self.cum_realised -= fee

    def reduce(self, qty: Decimal, price: Decimal, fee: Decimal) -> Closing:
        """Closes ``qty`` (at most the size) at ``price`` and tells what that realised."""
        if qty == self.size:
            entry_value, open_fee = self.entry_value, self.open_fee
        else:
            entry_value = (self.entry_value * qty / self.size).quantize(EIGHT_PLACES)
            open_fee = (self.open_fee * qty / self.size).quantize(EIGHT_PLACES)
        exit_value = qty * price
        closing = Closing(qty, entry_value, exit_value, open_fee, fee, self.sign * (exit_value - entry_value))
        self.size -= qty
        self.entry_value -= entry_value
        self.open_fee -= open_fee
        self.cur_realised += closing.pnl - fee
        self.cum_realised += closing.pnl - fee
        return closing

    def clear(self) -> None:
        """Forgets what belonged to the holding that has just been closed."""
        self.side = ""
        self.size = self.entry_value = self.open_fee = self.cur_realised = self.trailing = self.extra_margin = ZERO
        self.take_profit = self.stop_loss = self.active_price = None
        self.open_ms = 0
        self.status = "Normal"

    def break_even(self, taker_rate: Decimal) -> Decimal:
        """Price at which closing everything by a taker order realises zero over the whole holding, fees included."""
        if not self.size:
            return ZERO
        signed = self.sign * self.size
        return (self.sign * self.entry_value - self.cur_realised) / (
            signed - self.size * max(taker_rate, Decimal("0.00055"))
        )
