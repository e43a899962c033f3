"""REST requests under /v5: limits, faults, authentication, the endpoint, and the envelope."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import Any
from urllib.parse import parse_qsl

import orjson
from starlette.requests import Request
from starlette.responses import Response

from infra.local.exchange.engine import Account, Refusal, Reply
from infra.local.exchange.engine.exchange import BATCHES, PRIVATE_GET, PRIVATE_POST
from infra.local.exchange.engine.faults import AFTER, BEFORE, Fault
from infra.local.exchange.http.auth import MissingHeaders, authenticate
from infra.local.exchange.http.connections import Connections
from infra.local.exchange.http.public_routes import PUBLIC_GET, public_reply
from infra.local.exchange.simulator import Simulator
from infra.local.exchange.ws.hub import Hub

# What demo does not offer (spec section 2): answered with 10032 there.
NOT_ON_DEMO = frozenset(
    {
        "/v5/account/fee-rate",
        "/v5/account/query-dcp-info",
        "/v5/account/set-limit-px-action",
        "/v5/account/user-setting-config",
        "/v5/order/disconnected-cancel-all",
    }
)
KNOWN_POST = PRIVATE_POST.keys() | BATCHES.keys()
SILENCE = Response(status_code=502)
REMEMBERED_READS = 256


class Gateway:
    """Answers every /v5 request."""

    def __init__(self, simulator: Simulator, hub: Hub, connections: Connections) -> None:
        self._simulator = simulator
        self._hub = hub
        self._connections = connections
        self._last_reads: OrderedDict[tuple[str, str, str], Reply] = OrderedDict()

    async def handle(self, request: Request) -> Response:
        """One request, from the address counter to the answer."""
        simulator = self._simulator
        now = simulator.sync()
        path = request.url.path
        body = await request.body()
        query: str = request.scope["query_string"].decode(errors="replace")
        address = request.client.host if request.client else ""
        if not simulator.limiter.admits(address, now):
            return Response("access too frequent", status_code=403)
        refused = _refused_by_form(request.method, path, body)
        if refused is not None:
            if simulator.options.profile == "demo" and refused.status_code == 404:
                return self._answer(Reply(10032, "Demo trading are not supported."))
            return refused
        try:
            params = _params(request.method, query, body)
        except Refusal as refusal:
            return self._answer(Reply(refusal.code, refusal.text))
        if path in PUBLIC_GET:
            fault = simulator.faults.draw(BEFORE, path, "", params)
            if fault is not None and (early := await self._before(fault, request)) is not None:
                return early
            return self._answer(
                public_reply(simulator, path, params, self._hub.update_id(str(params.get("symbol", ""))))
            )
        return await self._private(
            request, path, params, query if request.method == "GET" else body.decode(errors="replace")
        )

    async def _private(self, request: Request, path: str, params: dict[str, Any], payload: str) -> Response:
        simulator = self._simulator
        try:
            account = authenticate(simulator.exchange.world, request.headers, payload, simulator.options.profile)
        except MissingHeaders:
            return Response(status_code=401)
        except Refusal as refusal:
            return self._answer(Reply(refusal.code, refusal.text))
        units = len(params["request"]) if path in BATCHES and isinstance(params.get("request"), list) else 1
        allowance = simulator.limiter.spend(account.uid, path, simulator.exchange.world.now_ms, units)
        headers = allowance.headers()
        if not allowance.granted:
            return self._answer(Reply(10006, "Too many visits. Exceeded the API Rate Limit."), headers)
        if simulator.options.profile == "demo" and path in NOT_ON_DEMO:
            return self._answer(Reply(10032, "Demo trading are not supported."), headers)
        fault = simulator.faults.draw(BEFORE, path, account.uid, params)
        if fault is not None:
            if fault.kind == "stale_rest" and request.method == "GET":
                return self._answer(self._stale(account, path, payload, params), headers)
            early = await self._before(fault, request)
            if early is not None:
                return early
            simulator.sync()
        delayed = fault is not None and fault.kind == "delayed_acceptance"
        delay_ms = fault.delay_ms if fault is not None and delayed else 0
        reply = self._call(account, request.method, path, params, allowance.granted, delay_ms)
        if request.method == "GET":
            self._remember(account, path, payload, reply)
        self._hub.wake()
        after = simulator.faults.draw(AFTER, path, account.uid, params)
        if after is not None:
            return await self._after(after, request, reply, headers)
        return self._answer(reply, headers)

    def _call(
        self, account: Account, method: str, path: str, params: dict[str, Any], granted: int, delay_ms: int
    ) -> Reply:
        settings = self._simulator.exchange.world.settings
        before = settings.acceptance_delay_ms
        settings.acceptance_delay_ms = delay_ms or before
        reply = self._simulator.exchange.call(account, method, path, params, allowed=granted)
        settings.acceptance_delay_ms = before
        return reply

    def _remember(self, account: Account, path: str, payload: str, reply: Reply) -> None:
        """Keeps the last answers, for the fault of stale reads."""
        self._last_reads[account.uid, path, payload] = reply
        if len(self._last_reads) > REMEMBERED_READS:
            self._last_reads.popitem(last=False)

    def _stale(self, account: Account, path: str, payload: str, params: dict[str, Any]) -> Reply:
        """The answer to the same read before, or (never read) one that does not know of anything yet."""
        before = self._last_reads.get((account.uid, path, payload))
        if before is not None:
            return before
        reply = self._simulator.exchange.call(account, "GET", path, params)
        if "list" in reply.result:
            reply.result["list"] = []
        return reply

    async def _before(self, fault: Fault, request: Request) -> Response | None:
        """What a fault answers instead of the endpoint; None when the call goes on."""
        if fault.kind == "lost_request":
            await asyncio.sleep(fault.delay_ms / 1000)
            self._connections.cut(_address(request))
            return SILENCE
        if fault.kind == "ret_code":
            return self._answer(Reply(fault.code, fault.text))
        if fault.kind == "http_status":
            text = "access too frequent" if fault.code == 403 else ""
            return Response(text, status_code=fault.code)
        if fault.kind == "slow":
            await asyncio.sleep(fault.delay_ms / 1000)
        return None

    async def _after(self, fault: Fault, request: Request, reply: Reply, headers: dict[str, str]) -> Response:
        """What a fault does to the answer of a call that has had its effect."""
        if fault.kind == "ret_code_after":
            return self._answer(Reply(fault.code, fault.text), headers)
        await asyncio.sleep(fault.delay_ms / 1000)
        if fault.kind == "slow_reply":
            return self._answer(reply, headers)
        if fault.kind == "truncated":
            return Response(b'{"retCode":0,"retMsg":"OK","resu', media_type="application/json")
        self._connections.cut(_address(request))
        return SILENCE

    def _answer(self, reply: Reply, headers: dict[str, str] | None = None) -> Response:
        now = self._simulator.exchange.world.now_ms
        extra = {"Traceid": f"{self._simulator.exchange.world.cross_seq:032x}", "Timenow": str(now), **(headers or {})}
        return Response(orjson.dumps(reply.envelope(now)), media_type="application/json", headers=extra)


def _address(request: Request) -> tuple[str, int] | None:
    return (request.client.host, request.client.port) if request.client else None


def _refused_by_form(method: str, path: str, body: bytes) -> Response | None:
    """HTTP-level refusals: GET with a body 403, wrong verb 400, unknown path 404."""
    if method == "GET" and body:
        return Response(status_code=403)
    reads = path in PUBLIC_GET or path in PRIVATE_GET
    writes = path in KNOWN_POST
    if not reads and not writes:
        return Response(status_code=404)
    if (method == "GET") != reads:
        return Response(status_code=400)
    return None


def _params(method: str, query: str, body: bytes) -> dict[str, Any]:
    if method == "GET":
        return dict(parse_qsl(query, keep_blank_values=True))
    try:
        params = orjson.loads(body or b"{}")
    except orjson.JSONDecodeError:
        raise Refusal(10001, "params error: request body is not valid JSON") from None
    if not isinstance(params, dict):
        raise Refusal(10001, "params error: request body is not an object")
    return params
