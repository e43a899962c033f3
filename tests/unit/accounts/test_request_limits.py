"""Callers are held to their rates by all processes together, and cheaply."""

from __future__ import annotations

import pytest

from chalicelib.domain.accounts.request_rates import Rate, RouteKind, Scope, TooManyRequests
from chalicelib.services.accounts.request_limits import RequestLimits
from tests.fakes.memory_token_buckets import MemoryTokenBuckets
from tests.fakes.virtual_clock import VirtualClock

STRICT = {(RouteKind.SIGN_IN, Scope.ADDRESS): Rate(3, 60_000)}
LOOSE = {(RouteKind.READ, Scope.USER): Rate(100, 60_000, block=10, free_percent=25)}
HERE = {Scope.ADDRESS: "203.0.113.9"}
SOMEBODY = {Scope.USER: "u1"}


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def buckets() -> MemoryTokenBuckets:
    return MemoryTokenBuckets()


def admitted(limits: RequestLimits, kind: RouteKind, subjects: dict[Scope, str], tries: int) -> int:
    """How many of so many requests pass."""
    passed = 0
    for _ in range(tries):
        try:
            limits.admit(kind, subjects)
        except TooManyRequests:
            continue
        passed += 1
    return passed


def test_what_goes_beyond_the_limit_is_refused_with_the_time_to_wait(
    buckets: MemoryTokenBuckets, clock: VirtualClock
) -> None:
    limits = RequestLimits(buckets, clock, STRICT)

    assert admitted(limits, RouteKind.SIGN_IN, HERE, 3) == 3
    with pytest.raises(TooManyRequests) as refusal:
        limits.admit(RouteKind.SIGN_IN, HERE)
    assert refusal.value.standing.reset_s == 20
    assert refusal.value.params == {"limit": "3", "period": "60", "scope": "address", "seconds": "20"}


def test_a_strict_limit_is_one_for_all_processes(buckets: MemoryTokenBuckets, clock: VirtualClock) -> None:
    processes = [RequestLimits(buckets, clock, STRICT) for _ in range(4)]

    assert sum(admitted(process, RouteKind.SIGN_IN, HERE, 3) for process in processes) == 3


def test_after_the_wait_there_is_room_again(buckets: MemoryTokenBuckets, clock: VirtualClock) -> None:
    limits = RequestLimits(buckets, clock, STRICT)
    admitted(limits, RouteKind.SIGN_IN, HERE, 5)

    clock.advance(20_000)

    assert admitted(limits, RouteKind.SIGN_IN, HERE, 2) == 1


def test_one_caller_does_not_pay_for_another(buckets: MemoryTokenBuckets, clock: VirtualClock) -> None:
    limits = RequestLimits(buckets, clock, STRICT)
    admitted(limits, RouteKind.SIGN_IN, HERE, 5)

    assert admitted(limits, RouteKind.SIGN_IN, {Scope.ADDRESS: "203.0.113.10"}, 5) == 3


def test_reads_now_and_then_write_nothing(buckets: MemoryTokenBuckets, clock: VirtualClock) -> None:
    limits = RequestLimits(buckets, clock, LOOSE)

    assert admitted(limits, RouteKind.READ, SOMEBODY, 25) == 25
    assert buckets.draws == 0


def test_many_reads_cost_a_tenth_of_a_write_each(buckets: MemoryTokenBuckets, clock: VirtualClock) -> None:
    limits = RequestLimits(buckets, clock, LOOSE)

    assert admitted(limits, RouteKind.READ, SOMEBODY, 95) == 95
    assert buckets.draws == 7


def test_one_process_lets_no_more_than_the_limit_pass(buckets: MemoryTokenBuckets, clock: VirtualClock) -> None:
    assert admitted(RequestLimits(buckets, clock, LOOSE), RouteKind.READ, SOMEBODY, 300) == 100


def test_each_further_process_adds_at_most_its_free_share(buckets: MemoryTokenBuckets, clock: VirtualClock) -> None:
    processes = [RequestLimits(buckets, clock, LOOSE) for _ in range(4)]

    assert sum(admitted(process, RouteKind.READ, SOMEBODY, 200) for process in processes) <= 100 + 4 * 25


def test_a_flood_that_is_refused_costs_no_writes(buckets: MemoryTokenBuckets, clock: VirtualClock) -> None:
    limits = RequestLimits(buckets, clock, STRICT)
    other = RequestLimits(buckets, clock, STRICT)
    admitted(other, RouteKind.SIGN_IN, HERE, 3)
    buckets.draws = 0

    assert admitted(limits, RouteKind.SIGN_IN, HERE, 1_000) == 0
    assert buckets.draws == 1


def test_without_the_store_the_process_holds_to_the_limit_by_itself(
    buckets: MemoryTokenBuckets, clock: VirtualClock
) -> None:
    buckets.broken = True
    limits = RequestLimits(buckets, clock, STRICT | LOOSE)

    assert admitted(limits, RouteKind.READ, SOMEBODY, 100) == 100
    assert admitted(limits, RouteKind.SIGN_IN, HERE, 10) == 3
    assert buckets.draws == 1


def test_a_store_that_is_back_is_asked_again_after_five_seconds(
    buckets: MemoryTokenBuckets, clock: VirtualClock
) -> None:
    buckets.broken = True
    limits = RequestLimits(buckets, clock, STRICT)
    limits.admit(RouteKind.SIGN_IN, HERE)
    buckets.broken = False

    clock.advance(5_000)
    limits.admit(RouteKind.SIGN_IN, HERE)

    assert buckets.draws == 2
    assert len(buckets.full_at_us) == 1


def test_a_kind_without_a_limit_for_the_caller_passes(buckets: MemoryTokenBuckets, clock: VirtualClock) -> None:
    assert RequestLimits(buckets, clock, STRICT).admit(RouteKind.EXIT, SOMEBODY) is None


def test_the_tightest_limit_is_told(buckets: MemoryTokenBuckets, clock: VirtualClock) -> None:
    rates = {
        (RouteKind.CHANGE, Scope.USER): Rate(4, 60_000),
        (RouteKind.CHANGE, Scope.WORKSPACE): Rate(100, 60_000),
    }

    standing = RequestLimits(buckets, clock, rates).admit(RouteKind.CHANGE, {Scope.WORKSPACE: "w1", Scope.USER: "u1"})

    assert standing is not None
    assert (standing.scope, standing.remaining, standing.reset_s) == (Scope.USER, 3, 15)
