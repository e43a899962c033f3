"""The control surface under /sim, for tests and demos on this machine only: truth, faults, time, prices."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import fields
from decimal import Decimal, InvalidOperation
from ipaddress import ip_address
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from infra.local.exchange.engine.faults import CALL_KINDS, Fault
from infra.local.exchange.http.acts import ACTS, UnknownTarget, act
from infra.local.exchange.http.connections import Connections
from infra.local.exchange.http.truth import account_truth
from infra.local.exchange.market_clock import wall_ms
from infra.local.exchange.simulator import Simulator
from infra.local.exchange.ws.hub import Hub

Handler = Callable[[dict[str, Any]], Any]
_FAULT_FIELDS = frozenset(item.name for item in fields(Fault))


class Control:
    """Answers /sim requests; everything is JSON in and out."""

    def __init__(self, simulator: Simulator, hub: Hub, connections: Connections) -> None:
        self._simulator = simulator
        self._hub = hub
        self._connections = connections
        self._routes: dict[tuple[str, str], Handler] = {
            ("GET", "clock"): self._clock,
            ("GET", "health"): self._health,
            ("POST", "accounts"): self._account,
            ("POST", "faults"): self._install,
            ("GET", "faults"): self._faults,
            ("DELETE", "faults"): self._clear,
            ("POST", "outage"): self._outage,
            ("POST", "speed"): self._speed,
            ("POST", "price"): self._price,
        }

    async def handle(self, request: Request) -> Response:
        """One request from this machine; others get 403, nonsense 400 with what was wrong."""
        if request.client is not None and not ip_address(request.client.host).is_loopback:
            return Response(status_code=403)
        self._simulator.sync()
        name = request.path_params["name"]
        if request.method == "GET" and name.startswith("accounts/"):
            account = self._simulator.exchange.world.accounts.get(name.removeprefix("accounts/"))
            if account is None:
                return _json({"error": "no such account"}, 404)
            return _json(account_truth(self._simulator.exchange.world, account))
        handler = self._routes.get((request.method, name))
        if handler is None:
            return _json({"error": "no such route"}, 404)
        body = await request.body()
        try:
            answer = handler(orjson.loads(body) if body else {})
        except (KeyError, TypeError, ValueError, InvalidOperation, UnknownTarget) as error:
            return _json({"error": f"{type(error).__name__}: {error}"}, 400)
        self._hub.wake()
        return _json(answer)

    def _clock(self, body: dict[str, Any]) -> dict[str, Any]:
        clock, now = self._simulator.clock, wall_ms()
        return {
            "wall_ms": now,
            "market_ms": clock.market_ms(now),
            "speed": clock.speed,
            "anchor_wall_ms": clock.anchor_wall_ms,
            "anchor_market_ms": clock.anchor_market_ms,
        }

    def _health(self, body: dict[str, Any]) -> dict[str, Any]:
        simulator = self._simulator
        return {
            "status": "ok",
            "profile": simulator.options.profile,
            "symbols": list(simulator.exchange.world.markets),
            "connections": len(self._hub.connections),
            "behind_ms": max(0, int(wall_ms() - simulator.clock.wall_of(simulator.feed.next_ms))),
        }

    def _account(self, body: dict[str, Any]) -> dict[str, Any]:
        account = self._simulator.account(body)
        return {
            "uid": account.uid,
            "api_key": account.api_key,
            "secret": account.secret,
            "usdt": f"{account.wallet:f}",
            "permissions": account.permissions,
        }

    def _install(self, body: dict[str, Any]) -> dict[str, Any]:
        """One fault, or a script: ``{"script": [fault, …]}``."""
        for item in body.get("script", [body]):
            self._install_one(item)
        return self._faults({})

    def _install_one(self, body: dict[str, Any]) -> None:
        kind = str(body["kind"])
        if kind == "storm":
            self._simulator.faults.storm(int(body["seed"]), float(body.get("probability", 0.05)))
        elif kind in CALL_KINDS:
            self._simulator.faults.install(Fault(**{k: v for k, v in body.items() if k in _FAULT_FIELDS}))
        elif kind in ACTS:
            act(self._simulator, self._hub, self._connections, kind, body)
            self._simulator.faults.happened[kind] += 1
        else:
            raise ValueError(f"unknown kind {kind}; known: {sorted(CALL_KINDS | ACTS.keys() | {'storm'})}")

    def _faults(self, body: dict[str, Any]) -> dict[str, Any]:
        plan = self._simulator.faults
        shown = [{item.name: getattr(fault, item.name) for item in fields(fault)} for fault in plan.faults]
        return {"faults": shown, "happened": dict(plan.happened)}

    def _clear(self, body: dict[str, Any]) -> dict[str, Any]:
        simulator = self._simulator
        simulator.faults.clear()
        simulator.limiter.pardon()
        simulator.skew_ms = 0
        for account in simulator.exchange.world.accounts.values():
            account.events.duplicate = account.events.reorder = 0.0
            account.events.held_until_ms = 0
        for market in simulator.exchange.world.markets.values():
            market.depth_factor, market.reduce_only, market.truncate_qty = Decimal(1), False, False
            market.funding_fixed = False
            market.listing = market.listing.with_status("Trading")
        return self._faults({})

    def _outage(self, body: dict[str, Any]) -> dict[str, Any]:
        seconds = float(body["seconds"])
        loop = asyncio.get_running_loop()
        loop.call_later(0.05, self._connections.outage, seconds)
        return {"seconds": seconds}

    def _speed(self, body: dict[str, Any]) -> dict[str, Any]:
        speed = float(body["speed"])
        if not 0.1 <= speed <= 600:
            raise ValueError("speed must be between 0.1 and 600")
        simulator = self._simulator
        simulator.clock.set_speed(speed, wall_ms())
        simulator.feed.set_steps(simulator.clock.steps)
        return self._clock({})

    def _price(self, body: dict[str, Any]) -> dict[str, Any]:
        simulator = self._simulator
        symbol = str(body["symbol"])
        marks = [Decimal(str(body[name])) if body.get(name) else None for name in ("mark", "index")]
        now = simulator.now_ms()
        trade = simulator.feed.push_price(symbol, Decimal(str(body["price"])), now, marks[0], marks[1])
        self._hub.tell_market([trade], None, now)
        return {"symbol": symbol, "price": f"{trade.price:f}"}


def _json(data: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(data), status_code=status, media_type="application/json")
