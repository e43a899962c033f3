"""What an account holds, read over REST: complete or not at all.

Every function raises ExchangeUnavailable when any part could not be read, and ExchangeRefused when the exchange said
no for good. An empty answer is returned only when the exchange said "none".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import TypeVar

from chalicelib.adapters.bybit.endpoints import Endpoint
from chalicelib.adapters.bybit.facts import (
    closed_pnl_fact,
    execution_fact,
    order_fact,
    order_from_executions,
    position_fact,
    wallet_fact,
)
from chalicelib.adapters.bybit.fields import MalformedPayload, Row, rows, text
from chalicelib.adapters.bybit.session import BybitSession
from chalicelib.domain.exchange.retcodes import Policy
from chalicelib.domain.runtime.facts import (
    ClosedPnlFact,
    ExecutionFact,
    OrderFact,
    PositionFact,
    WalletFact,
)
from chalicelib.domain.workspace.exchange_key import KeyInfo, moves_money
from chalicelib.ports import ExchangeRefused, ExchangeUnavailable

PAGE_LIMIT = 1_000
WINDOW_MS = 7 * 86_400_000
_LINEAR = {"category": "linear"}
_Fact = TypeVar("_Fact")


class AccountReads:
    """The reads of one session."""

    def __init__(self, session: BybitSession, now_ms: Callable[[], int]) -> None:
        """``now_ms`` is the exchange's time: windows end at it."""
        self._session = session
        self._now_ms = now_ms

    def open_orders(self, symbol: str | None) -> tuple[OrderFact, ...]:
        """Open orders with their conditional ones and stops, newest first."""
        return self._all(Endpoint.OPEN_ORDERS, {**_scope(symbol), "openOnly": "0"}, 50, order_fact)

    def order(self, symbol: str, order_link_id: str) -> OrderFact | None:
        """The order with this id: realtime, then history, then executions. None: all three said that it is absent."""
        query = {**_LINEAR, "symbol": symbol, "orderLinkId": order_link_id}
        for endpoint in (Endpoint.OPEN_ORDERS, Endpoint.ORDER_HISTORY):
            found = [order for order in self._all(endpoint, query, 50, order_fact) if _is(order, order_link_id)]
            if found:
                return max(found, key=lambda order: (order.updated_ms, order.cum_exec_qty, order.status.terminal))
        raw = [row for row in self._rows(Endpoint.EXECUTIONS, query, 100) if text(row, "orderLinkId") == order_link_id]
        fills = tuple(fact for fact in _facts(_oldest_first(raw), execution_fact) if fact.exec_type.changes_size)
        return _parse(lambda: order_from_executions(fills, raw)) if fills else None

    def positions(self, symbol: str | None) -> tuple[PositionFact, ...]:
        """All rows of a symbol, also when flat, or the positions with a size of all USDT perpetuals."""
        return self._all(Endpoint.POSITIONS, _scope(symbol), 200, position_fact)

    def one_way_position(self, symbol: str) -> PositionFact:
        """The symbol's only position. Raises ExchangeRefused (MODE_CONFLICT) when the symbol is in hedge mode."""
        found = self.positions(symbol)
        if any(position.position_idx for position in found):
            raise ExchangeRefused(0, Policy.MODE_CONFLICT.value, f"{symbol} is in hedge mode; one-way mode is needed")
        if len(found) != 1:
            raise ExchangeUnavailable(f"position/list gave {len(found)} rows for {symbol}, not one")
        return found[0]

    def executions(self, symbol: str, since_ms: int) -> tuple[ExecutionFact, ...]:
        """Executions since a time, oldest first, once each."""
        raw: list[Row] = []
        for window in self._windows(since_ms):
            raw += self._rows(Endpoint.EXECUTIONS, {**_LINEAR, "symbol": symbol, **window}, 100)
        return tuple({fact.exec_id: fact for fact in _facts(_oldest_first(raw), execution_fact)}.values())

    def closed_pnl(self, symbol: str | None, since_ms: int) -> tuple[ClosedPnlFact, ...]:
        """Closed PnL rows since a time, oldest first."""
        scope = {**_LINEAR, "symbol": symbol} if symbol else dict(_LINEAR)
        found: list[ClosedPnlFact] = []
        for window in self._windows(since_ms, always_closed=True):
            found += self._all(Endpoint.CLOSED_PNL, {**scope, **window}, 100, closed_pnl_fact)
        return tuple(sorted(found, key=lambda row: (row.created_ms, row.order_id)))

    def order_history(self, symbol: str, since_ms: int) -> tuple[OrderFact, ...]:
        """Orders made since a time, oldest first, once each: the closed ones, and those still open."""
        found: list[OrderFact] = [order for order in self.open_orders(symbol) if order.created_ms >= since_ms]
        for window in self._windows(since_ms, always_closed=True):
            found += self._all(Endpoint.ORDER_HISTORY, {**_LINEAR, "symbol": symbol, **window}, 50, order_fact)
        # Closed after the first reading: the later record counts.
        once = {order.order_id: order for order in found}
        return tuple(sorted(once.values(), key=lambda order: (order.created_ms, order.order_id)))

    def wallet(self, margin_mode: str) -> WalletFact:
        """The USDT of the unified account in the given margin mode."""
        result = self._session.get(Endpoint.WALLET, {"accountType": "UNIFIED", "coin": "USDT"})
        return _parse(lambda: wallet_fact(result, margin_mode))

    def margin_mode(self) -> str:
        """``ISOLATED_MARGIN``, ``REGULAR_MARGIN`` (cross) or ``PORTFOLIO_MARGIN``."""
        result = self._session.get(Endpoint.ACCOUNT_INFO, {})
        mode = text(result, "marginMode")
        if not mode:
            raise ExchangeUnavailable("account/info names no margin mode")
        return mode

    def key_info(self, margin_mode: str) -> KeyInfo:
        """What the key may do."""
        result = self._session.get(Endpoint.KEY_INFO, {})
        return _parse(lambda: _key_info(result, margin_mode))

    def _all(
        self, endpoint: Endpoint, params: Mapping[str, str], limit: int, read: Callable[[Row], _Fact]
    ) -> tuple[_Fact, ...]:
        return tuple(_facts(self._rows(endpoint, params, limit), read))

    def _rows(self, endpoint: Endpoint, params: Mapping[str, str], limit: int) -> list[Row]:
        """All pages. Cursors go back verbatim: they are percent-encoded already, and are signed as they are sent."""
        found: list[Row] = []
        query = {**params, "limit": str(limit)}
        for _ in range(PAGE_LIMIT):
            result = self._session.get(endpoint, query)
            page = _page(result)
            found += page
            cursor = text(result, "nextPageCursor")
            if not cursor or not page:
                return found
            if " " in cursor or "&" in cursor:
                raise ExchangeUnavailable("a page cursor is not percent-encoded")
            query["cursor"] = cursor
        raise ExchangeUnavailable(f"{endpoint.value.path} does not end within {PAGE_LIMIT} pages")

    def _windows(self, since_ms: int, *, always_closed: bool = False) -> Iterator[dict[str, str]]:
        """Windows of at most seven days from ``since_ms`` to now; one open window when that is enough."""
        now = self._now_ms()
        if now - since_ms <= WINDOW_MS and not always_closed:
            yield {"startTime": str(since_ms)}
            return
        start = since_ms
        while start <= now:
            end = min(start + WINDOW_MS, now)
            yield {"startTime": str(start), "endTime": str(end)}
            start = end + 1


def _scope(symbol: str | None) -> dict[str, str]:
    return {**_LINEAR, "symbol": symbol} if symbol else {**_LINEAR, "settleCoin": "USDT"}


def _is(order: OrderFact, order_link_id: str) -> bool:
    return order.order_link_id == order_link_id


def _oldest_first(raw: list[Row]) -> list[Row]:
    """The exchange's order reversed, equal times by execId, orderId and leavesQty (section 5.3)."""
    return sorted(raw, key=lambda row: tuple(text(row, key) for key in ("execTime", "execId", "orderId", "leavesQty")))


def _facts(raw: list[Row], read: Callable[[Row], _Fact]) -> list[_Fact]:
    return _parse(lambda: [read(row) for row in raw])


def _page(result: Row) -> list[Row]:
    return _parse(lambda: rows(result))


def _parse(read: Callable[[], _Fact]) -> _Fact:
    try:
        return read()
    except MalformedPayload as error:
        raise ExchangeUnavailable(f"the answer cannot be read: {error}") from error


def _key_info(result: Row, margin_mode: str) -> KeyInfo:
    permissions = result.get("permissions")
    if not isinstance(permissions, dict):
        raise MalformedPayload("permissions is missing")
    scopes = tuple(sorted(f"{group}.{name}" for group, names in permissions.items() for name in names or ()))
    read_only = result.get("readOnly") != 0
    addresses = [address for address in result.get("ips") or () if address != "*"]
    return KeyInfo(
        uid=text(result, "userID"),
        read_only=read_only,
        can_trade=not read_only and _CONTRACTS.issubset(scopes),
        can_withdraw=any(moves_money(scope) for scope in scopes),
        ip_bound=bool(addresses),
        expires_ms=_expiry_ms(text(result, "expiredAt")),
        margin_mode=margin_mode,
        scopes=scopes,
    )


_CONTRACTS = {"ContractTrade.Order", "ContractTrade.Position"}


def _expiry_ms(raw: str) -> int | None:
    """The expiry; the epoch's own first second is how the exchange writes "never"."""
    if not raw:
        return None
    try:
        moment = datetime.fromisoformat(raw.replace("Z", "+00:00"))
    except ValueError as error:
        raise MalformedPayload("expiredAt is not a time") from error
    return int(moment.timestamp() * 1000) or None
