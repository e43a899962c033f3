"""The shared counters of rate limits keep their promises: the same tests for the fake and for DynamoDB."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chalicelib.adapters.dynamodb.binding import bind
from chalicelib.adapters.dynamodb.rate_limits import DynamoRateLimits, RateLimitItem
from chalicelib.domain.exchange.rate_window import Counted
from chalicelib.rate_ports import RateLimitStore, RateLimitsUnavailable
from tests.contract.moto_aws import moto_aws
from tests.contract.silent_host import silent_host
from tests.fakes.memory_rate_limits import MemoryRateLimits

NOW = 1_700_000_000_100
BUCKET = f"w/c/CREATE_ORDER#{NOW - 100}"


@pytest.fixture
def table() -> Iterator[None]:
    with moto_aws(RateLimitItem):
        yield


@pytest.fixture(params=["fake", "dynamodb"])
def store(request: pytest.FixtureRequest, table: None) -> RateLimitStore:
    return MemoryRateLimits() if request.param == "fake" else DynamoRateLimits()


def test_an_unspent_bucket_counts_nothing(store: RateLimitStore) -> None:
    assert store.counted(BUCKET, 4) == Counted((0, 0, 0, 0))


def test_what_is_spent_is_counted_in_its_part(store: RateLimitStore) -> None:
    store.spend(BUCKET, 0, 2, 8, NOW, 4)

    assert store.spend(BUCKET, 3, 1, 8, NOW, 4) == Counted((2, 0, 0, 1))
    assert store.counted(BUCKET, 4) == Counted((2, 0, 0, 1))


def test_a_bucket_is_spent_to_the_last_token_and_no_further(store: RateLimitStore) -> None:
    store.spend(BUCKET, 0, 7, 8, NOW, 4)

    assert store.spend(BUCKET, 1, 2, 8, NOW, 4) is None
    assert store.spend(BUCKET, 1, 1, 8, NOW, 4) == Counted((7, 1, 0, 0))
    assert store.spend(BUCKET, 1, 1, 8, NOW, 4) is None
    assert store.counted(BUCKET, 4) == Counted((7, 1, 0, 0))


def test_more_than_fits_an_empty_bucket_is_not_spent(store: RateLimitStore) -> None:
    assert store.spend(BUCKET, 0, 9, 8, NOW, 4) is None
    assert store.counted(BUCKET, 4) == Counted((0, 0, 0, 0))


def test_a_closed_bucket_opens_at_its_time(store: RateLimitStore) -> None:
    store.spend(BUCKET, 0, 1, 8, NOW, 4)
    store.close(BUCKET, NOW + 300, NOW)

    assert store.counted(BUCKET, 4).closed_until_ms == NOW + 300
    assert store.spend(BUCKET, 1, 1, 8, NOW + 299, 4) is None
    assert store.spend(BUCKET, 1, 1, 8, NOW + 300, 4) == Counted((1, 1, 0, 0), NOW + 300)


def test_an_untouched_bucket_can_be_closed(store: RateLimitStore) -> None:
    store.close(BUCKET, NOW + 300, NOW)

    assert store.spend(BUCKET, 0, 1, 8, NOW, 4) is None


def test_buckets_do_not_share_their_counters(store: RateLimitStore) -> None:
    store.spend(BUCKET, 0, 8, 8, NOW, 4)

    assert store.spend("egress#1700000000000", 4, 8, 480, NOW, 5) == Counted((0, 0, 0, 0, 8))


def test_a_ban_is_told_to_whoever_asks(store: RateLimitStore) -> None:
    before = store.banned_until_ms()
    store.ban(NOW + 600_000)

    assert before == 0
    assert store.banned_until_ms() == NOW + 600_000


def test_rows_expire_by_themselves(table: None) -> None:
    store = DynamoRateLimits()

    store.spend(BUCKET, 0, 1, 8, NOW, 4)
    store.close("closed", NOW, NOW)
    store.ban(NOW)

    assert {item.bucket: item.expires_at for item in RateLimitItem.scan()} == {
        BUCKET: NOW // 1000 + 3_600,
        "closed": NOW // 1000 + 3_600,
        "ban": NOW // 1000 + 3_600,
    }


def test_a_table_that_is_not_there_is_said_to_be_unavailable(table: None) -> None:
    bind(RateLimitItem, "elsewhere")
    store = DynamoRateLimits()

    for ask in (
        lambda: store.counted(BUCKET, 4),
        lambda: store.spend(BUCKET, 0, 1, 8, NOW, 4),
        lambda: store.close(BUCKET, NOW, NOW),
        lambda: store.banned_until_ms(),
        lambda: store.ban(NOW),
    ):
        with pytest.raises(RateLimitsUnavailable):
            ask()


def test_a_host_that_refuses_is_given_up_soon(monkeypatch: pytest.MonkeyPatch, table: None) -> None:
    # Nobody listens there: refused at once, by the client's own error, not by one of the service.
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    bind(RateLimitItem, "unreachable")

    with pytest.raises(RateLimitsUnavailable):
        DynamoRateLimits().counted(BUCKET, 4)


def test_a_host_that_does_not_answer_is_given_up_soon(monkeypatch: pytest.MonkeyPatch, table: None) -> None:
    with silent_host() as address:
        monkeypatch.setenv("AWS_ENDPOINT_URL", address)
        bind(RateLimitItem, "silent")
        store = DynamoRateLimits()

        with pytest.raises(RateLimitsUnavailable):
            store.counted(BUCKET, 4)
        with pytest.raises(RateLimitsUnavailable):
            store.spend(BUCKET, 0, 1, 8, NOW, 4)
