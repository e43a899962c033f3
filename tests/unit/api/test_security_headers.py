"""The headers that every answer carries, and those that none does."""

from __future__ import annotations

import pytest

from tests.unit.api.gateway import Gateway


def _headers(gateway: Gateway, method: str, path: str) -> dict[str, str]:
    return {name.lower(): value for name, value in gateway.call(method, path).headers.items()}


@pytest.mark.parametrize(("method", "path"), [("GET", "/healthz"), ("GET", "/me"), ("POST", "/auth/login")])
def test_every_answer_good_or_not_forbids_framing_sniffing_caching_and_referring(
    gateway: Gateway, method: str, path: str
) -> None:
    headers = _headers(gateway, method, path)

    assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-resource-policy"] == "same-origin"


def test_over_tls_browsers_are_told_to_stay_there(gateway: Gateway) -> None:
    assert gateway.services.secure_cookies
    assert _headers(gateway, "GET", "/healthz")["strict-transport-security"].startswith("max-age=63072000")


def test_no_other_origin_is_let_in(gateway: Gateway) -> None:
    assert not [name for name in _headers(gateway, "GET", "/healthz") if name.startswith("access-control-")]
