"""What the exchange itself does to a simulated run: it lags, restarts, closes the symbol, takes positions away.

Everything is drawn from a generator of its own, so that the faults of network and process go on as they would without.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from chalicelib.adapters.bybit.endpoints import Endpoint
from chalicelib.adapters.bybit.session import Reply
from chalicelib.domain.exchange.retcodes import Policy
from infra.local.exchange.engine import Account, Exchange
from infra.local.exchange.engine.funding import charge
from infra.local.exchange.engine.liquidation import deleverage, liquidate
from tests.simulation.scenario import SYMBOL

STALE_MS = 2_000


@dataclass(frozen=True)
class TroubleRates:
    """Chances in 0..1: for each request (slow, refused for its clock), each read (stale), each order (accepted late),
    each second (restart, shut out, symbol closed; while a position is held: funding, ADL, liquidation)."""

    slow: float = 0.0
    clock_refused: float = 0.0
    stale_read: float = 0.0
    late_acceptance: float = 0.0
    restart: float = 0.0
    ip_ban: float = 0.0
    symbol_closed: float = 0.0
    funding: float = 0.0
    adl: float = 0.0
    liquidation: float = 0.0


CALM = TroubleRates()


def trouble_rates_of(seed: int) -> TroubleRates:
    """A mixture for one seed: most kinds are off."""
    random = Random(f"exchange {seed}")

    def chance(most: float, share: float = 0.15) -> float:
        return random.uniform(0, most) if random.random() < share else 0.0

    return TroubleRates(
        slow=chance(0.2),
        clock_refused=chance(0.1),
        stale_read=chance(0.3),
        late_acceptance=chance(0.5),
        restart=chance(0.01),
        ip_ban=chance(0.005),
        symbol_closed=chance(0.005),
        funding=chance(0.03),
        adl=chance(0.01, 0.1),
        liquidation=chance(0.005, 0.1),
    )


@dataclass
class Troubles:
    """The exchange's own misfortunes of one run; ``seen`` counts them."""

    engine: Exchange
    account: Account
    rates: TroubleRates
    seed: int
    seen: Counter[str]
    banned_until_ms: int = 0
    closed_until_ms: int = 0
    stream_cut: bool = False
    _told: dict[str, tuple[int, Mapping[str, Any]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._random = Random(f"troubles {self.seed}")

    def each_second(self, now: int) -> None:
        """What happens at the exchange in this second."""
        if self._draws("restart", self.rates.restart):
            self.account.realtime_from_ms = now
            self.stream_cut = True
        if now >= self.banned_until_ms and self._draws("ip_ban", self.rates.ip_ban):
            self.banned_until_ms = now + self._random.choice((5_000, 20_000))
        market = self.engine.world.markets[SYMBOL]
        if self.closed_until_ms and now >= self.closed_until_ms:
            self.closed_until_ms, market.listing = 0, market.listing.with_status("Trading")
        elif not self.closed_until_ms and self._draws("symbol_closed", self.rates.symbol_closed):
            self.closed_until_ms, market.listing = now + 15_000, market.listing.with_status("Closed")
        self._to_the_position()

    def _to_the_position(self) -> None:
        world, position = self.engine.world, self.account.position(SYMBOL, 0)
        market = world.markets[SYMBOL]
        if position.size and self._draws("funding", self.rates.funding):
            charge(world, self.account, market, position)
        if position.size and self._draws("adl", self.rates.adl):
            deleverage(world, self.account, position, position.size, market.mark)
        if position.size and self._draws("liquidation", self.rates.liquidation):
            liquidate(world, self.account, position, forced=True)

    def cuts_the_stream(self) -> bool:
        """Whether the private stream has been cut since it was asked last."""
        cut, self.stream_cut = self.stream_cut, False
        return cut

    def refusal(self, now: int) -> Reply | None:
        """What a request is answered before the exchange has looked at it."""
        if now < self.banned_until_ms:
            return Reply(Policy.IP_BAN, 403, "access too frequent")
        if self._draws("clock_refused", self.rates.clock_refused):
            return Reply(
                Policy.CLOCK, 10002, "invalid request, please check your server timestamp or recv_window param"
            )
        return None

    def seconds_of_waiting(self) -> float:
        """How long a request lies at the exchange before it is looked at."""
        return self._random.choice((0.5, 2.0)) if self._draws("slow", self.rates.slow) else 0.0

    def acceptance_delay_ms(self, endpoint: Endpoint) -> int:
        """How late an order that is answered at once begins to exist."""
        if endpoint is Endpoint.CREATE_ORDER and self._draws("late_acceptance", self.rates.late_acceptance):
            return self._random.choice((300, 1_500))
        return 0

    def possibly_stale(self, endpoint: Endpoint, params: Mapping[str, Any], reply: Reply, now: int) -> Reply:
        """A read's answer, or the one that the same read was given up to two seconds ago."""
        if not reply.ok:
            return reply
        key = f"{endpoint.name} {sorted(params.items())}"
        before = self._told.get(key)
        if before is not None and now - before[0] <= STALE_MS and self._draws("stale_read", self.rates.stale_read):
            return Reply(Policy.OK, 0, "OK", before[1])
        self._told[key] = (now, reply.result)
        return reply

    def _draws(self, kind: str, chance: float) -> bool:
        happens = bool(chance) and self._random.random() < chance
        self.seen[kind] += happens
        return happens
