"""Public market data over one kept-alive connection.

Not through pybit: a Tick reads candles on every close, and the client that it already has (botocore's urllib3) costs
no import. Reads are tried three times; nothing here spends a user's rate limit.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import urlencode

import urllib3

from chalicelib.adapters.bybit.fields import MalformedPayload, Row, rows, text
from chalicelib.adapters.bybit.governor import IP_BAN_MS
from chalicelib.adapters.bybit.market_records import candle, funding_rate, instrument, ticker, tradable
from chalicelib.domain.exchange.retcodes import Policy, classify
from chalicelib.domain.market.candle import Candle
from chalicelib.domain.market.funding_rate import FundingRate
from chalicelib.domain.market.instrument import Instrument
from chalicelib.domain.market.interval import Interval
from chalicelib.ports import Clock, ExchangeUnavailable, NotFound, Ticker

INSTRUMENTS_TTL_MS = 600_000
_TIMEOUT = urllib3.Timeout(connect=2, read=5)
_TRIES = 3
_PAUSE_SECONDS = 0.2
_PAGES = 50
_CANDLES_A_PAGE = 1_000
_RATES_A_PAGE = 200
_LINEAR = {"category": "linear"}
# How the exchange says that it does not know a symbol: 10001 with a text about it.
_REFUSED = frozenset({Policy.BAD_REQUEST, Policy.INSTRUMENT})
_NO_SYMBOL = ("symbol", "not supported", "params error")
_Row = TypeVar("_Row")
_Answer = TypeVar("_Answer")


class BybitMarketData:
    """Implements ``ports.MarketData``."""

    def __init__(self, rest_url: str, clock: Clock) -> None:
        self._rest_url = rest_url
        self._clock = clock
        self._pool = urllib3.PoolManager(maxsize=2, timeout=_TIMEOUT, retries=False)
        self._instruments: dict[str, tuple[int, Instrument]] = {}
        self._banned_until_ms = 0

    def instrument(self, symbol: str) -> Instrument:
        """The symbol's rules, at most ten minutes old."""
        known = self._instruments.get(symbol)
        if known is not None and self._clock.now_ms() - known[0] < INSTRUMENTS_TTL_MS:
            return known[1]
        found = self._rows("/v5/market/instruments-info", {**_LINEAR, "symbol": symbol})
        if not found:
            raise NotFound(symbol)
        rules = _read(instrument, found[0])
        self._instruments[symbol] = (self._clock.now_ms(), rules)
        return rules

    def instruments(self) -> tuple[Instrument, ...]:
        """All tradable USDT perpetuals by symbol, read afresh, all pages."""
        found: list[Instrument] = []
        query = {**_LINEAR, "limit": "1000"}
        for _ in range(_PAGES):
            result = self._result("/v5/market/instruments-info", query)
            page = _read(rows, result)
            found += [_read(instrument, row) for row in page if tradable(row)]
            cursor = text(result, "nextPageCursor")
            if not cursor or not page:
                break
            query["cursor"] = cursor
        now = self._clock.now_ms()
        self._instruments |= {rules.symbol: (now, rules) for rules in found}
        return tuple(sorted(found, key=lambda rules: rules.symbol))

    def candles(self, symbol: str, interval: Interval, limit: int) -> tuple[Candle, ...]:
        """See ``MarketData.candles``: one request for up to 999 of them."""
        return self.candles_and_forming(symbol, interval, limit)[0]

    def candles_and_forming(
        self, symbol: str, interval: Interval, limit: int
    ) -> tuple[tuple[Candle, ...], Candle | None]:
        """See ``MarketData.candles_and_forming``. One more than wanted is asked for: the newest is still forming."""
        wanted = limit + 1
        found: dict[int, Candle] = {}
        query = {**_LINEAR, "symbol": symbol, "interval": interval.bybit}
        while wanted > len(found):
            size = min(wanted - len(found), _CANDLES_A_PAGE)
            page = [_read(candle, row) for row in self._rows("/v5/market/kline", {**query, "limit": str(size)})]
            found |= {bar.open_time_ms: bar for bar in page}
            if len(page) < size:
                break  # the symbol has no older ones
            query["end"] = str(min(found) - 1)
        now = self._clock.market_now_ms()
        bars = [bar for _, bar in sorted(found.items())]
        closed = [bar for bar in bars if bar.open_time_ms + interval.milliseconds <= now]
        return tuple(closed[-limit:]), bars[-1] if len(bars) > len(closed) else None

    def candles_between(self, symbol: str, interval: Interval, from_ms: int, to_ms: int) -> tuple[Candle, ...]:
        """See ``MarketData.candles_between``: one request."""
        if to_ms - from_ms > _CANDLES_A_PAGE * interval.milliseconds:
            raise ValueError(f"more than {_CANDLES_A_PAGE} candles at a time")
        query = {**_LINEAR, "symbol": symbol, "interval": interval.bybit, "limit": str(_CANDLES_A_PAGE)}
        query |= {"start": str(from_ms), "end": str(to_ms - 1)}
        now = self._clock.market_now_ms()
        page = [_read(candle, row) for row in self._rows("/v5/market/kline", query)]
        closed = [bar for bar in page if from_ms <= bar.open_time_ms < to_ms]
        closed = [bar for bar in closed if bar.open_time_ms + interval.milliseconds <= now]
        return tuple(sorted(closed, key=lambda bar: bar.open_time_ms))

    def funding_between(self, symbol: str, from_ms: int, to_ms: int) -> tuple[FundingRate, ...]:
        """See ``MarketData.funding_between``: pages of 200, the newest first, until one brings nothing older."""
        found: dict[int, FundingRate] = {}
        query = {**_LINEAR, "symbol": symbol, "limit": str(_RATES_A_PAGE), "startTime": str(from_ms)}
        end = to_ms - 1
        for _ in range(_PAGES):
            if end < from_ms:
                break
            page = self._rows("/v5/market/funding/history", {**query, "endTime": str(end)})
            rates = [_read(funding_rate, row) for row in page]
            found |= {one.time_ms: one for one in rates if from_ms <= one.time_ms < to_ms}
            if len(page) < _RATES_A_PAGE:
                break
            end = min(one.time_ms for one in rates) - 1
        else:
            raise ExchangeUnavailable(f"{symbol}: more than {_PAGES} pages of funding")
        return tuple(rate for _, rate in sorted(found.items()))

    def ticker(self, symbol: str) -> Ticker:
        """Current prices."""
        found = self._rows("/v5/market/tickers", {**_LINEAR, "symbol": symbol})
        if not found:
            raise NotFound(symbol)
        return _read(ticker, found[0])

    def _rows(self, path: str, query: Mapping[str, str]) -> list[Any]:
        return _read(rows, self._result(path, query))

    def _result(self, path: str, query: Mapping[str, str]) -> Row:
        if self._clock.now_ms() < self._banned_until_ms:
            raise ExchangeUnavailable(f"{path}: the exchange has shut out this address")
        problem = ""
        for attempt in range(_TRIES):
            if attempt:
                self._clock.sleep(_PAUSE_SECONDS * attempt)
            try:
                policy, problem, result = self._get(path, query)
            except (urllib3.exceptions.HTTPError, ValueError) as error:
                problem = type(error).__name__
                continue
            if policy is Policy.OK:
                return result
            if policy is Policy.IP_BAN:
                self._banned_until_ms = self._clock.now_ms() + IP_BAN_MS
                break
            if policy in {Policy.BAD_REQUEST, Policy.INSTRUMENT} and any(
                part in problem.lower() for part in _NO_SYMBOL
            ):
                raise NotFound(query.get("symbol", path))
        raise ExchangeUnavailable(f"{path}: {problem}")

    def _get(self, path: str, query: Mapping[str, str]) -> tuple[Policy, str, Row]:
        """One request. Raises urllib3's errors and ValueError for what is not JSON."""
        # A cursor is percent-encoded already and goes back verbatim; our own values hold nothing to encode.
        encoded = urlencode({key: value for key, value in query.items() if key != "cursor"})
        if "cursor" in query:
            encoded += f"&cursor={query['cursor']}"
        response = self._pool.request("GET", f"{self._rest_url}{path}?{encoded}")
        if response.status != 200:
            beginning = response.data[:200].decode("utf-8", "replace")
            return classify(response.status, None, beginning), f"HTTP {response.status}", {}
        envelope = json.loads(response.data)
        code = envelope.get("retCode") if isinstance(envelope, dict) else None
        message = str(envelope.get("retMsg")) if isinstance(envelope, dict) else ""
        result = envelope.get("result") if code == 0 else None
        policy = classify(200, code if isinstance(code, int) else None, message)
        return policy, f"{code} {message}", result if isinstance(result, dict) else {}


def _read(reader: Callable[[_Row], _Answer], row: _Row) -> _Answer:
    try:
        return reader(row)
    except MalformedPayload as error:
        raise ExchangeUnavailable(f"the answer cannot be read: {error}") from error
