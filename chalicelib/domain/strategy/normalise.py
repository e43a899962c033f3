"""The one form of a document: defaults written out, numbers in one spelling, keys sorted, hashed.

Defaults come from the schema itself, so that what the editor shows and what the engine uses cannot differ.
"""

from __future__ import annotations

import hashlib
from typing import Any

import orjson

from chalicelib.domain.market.interval import Interval
from chalicelib.domain.strategy.catalogue import DEFINITIONS
from chalicelib.domain.strategy.document import Json
from chalicelib.domain.strategy.schema import schema

Document = dict[str, Any]


def with_defaults(document: Document) -> Document:
    """``document``, which fits the schema, with every default written out; ``timeframes`` as used, shortest first."""
    filled: Document = _fill(document, schema())
    _fill_expressions(filled, Interval(filled["timeframe"]))
    exit_rules = filled["exit"].get("indicatorExit")
    if isinstance(exit_rules, dict):
        filled["exit"]["indicatorExit"] = [exit_rules]
    if filled["entry"]["order"]["type"] == "Market":
        filled["entry"]["order"] = {"type": "Market"}
    if "dca" in filled:
        filled["dca"].setdefault("takeProfitPct", filled["exit"]["takeProfit"].get("value"))
    used = {*filled["timeframes"], *_timeframes(filled)} - {filled["timeframe"]}
    filled["timeframes"] = sorted(used, key=lambda name: Interval(name).milliseconds)
    return filled


def canonical_json(document: Document) -> bytes:
    """The bytes that are hashed and stored: sorted keys, no spaces, shortest numbers (1.0 is written 1)."""
    return orjson.dumps(document, option=orjson.OPT_SORT_KEYS)


def hash_of(document: Document) -> str:
    """SHA-256, in hex, of the canonical form of a normalised document."""
    return hashlib.sha256(canonical_json(document)).hexdigest()


def _fill(value: Json, rule: Any) -> Any:
    if not isinstance(rule, dict):
        return value
    if "$ref" in rule:
        return _fill(value, schema()["$defs"][rule["$ref"].rsplit("/", 1)[1]])
    if isinstance(value, list):
        items = rule.get("items")
        filled = [_fill(item, items) for item in value] if items else value
        return _branch(filled, rule)
    if not isinstance(value, dict):
        return value
    result: Document = dict(value)
    for name, inner in rule.get("properties", {}).items():
        if name in result:
            result[name] = _fill(result[name], inner)
        elif "default" in inner:
            result[name] = _fill(inner["default"], inner)
    return _branch(result, rule)


def _branch(value: Any, rule: dict[str, Any]) -> Any:
    """Follows if/then/else, whose conditions in our schema are only: a key's constant, a key's presence, an array."""
    if "if" not in rule:
        return value
    if _holds(value, rule["if"]):
        return _fill(value, rule["then"])
    return _fill(value, rule["else"])


def _holds(value: Any, condition: dict[str, Any]) -> bool:
    if condition.get("type") == "array":
        return isinstance(value, list)
    if not isinstance(value, dict) or any(name not in value for name in condition.get("required", ())):
        return False
    return all(value.get(name) == inner["const"] for name, inner in condition.get("properties", {}).items())


def _fill_expressions(value: Any, primary: Interval) -> None:
    """Operands get what depends on their place: the strategy's timeframe and the default output."""
    if isinstance(value, list):
        for item in value:
            _fill_expressions(item, primary)
    elif isinstance(value, dict):
        if "indicator" in value:
            value.setdefault("timeframe", primary.value)
            value.setdefault("output", DEFINITIONS[value["indicator"]].outputs[0])
        elif "price" in value:
            value.setdefault("timeframe", primary.value)
        for item in value.values():
            _fill_expressions(item, primary)


def _timeframes(value: Any) -> set[str]:
    if isinstance(value, list):
        return set().union(*(_timeframes(item) for item in value)) if value else set()
    if not isinstance(value, dict):
        return set()
    found = {value["timeframe"]} if "indicator" in value or "price" in value else set()
    return found.union(*(_timeframes(item) for item in value.values()))
