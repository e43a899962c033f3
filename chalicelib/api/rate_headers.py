"""The headers that tell a caller how it stands with its limits (draft-ietf-httpapi-ratelimit-headers-10)."""

from __future__ import annotations

from chalicelib.domain.accounts.request_rates import Standing


def rate_headers(standing: Standing) -> dict[str, str]:
    """The policy (quota ``q`` in ``w`` seconds) and the standing (``r`` left, all back in ``t`` seconds)."""
    name = f"{standing.kind.value}-{standing.scope.value}".replace("_", "-")
    return {
        "RateLimit-Policy": f'"{name}";q={standing.rate.limit};w={standing.rate.period_ms // 1000}',
        "RateLimit": f'"{name}";r={standing.remaining};t={standing.reset_s}',
    }


def refusal_headers(standing: Standing) -> dict[str, str]:
    """The same for a refusal, with the time after which a request will pass."""
    return {**rate_headers(standing), "Retry-After": str(standing.reset_s)}
