"""The problems that the contract shows for each status: their codes, and one of them written out.

Codes are keys of the dictionaries; a test compares them. An operation may answer more specific codes of the same form.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from chalicelib.api.problems import Problem, unanswered
from chalicelib.domain.errors import Finding

_INVALID = Finding("/durationMinutes", "Input should be less than or equal to 1440", "request.less_than_equal")
_INSTANCE = "/api/v1/bots/01JD2N8Z5T3QK5W9XH6V0A1B2C/runs"
_REQUEST_ID = "5b0c2f1e-6a55-4b1d-9a3c-2f8d8a6a7c10"

EXAMPLES: dict[int, tuple[Problem, ...]] = {
    400: (
        Problem(400, "request.invalid", "the request is not valid at the places in errors", (_INVALID,)),
        Problem(400, "request.malformed_json", "the body is not JSON"),
        Problem(400, "request.too_deep", "the body is nested too deeply"),
        Problem(400, "document.invalid", "the document breaks the rules at the places in errors"),
        Problem(400, "order.invalid", "the document breaks the rules at the places in errors"),
    ),
    401: (
        Problem(401, "auth.token_expired", "the access token has expired; refresh it"),
        Problem(401, "auth.token_missing", "an access token is needed"),
        Problem(401, "auth.token_invalid", "the access token is not one of ours"),
        Problem(401, "auth.session_ended", "the session was ended: sign in again"),
    ),
    403: (
        Problem(403, "auth.role_required", "this needs the role trader", params={"role": "trader"}),
        Problem(403, "auth.step_up_required", "prove that it is you: POST /auth/step-up"),
        Problem(403, "auth.csrf_invalid", "the X-CSRF-Token header does not belong to this session"),
        Problem(403, "auth.totp_setup_required", "set up the second factor first"),
    ),
    404: (Problem(404, "not_found", "there is no such thing in this workspace"),),
    409: (
        Problem(409, "conflict.name", "the name is taken"),
        Problem(409, "conflict.version", "somebody else saved a newer version"),
        Problem(409, "idempotency.in_progress", "the first request with this Idempotency-Key is still at work"),
        Problem(409, "trading.off", "the kill switch is engaged"),
    ),
    413: (Problem(413, "request.too_large", "the body is larger than 65536 bytes", params={"max": "65536"}),),
    415: (Problem(415, "request.unsupported_media_type", "send application/json"),),
    422: (
        Problem(422, "idempotency.key_reused", "this Idempotency-Key was used for another request"),
        Problem(422, "symbol.unknown", "there is no USDT perpetual NOPEUSDT", params={"symbol": "NOPEUSDT"}),
    ),
    424: (
        Problem(
            424,
            "exchange.refused",
            "the exchange refused: 110007 ab not enough for new order",
            params={"code": "110007", "message": "ab not enough for new order"},
        ),
    ),
    429: (
        Problem(
            429,
            "rate.limited",
            "more than 600 requests in 60 s from this user: try again in 1 s",
            params={"limit": "600", "period": "60", "scope": "user", "seconds": "1"},
        ),
    ),
    500: (Problem(500, "internal", "an error on our side; it has been logged"),),
    502: (Problem(502, "exchange.unavailable", "the exchange does not answer; nothing is known"),),
    503: (
        unanswered(),
        Problem(503, "service.not_ready", "not answering: tables"),
    ),
}


def response_name(status: int) -> str:
    """What the contract calls the responses of a status."""
    return f"{HTTPStatus(status).phrase.title().replace(' ', '')}Problem"


def problem_response(status: int, content_type: str, schema: dict[str, Any]) -> dict[str, Any]:
    """The contract's response object of a status, with its codes and examples."""
    problems = EXAMPLES.get(status, ())
    codes = ", ".join(f"`{problem.code}`" for problem in problems)
    content: dict[str, Any] = {"schema": schema}
    if problems:
        content["examples"] = {problem.code: {"value": problem.body(_INSTANCE, _REQUEST_ID)} for problem in problems}
    described = HTTPStatus(status).phrase + (f". Codes: {codes}" if codes else "")
    return {"description": described, "content": {content_type: content}}
