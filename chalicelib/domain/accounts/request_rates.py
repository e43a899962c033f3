"""How many requests an address, a user, a workspace, an account may make, by the kind of the route (ADR 14).

A limit is a token bucket: it holds ``limit`` tokens when full and fills up evenly within ``period_ms``. A bucket is
kept as the one moment at which it is full again (the virtual scheduling of GCRA, ITU-T I.371): a request moves that
moment on by the price of a token, and is refused where it would come to lie more than a period ahead.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from chalicelib.domain.accounts.errors import Refusal

_SETTING = re.compile(r"(?P<kind>[a-z_]+)\.(?P<scope>[a-z_]+)=(?P<limit>[1-9]\d{0,6})/(?P<seconds>[1-9]\d{0,4})")
_IPV6_SITE_BITS = 64


class RouteKind(StrEnum):
    """What a route is, to its limits."""

    READ = "read"
    CHANGE = "change"
    EXIT = "exit"
    SIGN_IN = "sign_in"
    LETTER = "letter"
    SIGNAL = "signal"


class Scope(StrEnum):
    """Whose requests are counted together; ``ACCOUNT`` is an e-mail address, whether anybody has it or not."""

    ADDRESS = "address"
    USER = "user"
    WORKSPACE = "workspace"
    ACCOUNT = "account"
    STRATEGY = "strategy"


@dataclass(frozen=True, slots=True)
class Rate:
    """``limit`` requests in ``period_ms``. Tokens are drawn from the shared bucket ``block`` at a time, and only for
    what goes beyond ``free_percent`` of the limit in one process (0 counts every request)."""

    limit: int
    period_ms: int
    block: int = 1
    free_percent: int = 0

    @property
    def token_us(self) -> int:
        """The time in which one token comes back, to the microsecond below: a full bucket holds the whole limit."""
        return self.period_ms * 1000 // self.limit

    @property
    def period_us(self) -> int:
        """The period in microseconds."""
        return self.period_ms * 1000


Rates = Mapping[tuple[RouteKind, Scope], Rate]

_MINUTE = 60_000
_SECOND_US = 1_000_000
_QUARTER_HOUR = 900_000

RATES: dict[tuple[RouteKind, Scope], Rate] = {
    (RouteKind.READ, Scope.ADDRESS): Rate(6_000, _MINUTE, block=50, free_percent=25),
    (RouteKind.READ, Scope.USER): Rate(3_000, _MINUTE, block=25, free_percent=25),
    (RouteKind.READ, Scope.WORKSPACE): Rate(6_000, _MINUTE, block=50, free_percent=25),
    (RouteKind.CHANGE, Scope.ADDRESS): Rate(1_200, _MINUTE, block=10, free_percent=10),
    (RouteKind.CHANGE, Scope.USER): Rate(600, _MINUTE, block=5, free_percent=10),
    (RouteKind.CHANGE, Scope.WORKSPACE): Rate(1_200, _MINUTE, block=10, free_percent=10),
    # An exit is held back by nobody's quota; this only keeps a flood from one address away from the functions.
    (RouteKind.EXIT, Scope.ADDRESS): Rate(6_000, _MINUTE, block=50, free_percent=25),
    (RouteKind.SIGN_IN, Scope.ADDRESS): Rate(60, _MINUTE),
    # Above the 20 wrong passwords that lock an account: the lock answers first.
    (RouteKind.SIGN_IN, Scope.ACCOUNT): Rate(60, _QUARTER_HOUR),
    (RouteKind.LETTER, Scope.ADDRESS): Rate(30, _QUARTER_HOUR),
    (RouteKind.LETTER, Scope.ACCOUNT): Rate(10, _QUARTER_HOUR),
    (RouteKind.LETTER, Scope.USER): Rate(60, _QUARTER_HOUR),
    (RouteKind.LETTER, Scope.WORKSPACE): Rate(120, _QUARTER_HOUR),
    (RouteKind.SIGNAL, Scope.ADDRESS): Rate(1_200, _MINUTE, block=10, free_percent=10),
    (RouteKind.SIGNAL, Scope.STRATEGY): Rate(60, _MINUTE),
}
"""The limits, unless the stage sets others."""

_KINDS: dict[tuple[str, str], RouteKind] = {
    ("POST", "/auth/login"): RouteKind.SIGN_IN,
    ("POST", "/auth/step-up"): RouteKind.SIGN_IN,
    ("POST", "/auth/verify-email"): RouteKind.SIGN_IN,
    ("POST", "/auth/password/reset"): RouteKind.SIGN_IN,
    ("POST", "/auth/register"): RouteKind.LETTER,
    ("POST", "/auth/verify-email/resend"): RouteKind.LETTER,
    ("POST", "/auth/password/forgot"): RouteKind.LETTER,
    ("POST", "/invitations"): RouteKind.LETTER,
    ("POST", "/invitations/{invitation_id}/resend"): RouteKind.LETTER,
    ("POST", "/terminal/orders/{order_id}/cancel"): RouteKind.EXIT,
    ("POST", "/terminal/positions/protection"): RouteKind.EXIT,
    ("POST", "/terminal/positions/close"): RouteKind.EXIT,
    ("POST", "/runs/stop-all"): RouteKind.EXIT,
    ("POST", "/runs/{run_id}/stop"): RouteKind.EXIT,
    ("POST", "/runs/{run_id}/kill"): RouteKind.EXIT,
    ("POST", "/runs/{run_id}/pause"): RouteKind.EXIT,
    ("POST", "/kill-switch"): RouteKind.EXIT,
    ("POST", "/signals/{strategy_id}"): RouteKind.SIGNAL,
}


def route_kind(method: str, path: str) -> RouteKind:
    """What the route is to its limits; one that is not named reads (GET) or changes something."""
    return _KINDS.get((method, path), RouteKind.READ if method == "GET" else RouteKind.CHANGE)


class InvalidRates(Exception):
    """The text of a stage's own limits cannot be read; the message names the part."""


def rates_with(text: str) -> Rates:
    """``RATES`` with those that ``text`` sets: ``kind.scope=limit/seconds``, divided by commas. Raises InvalidRates."""
    rates = dict(RATES)
    for part in filter(None, (part.strip() for part in text.split(","))):
        found = _SETTING.fullmatch(part)
        known = {(kind.value, scope.value): (kind, scope) for kind, scope in RATES}
        key = known.get((found["kind"], found["scope"])) if found else None
        if found is None or key is None:
            raise InvalidRates(f"{part!r} is not kind.scope=limit/seconds of a limit that there is")
        was = RATES[key]
        limit = int(found["limit"])
        block = max(1, min(was.block, limit // 10))
        rates[key] = Rate(limit, int(found["seconds"]) * 1000, block, was.free_percent)
    return rates


def address_subject(address: str) -> str:
    """By what the requests of an address are counted: itself, for IPv6 the network of a site, which is one client's."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    return str(found.ipv4_mapped or ipaddress.ip_network((found, _IPV6_SITE_BITS), strict=False))


@dataclass(frozen=True, slots=True)
class Bucket:
    """One bucket; ``full_at_us`` is when it is full again, in the past when it is (microseconds, as all times here)."""

    rate: Rate
    full_at_us: int = 0

    def remaining(self, now_us: int) -> int:
        """How many tokens it holds."""
        return max(0, self.rate.limit - _rounded_up(max(0, self.full_at_us - now_us), self.rate.token_us))

    def take(self, tokens: int, now_us: int) -> Bucket | None:
        """The bucket without ``tokens``, or None where it does not hold as many."""
        if self.remaining(now_us) < tokens:
            return None
        return Bucket(self.rate, max(self.full_at_us, now_us) + tokens * self.rate.token_us)

    def wait_s(self, tokens: int, now_us: int) -> int:
        """How many whole seconds until it holds ``tokens``; at least one."""
        missing = self.full_at_us - now_us - (self.rate.limit - tokens) * self.rate.token_us
        return max(1, _rounded_up(missing, _SECOND_US))

    def reset_s(self, now_us: int) -> int:
        """How many whole seconds until it is full; at least one."""
        return max(1, _rounded_up(self.full_at_us - now_us, _SECOND_US))


def _rounded_up(number: int, divisor: int) -> int:
    return -(-number // divisor)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a caller stands with one limit. ``remaining`` is what this process knows: others may have taken more."""

    kind: RouteKind
    scope: Scope
    rate: Rate
    remaining: int
    reset_s: int

    @property
    def permille(self) -> int:
        """What is left of the limit, in thousandths."""
        return self.remaining * 1000 // self.rate.limit


class TooManyRequests(Refusal):
    """A limit is used up; ``standing`` says which, and when there is room again."""

    def __init__(self, standing: Standing) -> None:
        rate, scope = standing.rate, standing.scope.value
        seconds = str(rate.period_ms // 1000)
        super().__init__(
            "rate.limited",
            f"more than {rate.limit} requests in {seconds} s from this {scope}: try again in {standing.reset_s} s",
            limit=str(rate.limit),
            period=seconds,
            scope=scope,
            seconds=str(standing.reset_s),
        )
        self.standing = standing
