"""The WebSocket endpoints: requests (auth, subscribe, unsubscribe, ping) and their replies."""

from __future__ import annotations

import asyncio
import contextlib
import re
from typing import Any

import orjson
from starlette.responses import Response
from starlette.websockets import WebSocket, WebSocketDisconnect

from infra.local.exchange.engine import Refusal
from infra.local.exchange.http.auth import authenticate_stream
from infra.local.exchange.ws.connection import Connection
from infra.local.exchange.ws.hub import IDLE_MS, PRIVATE_TOPICS, STATUS_TOPIC, Hub

_ACTIVE = re.compile(r"(\d+)([sm])\Z")
ARGS_LIMIT = 21_000


class Streams:
    """Serves /v5/public/linear, /v5/private, /v5/public/misc/status, and mainnet's public stream under /mainnet."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    async def public(self, socket: WebSocket) -> None:
        """The public stream; demo's own host has none."""
        options = self._hub.simulator.options
        if options.profile == "demo" and options.strict_hosts:
            await socket.send_denial_response(Response(status_code=404))
            return
        await self._serve(socket, private=False)

    async def mainnet_public(self, socket: WebSocket) -> None:
        """The public stream of mainnet's own host, which demo traders listen to: there in every profile."""
        await self._serve(socket, private=False)

    async def private(self, socket: WebSocket) -> None:
        """The private stream."""
        await self._serve(socket, private=True)

    async def status(self, socket: WebSocket) -> None:
        """The stream of system status: a host path of its own with one topic."""
        await self._serve(socket, private=False, known=frozenset({STATUS_TOPIC}))

    async def _serve(self, socket: WebSocket, *, private: bool, known: frozenset[str] | None = None) -> None:
        """``known`` are the topics of a stream that has not those of the market."""
        await socket.accept()
        connection = Connection(socket, self._hub.simulator.now_ms(), known)
        deadline_ms = max_active_ms(socket.query_params.get("max_active_time", "")) if private else None
        writer = asyncio.create_task(connection.write())
        reader = asyncio.create_task(self._read(connection, private=private))
        guard = asyncio.create_task(self._guard(connection, deadline_ms))
        self._hub.connections.add(connection)
        try:
            await asyncio.wait({writer, reader}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._hub.ended(connection)
            for task in (writer, reader, guard):
                task.cancel()
            with contextlib.suppress(RuntimeError, WebSocketDisconnect):
                await socket.close()

    async def _guard(self, connection: Connection, deadline_ms: int | None) -> None:
        """Cuts a connection that has been idle for ten minutes, or (checked every 30 s) older than it asked to be."""
        while True:
            await asyncio.sleep(30 if deadline_ms is None else 5)
            now = self._hub.simulator.now_ms()
            if is_over(now, connection.opened_ms, connection.heard_ms, deadline_ms):
                connection.close()
                return

    async def _read(self, connection: Connection, *, private: bool) -> None:
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            while True:
                text = await connection.socket.receive_text()
                connection.heard_ms = self._hub.simulator.now_ms()
                if not connection.frozen:
                    self._request(connection, text, private=private)

    def _request(self, connection: Connection, text: str, *, private: bool) -> None:
        try:
            request: Any = orjson.loads(text)
        except orjson.JSONDecodeError:
            request = None
        if not isinstance(request, dict):
            _reply(connection, {}, success=False, text="Params Error")
            return
        op = request.get("op")
        if op == "ping":
            self._pong(connection, request, private=private)
        elif op == "auth" and private:
            self._auth(connection, request)
        elif op in ("subscribe", "unsubscribe"):
            args = request.get("args")
            if not isinstance(args, list) or not args or len(text) > ARGS_LIMIT:
                _reply(connection, request, success=False, text="Params Error")
            elif op == "unsubscribe":
                connection.topics.difference_update(str(topic) for topic in args)
                _reply(connection, request, success=True)
            elif private:
                self._subscribe_private(connection, request, [str(topic) for topic in args])
            else:
                self._subscribe_public(connection, request, [str(topic) for topic in args])
        else:
            _reply(connection, request, success=False, text=f"error:request invalid,op:{op}")

    def _pong(self, connection: Connection, request: dict[str, Any], *, private: bool) -> None:
        req_id = request.get("req_id")
        message: dict[str, Any]
        if private:
            message = {"op": "pong", "args": [str(self._hub.simulator.now_ms())], "conn_id": connection.conn_id}
        else:
            message = {"success": True, "ret_msg": "pong", "conn_id": connection.conn_id, "op": "ping"}
        if req_id is not None:
            message["req_id"] = req_id
        elif not private:
            message["req_id"] = ""
        connection.send(message, control=True)

    def _auth(self, connection: Connection, request: dict[str, Any]) -> None:
        simulator = self._hub.simulator
        simulator.sync()
        try:
            account = authenticate_stream(simulator.exchange.world, request.get("args"), simulator.options.profile)
        except Refusal as refusal:
            _reply(connection, request, success=False, text=refusal.text)
            connection.close()
            return
        connection.uid = account.uid
        account.events.discard(simulator.exchange.world.now_ms)
        _reply(connection, request, success=True)

    def _subscribe_private(self, connection: Connection, request: dict[str, Any], topics: list[str]) -> None:
        if connection.uid is None:
            _reply(connection, request, success=False, text=f"error:topic:{topics[0]} needs auth first")
            return
        plain = [topic for topic in topics if topic in PRIVATE_TOPICS]
        for topic in topics:
            base = topic.removesuffix(".linear").removesuffix(".inverse").removesuffix(".spot").removesuffix(".option")
            known = topic in PRIVATE_TOPICS or (base in PRIVATE_TOPICS and base != "wallet")
            if not known or f"{topic}.linear" in plain or (topic != base and base in plain):
                _reply(connection, request, success=False, text=f"error:handler not found,topic:{topic}")
                return
            if topic in connection.topics:
                _reply(connection, request, success=False, text=f"error:already subscribed,topic:{topic}")
                return
        connection.topics.update(topics)
        if connection.keeps_orders:
            self._hub.subscribed_to_dcp(connection.uid)
        _reply(connection, request, success=True)

    def _subscribe_public(self, connection: Connection, request: dict[str, Any], topics: list[str]) -> None:
        for topic in topics:
            if not self._exists(connection, topic):
                _reply(connection, request, success=False, text=f"error:handler not found,topic:{topic}")
                return
            if topic in connection.topics:
                _reply(connection, request, success=False, text=f"error:already subscribed,topic:{topic}")
                return
        _reply(connection, request, success=True)
        for topic in topics:
            if connection.known is None:
                self._hub.welcome(connection, topic)
            connection.topics.add(topic)

    def _exists(self, connection: Connection, topic: str) -> bool:
        if connection.known is not None:
            return topic in connection.known
        return self._hub.public_topic_exists(topic)


def _reply(connection: Connection, request: dict[str, Any], *, success: bool, text: str = "") -> None:
    message = {"success": success, "ret_msg": text, "op": request.get("op", ""), "conn_id": connection.conn_id}
    if request.get("req_id") is not None:
        message["req_id"] = request["req_id"]
    connection.send(message, control=True)


def is_over(now_ms: int, opened_ms: int, heard_ms: int, max_active_ms: int | None) -> bool:
    """Whether a connection has been idle for ten minutes, or is older than it asked to be."""
    old = max_active_ms is not None and now_ms - opened_ms > max_active_ms
    return old or now_ms - heard_ms > IDLE_MS


def max_active_ms(asked: str) -> int | None:
    """``30s`` to ``600s`` or ``1m`` to ``10m`` in milliseconds; None for no wish, or none that is understood."""
    found = _ACTIVE.match(asked)
    if found is None:
        return None
    seconds = int(found.group(1)) * (60 if found.group(2) == "m" else 1)
    return min(600, max(30, seconds)) * 1000
