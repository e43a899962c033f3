"""Brings the market and the accounts' events to those who subscribed, and plays the market on time."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson

from infra.local.exchange.engine.disconnect_protection import subscription_gone
from infra.local.exchange.engine.order_records import fast_fill_message
from infra.local.exchange.market.candles import INTERVALS, candle_start
from infra.local.exchange.market.feed import Trade
from infra.local.exchange.market.public_records import kline_message, ticker_row, trade_message
from infra.local.exchange.market.series import MINUTE_MS
from infra.local.exchange.market_clock import MarketClock, wall_ms
from infra.local.exchange.simulator import Simulator
from infra.local.exchange.ws.book_streams import DEPTHS, BookStreams
from infra.local.exchange.ws.connection import Connection

KLINE_EVERY_MS = 1000
TICKER_EVERY_MS = 100
IDLE_MS = 600_000
ASLEEP_S = 60
STATUS_TOPIC = "system.status"
PRIVATE_TOPICS = ("order", "execution", "position", "wallet", "greeks", "dcp", "dcp.future", "execution.fast")


class Hub:
    """All connections and the two loops that feed them."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self.connections: set[Connection] = set()
        self.books = BookStreams(simulator)
        self._tickers: dict[str, dict[str, str]] = {}
        self._ticker_ms: dict[str, int] = {}
        self._kline_ms: dict[str, int] = {}
        self._woken = asyncio.Event()

    def update_id(self, symbol: str) -> int:
        """The update id of the symbol's 1000-level book."""
        return self.books.update_id(symbol)

    def wake(self) -> None:
        """Says that new events may be due."""
        self._woken.set()

    def subscribed_to_dcp(self, uid: str) -> None:
        """Somebody keeps the account's orders alive."""
        self.simulator.exchange.world.accounts[uid].dcp_due_ms = 0

    def ended(self, connection: Connection) -> None:
        """A connection is gone; with the last ``dcp`` subscription of its account the window of DCP begins."""
        self.connections.discard(connection)
        if connection.uid is None or not connection.keeps_orders:
            return
        if not any(other.uid == connection.uid and other.keeps_orders for other in self.connections):
            account = self.simulator.exchange.world.accounts[connection.uid]
            subscription_gone(account, self.simulator.now_ms())

    def announce(self, title: str, state: str, begin_ms: int, end_ms: int) -> None:
        """Sends a system status to all who listen on its own stream."""
        seq = self.simulator.exchange.world.next_seq()
        row = {
            "id": f"{seq:032x}",
            "title": title,
            "state": state,
            "begin": str(begin_ms),
            "end": str(end_ms),
            "href": "",
            "serviceTypes": [2, 3, 4, 5],
            "product": [1, 2],
            "uidSuffix": [],
            "maintainType": 1,
            "env": 1,
        }
        self.publish(STATUS_TOPIC, {"topic": STATUS_TOPIC, "ts": self.simulator.now_ms(), "data": [row]})

    # -- public side ---------------------------------------------------------------------------------------------

    def public_topic_exists(self, topic: str) -> bool:
        """Whether a public topic can be subscribed to."""
        kind, _, rest = topic.partition(".")
        name, _, symbol = rest.partition(".")
        markets = self.simulator.exchange.world.markets
        if kind == "kline":
            return (name in INTERVALS or name in ("D", "W", "M")) and symbol in markets
        if kind == "orderbook":
            return name in DEPTHS and symbol in markets
        if kind in ("adlAlert", "insurance"):
            return True
        return kind in ("publicTrade", "tickers", "priceLimit", "allLiquidation") and rest in markets

    def welcome(self, connection: Connection, topic: str) -> None:
        """Sends the snapshot that a topic begins with."""
        kind, _, rest = topic.partition(".")
        now = self.simulator.now_ms()
        if kind == "tickers":
            self._tell_ticker(topic, rest, now)
            connection.send(self._ticker(rest, "snapshot", self._tickers[rest], now))
        elif kind == "orderbook":
            connection.send(self.books.snapshot(topic, now))
        elif kind == "kline":
            interval, _, symbol = rest.partition(".")
            message = self._forming(interval, symbol, now)
            if message is not None:
                connection.send(message)

    def _fresh_ticker(self, symbol: str) -> dict[str, str]:
        return ticker_row(self.simulator.feed, self.simulator.exchange.world.markets[symbol])

    def _ticker(self, symbol: str, kind: str, data: dict[str, str], now: int) -> dict[str, Any]:
        cs = self.simulator.exchange.world.cross_seq
        return {"topic": f"tickers.{symbol}", "type": kind, "data": data, "cs": cs, "ts": now}

    def _forming(self, interval: str, symbol: str, now: int) -> dict[str, Any] | None:
        candles = self.simulator.feed.candles[symbol]
        kline = candles.at(interval, candle_start(interval, candles.forming_start_ms))
        return None if kline is None else kline_message(self.simulator.feed, symbol, interval, kline, now)

    def topics(self) -> set[str]:
        """Every public topic somebody listens to."""
        return {topic for connection in self.connections if connection.uid is None for topic in connection.topics}

    def publish(self, topic: str, message: dict[str, Any]) -> None:
        """Sends one message to all who subscribed to its topic."""
        data: bytes | None = None
        for connection in self.connections:
            if connection.uid is None and topic in connection.topics:
                data = data or orjson.dumps(message)
                connection.send(data)

    def tell_market(self, trades: list[Trade], closed_minute_ms: int | None, now: int) -> None:
        """Publishes one step of the market."""
        wanted = self.topics()
        if not wanted:
            self.simulator.exchange.world.forced.clear()
            return
        world = self.simulator.exchange.world
        markets = world.markets
        by_symbol: dict[str, list[Trade]] = {}
        for trade in trades:
            by_symbol.setdefault(trade.symbol, []).append(trade)
        for topic in wanted:
            kind, _, rest = topic.partition(".")
            if kind == "publicTrade" and rest in by_symbol:
                self.publish(topic, trade_message(by_symbol[rest], markets[rest].listing.price_scale))
            elif kind == "tickers":
                self._tell_ticker(topic, rest, now)
            elif kind == "kline":
                self._tell_kline(topic, rest, closed_minute_ms, now)
            elif kind == "orderbook":
                for message in self.books.step(topic, now):
                    self.publish(topic, message)
            elif kind == "priceLimit":
                highest, lowest = markets[rest].price_limits()
                data = {"symbol": rest, "buyLmt": f"{highest:f}", "sellLmt": f"{lowest:f}"}
                self.publish(topic, {"topic": topic, "ts": now, "data": data})
            elif kind == "allLiquidation":
                rows = [
                    {"T": one.time_ms, "s": one.symbol, "S": one.side, "v": f"{one.qty:f}", "p": f"{one.price:f}"}
                    for one in world.forced
                    if one.symbol == rest
                ]
                if rows:
                    self.publish(topic, {"topic": topic, "type": "snapshot", "ts": now, "data": rows})
        world.forced.clear()

    def _tell_ticker(self, topic: str, symbol: str, now: int) -> None:
        """Publishes what has changed since the last delta: everybody's view is that of the last row published."""
        if symbol in self._tickers and now - self._ticker_ms.get(symbol, 0) < TICKER_EVERY_MS:
            return
        self._ticker_ms[symbol] = now
        row, before = self._fresh_ticker(symbol), self._tickers.get(symbol, {})
        self._tickers[symbol] = row
        changed = {name: value for name, value in row.items() if before.get(name) != value}
        if changed:
            self.publish(topic, self._ticker(symbol, "delta", {"symbol": symbol, **changed}, now))

    def _tell_kline(self, topic: str, rest: str, closed_minute_ms: int | None, now: int) -> None:
        """Exactly one confirmed candle at each boundary; the forming one once a second of wall time at most."""
        interval, _, symbol = rest.partition(".")
        candles = self.simulator.feed.candles[symbol]
        if closed_minute_ms is not None:
            start = candle_start(interval, closed_minute_ms)
            if candle_start(interval, closed_minute_ms + MINUTE_MS) != start:
                kline = candles.at(interval, start)
                if kline is not None:
                    self.publish(topic, kline_message(self.simulator.feed, symbol, interval, kline, now))
                self._kline_ms[topic] = now
        if now - self._kline_ms.get(topic, 0) >= KLINE_EVERY_MS:
            self._kline_ms[topic] = now
            message = self._forming(interval, symbol, now)
            if message is not None:
                self.publish(topic, message)

    async def play(self) -> None:
        """Plays the market on the wall clock for ever; late steps are made up for at once, never skipped. Only after a
        long sleep of the whole machine does the market's clock go on from where it stopped."""
        simulator = self.simulator
        while True:
            due_ms = simulator.clock.wall_of(simulator.feed.next_ms)
            wait = (due_ms - wall_ms()) / 1000
            if wait < -ASLEEP_S:
                simulator.clock = MarketClock(simulator.clock.speed, wall_ms(), simulator.feed.next_ms)
                continue
            if wait > 0:
                await asyncio.sleep(min(wait, 0.5))
                continue
            now = simulator.now_ms()
            played = simulator.feed.play_step(now)
            self.tell_market(played.trades, played.closed_minute_ms, now)
            self.wake()
            await asyncio.sleep(0)

    # -- private side --------------------------------------------------------------------------------------------

    async def deliver(self) -> None:
        """Delivers accounts' events when they are due, for ever."""
        while True:
            next_due = self._deliver_due()
            timeout = None if next_due is None else max(0.001, (next_due - self.simulator.now_ms()) / 1000)
            self._woken.clear()
            try:
                await asyncio.wait_for(self._woken.wait(), timeout)
            except TimeoutError:
                continue

    def _deliver_due(self) -> int | None:
        world = self.simulator.exchange.world
        now = self.simulator.now_ms()
        listeners: dict[str, list[Connection]] = {}
        for connection in self.connections:
            if connection.uid is not None:
                listeners.setdefault(connection.uid, []).append(connection)
        earliest: int | None = None
        for uid, account in world.accounts.items():
            if account.events.next_due_ms is None:
                continue
            if uid in listeners:
                for event in account.events.take(now):
                    for connection in listeners[uid]:
                        self._tell_account(connection, event.topic, event.created_ms, event.data)
            else:
                account.events.discard(now)
            due = account.events.next_due_ms
            if due is not None and (earliest is None or due < earliest):
                earliest = due
        return earliest

    def _tell_account(self, connection: Connection, topic: str, created_ms: int, data: list[dict[str, Any]]) -> None:
        for name in (topic, f"{topic}.linear"):
            if name in connection.topics:
                seq = self.simulator.exchange.world.next_seq()
                message = {"id": f"{connection.uid}{seq:x}", "topic": name, "creationTime": created_ms, "data": data}
                connection.send(message)
        if topic == "execution" and connection.topics & {"execution.fast", "execution.fast.linear"}:
            fast = self._fast(connection, data)
            if fast:
                connection.send({"topic": "execution.fast", "creationTime": created_ms, "data": fast})

    def _fast(self, connection: Connection, data: list[dict[str, Any]]) -> list[dict[str, Any]]:
        account = self.simulator.exchange.world.accounts[str(connection.uid)]
        wanted = {row["execId"] for row in data if row["execType"] == "Trade"}
        markets = self.simulator.exchange.world.markets
        found = [fill for fill in account.fills[-200:] if fill.exec_id in wanted]
        return [fast_fill_message(fill, markets[fill.symbol].listing.price_scale) for fill in found]
