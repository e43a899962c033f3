from __future__ import annotations

from chalicelib.adapters.bybit.endpoints import Endpoint
from chalicelib.adapters.bybit.governor import IP_BAN_MS, Priority, ProcessGovernor
from tests.unit.bybit.fakes import FakeClock


def taken(governor: ProcessGovernor, priority: Priority, connection: str = "a") -> int:
    """How many requests of this priority leave at once."""
    count = 0
    while governor.wait_ms(connection, Endpoint.CREATE_ORDER, priority) == 0:
        count += 1
    return count


def test_no_more_than_eighty_percent_of_the_limit_leaves_in_a_burst() -> None:
    assert taken(ProcessGovernor(FakeClock().now_ms), Priority.EXIT) == 8


def test_entries_leave_the_last_tokens_to_exits() -> None:
    governor = ProcessGovernor(FakeClock().now_ms)

    entries = taken(governor, Priority.ENTRY)

    assert entries < 8
    assert taken(governor, Priority.EXIT) == 8 - entries


def test_the_bucket_refills_with_time() -> None:
    clock = FakeClock()
    governor = ProcessGovernor(clock.now_ms)
    taken(governor, Priority.EXIT)

    wait = governor.wait_ms("a", Endpoint.CREATE_ORDER, Priority.EXIT)
    clock.time_ms += wait

    assert wait == 125
    assert governor.wait_ms("a", Endpoint.CREATE_ORDER, Priority.EXIT) == 0


def test_connections_and_endpoints_do_not_share_a_bucket() -> None:
    governor = ProcessGovernor(FakeClock().now_ms)
    taken(governor, Priority.EXIT)

    assert governor.wait_ms("b", Endpoint.CREATE_ORDER, Priority.EXIT) == 0
    assert governor.wait_ms("a", Endpoint.CANCEL_ORDER, Priority.EXIT) == 0


def test_what_others_spent_is_learnt_from_the_headers() -> None:
    governor = ProcessGovernor(FakeClock().now_ms)

    governor.observe("a", Endpoint.CREATE_ORDER, {"X-Bapi-Limit": "10", "X-Bapi-Limit-Status": "3"})

    assert taken(governor, Priority.EXIT) == 1


def test_an_upgraded_limit_is_used() -> None:
    clock = FakeClock()
    governor = ProcessGovernor(clock.now_ms)
    governor.observe("a", Endpoint.CREATE_ORDER, {"x-bapi-limit": "60", "x-bapi-limit-status": "60"})
    clock.time_ms += 1_000

    assert taken(governor, Priority.EXIT) == 48


def test_after_too_many_nothing_leaves_until_the_reset() -> None:
    clock = FakeClock()
    governor = ProcessGovernor(clock.now_ms)

    governor.refused("a", Endpoint.CREATE_ORDER, {"X-Bapi-Limit-Reset-Timestamp": str(clock.time_ms + 700)})

    assert governor.wait_ms("a", Endpoint.CREATE_ORDER, Priority.EXIT) == 700


def test_an_address_ban_lasts_ten_minutes() -> None:
    clock = FakeClock()
    governor = ProcessGovernor(clock.now_ms)

    governor.ban()
    during = governor.banned()
    clock.time_ms += IP_BAN_MS

    assert during
    assert not governor.banned()
