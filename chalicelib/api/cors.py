"""Which pages of other origins may call the API: none, but those on the list (CORS, Fetch standard section 3.2).

The app itself needs no entry: page and API share one origin. An origin is compared whole, and the answer names that one
alone, never ``*``: it may come with the refresh cookie. What an answer says depends on the origin, so caches are told.
"""

from __future__ import annotations

from collections.abc import Collection

ALLOWED_HEADERS = "Authorization, Content-Type, Idempotency-Key, X-CSRF-Token"
EXPOSED_HEADERS = "Deprecation, Link, RateLimit, RateLimit-Policy, Retry-After, Sunset"
PREFLIGHT_SECONDS = 600
_VARY = {"Vary": "Origin"}


def cors_headers(origin: str | None, allowed: Collection[str]) -> dict[str, str]:
    """What an answer to ``origin`` carries: nothing at all while nobody is on the list."""
    if not allowed:
        return {}
    if origin not in allowed:
        return dict(_VARY)
    return {
        **_VARY,
        "Access-Control-Allow-Origin": str(origin),
        "Access-Control-Allow-Credentials": "true",
        "Access-Control-Expose-Headers": EXPOSED_HEADERS,
    }


def preflight_headers(origin: str | None, allowed: Collection[str], methods: Collection[str]) -> dict[str, str]:
    """What a preflight is told: the methods of its path and our request headers, to an origin on the list alone."""
    headers = cors_headers(origin, allowed)
    if origin in allowed:
        headers |= {
            "Access-Control-Allow-Methods": ", ".join(sorted(methods)),
            "Access-Control-Allow-Headers": ALLOWED_HEADERS,
            "Access-Control-Max-Age": str(PREFLIGHT_SECONDS),
        }
    return headers
