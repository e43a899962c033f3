"""The exchange adapter over the engine: everything but the socket is the product's own code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from random import Random
from typing import Any

from chalicelib.adapters.bybit.endpoints import Endpoint
from chalicelib.adapters.bybit.exchange import BybitExchange, Candidate, OpenSession
from chalicelib.adapters.bybit.governor import Priority
from chalicelib.adapters.bybit.margin_modes import MarginModes
from chalicelib.adapters.bybit.session import Reply
from chalicelib.domain.exchange.retcodes import Policy, classify
from chalicelib.ports import ConnectionRef, ExchangeRefused, ExchangeUnavailable
from infra.local.exchange.engine import Account, Exchange
from tests.fakes.virtual_clock import VirtualClock
from tests.simulation.exchange_troubles import CALM as NO_TROUBLE
from tests.simulation.exchange_troubles import Troubles
from tests.simulation.faults import FaultRates
from tests.simulation.mutations import Mutator


class EngineSession:
    """What the adapter sends through, straight into the engine, with the network's faults drawn from a seed."""

    def __init__(
        self,
        engine: Exchange,
        account: Account,
        clock: VirtualClock,
        rates: FaultRates,
        random: Random,
        seen: Counter[str],
        mutator: Mutator,
        troubles: Troubles | None = None,
    ) -> None:
        self._engine = engine
        self._account = account
        self._clock = clock
        self._rates = rates
        self._random = random
        self._seen = seen
        self._mutator = mutator
        self._troubles = troubles or Troubles(engine, account, NO_TROUBLE, 0, seen)
        self.down_until_ms = 0
        self.untold: set[str] = set()
        """Executions that the exchange never tells of."""

    def post(
        self, endpoint: Endpoint, params: Mapping[str, Any], priority: Priority, not_after_ms: int | None = None
    ) -> Reply:
        changed = self._mutator.request(endpoint, params)
        if changed is None:
            return Reply(Policy.OK, 0, "OK")
        return self._mutator.reply("POST", endpoint, self._send("POST", endpoint, changed))

    def get(self, endpoint: Endpoint, params: Mapping[str, Any]) -> Mapping[str, Any]:
        read = self._troubles.possibly_stale(endpoint, params, self._send("GET", endpoint, params), self._clock.now)
        reply = self._mutator.reply("GET", endpoint, read)
        if reply.ok:
            return reply.result
        if reply.policy in (Policy.AMBIGUOUS, Policy.BACKOFF, Policy.CLOCK, Policy.IP_BAN):
            raise ExchangeUnavailable(f"{endpoint.name}: {reply.message}")
        raise ExchangeRefused(reply.code, reply.policy.value, reply.message)

    def _send(self, method: str, endpoint: Endpoint, params: Mapping[str, Any]) -> Reply:
        self._clock.sleep(self._random.choice((0.005, 0.01, 0.03)))
        if self._clock.now < self.down_until_ms:
            return Reply(Policy.AMBIGUOUS, 0, "connection refused")
        fault = self._draw(method)
        if fault == "lost_request":
            self._clock.sleep(1.0)
            return Reply(Policy.AMBIGUOUS, 0, "timeout")
        if fault == "server_error":
            return Reply(Policy.AMBIGUOUS, 10016, "Server error.")
        if fault == "rate_limit":
            return Reply(Policy.BACKOFF, 10006, "Too many visits!")
        refusal = self._troubles.refusal(self._clock.now)
        if refusal is not None:
            return refusal
        self._clock.sleep(self._troubles.seconds_of_waiting())
        reply = self._call(method, endpoint, params)
        if fault == "lost_reply":
            self._clock.sleep(1.0)
            return Reply(Policy.AMBIGUOUS, 0, "timeout after acceptance")
        result = self._told(reply.result) if endpoint is Endpoint.EXECUTIONS else reply.result
        return Reply(classify(200, reply.ret_code, reply.ret_msg), reply.ret_code, reply.ret_msg, result)

    def _call(self, method: str, endpoint: Endpoint, params: Mapping[str, Any]) -> Any:
        settings = self._engine.world.settings
        settings.acceptance_delay_ms = self._troubles.acceptance_delay_ms(endpoint)
        reply = self._engine.call(self._account, method, endpoint.value.path, dict(params))
        settings.acceptance_delay_ms = 0
        return reply

    def _told(self, result: Mapping[str, Any]) -> Mapping[str, Any]:
        if not self.untold or "list" not in result:
            return result
        return {**result, "list": [row for row in result["list"] if row["execId"] not in self.untold]}

    def _draw(self, method: str) -> str:
        chances = self._rates.write if method == "POST" else self._rates.read
        for kind, chance in chances.items():
            if chance and self._random.random() < chance:
                self._seen[kind] += 1
                return kind
        return ""


def exchange_over(session: EngineSession, clock: VirtualClock) -> BybitExchange:
    """The product's exchange adapter on an engine session."""

    @contextmanager
    def opener(
        ref: ConnectionRef, *, exposure: bool = False, candidate: Candidate | None = None
    ) -> Iterator[OpenSession]:
        yield OpenSession(session, "KEY", lambda message: "", clock.now_ms)  # type: ignore[arg-type]  # same two methods

    return BybitExchange(opener, clock, MarginModes(clock.now_ms))
