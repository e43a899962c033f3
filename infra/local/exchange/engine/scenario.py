"""Scenarios: a market's timeline, what users do, and what must then be true, as data (S-13).

A scenario is JSON: ``{"seed", "usdt", "start": {"BTCUSDT": "60000"}, "settings": {…}, "steps": [step, …]}``. Time goes
on by ``ms`` (1000 unless said) before each step; what a step may hold, in the order in which it is done:

* ``price``: ``{"BTCUSDT": "60100"}`` or ``{"BTCUSDT": {"last": …, "mark": …, "index": …, "volume": …}}``;
* ``market_ms``: the market's time jumps by so much (funding);
* ``call``: ``["POST", "/v5/order/create", {…}]``; ``code``: the retCode it must answer (0 unless said);
* ``depth``: ``{"BTCUSDT": "0.01"}`` thins the book;
* ``expect``: a list of ``[["GET", path, params], {"list.0.size": "0.010", …}]``: dotted paths into the result;
* ``events``: how many messages of each topic have arrived since the last such step, e.g. ``{"execution": 1}``.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from infra.local.exchange.engine.account import Account
from infra.local.exchange.engine.exchange import Exchange
from infra.local.exchange.engine.symbol_market import Tick
from infra.local.exchange.engine.world import Settings

UID = "1001"
START_MS = 1_700_000_000_000
BASE = {"category": "linear", "symbol": "BTCUSDT", "positionIdx": 0}


class ScenarioFailed(Exception):
    """A step found something else than the scenario says; the text names the step and both values."""


class Scenario:
    """Plays one scenario; the same data and seed always give the same run."""

    def __init__(self, data: dict[str, Any]) -> None:
        prices = {symbol: Decimal(price) for symbol, price in data.get("start", {"BTCUSDT": "60000"}).items()}
        settings = Settings(event_delay_ms=(0, 0))
        for name, value in data.get("settings", {}).items():
            setattr(settings, name, value)
        self._steps: list[dict[str, Any]] = data["steps"]
        self.exchange = Exchange(
            seed=int(data.get("seed", 1)), symbols=tuple(prices), prices=prices, now_ms=START_MS, settings=settings
        )
        self.account: Account = self.exchange.add_account(UID, usdt=Decimal(str(data.get("usdt", "10000"))))

    def play(self) -> Exchange:
        """Plays all steps and returns the exchange as it is then. Raises ScenarioFailed at the first difference."""
        for number, step in enumerate(self._steps, 1):
            self._time(step)
            if "call" in step:
                self._call(number, step)
            for query, wanted in step.get("expect", []):
                self._expect(number, query, wanted)
            if "events" in step:
                self._events(number, step["events"])
        return self.exchange

    def _time(self, step: dict[str, Any]) -> None:
        world = self.exchange.world
        for symbol, factor in step.get("depth", {}).items():
            world.markets[symbol].depth_factor = Decimal(factor)
        market_ms = world.market_ms + int(step.get("market_ms", step.get("ms", 1000)))
        prices = {symbol: _tick(price) for symbol, price in step.get("price", {}).items()}
        self.exchange.advance(world.now_ms + int(step.get("ms", 1000)), prices, market_ms=market_ms)

    def _call(self, number: int, step: dict[str, Any]) -> None:
        method, path, params = step["call"]
        reply = self.exchange.call(self.account, method, path, {**BASE, **params})
        wanted = int(step.get("code", 0))
        if reply.ret_code != wanted:
            raise ScenarioFailed(f"step {number}: {path} answered {reply.ret_code} {reply.ret_msg}, not {wanted}")

    def _expect(self, number: int, query: list[Any], wanted: dict[str, Any]) -> None:
        method, path, params = query
        result = self.exchange.call(self.account, method, path, {**BASE, **params}).result
        for place, value in wanted.items():
            found = _look(result, place)
            if found != value:
                raise ScenarioFailed(f"step {number}: {path} {place} is {found!r}, not {value!r}")

    def _events(self, number: int, wanted: dict[str, int]) -> None:
        counts: dict[str, int] = {}
        for event in self.exchange.drain_events(UID):
            counts[event.topic] = counts.get(event.topic, 0) + 1
        for topic, count in wanted.items():
            if counts.get(topic, 0) != count:
                raise ScenarioFailed(f"step {number}: {counts.get(topic, 0)} {topic} messages, not {count}")


def _tick(price: str | dict[str, str]) -> Tick:
    if isinstance(price, str):
        return Tick(Decimal(price))
    return Tick(**{name: Decimal(value) for name, value in price.items()})


def _look(result: Any, place: str) -> Any:
    """The value at a dotted path; ``list.#`` is the list's length; None when there is nothing."""
    for part in place.split("."):
        if part == "#":
            result = len(result)
        elif isinstance(result, list):
            result = result[int(part)] if int(part) < len(result) else None
        else:
            result = result.get(part) if isinstance(result, dict) else None
    return result
