"""An exchange's API key: what it may do, why it cannot be used, and what to warn of (C-13)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

DAY_MS = 86_400_000
WARN_DAYS = 14
"""Bybit lets a key without a bound address expire after 90 days; this long before, everybody who looks is told."""
GRAVE_DAYS = 1


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """What the exchange says of an API key. ``expires_ms`` is None when it does not expire.

    ``scopes`` are its permissions as the exchange names them (``ContractTrade.Order``); ``can_withdraw`` is true for
    whatever moves money out of the account.
    """

    uid: str
    read_only: bool
    can_trade: bool
    can_withdraw: bool
    ip_bound: bool
    expires_ms: int | None
    margin_mode: str
    scopes: tuple[str, ...] = ()


class Level(StrEnum):
    """How urgent a note is."""

    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class KeyNote:
    """A sentence about a key: ``code`` is its line in the dictionaries, ``params`` fill it, ``detail`` is English."""

    code: str
    detail: str
    params: Mapping[str, str] = field(default_factory=dict)
    level: Level = Level.ERROR


def fault_of(key: KeyInfo, now_ms: int) -> KeyNote | None:
    """Why the key may not be traded with; None when it may."""
    if key.can_withdraw:
        scopes = ", ".join(scope for scope in key.scopes if moves_money(scope))
        detail = f"the key may move money out of the account ({scopes}): make one that cannot"
        return KeyNote("exchange.key_withdraws", detail, {"scopes": scopes})
    if key.read_only:
        return KeyNote("exchange.key_read_only", "the key may only read: make one that may place orders")
    if not key.can_trade:
        detail = "the key may not trade contracts: allow it orders and positions of contracts"
        return KeyNote("exchange.key_cannot_trade", detail)
    if key.expires_ms is not None and key.expires_ms <= now_ms:
        return KeyNote("exchange.key_expired", "the key has expired: make a new one")
    return None


def moves_money(scope: str) -> bool:
    """Whether a permission lets money leave the account: to an address, another account, or another person."""
    group, _, name = scope.partition(".")
    if group == "Wallet":
        return "Withdraw" in name or name.endswith("Transfer")
    return group in _PAYING


_PAYING = frozenset({"FiatP2P", "FiatBybitPay", "FiatConvertBroker", "BybitPay"})


def fault_of_refusal(env: str, code: int, message: str) -> KeyNote:
    """The exchange's refusal of a key in words; ``env`` is the environment that the key was said to be of.

    The exchange does not tell which environment a key is of, only that it is not this one.
    """
    if code in _UNKNOWN_HERE:
        detail = (
            f"the exchange knows no such key in its {env} environment: it is of another one "
            "(real, testnet and demo have keys of their own), or was deleted"
        )
        return KeyNote("exchange.key_environment", detail, {"env": env})
    known = _REFUSALS.get(code)
    if known is not None:
        return KeyNote(known[0], known[1])
    words = f"{code} {message}".strip() if code else message
    return KeyNote("exchange.key_refused", f"the exchange refuses the key: {words}", {"message": words})


_UNKNOWN_HERE = frozenset({10003, -2015})
_EXPIRED = ("exchange.key_expired", "the key has expired: make a new one")
_REFUSALS = {
    10004: ("exchange.key_signature", "the secret does not belong to the key: copy both again"),
    10005: ("exchange.key_cannot_trade", "the key may not trade contracts: allow it orders and positions of contracts"),
    10007: ("exchange.key_signature", "the secret does not belong to the key: copy both again"),
    10010: ("exchange.key_address", "the key is bound to other IP addresses than ours: change its list, or unbind it"),
    33004: _EXPIRED,
}


def warnings_of(key: KeyInfo, now_ms: int) -> tuple[KeyNote, ...]:
    """What should be put right about a key that works."""
    notes = []
    if not key.ip_bound:
        detail = "the key is bound to no IP address: whoever gets hold of it can use it from anywhere"
        notes.append(KeyNote("exchange.key_unbound", detail, level=Level.WARNING))
    if key.expires_ms is not None:
        days = max(0, (key.expires_ms - now_ms) // DAY_MS)
        if key.expires_ms <= now_ms:
            notes.append(KeyNote(*_EXPIRED))
        elif days <= WARN_DAYS:
            date = datetime.fromtimestamp(key.expires_ms / 1000, UTC).strftime("%Y-%m-%d")
            detail = f"the key expires on {date}, in {days} days: put a new one in its place"
            level = Level.ERROR if days <= GRAVE_DAYS else Level.WARNING
            notes.append(KeyNote("exchange.key_expires", detail, {"days": str(days), "date": date}, level))
    return tuple(notes)
