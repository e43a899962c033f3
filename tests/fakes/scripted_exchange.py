"""An exchange account and a market that answer what the test tells them to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal

from chalicelib.domain.market.candle import Candle
from chalicelib.domain.market.funding_rate import FundingRate
from chalicelib.domain.market.instrument import Instrument
from chalicelib.domain.market.interval import Interval
from chalicelib.domain.runtime.facts import (
    AccountSnapshot,
    ClosedPnlFact,
    ExecutionFact,
    OrderFact,
    OrderStatus,
    PositionFact,
    WalletFact,
)
from chalicelib.domain.runtime.orders import AmendRequest, OrderRequest, Outcome, OutcomeKind, ProtectionRequest
from chalicelib.domain.workspace.connection import SealedSecret
from chalicelib.domain.workspace.exchange_key import KeyInfo
from chalicelib.ports import (
    ConnectionRef,
    ExchangeRefused,
    ExchangeUnavailable,
    NotFound,
    StreamSignature,
    Ticker,
)
from tests.fakes.facts import PRICE, an_order

GOOD_KEY = KeyInfo(
    uid="1",
    read_only=False,
    can_trade=True,
    can_withdraw=False,
    ip_bound=True,
    expires_ms=None,
    margin_mode="REGULAR_MARGIN",
    scopes=("ContractTrade.Order", "ContractTrade.Position"),
)


def instrument(symbol: str = "BTCUSDT") -> Instrument:
    """An instrument with everyday rules."""
    return Instrument(
        symbol=symbol,
        base_coin=symbol.removesuffix("USDT"),
        quote_coin="USDT",
        tick_size=Decimal("0.1"),
        qty_step=Decimal("0.001"),
        min_order_qty=Decimal("0.001"),
        max_order_qty=Decimal(100),
        max_market_order_qty=Decimal(50),
        min_notional=Decimal(5),
        min_price=Decimal("0.1"),
        max_price=Decimal(1_000_000),
        max_leverage=Decimal(100),
    )


def order_fact(link_id: str, status: OrderStatus, filled: str = "0") -> OrderFact:
    """An order as the exchange shows it."""
    executed = Decimal(filled)
    return an_order(
        order_id="exchange-order",
        order_link_id=link_id,
        order_type="Limit",
        status=status,
        price=PRICE,
        cum_exec_qty=executed,
        avg_price=PRICE if executed else None,
        created_ms=1,
        updated_ms=1,
    )


@dataclass
class ScriptedExchange:
    """An ``Exchange``. ``placed`` … are what reached it; ``reachable`` False fails every read.

    ``obeys``: what was amended or protected is as asked for at the next reading, whatever the outcome said.
    """

    outcome: Outcome = field(default_factory=lambda: Outcome(OutcomeKind.ACKNOWLEDGED, order_id="exchange-order"))
    key: KeyInfo | Exception = GOOD_KEY
    reachable: bool = True
    orders: dict[str, OrderFact] = field(default_factory=dict)
    held: tuple[PositionFact, ...] = ()
    executed: tuple[ExecutionFact, ...] = ()
    closed: tuple[ClosedPnlFact, ...] = ()
    checked: list[tuple[ConnectionRef, str, SealedSecret]] = field(default_factory=list)
    placed: list[OrderRequest] = field(default_factory=list)
    amended: list[AmendRequest] = field(default_factory=list)
    protections: list[ProtectionRequest] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    amend_outcome: Outcome = field(default_factory=lambda: Outcome(OutcomeKind.ACKNOWLEDGED))
    protect_outcome: Outcome = field(default_factory=lambda: Outcome(OutcomeKind.ACKNOWLEDGED))
    cancel_outcome: Outcome = field(default_factory=lambda: Outcome(OutcomeKind.ACKNOWLEDGED))
    refusal: ExchangeRefused | None = None
    obeys: bool = True
    on_place: Callable[[], None] = lambda: None
    on_placed: Callable[[OrderRequest], None] = lambda order: None

    def place_order(self, ref: ConnectionRef, order: OrderRequest) -> Outcome:
        self.on_place()
        self.placed.append(order)
        self.on_placed(order)
        return self.outcome

    def amend_order(self, ref: ConnectionRef, amendment: AmendRequest) -> Outcome:
        self.amended.append(amendment)
        order = self.orders.get(amendment.order_link_id)
        if self.obeys and order is not None:
            wanted = {name: getattr(amendment, name) for name in ("qty", "price", "stop_loss", "take_profit")}
            changes = {name: value for name, value in wanted.items() if value is not None}
            self.orders[amendment.order_link_id] = replace(order, **changes)
        return self.amend_outcome

    def cancel_order(self, ref: ConnectionRef, symbol: str, order_link_id: str) -> Outcome:
        self.cancelled.append(order_link_id)
        if order_link_id in self.orders and self.cancel_outcome.acknowledged:
            self.orders[order_link_id] = order_fact(order_link_id, OrderStatus.CANCELLED)
        return self.cancel_outcome

    def cancel_all(self, ref: ConnectionRef, symbol: str, *, including_stops: bool) -> Outcome:
        return Outcome(OutcomeKind.ACKNOWLEDGED)

    def set_protection(self, ref: ConnectionRef, protection: ProtectionRequest) -> Outcome:
        self.protections.append(protection)
        if self.obeys:
            self.held = tuple(
                replace(one, stop_loss=protection.stop_loss, take_profit=protection.take_profit)
                if one.symbol == protection.symbol
                else one
                for one in self.held
            )
        return self.protect_outcome

    def set_leverage(self, ref: ConnectionRef, symbol: str, leverage: Decimal) -> Outcome:
        return Outcome(OutcomeKind.ACKNOWLEDGED)

    def order(self, ref: ConnectionRef, symbol: str, order_link_id: str) -> OrderFact | None:
        self._require_reachable()
        return self.orders.get(order_link_id)

    def snapshot(self, ref: ConnectionRef, symbol: str, executions_since_ms: int) -> AccountSnapshot:
        raise ExchangeUnavailable("not scripted")

    def open_orders(self, ref: ConnectionRef, symbol: str | None) -> tuple[OrderFact, ...]:
        self._require_reachable()
        return tuple(order for order in self.orders.values() if not order.status.terminal)

    def positions(self, ref: ConnectionRef, symbol: str | None) -> tuple[PositionFact, ...]:
        self._require_reachable()
        return self.held

    def executions(self, ref: ConnectionRef, symbol: str, since_ms: int) -> tuple[ExecutionFact, ...]:
        self._require_reachable()
        return tuple(fact for fact in self.executed if fact.symbol == symbol and fact.time_ms >= since_ms)

    def closed_pnl(self, ref: ConnectionRef, symbol: str | None, since_ms: int) -> tuple[ClosedPnlFact, ...]:
        self._require_reachable()
        return tuple(fact for fact in self.closed if fact.created_ms >= since_ms)

    def order_history(self, ref: ConnectionRef, symbol: str, since_ms: int) -> tuple[OrderFact, ...]:
        self._require_reachable()
        made = [order for order in self.orders.values() if order.symbol == symbol and order.created_ms >= since_ms]
        return tuple(sorted(made, key=lambda order: order.created_ms))

    def wallet(self, ref: ConnectionRef) -> WalletFact:
        return WalletFact(Decimal(1000), Decimal(1000), Decimal(1000))

    def key_info(self, ref: ConnectionRef) -> KeyInfo:
        self._require_reachable()
        if isinstance(self.key, Exception):
            raise self.key
        return self.key

    def check_key(self, ref: ConnectionRef, env: str, sealed: SealedSecret) -> KeyInfo:
        self.checked.append((ref, env, sealed))
        return self.key_info(ref)

    def sign_stream(self, ref: ConnectionRef) -> StreamSignature:
        return StreamSignature("key", 0, "signature")

    def _require_reachable(self) -> None:
        if self.refusal is not None:
            raise self.refusal
        if not self.reachable:
            raise ExchangeUnavailable("scripted")


@dataclass
class ScriptedMarket:
    """A ``MarketData`` of a few instruments at one price; ``mark_price`` None is the same one."""

    symbols: dict[str, Instrument] = field(
        default_factory=lambda: {name: instrument(name) for name in ("BTCUSDT", "ETHUSDT", "SOLUSDT")}
    )
    price: Decimal = Decimal(40_000)
    mark_price: Decimal | None = None
    funding_rate: Decimal = Decimal("0.0001")

    def instrument(self, symbol: str) -> Instrument:
        if symbol not in self.symbols:
            raise NotFound(symbol)
        return self.symbols[symbol]

    def instruments(self) -> tuple[Instrument, ...]:
        return tuple(self.symbols.values())

    def candles(self, symbol: str, interval: Interval, limit: int) -> tuple[Candle, ...]:
        self.instrument(symbol)
        step = interval.milliseconds
        price = self.price
        return tuple(Candle(step * number, price, price, price, price, Decimal(1)) for number in range(limit))

    def candles_and_forming(
        self, symbol: str, interval: Interval, limit: int
    ) -> tuple[tuple[Candle, ...], Candle | None]:
        closed = self.candles(symbol, interval, limit + 1)
        return closed[:-1], closed[-1]

    def candles_between(self, symbol: str, interval: Interval, from_ms: int, to_ms: int) -> tuple[Candle, ...]:
        self.instrument(symbol)
        step, price = interval.milliseconds, self.price
        first = -(-from_ms // step) * step
        return tuple(Candle(start, price, price, price, price, Decimal(1)) for start in range(first, to_ms, step))

    def funding_between(self, symbol: str, from_ms: int, to_ms: int) -> tuple[FundingRate, ...]:
        step = self.instrument(symbol).funding_interval_minutes * 60_000
        times = range(-(-from_ms // step) * step, to_ms, step)
        return tuple(FundingRate(time_ms, self.funding_rate) for time_ms in times)

    def ticker(self, symbol: str) -> Ticker:
        self.instrument(symbol)
        price = self.price
        mark = self.price if self.mark_price is None else self.mark_price
        return Ticker(symbol, price, mark, price, price, price, Decimal(0), price, price, Decimal(1), price)
