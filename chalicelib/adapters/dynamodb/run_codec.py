"""Runs, intents, events, executions and messages to JSON and back. Decimals travel as strings, enums by value."""

from __future__ import annotations

import zlib
from decimal import Decimal
from typing import Any

import orjson
from pydantic import TypeAdapter

from chalicelib.domain.runtime.events import RunEvent
from chalicelib.domain.runtime.facts import ExecutionFact
from chalicelib.domain.runtime.intent import Intent
from chalicelib.domain.runtime.messages import Message
from chalicelib.domain.runtime.record import RunState, RunTerms
from chalicelib.domain.timestamps import iso

TERMS: TypeAdapter[RunTerms] = TypeAdapter(RunTerms)
STATE: TypeAdapter[RunState] = TypeAdapter(RunState)
INTENT: TypeAdapter[Intent] = TypeAdapter(Intent)
EXECUTION: TypeAdapter[ExecutionFact] = TypeAdapter(ExecutionFact)
MESSAGE: TypeAdapter[Message] = TypeAdapter(Message)


def dump(adapter: TypeAdapter[Any], value: Any) -> str:
    """``value`` as compact JSON; what equals its default is left out where the adapter's type has defaults."""
    return adapter.dump_json(value, exclude_defaults=True).decode()


def pack_state(state: RunState) -> bytes:
    """The state as zlib-compressed JSON: half the size."""
    return zlib.compress(dump(STATE, state).encode(), 9)


def unpack_state(packed: bytes) -> RunState:
    """The inverse of ``pack_state``."""
    return read_state(zlib.decompress(packed))


def pack_report(report: dict[str, Any]) -> bytes:
    """A report as zlib-compressed JSON: a fifth of the size."""
    return zlib.compress(orjson.dumps(report), 9)


def unpack_report(packed: bytes) -> dict[str, Any]:
    """The inverse of ``pack_report``."""
    return read_report(zlib.decompress(packed))


def read_report(text: bytes) -> dict[str, Any]:
    """A report from its JSON."""
    report: dict[str, Any] = orjson.loads(text)
    return report


def read_state(text: bytes) -> RunState:
    """A state from its JSON, also from one in which a holding still had its average price instead of its value."""
    return STATE.validate_json(_valued(text) if b'"entry_price"' in text else text)


def _valued(text: bytes) -> bytes:
    state = orjson.loads(text)
    held = state["holding"]
    held["entry_value"] = str(Decimal(held["qty"]) * Decimal(held.pop("entry_price")))
    return orjson.dumps(state)


def dump_message(message: Message) -> str:
    """A message with its ``kind``, by which it is read back."""
    return MESSAGE.dump_json(message).decode()


def event_json(event: RunEvent) -> str:
    """An event in the API's shape, as it is stored, listed and pushed."""
    return orjson.dumps(
        {
            "seq": event.seq,
            "at": iso(event.at_ms),
            "type": event.type.value,
            "severity": event.severity.value,
            "intentId": event.intent_id,
            "key": event.key,
            "params": event.params,
            "data": event.data,
        }
    ).decode()
