"""Errors as problem details: the one place that knows which error is which status."""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus

from chalicelib.account_ports import AlreadyRunning, ReusedKey
from chalicelib.api.rate_headers import refusal_headers
from chalicelib.domain.accounts.errors import (
    Forbidden,
    InUse,
    KeyRefused,
    MissingReference,
    Refusal,
    Unauthenticated,
    UnknownSymbol,
)
from chalicelib.domain.accounts.request_rates import TooManyRequests
from chalicelib.domain.errors import Finding, InvalidDocument, InvalidOrder, UnknownFact
from chalicelib.ports import Conflict, ExchangeRefused, ExchangeUnavailable, NotFound, SealingFailed

CONTENT_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is told about an error. ``code`` is the key of its sentence in the dictionaries (``problems.*``)."""

    status: int
    code: str
    detail: str
    errors: tuple[Finding, ...] = ()
    params: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The status in words."""
        return HTTPStatus(self.status).phrase

    def body(self, instance: str, request_id: str) -> dict[str, object]:
        """The document of RFC 9457."""
        return {
            "type": f"/problems/{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "instance": instance,
            "code": self.code,
            "params": self.params,
            "errors": [
                {
                    "pointer": finding.pointer,
                    "detail": finding.detail,
                    "key": finding.key,
                    "params": dict(finding.params),
                }
                for finding in self.errors
            ],
            "requestId": request_id,
        }


class RequestRefused(Exception):
    """The request itself is not acceptable; carries its problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.problem = problem


_BEARER = {"WWW-Authenticate": "Bearer"}

KNOWN_ERRORS: tuple[type[Exception], ...] = (
    RequestRefused,
    Refusal,
    InvalidDocument,
    UnknownFact,
    NotFound,
    Conflict,
    ExchangeUnavailable,
    ExchangeRefused,
    SealingFailed,
    AlreadyRunning,
    ReusedKey,
)
"""Every error that ``problem_of`` can tell; any other one is a defect and answers 500."""


def problem_of(error: Exception) -> Problem:
    """The problem of one of ``KNOWN_ERRORS``."""
    if isinstance(error, RequestRefused):
        return error.problem
    if isinstance(error, Refusal):
        return _of_refusal(error)
    if isinstance(error, InvalidDocument):
        code = "order.invalid" if isinstance(error, InvalidOrder) else "document.invalid"
        detail = "the document breaks the rules at the places in errors"
        return Problem(HTTPStatus.BAD_REQUEST, code, detail, tuple(error.findings))
    return _of_port_error(error)


def _of_refusal(error: Refusal) -> Problem:
    findings = (Finding(_pointer(error), error.detail, error.code, error.params),)
    if isinstance(error, Unauthenticated):
        return Problem(HTTPStatus.UNAUTHORIZED, error.code, error.detail, findings, error.params, _BEARER)
    if isinstance(error, TooManyRequests):
        headers = refusal_headers(error.standing)
        return Problem(HTTPStatus.TOO_MANY_REQUESTS, error.code, error.detail, (), error.params, headers)
    if isinstance(error, MissingReference):
        return Problem(HTTPStatus.NOT_FOUND, error.code, error.detail, findings, error.params)
    status = HTTPStatus.CONFLICT
    if isinstance(error, Forbidden):
        status = HTTPStatus.FORBIDDEN
    elif isinstance(error, UnknownSymbol | KeyRefused):
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    elif isinstance(error, InUse):
        status = HTTPStatus.CONFLICT
    return Problem(status, error.code, error.detail, findings, error.params)


def _pointer(error: Refusal) -> str:
    """The place in the request that is refused; the whole of it where no single one is."""
    if isinstance(error, MissingReference | UnknownSymbol):
        return error.pointer
    if isinstance(error, KeyRefused):
        return _POINTERS.get(error.code, "/apiKey")
    return _POINTERS.get(error.code, "")


_POINTERS = {
    "auth.token_missing": "#/header/Authorization",
    "auth.token_invalid": "#/header/Authorization",
    "auth.token_expired": "#/header/Authorization",
    "run.symbol_busy": "#/path/bot_id",
    "exchange.real_disabled": "/env",
    "exchange.env_not_served": "/env",
    "exchange.key_signature": "/secret",
}


def _of_port_error(error: Exception) -> Problem:
    if isinstance(error, NotFound):
        return Problem(HTTPStatus.NOT_FOUND, "not_found", "there is no such thing in this workspace")
    if isinstance(error, Conflict):
        code = f"conflict.{error.what}"
        return Problem(HTTPStatus.CONFLICT, code, _CONFLICTS.get(error.what, "somebody else changed it meanwhile"))
    if isinstance(error, ExchangeUnavailable):
        return Problem(HTTPStatus.BAD_GATEWAY, "exchange.unavailable", "the exchange does not answer; nothing is known")
    if isinstance(error, ExchangeRefused):
        params = {"code": str(error.code), "message": error.message}
        detail = f"the exchange refused: {error.code} {error.message}"
        return Problem(HTTPStatus.FAILED_DEPENDENCY, "exchange.refused", detail, params=params)
    if isinstance(error, AlreadyRunning):
        detail = "the first request with this Idempotency-Key is still at work"
        return Problem(HTTPStatus.CONFLICT, "idempotency.in_progress", detail, headers={"Retry-After": "1"})
    if isinstance(error, ReusedKey):
        detail = "this Idempotency-Key was used for another request"
        return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "idempotency.key_reused", detail)
    return unanswered()


_CONFLICTS = {
    "name": "the name is taken",
    "email": "the address is taken",
    "member": "somebody else changed the members meanwhile",
    "invitation": "this address is invited already",
    "version": "somebody else saved a newer version",
    "symbol": "another run trades this symbol on this connection",
    "quota": "the workspace runs as many bots as it may",
    "cooldown": "the last start was a moment ago",
    "run": "the run exists already",
}


def unanswered() -> Problem:
    """The problem of a part of ours that does not answer. Whether it did what was asked of it is not known."""
    detail = "a part of the service does not answer; look what was done, and try again in a moment"
    return Problem(HTTPStatus.SERVICE_UNAVAILABLE, "service.unavailable", detail, headers={"Retry-After": "5"})


def unexpected() -> Problem:
    """The problem of a defect: it says nothing of it."""
    return Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal", "an error on our side; it has been logged")
