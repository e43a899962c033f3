"""The product's protections, each switched off by itself: the simulation has to notice.

Each mutation is what the product would do without one of its rules; it lives here, never in the product.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from enum import StrEnum
from typing import Any

from chalicelib.adapters.bybit.endpoints import Endpoint
from chalicelib.adapters.bybit.session import Reply
from chalicelib.domain.exchange.retcodes import Policy
from chalicelib.domain.runtime.orders import OrderRequest, Outcome
from chalicelib.ports import ConnectionRef


class Mutation(StrEnum):
    """What is switched off."""

    NONE = ""
    UNKNOWN_IS_REFUSED = "a lost answer counts as a refusal (C-04)"
    FAILED_READ_IS_EMPTY = "a failed query counts as nothing there (C-22)"
    STOPS_NOT_SENT = "stops are neither sent nor verified (C-18)"
    FRESH_IDS = "every attempt has an id of its own (C-02)"
    NO_FENCE = "the fence is not checked"
    NO_SEND_DEADLINE = "a stalled sender may send at any time"
    EXECUTIONS_NOT_FETCHED = "executions come from the stream alone (C-25)"
    EXECUTIONS_NOT_DEDUPED = "executions are booked as often as they are told (C-27)"
    STEPS_MAY_OPEN = "steps of a ladder are not reduce-only (C-19)"
    SAFETY_WITHOUT_STOP = "safety orders carry no stop (C-18)"
    SAFETY_DOUBLED = "safety orders are twice their size"
    HALTS_NOT_WRITTEN = "an unexplained size blocks nobody (C-24)"
    ORPHANS_KEPT = "cancels are taken for done (C-26)"
    SIGNALS_ACCEPTED_AGAIN = "a repeated outside signal is accepted anew (8b)"


class Mutator:
    """Distorts what passes between the adapter and the engine."""

    def __init__(self, mutation: Mutation) -> None:
        self.mutation = mutation
        self._sent = 0

    def request(self, endpoint: Endpoint, params: Mapping[str, Any]) -> dict[str, Any] | None:
        """What is sent instead; None when nothing is."""
        changed = dict(params)
        if self.mutation is Mutation.STOPS_NOT_SENT:
            if endpoint is Endpoint.TRADING_STOP:
                return None
            for name in ("stopLoss", "takeProfit", "slTriggerBy", "tpTriggerBy", "tpslMode"):
                changed.pop(name, None)
        if endpoint is Endpoint.CREATE_ORDER and changed["orderType"] == "Limit":
            self._ladder_order(changed)
        if self.mutation is Mutation.FRESH_IDS and endpoint is Endpoint.CREATE_ORDER:
            self._sent += 1
            changed["orderLinkId"] = f"{changed['orderLinkId'][:30]}-{self._sent}"
        if self.mutation is Mutation.ORPHANS_KEPT and endpoint is Endpoint.CANCEL_ORDER:
            return None
        return changed

    def _ladder_order(self, changed: dict[str, Any]) -> None:
        if self.mutation is Mutation.STEPS_MAY_OPEN:
            changed["reduceOnly"] = False
        if "-s" not in changed["orderLinkId"]:
            return
        if self.mutation is Mutation.SAFETY_WITHOUT_STOP:
            for name in ("stopLoss", "slTriggerBy"):
                changed.pop(name, None)
        if self.mutation is Mutation.SAFETY_DOUBLED:
            changed["qty"] = str(2 * Decimal(changed["qty"]))

    def reply(self, method: str, endpoint: Endpoint, reply: Reply) -> Reply:
        """What the adapter gets instead."""
        if self.mutation is Mutation.UNKNOWN_IS_REFUSED and method == "POST" and reply.policy is Policy.AMBIGUOUS:
            return Reply(Policy.PRICE_SIZE, 10001, "taken for a refusal")
        if self.mutation is Mutation.FAILED_READ_IS_EMPTY and method == "GET" and not reply.ok:
            return Reply(Policy.OK, 0, "OK", _EMPTY.get(endpoint, {"list": []}))
        if self.mutation is Mutation.STOPS_NOT_SENT and endpoint is Endpoint.POSITIONS and reply.ok:
            rows = [{**row, "stopLoss": "1", "takeProfit": "999999"} for row in reply.result["list"]]
            return replace(reply, result={**reply.result, "list": rows})
        if self.mutation is Mutation.EXECUTIONS_NOT_FETCHED and endpoint is Endpoint.EXECUTIONS and reply.ok:
            return replace(reply, result={**reply.result, "list": []})
        return reply

    def exchange(self, exchange: Any) -> Any:
        """The adapter itself, distorted."""
        return _Undated(exchange) if self.mutation is Mutation.NO_SEND_DEADLINE else exchange


_EMPTY: dict[Endpoint, dict[str, Any]] = {
    Endpoint.POSITIONS: {
        "list": [{"symbol": "BTCUSDT", "side": "", "size": "0", "avgPrice": "0", "positionIdx": 0, "seq": -1}]
    },
    Endpoint.WALLET: {
        "list": [
            {
                "totalEquity": "10000",
                "totalAvailableBalance": "10000",
                "coin": [{"coin": "USDT", "equity": "10000", "walletBalance": "10000"}],
            }
        ]
    },
    Endpoint.ACCOUNT_INFO: {"marginMode": "REGULAR_MARGIN"},
}


class _Undated:
    """Sends orders whenever, however long ago they were decided."""

    def __init__(self, exchange: Any) -> None:
        self._exchange = exchange

    def place_order(self, ref: ConnectionRef, order: OrderRequest) -> Outcome:
        outcome: Outcome = self._exchange.place_order(ref, replace(order, send_before_ms=None))
        return outcome

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method: Callable[..., Any] = getattr(self._exchange, name)
        return method
