"""The shared token buckets keep their promises: the same tests for the fake and for DynamoDB."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chalicelib.adapters.dynamodb.binding import bind
from chalicelib.adapters.dynamodb.token_buckets import DynamoTokenBuckets, TokenBucketItem
from chalicelib.request_rate_ports import Draw, RatesUnavailable, TokenBuckets
from tests.contract.moto_aws import moto_aws
from tests.contract.silent_host import silent_host
from tests.fakes.memory_token_buckets import MemoryTokenBuckets

NOW = 1_700_000_000_000_000
PERIOD = 60_000_000
PRICE = 20_000_000


@pytest.fixture
def table() -> Iterator[None]:
    with moto_aws(TokenBucketItem):
        yield


@pytest.fixture(params=["fake", "dynamodb"])
def buckets(request: pytest.FixtureRequest, table: None) -> TokenBuckets:
    return MemoryTokenBuckets() if request.param == "fake" else DynamoTokenBuckets()


def test_a_new_bucket_is_full(buckets: TokenBuckets) -> None:
    assert buckets.draw("b", PRICE, PERIOD, NOW) == Draw(granted=True, full_at_us=NOW + PRICE)


def test_a_bucket_gives_what_it_holds_and_then_says_when_it_is_full_again(buckets: TokenBuckets) -> None:
    granted = [buckets.draw("b", PRICE, PERIOD, NOW).granted for _ in range(4)]

    assert granted == [True, True, True, False]
    assert buckets.draw("b", PRICE, PERIOD, NOW).full_at_us == NOW + PERIOD


def test_a_token_comes_back_with_time(buckets: TokenBuckets) -> None:
    for _ in range(3):
        buckets.draw("b", PRICE, PERIOD, NOW)

    assert not buckets.draw("b", PRICE, PERIOD, NOW + 19_999_999).granted
    assert buckets.draw("b", PRICE, PERIOD, NOW + 20_000_000) == Draw(granted=True, full_at_us=NOW + 80_000_000)


def test_a_bucket_that_rested_holds_no_more_than_when_it_was_new(buckets: TokenBuckets) -> None:
    buckets.draw("b", PRICE, PERIOD, NOW)
    later = NOW + 10 * PERIOD

    assert [buckets.draw("b", PRICE, PERIOD, later).granted for _ in range(4)] == [True, True, True, False]


@pytest.mark.parametrize("limit", [7, 11])
def test_a_limit_that_does_not_divide_the_period_is_given_whole(buckets: TokenBuckets, limit: int) -> None:
    price = PERIOD // limit

    assert sum(buckets.draw("b", price, PERIOD, NOW).granted for _ in range(limit + 3)) == limit


def test_a_block_larger_than_what_is_left_is_refused_whole(buckets: TokenBuckets) -> None:
    buckets.draw("b", 2 * PRICE, PERIOD, NOW)

    assert not buckets.draw("b", 2 * PRICE, PERIOD, NOW).granted
    assert buckets.draw("b", PRICE, PERIOD, NOW).granted


def test_buckets_are_apart(buckets: TokenBuckets) -> None:
    buckets.draw("a", PERIOD, PERIOD, NOW)

    assert buckets.draw("b", PERIOD, PERIOD, NOW).granted


def test_rows_expire_by_themselves(table: None) -> None:
    DynamoTokenBuckets().draw("b", PRICE, PERIOD, NOW)

    assert [item.expires_at for item in TokenBucketItem.scan()] == [(NOW + PERIOD) // 1_000_000 + 3_600]


def test_a_table_that_is_not_there_is_said_to_be_unavailable(table: None) -> None:
    bind(TokenBucketItem, "elsewhere")

    with pytest.raises(RatesUnavailable):
        DynamoTokenBuckets().draw("b", PRICE, PERIOD, NOW)


def test_a_host_that_refuses_is_given_up_soon(monkeypatch: pytest.MonkeyPatch, table: None) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    bind(TokenBucketItem, "unreachable")

    with pytest.raises(RatesUnavailable):
        DynamoTokenBuckets().draw("b", PRICE, PERIOD, NOW)


def test_a_host_that_does_not_answer_is_given_up_soon(monkeypatch: pytest.MonkeyPatch, table: None) -> None:
    with silent_host() as address:
        monkeypatch.setenv("AWS_ENDPOINT_URL", address)
        bind(TokenBucketItem, "silent")

        with pytest.raises(RatesUnavailable):
            DynamoTokenBuckets().draw("b", PRICE, PERIOD, NOW)
