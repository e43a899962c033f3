"""What services need from the world, as protocols. Adapters implement them; only ``bootstrap`` sees both sides.

Errors that adapters raise:

PortError
├── ExchangeUnavailable    a read failed or is not trustworthy: the fact is unknown (never "flat", never zero)
├── ExchangeRefused        a read was definitely refused (credentials, permissions); carries code and policy class
├── FenceLost              somebody else owns the run now: stop without a trace
├── SealingFailed          credentials could not be sealed or opened
├── Conflict               a conditional write lost; ``what`` names the condition
└── NotFound               no such thing for this owner
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # the errors are wanted everywhere, also where a cold start should load nothing else
    from chalicelib.domain.market.candle import Candle
    from chalicelib.domain.market.funding_rate import FundingRate
    from chalicelib.domain.market.instrument import Instrument
    from chalicelib.domain.market.interval import Interval
    from chalicelib.domain.runtime.facts import (
        AccountSnapshot,
        ClosedPnlFact,
        ExecutionFact,
        OrderFact,
        PositionFact,
        WalletFact,
    )
    from chalicelib.domain.runtime.orders import AmendRequest, OrderRequest, Outcome, ProtectionRequest
    from chalicelib.domain.workspace.connection import Credentials, SealedSecret
    from chalicelib.domain.workspace.exchange_key import KeyInfo


class PortError(Exception):
    """Base of the errors above."""


class ExchangeUnavailable(PortError):
    """A read failed: timeout, 5xx, an answer that cannot be parsed."""


class ExchangeRefused(PortError):
    """A read was refused for good; ``policy`` as in ``Outcome``."""

    def __init__(self, code: int, policy: str, message: str) -> None:
        super().__init__(f"{code} {policy}: {message}")
        self.code, self.policy, self.message = code, policy, message


class FenceLost(PortError):
    """The run was claimed by another Tick."""


class SealingFailed(PortError):
    """The key service refused or failed, or the credentials are not those of this connection."""


class Conflict(PortError):
    """A conditional write found something else than it expected."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class NotFound(PortError):
    """There is no such thing, or it belongs to somebody else: callers cannot tell."""


class Clock(Protocol):
    """Time as a port: the domain and the services never ask the machine."""

    def now_ms(self) -> int:
        """Milliseconds UTC since the epoch."""

    def market_now_ms(self) -> int:
        """The market's time: the same as ``now_ms`` on a real exchange, the replay's time on an accelerated one."""

    def sleep(self, seconds: float) -> None:
        """Waits."""


class Ids(Protocol):
    """Identity as a port."""

    def ulid(self) -> str:
        """A fresh ULID: 26 characters, sortable by time."""

    def secret(self) -> str:
        """A fresh URL-safe secret of at least 256 bits."""


@dataclass(frozen=True, slots=True)
class ConnectionRef:
    """Names a user's exchange connection without its secret."""

    workspace_id: str
    connection_id: str


class SecretSealer(Protocol):
    """Seals a connection's credentials so that only the execution function can open them again."""

    def seal(self, ref: ConnectionRef, credentials: Credentials) -> SealedSecret:
        """The sealed credentials, bound to this workspace and connection. Raises SealingFailed."""


class SecretOpener(Protocol):
    """Opens what a ``SecretSealer`` sealed; only the execution function's role may."""

    def open(self, ref: ConnectionRef, sealed: SealedSecret) -> Credentials:
        """The credentials. Raises SealingFailed: also when they were sealed for another workspace or connection."""


class AuditTrail(Protocol):
    """Who did what to something that matters, kept for ever."""

    def record(self, workspace_id: str, action: str, actor: str, subject: str, detail: str) -> None:
        """Adds a row: ``actor`` did ``action`` to ``subject`` for the reason in ``detail``. Raises PortError."""


@dataclass(frozen=True, slots=True)
class StreamSignature:
    """What logs a private stream in, valid until ``expires_ms`` (seconds away)."""

    api_key: str = field(repr=False)
    expires_ms: int
    signature: str = field(repr=False)


class Exchange(Protocol):
    """The private side of the exchange, reached only through the execution function.

    Calls that change something return an ``Outcome`` and never raise for what the exchange said; reads raise
    ExchangeUnavailable or ExchangeRefused.
    """

    def place_order(self, ref: ConnectionRef, order: OrderRequest) -> Outcome:
        """Sends one order, once."""

    def amend_order(self, ref: ConnectionRef, amendment: AmendRequest) -> Outcome:
        """Changes one resting order of ours in place; unchanged counts as acknowledged."""

    def cancel_order(self, ref: ConnectionRef, symbol: str, order_link_id: str) -> Outcome:
        """Cancels one order of ours."""

    def cancel_all(self, ref: ConnectionRef, symbol: str, *, including_stops: bool) -> Outcome:
        """Cancels every active order of the symbol; protective stops stay unless ``including_stops`` (C-20)."""

    def set_protection(self, ref: ConnectionRef, protection: ProtectionRequest) -> Outcome:
        """Sets SL and TP on the position (trading-stop, Full)."""

    def set_leverage(self, ref: ConnectionRef, symbol: str, leverage: Decimal) -> Outcome:
        """Sets the leverage of both sides; unchanged counts as acknowledged."""

    def order(self, ref: ConnectionRef, symbol: str, order_link_id: str) -> OrderFact | None:
        """The order with this id: realtime, then history, then executions (C-31). None: proven absent in all three."""

    def snapshot(self, ref: ConnectionRef, symbol: str, executions_since_ms: int) -> AccountSnapshot:
        """Open orders, position, executions and wallet in one reading."""

    def open_orders(self, ref: ConnectionRef, symbol: str | None) -> tuple[OrderFact, ...]:
        """All open orders, of one symbol or of all USDT perpetuals."""

    def positions(self, ref: ConnectionRef, symbol: str | None) -> tuple[PositionFact, ...]:
        """Positions with a size, or all rows of one symbol."""

    def executions(self, ref: ConnectionRef, symbol: str, since_ms: int) -> tuple[ExecutionFact, ...]:
        """Executions since a time, oldest first, all pages."""

    def closed_pnl(self, ref: ConnectionRef, symbol: str | None, since_ms: int) -> tuple[ClosedPnlFact, ...]:
        """Closed PnL rows since a time, oldest first, all pages."""

    def order_history(self, ref: ConnectionRef, symbol: str, since_ms: int) -> tuple[OrderFact, ...]:
        """Orders made since a time, closed and open, oldest first, all pages."""

    def wallet(self, ref: ConnectionRef) -> WalletFact:
        """The account's USDT."""

    def key_info(self, ref: ConnectionRef) -> KeyInfo:
        """The key's permissions; the cheapest call that proves the key works here."""

    def check_key(self, ref: ConnectionRef, env: str, sealed: SealedSecret) -> KeyInfo:
        """The same of credentials that are sealed for ``ref`` and not stored: what is to be found out before they are.

        ``env`` is the environment that they are said to be of.
        """

    def sign_stream(self, ref: ConnectionRef) -> StreamSignature:
        """A signature that logs one private stream in."""


@dataclass(frozen=True, slots=True)
class Ticker:
    """Prices in quote currency; ``change_24h`` is a fraction; volumes in base coin and quote currency."""

    symbol: str
    last_price: Decimal
    mark_price: Decimal
    bid_price: Decimal
    ask_price: Decimal
    prev_price_24h: Decimal
    change_24h: Decimal
    high_24h: Decimal
    low_24h: Decimal
    volume_24h: Decimal
    turnover_24h: Decimal


class MarketData(Protocol):
    """The public side of the exchange. Raises ExchangeUnavailable; NotFound for a symbol that does not exist."""

    def instrument(self, symbol: str) -> Instrument:
        """The symbol's trading rules."""

    def instruments(self) -> tuple[Instrument, ...]:
        """All USDT perpetuals that can be traded."""

    def candles(self, symbol: str, interval: Interval, limit: int) -> tuple[Candle, ...]:
        """The newest ``limit`` closed candles, oldest first; the forming one is dropped (C-30)."""

    def candles_and_forming(
        self, symbol: str, interval: Interval, limit: int
    ) -> tuple[tuple[Candle, ...], Candle | None]:
        """The same, and beside them the forming one, None when there is none: for looking at, not for deciding."""

    def candles_between(self, symbol: str, interval: Interval, from_ms: int, to_ms: int) -> tuple[Candle, ...]:
        """The closed candles that open at from_ms <= time < to_ms, oldest first; at most 1,000 intervals at a time."""

    def funding_between(self, symbol: str, from_ms: int, to_ms: int) -> tuple[FundingRate, ...]:
        """Every settlement of funding at from_ms <= time < to_ms, oldest first, read page by page."""

    def ticker(self, symbol: str) -> Ticker:
        """Current prices."""
