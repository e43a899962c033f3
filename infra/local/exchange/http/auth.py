"""Authentication of REST requests and of the private stream (spec section 3)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

from infra.local.exchange.engine import Account, Refusal
from infra.local.exchange.engine.world import World

DEFAULT_WINDOW_MS = 5000
AHEAD_MS = 1000


class MissingHeaders(Exception):
    """The request carries no credentials at all: HTTP 401."""


def sign(secret: str, text: str) -> str:
    """HMAC-SHA256 in lowercase hex."""
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def authenticate(world: World, headers: Mapping[str, str], payload: str, environment: str) -> Account:
    """The account that signed ``payload`` (the exact query string or body).

    Raises MissingHeaders, or Refusal 10001 (unreadable), 10002 (time), 10003 (key), 10004 (signature).
    """
    key, sent, given = (headers.get(f"x-bapi-{name}", "") for name in ("api-key", "timestamp", "sign"))
    if not (key and sent and given):
        raise MissingHeaders
    window = headers.get("x-bapi-recv-window", "") or str(DEFAULT_WINDOW_MS)
    if not (sent.isdigit() and window.isdigit()):
        raise Refusal(10001, "params error: invalid timestamp or recv_window")
    check_time(int(sent), int(window), world.now_ms)
    account = world.account_of_key(key)
    if account.environment != environment:
        raise Refusal(
            10003, "API key is invalid. Please check whether the key matches the environment (mainnet, testnet, demo)."
        )
    text = f"{sent}{key}{window}{payload}"
    if not hmac.compare_digest(sign(account.secret, text), given):
        raise Refusal(10004, f"error sign! origin_string[{text}]")
    return account


def check_time(sent_ms: int, window_ms: int, now_ms: int) -> None:
    """server - window <= timestamp < server + 1000, else Refusal 10002."""
    if not now_ms - window_ms <= sent_ms < now_ms + AHEAD_MS:
        detail = f"req_timestamp[{sent_ms}],server_timestamp[{now_ms}],recv_window[{window_ms}]"
        raise Refusal(10002, f"invalid request, please check your server timestamp or recv_window param. {detail}")


def authenticate_stream(world: World, args: object, environment: str) -> Account:
    """The account of a private stream's auth request. Raises Refusal 10001 (form, expired), 10003, 10004."""
    if not isinstance(args, list) or len(args) != 3:
        raise Refusal(10001, "Params Error")
    key, expires, given = args
    if not str(expires).isdigit() or int(expires) <= world.now_ms:
        raise Refusal(10001, "Params Error")
    account = world.account_of_key(str(key))
    if account.environment != environment:
        raise Refusal(10003, "API key is invalid.")
    if not hmac.compare_digest(sign(account.secret, f"GET/realtime{expires}"), str(given)):
        raise Refusal(10004, "error sign!")
    return account
