"""The ``Exchange`` port over Bybit's private REST API. It runs in the execution function, where alone secrets open."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol, TypeVar

from chalicelib.adapters.bybit.account_reads import AccountReads
from chalicelib.adapters.bybit.endpoints import Endpoint
from chalicelib.adapters.bybit.governor import Priority
from chalicelib.adapters.bybit.margin_modes import MarginModes
from chalicelib.adapters.bybit.session import BybitSession, Reply
from chalicelib.domain.exchange.outcomes import denied, outcome_of
from chalicelib.domain.exchange.retcodes import Policy
from chalicelib.domain.runtime.facts import (
    AccountSnapshot,
    ClosedPnlFact,
    ExecutionFact,
    OrderFact,
    PositionFact,
    WalletFact,
)
from chalicelib.domain.runtime.orders import ORDER_LINK_ID, AmendRequest, OrderRequest, Outcome, ProtectionRequest
from chalicelib.domain.workspace.connection import SealedSecret
from chalicelib.domain.workspace.exchange_key import KeyInfo
from chalicelib.ports import (
    Clock,
    ConnectionRef,
    ExchangeRefused,
    ExchangeUnavailable,
    StreamSignature,
)

STREAM_LOGIN_MS = 10_000
_CANCEL_ALL_MOST = 500
_CANCEL_ALL_ROUNDS = 10
_Answer = TypeVar("_Answer")


class ConnectionUnusable(Exception):
    """The connection cannot be used at all: deleted, of another environment, its secret cannot be opened."""

    def __init__(self, policy: Policy, message: str) -> None:
        super().__init__(message)
        self.policy, self.message = policy, message


@dataclass(frozen=True, slots=True)
class OpenSession:
    """An opened connection. ``sign`` signs a text with the secret; the secret itself is not handed out.

    ``server_now_ms`` is the exchange's time; it raises ExchangeUnavailable when that cannot be measured.
    """

    session: BybitSession
    api_key: str = field(repr=False)
    sign: Callable[[bytes], str]
    server_now_ms: Callable[[], int]


@dataclass(frozen=True, slots=True)
class Candidate:
    """Credentials that are not stored: sealed for the connection, said to be of ``env``."""

    env: str
    sealed: SealedSecret


class Opener(Protocol):
    """Opens a connection for one call."""

    def __call__(
        self, ref: ConnectionRef, *, exposure: bool = False, candidate: Candidate | None = None
    ) -> AbstractContextManager[OpenSession]:
        """The session. ``exposure``: for taking new risk, which only a connection that passed its last test may.

        ``candidate`` is opened in place of what is stored. Raises ConnectionUnusable, ExchangeUnavailable.
        """


def hmac_signer(secret: str) -> Callable[[bytes], str]:
    """Signs with HMAC-SHA256 in lower-case hexadecimal (section 3)."""
    return lambda message: hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


class BybitExchange:
    """Implements ``ports.Exchange``; ``opener`` gives the session of one call and forgets the secret afterwards."""

    def __init__(self, opener: Opener, clock: Clock, margin_modes: MarginModes) -> None:
        self._open = opener
        self._clock = clock
        self._margin_modes = margin_modes

    def place_order(self, ref: ConnectionRef, order: OrderRequest) -> Outcome:
        """Sends one order, once. The acknowledgement carries the exchange's id and says nothing of fills (C-03)."""
        if not ORDER_LINK_ID.fullmatch(order.order_link_id):
            return denied(Policy.BAD_REQUEST, f"{order.order_link_id!r} is not an order link id")
        if order.send_before_ms is not None and self._clock.now_ms() > order.send_before_ms:
            return denied(Policy.BACKOFF, "too late to send: the order may have been given up meanwhile")
        priority = Priority.EXIT if order.reduce_only else Priority.ENTRY
        return self._change(
            ref,
            lambda session: session.post(Endpoint.CREATE_ORDER, order_body(order), priority, order.send_before_ms),
            exposure=not order.reduce_only,
        )

    def amend_order(self, ref: ConnectionRef, amendment: AmendRequest) -> Outcome:
        """Changes a resting order; what it has become is for the order's record to say (C-26)."""
        body = amend_body(amendment)
        moves_order = amendment.qty is not None or amendment.price is not None
        priority = Priority.ENTRY if moves_order else Priority.PROTECTION
        return self._change(
            ref, lambda session: session.post(Endpoint.AMEND_ORDER, body, priority, amendment.send_before_ms)
        )

    def cancel_order(self, ref: ConnectionRef, symbol: str, order_link_id: str) -> Outcome:
        """Asks for a cancel; whether it came in time is for the order's record to say (C-26)."""
        body = {"category": "linear", "symbol": symbol, "orderLinkId": order_link_id}
        return self._change(ref, lambda session: session.post(Endpoint.CANCEL_ORDER, body, Priority.CANCEL))

    def cancel_all(self, ref: ConnectionRef, symbol: str, *, including_stops: bool) -> Outcome:
        """Cancels the symbol's active orders, and its stops only when ``including_stops`` (C-20).

        The exchange takes 500 at a time, chosen at random when there are more, hence the rounds.
        """
        body = {"category": "linear", "symbol": symbol}
        if not including_stops:
            body["orderFilter"] = "Order"

        def until_empty(session: BybitSession) -> Reply:
            for _ in range(_CANCEL_ALL_ROUNDS):
                reply = session.post(Endpoint.CANCEL_ALL, body, Priority.CANCEL)
                if not reply.ok or len(reply.result.get("list") or ()) < _CANCEL_ALL_MOST:
                    return reply
            return Reply(Policy.RE_READ, 0, "orders are left after ten rounds of cancel-all")

        return self._change(ref, until_empty)

    def set_protection(self, ref: ConnectionRef, protection: ProtectionRequest) -> Outcome:
        """Sets the position's stop by mark price and target by last price; no target means that one is removed."""
        body = {
            "category": "linear",
            "symbol": protection.symbol,
            "tpslMode": "Full",
            "positionIdx": 0,
            "stopLoss": plain(protection.stop_loss),
            "slTriggerBy": "MarkPrice",
            "takeProfit": plain(protection.take_profit or Decimal(0)),
            "tpTriggerBy": "LastPrice",
        }
        return self._change(ref, lambda session: session.post(Endpoint.TRADING_STOP, body, Priority.PROTECTION))

    def set_leverage(self, ref: ConnectionRef, symbol: str, leverage: Decimal) -> Outcome:
        """Sets the leverage of both sides."""
        value = plain(leverage)
        body = {"category": "linear", "symbol": symbol, "buyLeverage": value, "sellLeverage": value}
        return self._change(
            ref, lambda session: session.post(Endpoint.SET_LEVERAGE, body, Priority.ENTRY), exposure=True
        )

    def order(self, ref: ConnectionRef, symbol: str, order_link_id: str) -> OrderFact | None:
        """The order with this id; None when realtime, history and executions all say that there is none."""
        return self._read(ref, lambda opened, reads: reads.order(symbol, order_link_id))

    def snapshot(self, ref: ConnectionRef, symbol: str, executions_since_ms: int) -> AccountSnapshot:
        """Orders, then the position, then executions: what moved the position is then surely among them."""

        def read(opened: OpenSession, reads: AccountReads) -> AccountSnapshot:
            taken_ms = self._clock.now_ms()
            orders = reads.open_orders(symbol)
            position = reads.one_way_position(symbol)
            executions = reads.executions(symbol, executions_since_ms)
            wallet = reads.wallet(self._margin_modes.of(ref, reads.margin_mode))
            return AccountSnapshot(orders, position, executions, wallet, taken_ms)

        return self._read(ref, read)

    def open_orders(self, ref: ConnectionRef, symbol: str | None) -> tuple[OrderFact, ...]:
        """Open orders of one symbol or of all USDT perpetuals."""
        return self._read(ref, lambda opened, reads: reads.open_orders(symbol))

    def positions(self, ref: ConnectionRef, symbol: str | None) -> tuple[PositionFact, ...]:
        """All rows of one symbol, or the positions with a size."""
        return self._read(ref, lambda opened, reads: reads.positions(symbol))

    def executions(self, ref: ConnectionRef, symbol: str, since_ms: int) -> tuple[ExecutionFact, ...]:
        """Executions since a time, oldest first."""
        return self._read(ref, lambda opened, reads: reads.executions(symbol, since_ms))

    def closed_pnl(self, ref: ConnectionRef, symbol: str | None, since_ms: int) -> tuple[ClosedPnlFact, ...]:
        """Closed PnL since a time, oldest first."""
        return self._read(ref, lambda opened, reads: reads.closed_pnl(symbol, since_ms))

    def order_history(self, ref: ConnectionRef, symbol: str, since_ms: int) -> tuple[OrderFact, ...]:
        """Orders made since a time, closed and open, oldest first."""
        return self._read(ref, lambda opened, reads: reads.order_history(symbol, since_ms))

    def wallet(self, ref: ConnectionRef) -> WalletFact:
        """The account's USDT."""
        return self._read(ref, lambda opened, reads: reads.wallet(self._margin_modes.of(ref, reads.margin_mode)))

    def key_info(self, ref: ConnectionRef) -> KeyInfo:
        """The key's permissions and the account's margin mode, both read afresh."""

        def read(opened: OpenSession, reads: AccountReads) -> KeyInfo:
            self._margin_modes.forget(ref)
            return reads.key_info(self._margin_modes.of(ref, reads.margin_mode))

        return self._read(ref, read)

    def check_key(self, ref: ConnectionRef, env: str, sealed: SealedSecret) -> KeyInfo:
        """What a key may do that is not stored yet, and its account's margin mode."""
        try:
            with self._open(ref, candidate=Candidate(env, sealed)) as opened:
                reads = AccountReads(opened.session, opened.server_now_ms)
                return reads.key_info(reads.margin_mode())
        except ConnectionUnusable as error:
            raise ExchangeRefused(0, error.policy.value, error.message) from error

    def sign_stream(self, ref: ConnectionRef) -> StreamSignature:
        """A login for one private stream, good for ten seconds (P-11)."""

        def read(opened: OpenSession, reads: AccountReads) -> StreamSignature:
            expires = opened.server_now_ms() + STREAM_LOGIN_MS
            return StreamSignature(opened.api_key, expires, opened.sign(f"GET/realtime{expires}".encode()))

        return self._read(ref, read)

    def _change(self, ref: ConnectionRef, send: Callable[[BybitSession], Reply], *, exposure: bool = False) -> Outcome:
        try:
            with self._open(ref, exposure=exposure) as opened:
                reply = send(opened.session)
        except ConnectionUnusable as error:
            return denied(error.policy, error.message)
        except ExchangeUnavailable as error:
            # The secret could not be opened just now: nothing was sent.
            return denied(Policy.BACKOFF, str(error))
        if not reply.sent:
            return denied(reply.policy, reply.message)
        order_id = str(reply.result.get("orderId") or "")
        return outcome_of(reply.policy, code=reply.code, message=reply.message, order_id=order_id)

    def _read(self, ref: ConnectionRef, read: Callable[[OpenSession, AccountReads], _Answer]) -> _Answer:
        try:
            with self._open(ref) as opened:
                return read(opened, AccountReads(opened.session, opened.server_now_ms))
        except ConnectionUnusable as error:
            raise ExchangeRefused(0, error.policy.value, error.message) from error


def order_body(order: OrderRequest) -> Mapping[str, Any]:
    """The body of order/create: strings only (P-08), one-way mode, stops by mark price, targets by last price."""
    body: dict[str, Any] = {
        "category": "linear",
        "symbol": order.symbol,
        "side": order.side.value,
        "orderType": order.order_type,
        "qty": plain(order.qty),
        "positionIdx": 0,
        "orderLinkId": order.order_link_id,
        "reduceOnly": order.reduce_only,
    }
    if order.price is not None:
        body["price"] = plain(order.price)
    if order.time_in_force is not None:
        body["timeInForce"] = order.time_in_force
    if order.close_on_trigger:
        body["closeOnTrigger"] = True
    if order.reduce_only:
        body["smpType"] = "CancelMaker"
    if order.stop_loss is not None:
        body |= {"stopLoss": plain(order.stop_loss), "slTriggerBy": "MarkPrice"}
    if order.take_profit is not None:
        body |= {"takeProfit": plain(order.take_profit), "tpTriggerBy": "LastPrice"}
    if order.stop_loss is not None or order.take_profit is not None:
        body["tpslMode"] = "Full"
    elif order.slippage_bps is not None and order.order_type == "Market":
        # The exchange takes a tolerance on market orders without TP and SL only; the others have its own band.
        percent = Decimal(order.slippage_bps) / 100
        body |= {"slippageToleranceType": "Percent", "slippageTolerance": f"{percent:.2f}"}
    return body


def amend_body(amendment: AmendRequest) -> Mapping[str, Any]:
    """The body of order/amend: what is left out stays as it is."""
    body: dict[str, Any] = {
        "category": "linear",
        "symbol": amendment.symbol,
        "orderLinkId": amendment.order_link_id,
    }
    if amendment.qty is not None:
        body["qty"] = plain(amendment.qty)
    if amendment.price is not None:
        body["price"] = plain(amendment.price)
    if amendment.stop_loss is not None:
        body |= {"stopLoss": plain(amendment.stop_loss), "slTriggerBy": "MarkPrice"}
    if amendment.take_profit is not None:
        body |= {"takeProfit": plain(amendment.take_profit), "tpTriggerBy": "LastPrice"}
    if amendment.stop_loss is not None or amendment.take_profit is not None:
        body["tpslMode"] = "Full"
    return body


def plain(value: Decimal) -> str:
    """The number in plain digits: the exchange knows no exponents."""
    return format(value, "f")
