"""What the private stream tells, when, and in which order."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from infra.local.exchange.engine import Settings
from infra.local.exchange.engine.events import EventQueue
from infra.local.exchange.engine.faults import BEFORE, CALL_KINDS, STORM, Fault, FaultPlan
from infra.local.exchange.engine.rate_limits import RateLimiter
from infra.local.exchange.ws.streams import is_over, max_active_ms


def test_a_fill_tells_order_execution_position_and_wallet(desk: Any) -> None:
    desk.order()
    topics = [event.topic for event in desk.events()]
    assert set(topics) == {"order", "execution", "position", "wallet"}
    assert desk.events() == []


def test_every_order_action_brings_position_noise(desk: Any) -> None:
    record = desk.placed(price="59000")
    desk.call("POST", "/v5/order/cancel", orderId=record["orderId"])
    positions = [event for event in desk.events() if event.topic == "position"]
    assert len(positions) == 2
    assert positions[0].data == positions[1].data


def test_events_are_late_keep_their_order_in_a_topic_and_may_overtake_across_topics(desk_with: Any) -> None:
    desk = desk_with(settings=Settings(event_delay_ms=(5, 200)))
    links = []
    for _ in range(20):
        links.append(desk.placed(price="59000", qty="0.001")["orderLinkId"])
    assert desk.events() == []
    desk.move("60000")
    told = [event.data[0]["orderLinkId"] for event in desk.events() if event.topic == "order"]
    assert told == links


def test_duplicates_and_reordering_are_faults_of_the_queue() -> None:
    queue = EventQueue(Random(3), (1, 1), duplicate=1.0)
    queue.put("order", 0, [{"n": 1}])
    assert [event.data[0]["n"] for event in queue.take(100)] == [1, 1]
    queue = EventQueue(Random(3), (1, 1), reorder=0.5)
    for number in range(50):
        queue.put("order", number, [{"n": number}])
    numbers = [event.data[0]["n"] for event in queue.take(10_000)]
    assert sorted(numbers) == list(range(50))
    assert numbers != sorted(numbers)


def test_the_same_seed_gives_the_same_ids_and_delays(desk_with: Any) -> None:
    def run() -> list[Any]:
        desk = desk_with(settings=Settings(event_delay_ms=(5, 50)))
        desk.order(stopLoss="59000", takeProfit="61000")
        desk.move("59500", "58900", "60000")
        return [(event.topic, event.created_ms, event.data) for event in desk.events()]

    assert run() == run()


def test_the_limiter_counts_a_rolling_second_per_user_and_group() -> None:
    limiter = RateLimiter()
    for left in range(9, -1, -1):
        assert limiter.spend("1", "/v5/order/create", 1000).left == left
    exceeded = limiter.spend("1", "/v5/order/create", 1500)
    assert (exceeded.granted, exceeded.reset_ms) == (0, 2000)
    assert exceeded.headers()["X-Bapi-Limit-Status"] == "0"
    assert limiter.spend("1", "/v5/order/cancel", 1500).granted == 1
    assert limiter.spend("2", "/v5/order/create", 1500).granted == 1
    assert limiter.spend("1", "/v5/order/create", 2001).granted == 1


def test_a_batch_takes_as_many_units_as_fit() -> None:
    limiter = RateLimiter()
    assert limiter.spend("1", "/v5/order/create-batch", 0, 8).granted == 8
    assert limiter.spend("1", "/v5/order/create-batch", 0, 8).granted == 2


def test_six_hundred_requests_in_five_seconds_ban_an_address_for_ten_minutes() -> None:
    limiter = RateLimiter()
    assert all(limiter.admits("a", 0) for _ in range(600))
    assert not limiter.admits("a", 1)
    assert limiter.admits("b", 1)
    assert not limiter.admits("a", 599_000)
    assert limiter.admits("a", 600_002)


def test_a_fault_happens_as_often_as_it_was_ordered_and_only_to_its_calls() -> None:
    plan = FaultPlan(Random(1))
    plan.install(Fault("lost_request", path="order/create", symbol="BTCUSDT", count=2))
    assert plan.draw(BEFORE, "/v5/order/cancel", "1", {"symbol": "BTCUSDT"}) is None
    assert plan.draw(BEFORE, "/v5/order/create", "1", {"symbol": "ETHUSDT"}) is None
    hits = [plan.draw(BEFORE, "/v5/order/create", "1", {"symbol": "BTCUSDT"}) for _ in range(3)]
    assert [hit is not None for hit in hits] == [True, True, False]
    assert plan.happened["lost_request"] == 2


def test_faults_by_seed_repeat_with_the_seed() -> None:
    def run(seed: int) -> list[bool]:
        plan = FaultPlan(Random(seed))
        plan.install(Fault("slow", count=None, probability=0.3))
        return [plan.draw(BEFORE, "/v5/order/create", "1", {}) is not None for _ in range(40)]

    assert run(5) == run(5)
    assert run(5) != run(6)


def test_a_storm_of_faults_repeats_with_its_seed_and_holds_every_kind() -> None:
    def run(seed: int) -> tuple[list[str], FaultPlan]:
        plan = FaultPlan(Random(0))
        plan.storm(seed, 0.5)
        drawn = [plan.draw(CALL_KINDS, "/v5/order/create", "1", {}) for _ in range(2000)]
        return [fault.kind if fault else "" for fault in drawn], plan

    first, plan = run(11)
    assert first == run(11)[0]
    assert first != run(12)[0]
    assert set(plan.happened) == {kind for kind, _, _ in STORM}
    assert 0.3 < sum(plan.happened.values()) / 2000 < 0.5


@pytest.mark.parametrize(
    ("asked", "age_s", "silence_s", "over"),
    [
        ("", 86_400, 599, False),
        ("", 700, 601, True),
        ("30s", 29, 1, False),
        ("30s", 31, 1, True),
        ("2m", 119, 1, False),
        ("2m", 121, 1, True),
        ("9999s", 601, 1, True),
        ("nonsense", 86_400, 1, False),
    ],
)
def test_a_connection_is_cut_when_it_is_idle_or_older_than_it_asked_to_be(
    asked: str, age_s: int, silence_s: int, over: bool
) -> None:
    now = 10**12
    assert is_over(now, now - age_s * 1000, now - silence_s * 1000, max_active_ms(asked)) is over
