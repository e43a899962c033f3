"""Token buckets of requests: arithmetic, the table of limits, a stage's own limits, whom an address stands for."""

from __future__ import annotations

import pytest

from chalicelib.domain.accounts.request_rates import (
    RATES,
    Bucket,
    InvalidRates,
    Rate,
    RouteKind,
    Scope,
    address_subject,
    rates_with,
    route_kind,
)
from chalicelib.domain.accounts.route_access import ROUTE_ACCESS, Access

NOW = 1_700_000_000_000_000
EXITS = {
    ("POST", "/terminal/orders/{order_id}/cancel"),
    ("POST", "/terminal/positions/protection"),
    ("POST", "/terminal/positions/close"),
    ("POST", "/runs/stop-all"),
    ("POST", "/runs/{run_id}/stop"),
    ("POST", "/runs/{run_id}/kill"),
    ("POST", "/kill-switch"),
}


@pytest.mark.parametrize("limit", [1, 7, 60, 3_000, 7_001])
def test_a_full_bucket_holds_the_whole_limit_and_no_more(limit: int) -> None:
    bucket: Bucket | None = Bucket(Rate(limit, 60_000))
    for _ in range(limit):
        assert bucket is not None
        bucket = bucket.take(1, NOW)

    assert bucket is not None
    assert bucket.remaining(NOW) == 0
    assert bucket.take(1, NOW) is None


def test_a_token_comes_back_after_its_share_of_the_period() -> None:
    bucket = Bucket(Rate(6, 60_000)).take(6, NOW)

    assert bucket is not None
    assert bucket.wait_s(1, NOW) == 10
    assert bucket.take(1, NOW + 9_999_999) is None
    assert bucket.take(1, NOW + 10_000_000) is not None


def test_a_bucket_never_holds_more_than_its_limit_however_long_it_rests() -> None:
    bucket = Bucket(Rate(6, 60_000), full_at_us=NOW)

    assert bucket.remaining(NOW + 10**12) == 6


def test_exits_are_held_back_by_no_users_and_no_workspaces_limit() -> None:
    assert {route_kind(*route) for route in EXITS} == {RouteKind.EXIT}
    assert set(ROUTE_ACCESS) >= EXITS
    assert {scope for kind, scope in RATES if kind is RouteKind.EXIT} == {Scope.ADDRESS}


def test_every_route_has_a_limit_by_address() -> None:
    assert all((route_kind(*route), Scope.ADDRESS) in RATES for route in ROUTE_ACCESS)


def test_what_anybody_may_post_without_a_session_is_strict() -> None:
    posts = {
        route
        for route, need in ROUTE_ACCESS.items()
        if need is Access.PUBLIC and route[0] == "POST" and not route[1].startswith("/signals")
    }

    assert posts
    assert {route_kind(*route) for route in posts} <= {RouteKind.SIGN_IN, RouteKind.LETTER}


def test_a_stage_sets_its_own_limits_and_keeps_the_others() -> None:
    rates = rates_with("sign_in.address=3/30, read.user=10/1")

    assert rates[(RouteKind.SIGN_IN, Scope.ADDRESS)] == Rate(3, 30_000)
    assert rates[(RouteKind.READ, Scope.USER)].limit == 10
    assert rates[(RouteKind.CHANGE, Scope.USER)] == RATES[(RouteKind.CHANGE, Scope.USER)]


@pytest.mark.parametrize("text", ["read.user", "read.user=0/60", "read.nobody=1/1", "exit.user=1/1", "read.user=1/0"])
def test_limits_that_cannot_be_read_are_refused(text: str) -> None:
    with pytest.raises(InvalidRates):
        rates_with(text)


@pytest.mark.parametrize(
    ("address", "subject"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("not an address", "unknown"),
        ("", "unknown"),
    ],
)
def test_an_address_stands_for_one_client(address: str, subject: str) -> None:
    assert address_subject(address) == subject
