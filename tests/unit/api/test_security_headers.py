"""The headers that every answer carries, and those that none does."""

from __future__ import annotations

import pytest

from chalicelib.settings import InvalidSettings, Settings
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


LISTED = "https://tools.example.com"
OTHERS = ["https://evil.example", "https://tools.example.com.evil.example", "http://tools.example.com", "null", "*"]


def test_an_origin_on_the_list_is_named_alone_and_others_are_told_nothing(gateway: Gateway) -> None:
    gateway.services.cors_origins = frozenset({LISTED})

    listed = gateway.call("GET", "/healthz", headers={"Origin": LISTED}).headers
    others = [gateway.call("GET", "/healthz", headers={"Origin": origin}).headers for origin in OTHERS]

    assert listed["Access-Control-Allow-Origin"] == LISTED
    assert listed["Access-Control-Allow-Credentials"] == "true"
    for headers in (listed, *others):
        assert headers["Vary"] == "Origin"
    assert not [name for headers in others for name in headers if name.startswith("Access-Control-")]


def test_a_preflight_tells_the_methods_of_its_path_to_an_origin_on_the_list_alone(gateway: Gateway) -> None:
    gateway.services.cors_origins = frozenset({LISTED})

    listed = gateway.call("OPTIONS", "/bots/some-id", headers={"Origin": LISTED})
    others = [gateway.call("OPTIONS", "/bots/some-id", headers={"Origin": origin}) for origin in OTHERS]

    assert (listed.status, listed.headers["Access-Control-Allow-Methods"]) == (204, "DELETE, GET, PATCH")
    assert "Idempotency-Key" in listed.headers["Access-Control-Allow-Headers"]
    assert not [name for answer in others for name in answer.headers if name.startswith("Access-Control-")]


@pytest.mark.parametrize("origins", ["*", "https://a.example/", "http://a.example", "a.example", "https://A.example"])
def test_a_list_of_what_are_no_origins_is_refused(origins: str) -> None:
    with pytest.raises(InvalidSettings, match="CORS_ORIGINS"):
        Settings.read({"STAGE": "x", "TABLE_PREFIX": "x", "BYBIT_ENV": "demo", "CORS_ORIGINS": origins})
