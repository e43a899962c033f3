"""Carries one request out: parse, authenticate, authorise, call, view. Every error leaves here as problem details."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Any

import orjson
from chalice.app import Request, Response

from chalicelib.api.audited import given_fields, write_down
from chalicelib.api.cors import cors_headers
from chalicelib.api.deprecations import deprecation_headers
from chalicelib.api.log_keys import keys_made, keys_named
from chalicelib.api.models.base import View
from chalicelib.api.operation import JSON, NDJSON, Call, Ndjson, Operation, Reply
from chalicelib.api.problems import CONTENT_TYPE, KNOWN_ERRORS, Problem, problem_of, unanswered, unexpected
from chalicelib.api.rate_headers import rate_headers
from chalicelib.api.request import MAX_BODY_BYTES, json_of, read_body, read_idempotency_key, read_path, read_query
from chalicelib.api.services import ApiServices
from chalicelib.domain.accounts.errors import Forbidden, Unauthenticated
from chalicelib.domain.accounts.login_key import login_key
from chalicelib.domain.accounts.quotas import ROUTE_QUOTA
from chalicelib.domain.accounts.request_rates import Scope, Standing, address_subject, route_kind
from chalicelib.domain.accounts.roles import Role
from chalicelib.domain.accounts.route_access import Access, needs_step_up, required_access
from chalicelib.domain.accounts.session import Device
from chalicelib.domain.accounts.user import normal_email
from chalicelib.observability import logger

if TYPE_CHECKING:
    from chalicelib.domain.accounts.actor import Actor
    from chalicelib.domain.workspace.webhook import Webhook

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
# Said over TLS alone (RFC 6797, 7.2): two years, as the preload lists ask for.
_OVER_TLS = {"Strict-Transport-Security": "max-age=63072000; includeSubDomains"}
_OUR_SIDE = 500


def dispatch(operation: Operation, request: Request, path: dict[str, str], services: ApiServices) -> Response:
    """The response to ``request``. Never raises: an outage is logged and answers 503, what is not known is logged
    and answers 500."""
    request_id = str(request.context.get("requestId", ""))
    # What an earlier request of this process appended is not this one's.
    logger.clear_state()
    logger.append_keys(requestId=request_id, operation=operation.name)
    try:
        response = _carry_out(operation, request, path, services)
    except KNOWN_ERRORS as error:
        problem = problem_of(error)
        write = logger.warning if problem.status >= _OUR_SIDE else logger.info
        write("refused", extra={"status": int(problem.status), "code": problem.code})
        return _told(operation, request, services, _problem_response(problem, request, request_id))
    except Exception as error:  # noqa: BLE001  # the last line of defence: a defect must answer as a problem, and be seen
        problem = unexpected()
        if services.is_outage(error):
            problem = unanswered()
            logger.exception("outage")
        else:
            logger.exception("defect")
        return _told(operation, request, services, _problem_response(problem, request, request_id))
    logger.info("answered", extra={"status": response.status_code})
    return _told(operation, request, services, response)


def _told(operation: Operation, request: Request, services: ApiServices, response: Response) -> Response:
    """The response, with what holds for the whole site, and the news that its route goes away where it does."""
    if services.secure_cookies:
        response.headers.update(_OVER_TLS)
    response.headers.update(deprecation_headers(operation.method, operation.path))
    response.headers.update(cors_headers(request.headers.get("origin"), services.cors_origins))
    return response


def _carry_out(operation: Operation, request: Request, path: dict[str, str], services: ApiServices) -> Response:
    headers = {name.lower(): value for name, value in request.headers.items()}
    kind = route_kind(operation.method, operation.path)
    limits = services.request_limits
    # Before anything is looked up: what comes too often costs no signature, no password, no row.
    standings = [limits.admit(kind, {Scope.ADDRESS: address_subject(_source_address(request))})]
    values: dict[str, Any] = dict(read_path(path))
    logger.append_keys(**keys_named(values))
    webhook = _signed_by(operation, headers, path, _raw_body(request), services)
    actor = _authorised(operation, headers, services)
    if actor is not None:
        standings.append(limits.admit(kind, {Scope.USER: actor.user_id, Scope.WORKSPACE: actor.workspace_id}))
    if operation.query_model is not None:
        values["query"] = read_query(operation.query_model, _query(request))
    if operation.body_model is not None:
        limit = operation.most_bytes or MAX_BODY_BYTES
        values["body"] = read_body(operation.body_model, _raw_body(request), headers.get("content-type"), limit)
    logger.append_keys(**keys_named(values))
    standings.append(limits.admit(kind, _counted_by(values)))
    key = read_idempotency_key(headers.get("idempotency-key"))
    request_id = str(request.context.get("requestId", ""))
    device = _device(request, headers)
    call = Call(services, actor, key, headers, _cookies(headers), request_id, device, webhook=webhook)

    def produce() -> dict[str, Any]:
        if actor is not None:
            for counted in ROUTE_QUOTA.get((operation.method, operation.path), ()):
                services.usage.require_room(actor.workspace_id, counted)
        made = _reply(operation, operation.handler(call, **values))
        write_down(operation, call, path, given_fields(values.get("body")), made["body"])
        return made

    if operation.cached_reply and key is not None and actor is not None:
        scope = f"{actor.workspace_id}#{operation.method} {operation.path}#{key}"
        reply = services.replies.once(scope, _fingerprint(_raw_body(request), path), produce)
    else:
        reply = produce()
    logger.append_keys(**keys_made(operation.name, reply["body"]))
    return _response(reply, standings)


def _counted_by(values: Mapping[str, Any]) -> dict[Scope, str]:
    """What the request itself names and is counted by: the address that it signs in, the strategy that it signals."""
    found: dict[Scope, str] = {}
    email = getattr(values.get("body"), "email", None)
    if isinstance(email, str):
        found[Scope.ACCOUNT] = login_key(normal_email(email))
    if "strategy_id" in values:
        found[Scope.STRATEGY] = values["strategy_id"]
    return found


def _signed_by(
    operation: Operation, headers: dict[str, str], path: dict[str, str], raw_body: bytes, services: ApiServices
) -> Webhook | None:
    if required_access(operation.method, operation.path) is not Access.SIGNATURE:
        return None
    # Before anything of the body is read: who has no secret learns nothing of what a body must be.
    stamp, signature = headers.get("x-timestamp", ""), headers.get("x-signature", "")
    webhook = services.signals.authenticate(path["strategy_id"], stamp, signature, raw_body)
    logger.append_keys(workspaceId=webhook.workspace_id)
    return webhook


def _authorised(operation: Operation, headers: dict[str, str], services: ApiServices) -> Actor | None:
    requirement = required_access(operation.method, operation.path)
    if not isinstance(requirement, Role):
        return None
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated("auth.token_missing", "an access token is needed")
    # What only admins may read is read by those who are admins now.
    trusts_token = operation.method == "GET" and requirement is not Role.ADMIN
    actor = services.sessions.authenticate(token.strip(), reads_only=trusts_token)
    logger.append_keys(workspaceId=actor.workspace_id, userId=actor.user_id)
    if not actor.has(requirement):
        raise Forbidden("auth.role_required", f"this needs the role {requirement.value}", role=requirement.value)
    if needs_step_up(operation.method, operation.path):
        actor.require_step_up()
    return actor


def _device(request: Request, headers: dict[str, str]) -> Device:
    """Where the request comes from. Behind the gateway the address is the gateway's word, not a header's."""
    return Device.of(headers.get("user-agent", ""), _source_address(request))


def _source_address(request: Request) -> str:
    identity = request.context.get("identity") or {}
    return str(identity.get("sourceIp") or "")


def _raw_body(request: Request) -> bytes:
    raw = request.raw_body
    return raw.encode() if isinstance(raw, str) else raw


def _query(request: Request) -> dict[str, str]:
    parameters = request.query_params
    return {} if parameters is None else {str(name): str(value) for name, value in parameters.items()}


def _cookies(headers: dict[str, str]) -> dict[str, str]:
    jar: SimpleCookie = SimpleCookie()
    try:
        jar.load(headers.get("cookie", ""))
    except CookieError:
        return {}
    return {name: morsel.value for name, morsel in jar.items()}


def _fingerprint(raw_body: bytes, path: dict[str, str]) -> str:
    canonical = orjson.dumps(orjson.loads(json_of(raw_body)), option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(orjson.dumps(path, option=orjson.OPT_SORT_KEYS) + canonical).hexdigest()


def _reply(operation: Operation, result: object) -> dict[str, Any]:
    cookies: tuple[str, ...] = ()
    if isinstance(result, Reply):
        cookies, result = result.cookies, result.body
    if isinstance(result, Ndjson):
        body = "".join(f"{line.model_dump_json(by_alias=True)}\n" for line in result.lines)
        return {"status": operation.status, "body": body, "type": NDJSON, "cookies": []}
    body = result.model_dump_json(by_alias=True) if isinstance(result, View) else ""
    return {"status": operation.status, "body": body, "type": JSON, "cookies": list(cookies)}


def _response(reply: dict[str, Any], standings: Iterable[Standing | None]) -> Response:
    headers: dict[str, Any] = {**_HEADERS, **_tightest(standings), "Content-Type": reply.get("type", JSON)}
    if reply["cookies"]:
        headers["Set-Cookie"] = list(reply["cookies"])
    return Response(body=reply["body"], status_code=int(reply["status"]), headers=headers)


def _tightest(standings: Iterable[Standing | None]) -> dict[str, str]:
    known = [standing for standing in standings if standing is not None]
    tightest = min(known, key=lambda standing: standing.permille, default=None)
    return {} if tightest is None else rate_headers(tightest)


def _problem_response(problem: Problem, request: Request, request_id: str) -> Response:
    body = orjson.dumps(problem.body(str(request.to_original_event().get("path", "")), request_id)).decode()
    headers: dict[str, Any] = {**_HEADERS, **problem.headers, "Content-Type": CONTENT_TYPE}
    return Response(body=body, status_code=problem.status, headers=headers)
