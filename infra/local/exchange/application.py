"""The ASGI application: REST, streams and control on one port."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute

from infra.local.exchange.http.connections import Connections
from infra.local.exchange.http.control import Control
from infra.local.exchange.http.gateway import Gateway
from infra.local.exchange.simulator import Simulator
from infra.local.exchange.ws.hub import Hub
from infra.local.exchange.ws.streams import Streams

VERBS = ["GET", "POST", "PUT", "DELETE", "PATCH"]


def application(simulator: Simulator, connections: Connections) -> Starlette:
    """Wires the parts; the market plays while the application lives and the state is saved when it ends."""
    hub = Hub(simulator)
    gateway, control, streams = (
        Gateway(simulator, hub, connections),
        Control(simulator, hub, connections),
        Streams(hub),
    )

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(hub.play()), asyncio.create_task(hub.deliver())]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            simulator.save()

    return Starlette(
        routes=[
            Route("/v5/{path:path}", gateway.handle, methods=VERBS),
            Route("/sim/{name:path}", control.handle, methods=VERBS),
            WebSocketRoute("/v5/public/linear", streams.public),
            WebSocketRoute("/mainnet/v5/public/linear", streams.mainnet_public),
            WebSocketRoute("/v5/private", streams.private),
            WebSocketRoute("/v5/public/misc/status", streams.status),
        ],
        lifespan=lifespan,
    )
