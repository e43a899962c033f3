"""Requests and answers of the execution function as JSON, for both its sides.

Values are dataclasses of a closed set; decimals travel as strings and enums by value, so that what comes out equals
what went in. ``OPERATIONS`` is the contract: one entry for each method of ``ports.Exchange``.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from chalicelib.domain.runtime.facts import (
    AccountSnapshot,
    ClosedPnlFact,
    ExecutionFact,
    OrderFact,
    PositionFact,
    WalletFact,
)
from chalicelib.domain.runtime.orders import AmendRequest, OrderRequest, Outcome, ProtectionRequest
from chalicelib.domain.workspace.connection import SealedSecret
from chalicelib.domain.workspace.exchange_key import KeyInfo
from chalicelib.ports import ExchangeRefused, ExchangeUnavailable, StreamSignature


class UndecodableMessage(ValueError):
    """A message does not have the shape that its type says."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of the port: its arguments after ``ref`` and its answer. ``changes`` tells commands from reads."""

    arguments: Mapping[str, Any]
    answer: Any
    changes: bool = False


OPERATIONS: Mapping[str, Operation] = {
    "place_order": Operation({"order": OrderRequest}, Outcome, changes=True),
    "amend_order": Operation({"amendment": AmendRequest}, Outcome, changes=True),
    "cancel_order": Operation({"symbol": str, "order_link_id": str}, Outcome, changes=True),
    "cancel_all": Operation({"symbol": str, "including_stops": bool}, Outcome, changes=True),
    "set_protection": Operation({"protection": ProtectionRequest}, Outcome, changes=True),
    "set_leverage": Operation({"symbol": str, "leverage": Decimal}, Outcome, changes=True),
    "order": Operation({"symbol": str, "order_link_id": str}, OrderFact | None),
    "snapshot": Operation({"symbol": str, "executions_since_ms": int}, AccountSnapshot),
    "open_orders": Operation({"symbol": str | None}, tuple[OrderFact, ...]),
    "positions": Operation({"symbol": str | None}, tuple[PositionFact, ...]),
    "executions": Operation({"symbol": str, "since_ms": int}, tuple[ExecutionFact, ...]),
    "closed_pnl": Operation({"symbol": str | None, "since_ms": int}, tuple[ClosedPnlFact, ...]),
    "order_history": Operation({"symbol": str, "since_ms": int}, tuple[OrderFact, ...]),
    "wallet": Operation({}, WalletFact),
    "key_info": Operation({}, KeyInfo),
    "check_key": Operation({"env": str, "sealed": SealedSecret}, KeyInfo),
    "sign_stream": Operation({}, StreamSignature),
}


def encode(value: Any) -> Any:
    """The JSON form of a value of the contract."""
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: encode(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [encode(member) for member in value]
    if value is None or isinstance(value, str | int):  # bool is an int
        return value
    raise TypeError(f"{type(value).__name__} is not part of the contract")


def decode(kind: Any, raw: Any) -> Any:
    """The value of type ``kind`` that ``encode`` wrote. Raises UndecodableMessage."""
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        if raw is None:
            return None
        return decode(next(member for member in get_args(kind) if member is not NoneType), raw)
    if origin is tuple:
        _require(isinstance(raw, list), kind)
        return tuple(decode(get_args(kind)[0], member) for member in raw)
    if isinstance(kind, type) and is_dataclass(kind):
        _require(isinstance(raw, dict), kind)
        try:
            return kind(**{name: decode(hint, raw[name]) for name, hint in _hints(kind).items() if name in raw})
        except TypeError as error:
            raise UndecodableMessage(f"a {kind.__name__} lacks a field") from error
    return _decode_scalar(kind, raw)


def _decode_scalar(kind: Any, raw: Any) -> Any:
    if kind is bytes:
        _require(isinstance(raw, str), kind)
        try:
            return base64.b64decode(raw, validate=True)
        except (binascii.Error, ValueError) as error:
            raise UndecodableMessage("not base64") from error
    if kind is Decimal or issubclass(kind, StrEnum):
        _require(isinstance(raw, str), kind)
        try:
            return kind(raw)
        except (ValueError, ArithmeticError) as error:
            raise UndecodableMessage(f"{raw!r} is not a {kind.__name__}") from error
    _require(isinstance(raw, kind) and isinstance(raw, bool) == (kind is bool), kind)
    return raw


def encode_error(error: ExchangeUnavailable | ExchangeRefused) -> dict[str, Any]:
    """The JSON form of what a read may raise."""
    if isinstance(error, ExchangeRefused):
        return {"kind": "refused", "code": error.code, "policy": error.policy, "message": error.message}
    return {"kind": "unavailable", "message": str(error)}


def decode_error(raw: Mapping[str, Any]) -> ExchangeUnavailable | ExchangeRefused:
    """The error that ``encode_error`` wrote; anything else is unavailable too."""
    if raw.get("kind") == "refused":
        return ExchangeRefused(int(raw["code"]), str(raw["policy"]), str(raw["message"]))
    return ExchangeUnavailable(str(raw.get("message", "the execution function failed")))


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _require(fits: bool, kind: Any) -> None:
    if not fits:
        raise UndecodableMessage(f"not a {kind}")
