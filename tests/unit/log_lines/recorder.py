"""Hears what the processes write, as it is written: JSON lines of Lambda functions and of the sidecar."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from chalicelib.observability import lines_about, logger
from functions.sidecar.log_lines import json_lines

Line = dict[str, Any]
_PLAIN = ("chalicelib", "functions")


@dataclass(frozen=True)
class Context:
    """A Lambda context."""

    function_name: str
    aws_request_id: str = "request-of-function"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:000000000000:function:f"

    def get_remaining_time_in_millis(self) -> int:
        """Enough."""
        return 20_000


@contextmanager
def recorded(*, sidecar: bool = False) -> Iterator[list[Line]]:
    """The lines that are written in the block, as far as they are JSON: of the functions, or of a sidecar."""
    output, lines = io.StringIO(), []
    plain = [logging.getLogger(name) for name in _PLAIN]
    kept = [(one, one.handlers, one.level, one.propagate) for one in plain]
    streams = [(handler, handler.stream) for handler in logger.handlers if isinstance(handler, logging.StreamHandler)]
    for handler, _ in streams:
        handler.setStream(output)
    if sidecar:
        for one in plain:
            one.handlers, one.propagate = [json_lines(output)], False
            one.setLevel(logging.DEBUG)
    logger.clear_state()
    lines_about()
    try:
        yield lines
    finally:
        logger.clear_state()
        lines_about()
        for handler, stream in streams:
            handler.setStream(stream)
        for one, handlers, level, propagate in kept:
            one.handlers, one.propagate = handlers, propagate
            one.setLevel(level)
        lines += [json.loads(text) for text in output.getvalue().splitlines()]


class InvokedHere:
    """A Lambda client whose function runs here, with the log keys of a process of its own."""

    def __init__(self, handler: Callable[[dict[str, Any], Any], Any], context: Context) -> None:
        self._handler = handler
        self._context = context
        self.events: list[dict[str, Any]] = []

    def invoke(self, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803  # boto3's names
        formatter = logger.registered_formatter
        callers_keys = formatter.log_format
        try:
            self.events.append(json.loads(Payload))
            answer = self._handler(self.events[-1], self._context)
        finally:
            formatter.log_format = callers_keys
        return {"Payload": io.BytesIO(json.dumps(answer).encode())}
