"""Which ids each line of the code carries. A line that is not here fails the tests, and so does one without its ids."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
KEYS = frozenset(
    {
        "auditId",
        "botId",
        "datasetId",
        "exchangeConnectionId",
        "intentId",
        "jobId",
        "orderId",
        "orderLinkId",
        "requestId",
        "runId",
        "runIds",
        "strategyId",
        "traceId",
        "userId",
        "workspaceId",
    }
)
"""Every key that ends in Id or Ids, of whatever process."""

Line = dict[str, Any]
Rule = Callable[[Line], frozenset[str]]
ACCOUNT = ("workspaceId", "exchangeConnectionId")
RUN = ("runId", "botId", *ACCOUNT)


def always(*keys: str) -> Rule:
    """Each line of the kind carries these."""
    return lambda line: frozenset(keys)


def for_an_order(*keys: str) -> Rule:
    """These, and the intent of the order that the call is about."""
    return lambda line: frozenset(keys) | ({"intentId"} if line.get("orderLinkId") or _orders(line) else set())


def of_a_stream(line: Line) -> frozenset[str]:
    """A private stream is an account's; all streams name the runs that listen."""
    return frozenset({"stream", "runIds", *(ACCOUNT if str(line.get("stream")).startswith("private") else ())})


def of_a_shard(line: Line) -> frozenset[str]:
    """An account's, or a symbol's."""
    return frozenset(("symbol",) if "symbol" in line else ACCOUNT)


def _orders(line: Line) -> bool:
    return line.get("op") in {"place_order", "amend_order", "cancel_order", "order"}


LINES: dict[str, Rule] = {
    # API
    "answered": always("requestId", "operation", "status"),
    "refused": always("requestId", "operation", "code"),
    "defect": always("requestId", "operation"),
    "outage": always("requestId", "operation"),
    "audit row lost": always("requestId", "operation", "workspaceId"),
    # whoever trades
    "exchange command": for_an_order("requestId", *ACCOUNT),
    # execution
    "bybit call": for_an_order("requestId", "caller", "op", *ACCOUNT),
    "read failed": for_an_order("requestId", "caller", *ACCOUNT),
    "not acknowledged": for_an_order("requestId", "caller", *ACCOUNT),
    "clock offset beyond 500 ms": for_an_order("requestId", "caller", *ACCOUNT),
    "rate limits are not shared for now": for_an_order("requestId", "caller", *ACCOUNT),
    # runs
    "tick": always("requestId", "segment", *RUN),
    "tick interrupted": always("requestId", "segment", *RUN),
    "finalize": always("requestId", *RUN),
    "next segment": always("requestId", *RUN),
    "time is over": always("requestId", "runId"),
    "nothing drives the run": always("requestId", *RUN),
    "swept": always("requestId", "started", "finalized"),
    # streams, sockets, the rest
    "audit row not written": always("requestId", "workspaceId", "runId", "intentId"),
    "event not pushed": always("requestId", "workspaceId", "runId", "intentId"),
    "audit row tampered with": always("requestId", "workspaceId", "auditId"),
    "audit rows not sealed": always("requestId", "workspaceId"),
    "audit rows sealed": always("requestId", "workspaceId"),
    "socket refused": always("requestId"),
    "socket opened": always("requestId", "workspaceId", "userId"),
    "letter": always("requestId", "workspaceId"),
    "job": always("requestId", "workspaceId", "jobId"),
    "dataset": always("requestId", "workspaceId", "datasetId"),
    "platform kill switch": always("requestId", "operator"),
    "instruments refreshed": always("requestId"),
    # sidecar
    "stream live": of_a_stream,
    "stream down": of_a_stream,
    "stream red": of_a_stream,
    "stream died": of_a_stream,
    "closing a stream failed": of_a_stream,
    "shard held": of_a_shard,
    "shard left": of_a_shard,
    "delivery failed": always("stream", "runId", *ACCOUNT),
    "poison message": always("stream", *ACCOUNT),
    "step failed": always("runId", *ACCOUNT),
    "leaving failed": of_a_shard,
    "health": always("task"),
    "stopping": always(),
    "stopped": always(),
}

_LEVELS = frozenset({"critical", "debug", "error", "exception", "info", "log", "warning"})
_LOGGERS = frozenset({"_LOG", "logger", "logging"})


def written_in_the_source() -> Iterator[tuple[str, str]]:
    """Where each line is written, and its message; "" for a message that the source does not spell out."""
    for path in sorted([*(ROOT / "chalicelib").rglob("*.py"), *(ROOT / "functions").rglob("*.py")]):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or not _writes(node):
                continue
            texts = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
            if texts or not _passes_on(node):
                yield f"{path.relative_to(ROOT)}:{node.lineno}", texts[0] if texts else ""


def _writes(call: ast.Call) -> bool:
    called = call.func
    if isinstance(called, ast.Name):
        return called.id == "write"
    if not isinstance(called, ast.Attribute):
        return False
    says = called.attr == "_say" and any(_is_name(argument, {"logging"}) for argument in call.args)
    return says or (called.attr in _LEVELS and _is_name(called, _LOGGERS))


def _is_name(node: ast.expr, names: Collection[str]) -> bool:
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in names


def _passes_on(call: ast.Call) -> bool:
    """``_LOG.log(level, message, …)`` inside the method that writes others' messages."""
    return any(isinstance(one, ast.Name) and one.id == "message" for one in call.args)
