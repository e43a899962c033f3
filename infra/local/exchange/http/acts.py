"""Faults and events that happen at once or switch something on: streams, symbols, positions, the exchange itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from infra.local.exchange.engine.account import Account
from infra.local.exchange.engine.funding import charge, next_boundary
from infra.local.exchange.engine.liquidation import close_by_exchange, deleverage, liquidate
from infra.local.exchange.engine.position import Position
from infra.local.exchange.engine.symbol_market import SymbolMarket
from infra.local.exchange.http.connections import Connections
from infra.local.exchange.simulator import Simulator
from infra.local.exchange.ws.connection import Connection
from infra.local.exchange.ws.hub import Hub


class UnknownTarget(Exception):
    """The act names an account, position or symbol that does not exist."""


class Scene:
    """What an act works on: the simulator and the request's body."""

    def __init__(self, simulator: Simulator, hub: Hub, connections: Connections, body: dict[str, Any]) -> None:
        self.simulator, self.hub, self.connections, self.body = simulator, hub, connections, body

    @property
    def market(self) -> SymbolMarket:
        """The market of ``symbol``."""
        found = self.simulator.exchange.world.markets.get(str(self.body.get("symbol")))
        if found is None:
            raise UnknownTarget("symbol")
        return found

    @property
    def account(self) -> Account:
        """The account of ``uid``."""
        found = self.simulator.exchange.world.accounts.get(str(self.body.get("uid")))
        if found is None:
            raise UnknownTarget("uid")
        return found

    @property
    def position(self) -> Position:
        """The account's open position on ``symbol`` (and ``positionIdx``)."""
        position = self.account.position(self.market.symbol, int(self.body.get("positionIdx", 0)))
        if not position.size:
            raise UnknownTarget("position")
        return position

    @property
    def sockets(self) -> list[Connection]:
        """The connections of ``uid`` (private), of ``stream`` = public, or all."""
        uid, stream = self.body.get("uid"), self.body.get("stream")
        found = list(self.hub.connections)
        if uid:
            return [connection for connection in found if connection.uid == str(uid)]
        if stream == "public":
            return [connection for connection in found if connection.uid is None]
        if stream == "private":
            return [connection for connection in found if connection.uid is not None]
        return found

    @property
    def accounts(self) -> list[Account]:
        """The account of ``uid``, or all."""
        return [self.account] if self.body.get("uid") else list(self.simulator.exchange.world.accounts.values())


def _half_open(scene: Scene) -> None:
    for connection in scene.sockets:
        connection.frozen = True
        scene.connections.freeze(connection.address)


def _stall(scene: Scene) -> None:
    for connection in scene.sockets:
        connection.muted = True


def _drop(scene: Scene) -> None:
    for connection in scene.sockets:
        scene.connections.cut(connection.address)


def _duplicate(scene: Scene) -> None:
    for account in scene.accounts:
        account.events.duplicate = float(scene.body.get("probability", 1.0))


def _reorder(scene: Scene) -> None:
    for account in scene.accounts:
        account.events.reorder = float(scene.body.get("probability", 0.5))


def _hold(scene: Scene) -> None:
    for account in scene.accounts:
        account.events.held_until_ms = scene.simulator.now_ms() + int(scene.body["delay_ms"])


def _restart(scene: Scene) -> None:
    """Matching engine restart: sockets drop, books begin again, openOnly=1 forgets (S-11)."""
    now = scene.simulator.now_ms()
    for account in scene.simulator.exchange.world.accounts.values():
        account.realtime_from_ms = now
    scene.hub.books.restart()
    for connection in list(scene.hub.connections):
        scene.connections.cut(connection.address)


def _skew(scene: Scene) -> None:
    scene.simulator.skew_ms = int(scene.body["delay_ms"])


def _symbol_status(scene: Scene) -> None:
    scene.market.listing = scene.market.listing.with_status(str(scene.body.get("status", "Closed")))


def _reduce_only(scene: Scene) -> None:
    scene.market.reduce_only = bool(scene.body.get("on", True))


def _thin(scene: Scene) -> None:
    scene.market.depth_factor = Decimal(str(scene.body.get("factor", "0.001")))


def _truncate(scene: Scene) -> None:
    scene.market.truncate_qty = bool(scene.body.get("on", True))


def _lose_deltas(scene: Scene) -> None:
    scene.hub.books.lose(str(scene.body["topic"]), int(scene.body.get("count", 1)))


def _adl(scene: Scene) -> None:
    position = scene.position
    qty = Decimal(str(scene.body.get("qty", position.size)))
    deleverage(scene.simulator.exchange.world, scene.account, position, qty, scene.market.mark)


def _liquidation(scene: Scene) -> None:
    liquidate(scene.simulator.exchange.world, scene.account, scene.position, forced=True)


def _manual_close(scene: Scene) -> None:
    """The user closes by hand on the site: a fill without our id."""
    position = scene.position
    qty = min(position.size, Decimal(str(scene.body.get("qty", position.size))))
    world, market = scene.simulator.exchange.world, scene.market
    price = market.bid if position.side == "Buy" else market.ask
    close_by_exchange(world, scene.account, position, qty, price, "CreateByClosing", "Trade")


def _untold_close(scene: Scene) -> None:
    """The position is gone, and no execution ever tells why."""
    position, account = scene.position, scene.account
    world = scene.simulator.exchange.world
    close_by_exchange(world, account, position, position.size, scene.market.mark, "CreateByClosing", "Trade")
    account.events.forget(account.fills.pop().exec_id)


def _manual_order(scene: Scene) -> None:
    """The user places an order by hand; ``params`` as in order/create."""
    reply = scene.simulator.exchange.create_order(scene.account, dict(scene.body["params"]))
    if reply.ret_code:
        raise UnknownTarget(f"{reply.ret_code} {reply.ret_msg}")


def _funding(scene: Scene) -> None:
    market, position = scene.market, scene.position
    if "rate" in scene.body:
        market.funding_rate = Decimal(str(scene.body["rate"]))
    charge(scene.simulator.exchange.world, scene.account, market, position)


def _funding_rate(scene: Scene) -> None:
    scene.market.funding_rate = Decimal(str(scene.body["rate"]))
    scene.market.funding_fixed = True


def _system_status(scene: Scene) -> None:
    """Announces maintenance on the stream of system status; ``title``, ``state``, ``begin`` and ``end`` (ms)."""
    scene.hub.announce(
        str(scene.body.get("title", "Maintenance")),
        str(scene.body.get("state", "scheduled")),
        int(scene.body.get("begin", 0)),
        int(scene.body.get("end", 0)),
    )


def _funding_interval(scene: Scene) -> None:
    market = scene.market
    instrument = replace(market.listing.instrument, funding_interval_minutes=int(scene.body["minutes"]))
    market.listing = replace(market.listing, instrument=instrument)
    market.next_funding_ms = next_boundary(market, scene.simulator.exchange.world.market_ms)


def _tier_change(scene: Scene) -> None:
    """Every tier's maintenance margin rate times ``factor``."""
    factor = Decimal(str(scene.body.get("factor", 2)))
    listing = scene.market.listing
    tiers = tuple(replace(tier, mmr=tier.mmr * factor, deduction=tier.deduction * factor) for tier in listing.tiers)
    scene.market.listing = replace(listing, tiers=tiers)


def _corporate_action(scene: Scene) -> None:
    """A split: the position is closed at the mark by an execution of type CorporateAction."""
    position = scene.position
    world = scene.simulator.exchange.world
    close_by_exchange(
        world, scene.account, position, position.size, scene.market.mark, "CreateByAdminClosing", "CorporateAction"
    )


def _ip_ban(scene: Scene) -> None:
    until = scene.simulator.now_ms() + int(scene.body.get("delay_ms", 600_000))
    scene.simulator.limiter.ban(str(scene.body.get("address", "127.0.0.1")), until)


ACTS: dict[str, Callable[[Scene], None]] = {
    "half_open": _half_open,
    "silent_stall": _stall,
    "drop_sockets": _drop,
    "duplicate_events": _duplicate,
    "reorder_events": _reorder,
    "hold_events": _hold,
    "restart": _restart,
    "clock_skew": _skew,
    "symbol_status": _symbol_status,
    "reduce_only_symbol": _reduce_only,
    "thin_book": _thin,
    "truncate_qty": _truncate,
    "lose_deltas": _lose_deltas,
    "adl": _adl,
    "liquidation": _liquidation,
    "manual_close": _manual_close,
    "manual_order": _manual_order,
    "untold_close": _untold_close,
    "funding": _funding,
    "funding_rate": _funding_rate,
    "system_status": _system_status,
    "funding_interval": _funding_interval,
    "tier_change": _tier_change,
    "corporate_action": _corporate_action,
    "ip_ban": _ip_ban,
}


def act(simulator: Simulator, hub: Hub, connections: Connections, kind: str, body: dict[str, Any]) -> None:
    """Performs one act. Raises UnknownTarget when what it names is not there, KeyError when a field is missing."""
    ACTS[kind](Scene(simulator, hub, connections, body))
