"""The whole simulated exchange as plain state: time, markets, accounts, and the settings that shape it."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

from infra.local.exchange.engine.account import Account
from infra.local.exchange.engine.order import Order
from infra.local.exchange.engine.refusal import Refusal, bad_request
from infra.local.exchange.engine.resting_book import RestingBook
from infra.local.exchange.engine.symbol_market import SymbolMarket


@dataclass(slots=True)
class Settings:
    """What a scenario may change. Rates are fractions; counts are per account and symbol (spec section 8).

    ``post_only_status`` is how a post-only order that would take ends: Cancelled, or Rejected as also seen.
    """

    profile: str = "mainnet"
    maker_rate: Decimal = Decimal("0.0002")
    taker_rate: Decimal = Decimal("0.00055")
    event_delay_ms: tuple[int, int] = (5, 20)
    max_active: int = 500
    max_conditional: int = 10
    max_partial_tpsl: int = 20
    queue_factor: Decimal = Decimal("0.1")
    double_filled: bool = True
    acceptance_delay_ms: int = 0
    post_only_status: str = "Cancelled"


@dataclass(frozen=True, slots=True)
class ForcedTrade:
    """A liquidated quantity, as the public stream tells of it; ``side`` is the position's."""

    symbol: str
    side: str
    qty: Decimal
    price: Decimal
    time_ms: int


@dataclass(slots=True)
class World:
    """``now_ms`` is the wall clock of records; ``market_ms`` the market's time (candles, funding). Nothing here reads a
    clock or draws randomness of its own: both come from outside."""

    random: Random
    settings: Settings
    now_ms: int = 0
    market_ms: int = 0
    markets: dict[str, SymbolMarket] = field(default_factory=dict)
    books: dict[str, RestingBook] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    uid_of_key: dict[str, str] = field(default_factory=dict)
    conditionals: dict[str, dict[str, Order]] = field(default_factory=dict)
    holders: dict[str, set[tuple[str, int]]] = field(default_factory=dict)
    delayed: list[tuple[int, Order]] = field(default_factory=list)
    cross_seq: int = 7_961_638_000
    forced: list[ForcedTrade] = field(default_factory=list)

    def next_seq(self) -> int:
        """The next cross sequence."""
        self.cross_seq += 1
        return self.cross_seq

    def new_id(self) -> str:
        """A fresh id in the form of a UUID, drawn from the seeded source."""
        return str(UUID(int=self.random.getrandbits(128), version=4))

    def market(self, params: dict[str, Any]) -> SymbolMarket:
        """The market of ``params['symbol']``. Raises Refusal 10001 when it is missing or not listed."""
        symbol = params.get("symbol")
        if not isinstance(symbol, str) or not symbol:
            raise bad_request("params error: symbol invalid")
        found = self.markets.get(symbol)
        if found is None:
            raise bad_request("params error: symbol invalid " + symbol)
        return found

    def account_of_key(self, api_key: str) -> Account:
        """The account of an API key. Raises Refusal 10003 when there is none."""
        uid = self.uid_of_key.get(api_key)
        if uid is None:
            raise Refusal(10003, "API key is invalid.")
        return self.accounts[uid]

    def fee_rate(self, account: Account, symbol: str, *, maker: bool) -> Decimal:
        """The account's fee rate on the symbol, a fraction of the value."""
        own = account.fee_rates.get(symbol)
        if own is not None:
            return own[0] if maker else own[1]
        return self.settings.maker_rate if maker else self.settings.taker_rate
