"""One origin for the browser: the page, the API behind /api/v1 and the WebSocket behind /ws, as a CDN gives on AWS; and
the mailbox, which is the local cloud's alone."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx
import uvicorn
import websockets
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from infra.local.mailbox import Mailbox, mailbox_routes
from infra.local.ports import HOST, NAME
from infra.package import PROJECT

HOP_BY_HOP: Final = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
METHODS: Final = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
# The page's headers are kept beside the page, where its browser tests and the CDN's policy find them too.
PAGE_HEADERS: Final[dict[str, str]] = json.loads((PROJECT / "frontend" / "security-headers.json").read_text())

# Pages with an address of their own; every other address is the app's.
PAGES: Final = {"docs": "docs.html", "docs/": "docs.html"}


@dataclass(frozen=True, slots=True)
class Origins:
    """What stands behind the one origin: the API's base address, the WebSocket API's, the folder of the built page."""

    api: str
    websocket: str
    page: Path


def web_app(origins: Origins, mailbox: Mailbox) -> Starlette:
    """The ASGI application of the proxy."""
    client = httpx.AsyncClient(timeout=httpx.Timeout(60, connect=5), limits=httpx.Limits(max_connections=100))

    async def api(request: Request) -> Response:
        headers = [(name, value) for name, value in request.headers.raw if _travels(name)]
        headers.append((b"x-forwarded-for", (request.client.host if request.client else HOST).encode()))
        # As it was sent: what the browser has escaped stays escaped.
        url = httpx.URL(origins.api + request.scope["raw_path"].decode("ascii"), query=request.scope["query_string"])
        try:
            answer = await client.request(request.method, url, headers=headers, content=await request.body())
        except httpx.HTTPError:
            return PlainTextResponse("the local AWS does not answer", status_code=502, headers=PAGE_HEADERS)
        response = Response(answer.content, status_code=answer.status_code)
        response.raw_headers = [
            (name, value)
            for name, value in answer.headers.raw
            if name.lower().decode() not in HOP_BY_HOP | {"content-length", "content-encoding", "date"}
        ]
        response.raw_headers.append((b"content-length", str(len(answer.content)).encode()))
        return response

    async def socket(browser: WebSocket) -> None:
        query = f"?{browser.url.query}" if browser.url.query else ""
        try:
            backend = await websockets.connect(origins.websocket + query, open_timeout=30, max_size=2**20)
        except (OSError, TimeoutError, websockets.WebSocketException):
            await browser.close(1008)  # before accept: the handshake is refused
            return
        await browser.accept()
        async with backend:
            await _relay(browser, backend)

    async def page(request: Request) -> Response:
        if request.url.hostname == HOST:
            # The same place by another name, but another origin: the page's WebSocket would be foreign to its policy.
            return RedirectResponse(request.url.replace(hostname=NAME), headers=PAGE_HEADERS)
        root = origins.page.resolve()
        wanted = (root / PAGES.get(request.path_params["path"], request.path_params["path"])).resolve()
        if wanted.is_file() and wanted.is_relative_to(root):
            immutable = wanted.is_relative_to(root / "assets")
            caching = "public, max-age=31536000, immutable" if immutable else "no-cache"
            return FileResponse(wanted, headers={**PAGE_HEADERS, "cache-control": caching})
        if not (root / "index.html").is_file():
            sentence = "the page is not built: run `make run` with Node 20 or later"
            return PlainTextResponse(sentence, status_code=503, headers=PAGE_HEADERS)
        return FileResponse(root / "index.html", headers={**PAGE_HEADERS, "cache-control": "no-cache"})

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with client:
            yield

    return Starlette(
        routes=[
            Route("/api/{path:path}", api, methods=METHODS),
            WebSocketRoute("/ws", socket),
            *mailbox_routes(mailbox),
            Route("/{path:path}", page, methods=["GET", "HEAD"]),
        ],
        middleware=[Middleware(_LocalHostsOnly)],
        lifespan=lifespan,
    )


class _LocalHostsOnly:
    """Refuses requests for other host names: a page elsewhere must not reach this machine by DNS rebinding."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            host = dict(scope["headers"]).get(b"host", b"").decode("latin-1").rsplit(":", 1)[0]
            if host not in (NAME, HOST):
                await _refuse(scope, receive, send)
                return
        await self._app(scope, receive, send)


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        close: Message = {"type": "websocket.close", "code": 1008}
        await send(close)
        return
    await PlainTextResponse(f"this is the local cloud: use http://{NAME}", status_code=421)(scope, receive, send)


def _travels(name: bytes) -> bool:
    # Whom a request comes from is what this proxy sees, never what the client says.
    said = {"x-forwarded-for", "forwarded", "x-real-ip"}
    return name.lower().decode() not in HOP_BY_HOP | said | {"host", "content-length", "accept-encoding"}


async def _relay(browser: WebSocket, backend: websockets.ClientConnection) -> None:
    """Passes messages both ways until one side closes."""

    async def upstream() -> None:
        with contextlib.suppress(WebSocketDisconnect, websockets.ConnectionClosed):
            while True:
                await backend.send(await browser.receive_text())

    async def downstream() -> None:
        with contextlib.suppress(WebSocketDisconnect, websockets.ConnectionClosed, RuntimeError):
            async for message in backend:
                await browser.send_text(message if isinstance(message, str) else message.decode())
            await browser.close(1001)

    tasks = [asyncio.create_task(upstream()), asyncio.create_task(downstream())]
    _, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


class WebProxy:
    """The proxy as a thread of the supervisor: one process less to pay memory for."""

    def __init__(self, origins: Origins, mailbox: Mailbox, port: int) -> None:
        app = web_app(origins, mailbox)
        config = uvicorn.Config(
            app, host=HOST, port=port, log_level="warning", access_log=False, timeout_graceful_shutdown=2
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, name="web-proxy", daemon=True)

    def start(self) -> None:
        """Starts it and returns when it listens. Raises RuntimeError when it does not within 10 s."""
        self._thread.start()
        end = time.monotonic() + 10
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > end:
                raise RuntimeError("the web proxy did not start")
            time.sleep(0.02)

    def is_alive(self) -> bool:
        """Whether it still serves."""
        return self._thread.is_alive()

    def stop(self) -> None:
        """Closes its connections and stops it."""
        self._server.should_exit = True
        self._thread.join(5)
