"""The running simulator: engine, market, clock, limits and faults in one place, without any socket."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import orjson

from infra.local.exchange.engine import Account, Exchange, Settings
from infra.local.exchange.engine.catalogue import CATALOGUE
from infra.local.exchange.engine.faults import FaultPlan
from infra.local.exchange.engine.rate_limits import RateLimiter
from infra.local.exchange.engine.snapshot import dump_exchange, load_exchange
from infra.local.exchange.market.bars import Bars
from infra.local.exchange.market.feed import Feed
from infra.local.exchange.market.series import MINUTE_MS, Series, read_candles
from infra.local.exchange.market_clock import MarketClock, wall_ms

REPLAYED = "BTCUSDT"
GENERATED_HISTORY = 10_080


@dataclass(frozen=True, slots=True)
class Options:
    """What the process was started with. ``accounts`` are (key, secret, uid, usdt). With ``strict_hosts`` the demo
    profile is the demo host alone, without a public stream; else one port stands for demo's host and for mainnet's
    public stream, which demo clients use."""

    port: int = 9001
    host: str = "127.0.0.1"
    state: Path | None = None
    speed: float = 1.0
    seed: int = 7
    candles: Path | None = None
    start_bar: int = 1500
    symbols: tuple[str, ...] = ("BTCUSDT", "ETHUSDT", "SOLUSDT", "XRPUSDT")
    accounts: tuple[tuple[str, str, str, Decimal], ...] = ()
    profile: str = "mainnet"
    strict_hosts: bool = False
    ip_limit: int = 600
    rate_factor: int = 1
    event_delay_ms: tuple[int, int] = (5, 20)


@dataclass(slots=True)
class Simulator:
    """Everything the HTTP and WebSocket sides share. ``skew_ms`` is a fault: the server's clock is off by so much."""

    options: Options
    exchange: Exchange
    feed: Feed
    clock: MarketClock
    limiter: RateLimiter
    faults: FaultPlan
    random: Random
    started_ms: int
    skew_ms: int = 0
    book_epoch: int = 0
    book_updates: dict[str, int] = field(default_factory=dict)

    def now_ms(self) -> int:
        """The exchange's own clock: the wall, plus the skew if there is one."""
        return wall_ms() + self.skew_ms

    def sync(self) -> int:
        """Brings the engine's time up to now, before a call is answered; returns it."""
        now = self.now_ms()
        self.exchange.advance(now, market_ms=self.exchange.world.market_ms)
        return now

    def account(self, wanted: dict[str, Any]) -> Account:
        """The account of the uid or key in ``wanted``, made when there is none."""
        world = self.exchange.world
        known = world.uid_of_key.get(str(wanted.get("api_key", "")))
        uid = str(wanted.get("uid") or known or 100_000 + len(world.accounts))
        account = world.accounts.get(uid)
        if account is None:
            account = self.exchange.add_account(
                uid,
                api_key=str(wanted.get("api_key") or f"SIM{secrets.token_hex(8).upper()}"),
                secret=str(wanted.get("secret") or secrets.token_hex(18)),
                usdt=Decimal(str(wanted.get("usdt", "10000"))),
                environment=self.options.profile,
            )
        if "permissions" in wanted:
            account.permissions = dict(wanted["permissions"])
        if "read_only" in wanted:
            account.read_only = bool(wanted["read_only"])
        if "environment" in wanted:
            account.environment = str(wanted["environment"])
        return account

    def save(self) -> None:
        """Writes the whole state, if a state file was given."""
        path = self.options.state
        if path is None:
            return
        data = {
            "version": 1,
            "seed": self.options.seed,
            "exchange": dump_exchange(self.exchange),
            "origin_ms": self.feed.origin_ms,
            "index": self.feed.index,
            "first_bar": self.feed.first_bar,
            "factors": {symbol: str(factor) for symbol, factor in self.feed.factors.items()},
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_bytes(orjson.dumps(data))
        fresh.replace(path)


def start(options: Options) -> Simulator:
    """Builds a simulator from its options, resuming the saved state when there is one."""
    now = wall_ms()
    saved: dict[str, Any] = {}
    if options.state is not None and options.state.exists():
        saved = orjson.loads(options.state.read_bytes())
    recorded: Bars | None = None
    origin_ms, first_bar = now - now % MINUTE_MS - GENERATED_HISTORY * MINUTE_MS, GENERATED_HISTORY
    if options.candles is not None and options.candles.exists() and REPLAYED in options.symbols:
        origin_ms, recorded = read_candles(options.candles, CATALOGUE[REPLAYED].instrument)
        first_bar = min(options.start_bar, len(recorded) - 1)
    if saved:
        origin_ms, first_bar = saved["origin_ms"], saved["index"]
    series = {
        symbol: Series(CATALOGUE[symbol], options.seed, recorded if symbol == REPLAYED else None)
        for symbol in options.symbols
    }
    prices = {
        symbol: source.bar(first_bar).open * CATALOGUE[symbol].instrument.tick_size for symbol, source in series.items()
    }
    settings = Settings(profile=options.profile, event_delay_ms=options.event_delay_ms)
    market_ms = origin_ms + first_bar * MINUTE_MS
    exchange = Exchange(
        seed=options.seed, symbols=options.symbols, prices=prices, now_ms=now, market_ms=market_ms, settings=settings
    )
    if saved:
        load_exchange(exchange, saved["exchange"])
        exchange.world.market_ms = market_ms
    clock = MarketClock(options.speed, now, market_ms)
    feed = Feed(exchange, series, origin_ms, first_bar, clock.steps)
    feed.set_factors({symbol: Decimal(factor) for symbol, factor in saved.get("factors", {}).items()})
    # Faults and generated markets must replay from their seed; nothing secret depends on these generators.
    source = Random(options.seed)  # noqa: S311
    simulator = Simulator(
        options=options,
        exchange=exchange,
        feed=feed,
        clock=clock,
        limiter=RateLimiter(options.rate_factor, options.ip_limit),
        faults=FaultPlan(Random(options.seed + 1)),  # noqa: S311
        random=source,
        started_ms=now,
    )
    for key, secret, uid, usdt in options.accounts:
        if uid not in exchange.world.accounts:
            exchange.add_account(uid, api_key=key, secret=secret, usdt=usdt, environment=options.profile)
    return simulator
