"""Examples for the contract, made from the schemas themselves so that none can fall behind its model.

A schema's own ``examples``, ``const``, ``enum`` or ``default`` comes first, then what the field's name means here, then
the smallest value that the schema allows. A test holds every example against its schema.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.domain.strategy.presets import PRESETS

_ULID = "01JD2N8Z5T3QK5W9XH6V0A1B2C"
_BY_PATTERN = {
    r"^[0-9]{6}$": "492039",
    r"^[0-9A-Za-z_:-]{1,64}$": _ULID,
    r"^[A-Za-z0-9_-]{20,64}$": "hM3mXkq2v1c7u9Zb4sYp0wLrT8dEfGaJ",
    r"^[A-Za-z0-9_-]{1,256}$": "hM3mXkq2v1c7u9Zb4sYp0wLrT8dEfGaJ",
    r"^[^@\s]+@[^@\s]+$": "demo@example.com",
    r"^[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+$": "demo@example.com",
    r"^(/[^/]{1,100}){1,20}$": "/exit/takeProfit/value",
    r"^[0-9]{1,16}(\.[0-9A-Z]{26})?$": "0",
}
_BY_NAME = {
    "accessToken": "header.claims.signature",
    "action": "bot.created",
    "apiKey": "the key that Bybit shows",
    "category": "linear",
    "code": "not_found",
    "csrfToken": "q7J2mVwzXk1n5Rb8cYtE0sLf4hUaPdGo",
    "currentPassword": "a long old passphrase",
    "newPassword": "correct horse battery staple",
    "password": "correct horse battery staple",
    "hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "createdAt": "2026-01-31T12:00:00.000Z",
    "csv": "timestamp,open,high,low,close,volume\n1643673600000,38478.4,38500,38450,38477.1,12.5\n",
    "email": "demo@example.com",
    "endedAt": "2026-01-31T13:00:00.000Z",
    "env": "demo",
    "exchange": "bybit",
    "exitReason": "take_profit",
    "interval": "5m",
    "ip": "203.0.113.7",
    "locale": "en",
    "month": "2026-01",
    "name": "RSI dip",
    "nextCursor": None,
    "otpauthUri": "otpauth://totp/BotMarketplace:demo%40example.com?secret=JBSWY3DPEHPK3PXP&issuer=BotMarketplace",
    "pointer": "/exit/takeProfit/value",
    "qrSvg": '<svg xmlns="http://www.w3.org/2000/svg"/>',
    "role": "trader",
    "side": "Buy",
    "symbol": "BTCUSDT",
    "timeframe": "5m",
    "url": "wss://bots.example.com/ws",
}
# Of what a request need not say, that without which its example would be no use.
_TELLING = frozenset({"csv", "strategyId", "totp", "stopLoss", "takeProfit", "from", "to"})
_PRICES = {"stopLoss": "58000", "takeProfit": "63000", "price": "60000", "entryPrice": "60000", "markPrice": "60010"}
_NUMBERS = {
    "from": 1769817600000,
    "to": 1769904000000,
    "durationMinutes": 60,
    "defaultDurationMinutes": 60,
    "maxDurationMinutes": 1440,
    "startCooldownSeconds": 60,
    "expiresIn": 900,
    "stepUpSeconds": 300,
}
_OF_MODELS: dict[str, dict[str, Any]] = {
    "RunView": {"status": "running", "stopReason": None, "endedAt": None, "tradingState": "IN_POSITION"},
    "OrderView": {"status": "accepted", "type": "Market", "reduceOnly": False, "price": None},
    "ConnectionView": {"name": "My demo account", "detail": "", "maskedKey": "abcd…wxyz"},
    "UserView": {"name": "Ada"},
    "WorkspaceView": {"name": "Ada's workspace"},
    "WorkspaceDetailsView": {"name": "Ada's workspace"},
}
_TEXT = "text"
_DATE_TIME = "2026-01-31T12:00:00.000Z"
_NUMBER_KEYS = ("minimum", "exclusiveMinimum")

Schema = Mapping[str, Any]


def example_of(schema: Schema, definitions: Mapping[str, Schema], *, required_only: bool) -> Any:
    """A value that ``schema`` allows. ``required_only`` leaves out what a request need not say."""
    return _Maker(definitions, required_only).make(schema, "")


class _Maker:
    def __init__(self, definitions: Mapping[str, Schema], required_only: bool) -> None:
        self._definitions = definitions
        self._required_only = required_only

    def make(self, schema: Schema, name: str) -> Any:
        """The example of one schema; ``name`` is its field's."""
        if "$ref" in schema:
            return self.make(self._definitions[schema["$ref"].rsplit("/", 1)[1]], name)
        if name in _PRICES and schema.get("pattern"):
            return _PRICES[name]
        if schema.get("examples"):
            return schema["examples"][0]
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return schema["enum"][0]
        if schema.get("default") is not None and not isinstance(schema["default"], dict):
            return schema["default"]
        choices = schema.get("anyOf") or schema.get("oneOf")
        if choices:
            return self._choice(choices, name)
        return self._plain(schema, name)

    def _choice(self, choices: list[Schema], name: str) -> Any:
        nullable = {"type": "null"} in choices
        if nullable and _BY_NAME.get(name, _TEXT) is None:
            return None
        return self.make(next(choice for choice in choices if choice != {"type": "null"}), name)

    def _plain(self, schema: Schema, name: str) -> Any:
        kind = schema.get("type")
        if kind == "object":
            return self._object(schema, name)
        if kind == "array":
            count = max(1, schema.get("minItems", 0))
            return [self.make(schema.get("items", {}), name)] * count
        if kind == "string":
            return _string(schema, name)
        if kind == "boolean":
            return True
        if kind in ("integer", "number"):
            if name in _NUMBERS:
                return _NUMBERS[name]
            return max((schema[key] + (key != "minimum") for key in _NUMBER_KEYS if key in schema), default=1)
        return {}

    def _object(self, schema: Schema, name: str) -> Any:
        if "properties" not in schema:
            if name == "spec":
                return PRESETS[1].document()
            return self._mapping(schema)
        fields = set(schema["properties"])
        wanted = (set(schema.get("required", ())) | fields & _TELLING) if self._required_only else fields
        made = {field: self.make(inner, field) for field, inner in schema["properties"].items() if field in wanted}
        return made | {
            field: value for field, value in _OF_MODELS.get(schema.get("title", ""), {}).items() if field in made
        }

    def _mapping(self, schema: Schema) -> dict[str, Any]:
        values = schema.get("additionalProperties")
        if not isinstance(values, Mapping) or not values:
            return {}
        keys = schema.get("propertyNames", {})
        key = self.make(keys, "") if keys.get("enum") or "$ref" in keys or keys.get("pattern") else "en"
        return {str(key): self.make(values, "")}


def _string(schema: Schema, name: str) -> str:
    if schema.get("format") == "date-time":
        return _DATE_TIME
    pattern = schema.get("pattern")
    if pattern in _BY_PATTERN:
        return _BY_PATTERN[pattern]
    text = _BY_NAME.get(name) or (_ULID if name in ("id", "subject", "actor") or name.endswith("Id") else _TEXT)
    least = schema.get("minLength", 0)
    return text if len(text) >= least else text + "-" + "x" * (least - len(text) - 1)
