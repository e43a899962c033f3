"""Opens one connection for one call: audit, decrypt, sign, forget (C-10).

What is kept between calls is the TCP connection, the server clock's offset, the rate-limit buckets and the margin
modes: nothing secret. The key and the secret live in the local variables of ``open_connection`` and in the signed
session that it lends out, both gone when the call ends. (Python cannot wipe a string: no reference outlives the call.)
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from chalicelib.adapters.bybit.endpoints import Endpoint
from chalicelib.adapters.bybit.environments import Environment, serves
from chalicelib.adapters.bybit.exchange import Candidate, ConnectionUnusable, Opener, OpenSession, hmac_signer
from chalicelib.adapters.bybit.fields import MalformedPayload, integer
from chalicelib.adapters.bybit.governor import RequestGovernor
from chalicelib.adapters.bybit.server_clock import ServerClock
from chalicelib.adapters.bybit.session import BybitSession
from chalicelib.adapters.bybit.signed_http import SignedHttp
from chalicelib.adapters.bybit.transport import Transport
from chalicelib.domain.exchange.retcodes import Policy
from chalicelib.domain.workspace.connection import SealedSecret
from chalicelib.ports import (
    AuditTrail,
    Clock,
    ConnectionRef,
    ExchangeRefused,
    ExchangeUnavailable,
    NotFound,
    PortError,
    SecretOpener,
)

# Who asks what needs no signature.
_NOBODY = ""


class SealedConnectionRow(Protocol):
    """What opening needs of a connection."""

    @property
    def env(self) -> str:
        """demo, testnet or real."""

    @property
    def sealed(self) -> SealedSecret:
        """The sealed credentials."""

    @property
    def usable(self) -> bool:
        """Whether the key passed its last test."""


class SealedConnections(Protocol):
    """Where sealed connections are kept."""

    def get(self, ref: ConnectionRef) -> SealedConnectionRow:
        """The connection. Raises NotFound, ExchangeUnavailable."""


class AccountOpener:
    """Everything that outlives a call, and ``opener`` for the next one."""

    def __init__(
        self,
        *,
        environment: Environment,
        rest_url: str,
        connections: SealedConnections,
        secrets: SecretOpener,
        audit: AuditTrail,
        governor: RequestGovernor,
        clock: Clock,
        real_trading: bool = False,
    ) -> None:
        """``real_trading``: whether real connections may take new risk here."""
        self._environment = environment
        self._real_trading = real_trading
        self._rest_url = rest_url
        self._connections = connections
        self._secrets = secrets
        self._audit = audit
        self._governor = governor
        self._clock = clock
        self._transport = Transport(clock.now_ms)
        self._server_clock = ServerClock(clock.now_ms, self._server_time_ms)

    @property
    def clock_alarm_ms(self) -> int | None:
        """The measured offset when it is alarming, else None."""
        return self._server_clock.offset_ms if self._server_clock.alarming else None

    def opener(self, purpose: str, caller: str, deadline_ms: int) -> Opener:
        """What ``BybitExchange`` opens connections with; ``purpose`` and ``caller`` go to the audit row."""

        @contextmanager
        def open_connection(
            ref: ConnectionRef, *, exposure: bool = False, candidate: Candidate | None = None
        ) -> Iterator[OpenSession]:
            try:
                row: SealedConnectionRow | Candidate = candidate or self._connections.get(ref)
                if not serves(self._environment, row.env):
                    raise ConnectionUnusable(
                        Policy.CREDENTIALS, f"a {row.env} connection cannot be used in {self._environment.value}"
                    )
                if exposure:
                    self._require_usable(row)
                # The row comes first: a decryption that could not be recorded does not happen.
                self._audit.record(ref.workspace_id, "decrypt", caller, ref.connection_id, purpose)
                credentials = self._secrets.open(ref, row.sealed)
            except NotFound as error:
                raise ConnectionUnusable(Policy.CREDENTIALS, "there is no such exchange connection") from error
            except ExchangeUnavailable:
                raise
            except PortError as error:
                raise ExchangeUnavailable(f"the connection could not be opened: {error}") from error
            http = SignedHttp(
                endpoint=self._rest_url,
                api_key=credentials.api_key,
                secret=credentials.secret,
                stamp_ms=self._server_clock.stamp_ms,
                transport=self._transport.borrow(),
            )
            session = self._session(http, f"{ref.workspace_id}/{ref.connection_id}", deadline_ms)
            try:
                yield OpenSession(
                    session=session,
                    api_key=credentials.api_key,
                    sign=hmac_signer(credentials.secret),
                    server_now_ms=self._server_now_ms,
                )
            finally:
                credentials.forget()

        return open_connection

    def _require_usable(self, row: SealedConnectionRow | Candidate) -> None:
        """Fail closed for new exposure, whatever the caller has checked; exits do not pass here."""
        if isinstance(row, Candidate) or not row.usable:
            raise ConnectionUnusable(Policy.CREDENTIALS, "the exchange connection has not passed its last test")
        if row.env == "real" and not self._real_trading:
            raise ConnectionUnusable(Policy.CREDENTIALS, "real trading is not enabled here")

    def _session(self, http: SignedHttp, connection: str, deadline_ms: int) -> BybitSession:
        return BybitSession(
            http=http,
            connection=connection,
            governor=self._governor,
            clock=self._clock,
            stamps=self._server_clock,
            deadline_ms=deadline_ms,
            jitter=random.random,
        )

    def _server_now_ms(self) -> int:
        """The exchange's time from a recent measurement. Raises ExchangeUnavailable."""
        self._server_clock.ensure_measured()
        return self._server_clock.server_now_ms()

    def _server_time_ms(self) -> int:
        """One unsigned question, tried once: the measurement takes five, and fails closed."""
        http = SignedHttp(
            endpoint=self._rest_url,
            api_key=_NOBODY,
            secret=_NOBODY,
            stamp_ms=self._clock.now_ms,
            transport=self._transport.borrow(),
        )
        session = self._session(http, "", deadline_ms=self._clock.now_ms())
        try:
            return integer(session.get(Endpoint.SERVER_TIME, {}), "timeNano") // 1_000_000
        except (ExchangeRefused, MalformedPayload) as error:
            raise ExchangeUnavailable(f"the exchange does not tell its time: {error}") from error
