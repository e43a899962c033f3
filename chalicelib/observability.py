"""Logs and metrics: the one place that knows Powertools.

Traces need no code: active tracing makes a segment of every call of a function, and Powertools' tracer would only add
the X-Ray library to each cold start.

Secrets stay out of logs twice: by type (``Secret``, ``SecretStr``, bytes, and every field that its dataclass does not
show are never written) and by the name of a field (``password``, ``token`` … at any depth), because a plain string does
not say what it is.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from enum import Enum
from functools import wraps
from typing import Any, Final, TypeVar

import orjson
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter
from pydantic import SecretStr

from chalicelib.domain.secret import HIDDEN, Secret

SERVICE: Final = "botmarketplace"
_LONGEST_ID: Final = 64
# Powertools puts them on each line; the function's name and its log group say as much, and each byte is paid for.
_NEVER_ASKED_FOR: Final = ("function_arn", "function_memory_size")
_Answer = TypeVar("_Answer")

SECRET_FIELDS: Final = frozenset(
    {
        "accesstoken",
        "apikey",
        "authorization",
        "cookie",
        "csrftoken",
        "password",
        "refreshtoken",
        "secret",
        "setcookie",
        "signature",
        "tasktoken",
        "ticket",
        "token",
        "totp",
        "totpsecret",
        "xbapisign",
        "xcsrftoken",
    }
)


def redacted(value: Any) -> Any:
    """A copy of ``value`` that may be written down: JSON types only, every secret replaced by ``***``."""
    if value is None or isinstance(value, str | bool | int | float):
        return value.value if isinstance(value, Enum) else value
    if isinstance(value, Secret | SecretStr | bytes | bytearray):
        return HIDDEN
    if isinstance(value, Mapping):
        return {str(name): HIDDEN if _names_secret(name) and item else redacted(item) for name, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [redacted(item) for item in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        shown = {
            field.name: getattr(value, field.name) if field.repr else HIDDEN for field in dataclasses.fields(value)
        }
        return redacted(shown)
    if isinstance(value, Enum):
        return redacted(value.value)
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, datetime) else str(value)


CONTEXT: Final = ("requestId", "workspaceId", "botId", "runId", "intentId")
"""What ties the lines of one thing together, across functions; each line carries those that apply."""


def log_context() -> dict[str, str]:
    """The context of what this process does now, to hand to the function that it calls."""
    keys = logger.get_current_keys()
    return {name: str(keys[name]) for name in CONTEXT if keys.get(name)}


def adopt_context(context: Mapping[str, Any]) -> None:
    """Goes on under a caller's context; what is no short text is left out."""
    taken = {name: context[name] for name in CONTEXT if isinstance(context.get(name), str)}
    logger.append_keys(**{name: text[:_LONGEST_ID] for name, text in taken.items()})


def lines_about(**ids: str) -> None:
    """From here on the lines of this thread, and of it alone, carry these ids in place of those they carried before."""
    logger.thread_safe_clear_keys()
    lines_also_about(**ids)


def lines_also_about(**ids: str) -> None:
    """As ``lines_about``, beside what the thread's lines carry already."""
    logger.thread_safe_append_keys(**ids)


def entry_point(handler: Callable[[dict[str, Any], Any], _Answer]) -> Callable[[dict[str, Any], Any], _Answer]:
    """A Lambda function's handler whose lines carry the id of its call, and nothing of an earlier call.

    Events are never logged. Who is handed a caller's context adopts it, request id and all.
    """

    @wraps(handler)
    def with_request_id(event: dict[str, Any], context: Any) -> _Answer:
        logger.remove_keys(_NEVER_ASKED_FOR)
        logger.append_keys(requestId=context.aws_request_id)
        return handler(event, context)

    observed: Callable[[dict[str, Any], Any], _Answer] = logger.inject_lambda_context(
        with_request_id, clear_state=True, log_event=False
    )
    return observed


def line_format(**keys: Any) -> LambdaPowertoolsFormatter:
    """How every process writes a line: one JSON object, redacted, its time in UTC; ``keys`` stand on each."""
    return LambdaPowertoolsFormatter(json_serializer=_line, utc=True, log_record_order=["level", "message"], **keys)


def _names_secret(name: object) -> bool:
    return str(name).replace("_", "").replace("-", "").lower() in SECRET_FIELDS


def _line(record: Mapping[str, Any]) -> str:
    return orjson.dumps(redacted(record)).decode()


logger = Logger(service=SERVICE, logger_formatter=line_format())

# Dimensions stay few (service, stage, exchange, outcome): each distinct set is a metric that is paid for.
metrics = Metrics(namespace="BotMarketplace", service=SERVICE)
