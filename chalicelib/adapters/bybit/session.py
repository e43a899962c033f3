"""One call to the private REST API: governed, stamped, sent once, classified. Policies of repeating live here alone.

A GET is tried up to three times. A POST is repeated only after an answer that proves that nothing was created (CLOCK,
BACKOFF), with the same body, hence the same orderLinkId (C-02, C-04).

Importing this module loads pybit: only the execution function does.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, Protocol

import requests
from pybit.exceptions import FailedRequestError
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NameResolutionError, NewConnectionError

from chalicelib.adapters.bybit.endpoints import Endpoint
from chalicelib.adapters.bybit.governor import Priority, RequestGovernor
from chalicelib.adapters.bybit.signed_http import TIMEOUT_SECONDS, HttpStatusError, SignedHttp
from chalicelib.domain.exchange.retcodes import Policy, classify
from chalicelib.ports import Clock, ExchangeRefused, ExchangeUnavailable

_LOG = logging.getLogger(__name__)
_READ_TRIES = 3
# Connecting and reading at their slowest.
_CALL_MS = round(sum(TIMEOUT_SECONDS) * 1000)
_REFUSALS_REPEATED = 2
_PAUSES_SECONDS = (0.2, 0.6)
# What a read may be asked again after: the answer never came, or it was refused for load or for its time stamp.
_READ_AGAIN = frozenset({Policy.AMBIGUOUS, Policy.BACKOFF, Policy.CLOCK})
_REFUSED_FOR_NOW = frozenset({Policy.BACKOFF, Policy.CLOCK})


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, or what stands for it when none came. ``sent`` is False when our own rules held the request back."""

    policy: Policy
    code: int
    message: str
    result: Mapping[str, Any] = field(default_factory=dict)
    sent: bool = True

    @property
    def ok(self) -> bool:
        """Whether the exchange did, or already had, what was asked."""
        return self.policy in {Policy.OK, Policy.OK_UNCHANGED}


class Stamps(Protocol):
    """What a session needs of the server's clock."""

    def ensure_measured(self) -> None:
        """Makes sure that the offset is known and recent."""

    def forget(self) -> None:
        """The last stamp was refused."""


class BybitSession:
    """The private REST API for one user and one call of the execution function."""

    def __init__(
        self,
        *,
        http: SignedHttp,
        connection: str,
        governor: RequestGovernor,
        clock: Clock,
        stamps: Stamps,
        deadline_ms: int,
        jitter: Callable[[], float],
    ) -> None:
        """``deadline_ms`` ends all waiting and repeating; ``jitter`` gives 0 to 1."""
        self._http = http
        self._connection = connection
        self._governor = governor
        self._clock = clock
        self._stamps = stamps
        self._deadline_ms = deadline_ms
        self._jitter = jitter

    def post(
        self, endpoint: Endpoint, params: Mapping[str, Any], priority: Priority, not_after_ms: int | None = None
    ) -> Reply:
        """Sends a request that changes something, once; again only after a refusal that proves it did nothing.

        Nothing leaves after ``not_after_ms`` (our clock), however long the waiting and the repeating took, nor so late
        that its answer would come after the call's deadline.
        """
        last = self._deadline_ms - _CALL_MS
        latest = last if not_after_ms is None else min(last, not_after_ms)
        reply = self._send(endpoint, params, priority, latest)
        for repeat in range(_REFUSALS_REPEATED):
            if not reply.sent or reply.policy not in _REFUSED_FOR_NOW or not self._pause(repeat):
                break
            again = self._send(endpoint, params, priority, latest)
            if not again.sent:
                break
            reply = again
        return reply

    def get(self, endpoint: Endpoint, params: Mapping[str, Any]) -> Mapping[str, Any]:
        """The ``result`` of a read. Raises ExchangeUnavailable or ExchangeRefused."""
        for attempt in range(_READ_TRIES):
            reply = self._send(endpoint, params, Priority.READ, self._deadline_ms)
            if reply.ok:
                return reply.result
            if reply.policy not in _READ_AGAIN:
                break
            if attempt == _READ_TRIES - 1 or not reply.sent or not self._pause(attempt):
                break
        if reply.policy in {*_READ_AGAIN, Policy.IP_BAN, Policy.UNKNOWN_CODE}:
            raise ExchangeUnavailable(f"{endpoint.value.path}: {reply.code} {reply.policy} {reply.message}")
        raise ExchangeRefused(reply.code, reply.policy.value, reply.message)

    def _send(self, endpoint: Endpoint, params: Mapping[str, Any], priority: Priority, latest_ms: int) -> Reply:
        if self._governor.banned():
            return Reply(Policy.IP_BAN, 403, "the exchange has shut out this address for ten minutes", sent=False)
        if endpoint.value.signed:
            try:
                self._stamps.ensure_measured()
            except ExchangeUnavailable as error:
                # Without the server's time a stamp is a guess; nothing has been sent.
                return Reply(Policy.CLOCK, 0, f"the exchange's time is unknown: {error}", sent=False)
        while wait := self._governor.wait_ms(self._connection, endpoint, priority):
            if self._clock.now_ms() + wait > latest_ms:
                return Reply(Policy.BACKOFF, 0, f"held back by our own limit for {wait} ms more", sent=False)
            self._clock.sleep(wait / 1000)
        if endpoint.value.changes and self._clock.now_ms() > latest_ms:
            return Reply(Policy.BACKOFF, 0, "too late to be sent", sent=False)
        started = perf_counter()
        reply, headers = self._exchange(endpoint, params)
        self._learn(endpoint, reply, headers)
        # A run looks at its account each minute: a plain reading that went well is no news.
        write = _LOG.info if endpoint.value.changes or "orderLinkId" in params or not reply.ok else _LOG.debug
        write(
            "bybit call",
            extra={
                "endpoint": endpoint.value.path,
                "orderLinkId": params.get("orderLinkId", ""),
                "retCode": reply.code,
                "policy": reply.policy.value,
                "latencyMs": round((perf_counter() - started) * 1000, 1),
                "limitLeft": headers.get("X-Bapi-Limit-Status", ""),
                "traceId": headers.get("Traceid", ""),
            },
        )
        return reply

    def _exchange(self, endpoint: Endpoint, params: Mapping[str, Any]) -> tuple[Reply, Mapping[str, str]]:
        try:
            envelope, _, headers = getattr(self._http, endpoint.value.method)(**params)
        except HttpStatusError as error:
            policy = classify(error.status, None, error.text)
            return Reply(policy, error.status, f"HTTP {error.status}"), error.headers
        except FailedRequestError:
            # Its text carries the request: keep the fact alone. Raised for a body that was not JSON (P-04).
            return Reply(Policy.AMBIGUOUS, 0, "the answer was not JSON"), {}
        except requests.ConnectionError as error:
            if _never_connected(error):
                return self._unsent(endpoint, "the exchange cannot be reached"), {}
            return Reply(Policy.AMBIGUOUS, 0, f"no answer: {type(error).__name__}"), {}
        except requests.RequestException as error:
            return Reply(Policy.AMBIGUOUS, 0, f"no answer: {type(error).__name__}"), {}
        code = envelope.get("retCode") if isinstance(envelope, dict) else None
        if not isinstance(code, int):
            return Reply(Policy.AMBIGUOUS, 0, "the answer has no retCode"), headers
        # Behind this word the exchange repeats what was signed, the key among it.
        message = str(envelope.get("retMsg") or "").partition("origin_string")[0].strip()
        result = envelope.get("result")
        return Reply(classify(200, code, message), code, message, result if isinstance(result, dict) else {}), headers

    @staticmethod
    def _unsent(endpoint: Endpoint, message: str) -> Reply:
        # No connection, no request: for a POST this is as definite as a refusal for load, and may be repeated.
        return Reply(Policy.BACKOFF if endpoint.value.changes else Policy.AMBIGUOUS, 0, message)

    def _learn(self, endpoint: Endpoint, reply: Reply, headers: Mapping[str, str]) -> None:
        self._governor.observe(self._connection, endpoint, headers)
        if reply.policy is Policy.BACKOFF:
            self._governor.refused(self._connection, endpoint, headers)
        elif reply.policy is Policy.IP_BAN:
            self._governor.ban()
        elif reply.policy is Policy.CLOCK:
            self._stamps.forget()

    def _pause(self, repeat: int) -> bool:
        """Waits before a repeat; False when there is no time left for one."""
        pause = _PAUSES_SECONDS[min(repeat, len(_PAUSES_SECONDS) - 1)] * (0.5 + self._jitter())
        if self._clock.now_ms() + pause * 1000 >= self._deadline_ms:
            return False
        self._clock.sleep(pause)
        return True


def _never_connected(error: Exception) -> bool:
    """Whether the failure was in connecting, before a byte of the request could leave."""
    cause = error.args[0] if error.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else cause
    return isinstance(reason, ConnectTimeoutError | NewConnectionError | NameResolutionError)
