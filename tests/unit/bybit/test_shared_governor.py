"""Processes that share one exchange account share its limits."""

from __future__ import annotations

import random

import pytest

from chalicelib.adapters.bybit.endpoints import Endpoint
from chalicelib.adapters.bybit.governor import IP_BAN_MS, Priority, ProcessGovernor
from chalicelib.adapters.bybit.shared_governor import ALONE_MS, EGRESS_BLOCK, SharedGovernor
from tests.fakes.memory_rate_limits import MemoryRateLimits
from tests.unit.bybit.fakes import FakeClock

CREATE, READ = Endpoint.CREATE_ORDER, Endpoint.POSITIONS


class Processes:
    """Some processes, one store, one clock, which starts at a full five seconds."""

    def __init__(self, number: int = 2) -> None:
        self.clock = FakeClock()
        self.store = MemoryRateLimits()
        self.each = [self.another() for _ in range(number)]

    def another(self) -> SharedGovernor:
        return SharedGovernor(ProcessGovernor(self.clock.now_ms), self.store, self.clock.now_ms)


def taken(governor: SharedGovernor, priority: Priority, endpoint: Endpoint = CREATE, connection: str = "a") -> int:
    """How many requests leave at once."""
    count = 0
    while governor.wait_ms(connection, endpoint, priority) == 0:
        count += 1
    return count


def most_in_a_rolling(period_ms: int, sent_ms: list[int]) -> int:
    return max(sum(1 for other in sent_ms if at - period_ms < other <= at) for at in sent_ms)


def spending(processes: Processes, endpoint: Endpoint, seconds: int, seed: int, *, connections: int = 1) -> list[int]:
    """When requests left, while every process asked as often as chance would have it."""
    chance = random.Random(seed)
    sent = []
    end_ms = processes.clock.time_ms + seconds * 1_000
    while processes.clock.time_ms < end_ms:
        priority = chance.choice(list(Priority)) if endpoint.value.changes else Priority.READ
        connection = str(chance.randrange(connections))
        if chance.choice(processes.each).wait_ms(connection, endpoint, priority) == 0:
            sent.append(processes.clock.time_ms)
        processes.clock.time_ms += chance.choice([0, 0, 1, 7, 40, 40, 400]) if connections == 1 else chance.randrange(3)
    return sent


@pytest.mark.parametrize("seed", range(20))
def test_two_processes_never_send_more_than_eighty_percent_in_any_second(seed: int) -> None:
    sent = spending(Processes(), CREATE, 30, seed)

    assert most_in_a_rolling(1_000, sent) <= 8
    assert len(sent) > 30 * 4


@pytest.mark.parametrize("seed", range(5))
def test_without_headers_reads_go_over_by_a_quarter_for_each_process_at_most(seed: int) -> None:
    sent = spending(Processes(3), READ, 10, seed)

    assert most_in_a_rolling(1_000, sent) <= 40 + 3 * (50 // 4)


@pytest.mark.parametrize("seed", range(5))
def test_with_headers_reads_go_over_by_one_for_each_process_at_most(seed: int) -> None:
    processes, chance, sent = Processes(4), random.Random(seed), []
    for _ in range(3_000):
        governor = chance.choice(processes.each)
        if governor.wait_ms("a", READ, Priority.READ) == 0:
            sent.append(processes.clock.time_ms)
            left = 50 - sum(1 for at in sent[-60:] if at > processes.clock.time_ms - 1_000)
            governor.observe("a", READ, {"X-Bapi-Limit": "50", "X-Bapi-Limit-Status": str(left)})
        processes.clock.time_ms += chance.choice([0, 1, 5, 20])

    assert most_in_a_rolling(1_000, sent) <= 40 + 4


def test_the_address_sends_480_in_any_five_seconds_whoever_asks() -> None:
    processes = Processes(4)

    sent = spending(processes, CREATE, 16, 1, connections=400)

    assert most_in_a_rolling(5_000, sent) <= 480 + 4 * EGRESS_BLOCK
    assert len(sent) > 960


def test_two_processes_at_the_turn_of_a_second_do_not_spend_twice() -> None:
    processes = Processes()
    first, second = processes.each
    processes.clock.time_ms += 990

    before = taken(first, Priority.EXIT)
    processes.clock.time_ms += 20

    assert before == 8
    assert taken(second, Priority.EXIT) == 0


def test_an_exit_gets_through_when_entries_have_spent_their_share() -> None:
    first, second = Processes().each

    entries = taken(first, Priority.ENTRY) + taken(second, Priority.ENTRY)

    assert entries == 5
    assert taken(second, Priority.EXIT) == 3


def test_lower_priorities_stop_earlier() -> None:
    assert [taken(Processes().each[0], priority) for priority in Priority] == [8, 7, 6, 5, 5]


def test_a_wait_is_long_enough() -> None:
    processes = Processes()
    first, second = processes.each
    processes.clock.time_ms += 300
    taken(first, Priority.EXIT)

    wait = second.wait_ms("a", CREATE, Priority.EXIT)
    processes.clock.time_ms += wait

    assert wait == 1_200  # the quarter second in which they left ends at 500 ms, and weighs for a second more
    assert second.wait_ms("a", CREATE, Priority.EXIT) == 0


def test_connections_and_endpoints_do_not_share_a_bucket() -> None:
    first, second = Processes().each
    taken(first, Priority.EXIT)

    assert second.wait_ms("b", CREATE, Priority.EXIT) == 0
    assert second.wait_ms("a", Endpoint.CANCEL_ORDER, Priority.EXIT) == 0


def test_a_change_costs_one_write_and_a_share_of_the_addresss_block() -> None:
    processes = Processes(1)

    taken(processes.each[0], Priority.EXIT)

    assert processes.store.writes == 8 + 8 // EGRESS_BLOCK


def test_a_snapshot_costs_one_write_and_two_reads() -> None:
    processes = Processes(1)
    for endpoint in (Endpoint.OPEN_ORDERS, Endpoint.POSITIONS, Endpoint.EXECUTIONS, Endpoint.WALLET):
        processes.each[0].banned()
        processes.each[0].wait_ms("a", endpoint, Priority.READ)
        processes.clock.time_ms += 150

    assert (processes.store.writes, processes.store.reads) == (1, 2)


def test_an_order_costs_two_writes_and_three_reads() -> None:
    processes = Processes(1)
    processes.each[0].banned()
    processes.each[0].wait_ms("a", CREATE, Priority.ENTRY)

    assert (processes.store.writes, processes.store.reads) == (2, 3)


def test_what_this_process_knows_to_be_spent_costs_no_write() -> None:
    processes = Processes(1)
    taken(processes.each[0], Priority.EXIT)
    writes = processes.store.writes

    processes.each[0].wait_ms("a", CREATE, Priority.EXIT)

    assert processes.store.writes == writes


def test_a_few_reads_are_not_counted() -> None:
    processes = Processes(1)

    for _ in range(EGRESS_BLOCK):
        processes.each[0].wait_ms("a", READ, Priority.READ)

    assert list(processes.store.buckets) == [f"egress#{processes.clock.time_ms}"]


def test_from_a_quarter_of_the_limit_on_reads_are_counted_with_those_before() -> None:
    processes = Processes(1)

    for _ in range(13):
        processes.each[0].wait_ms("a", READ, Priority.READ)

    assert processes.store.buckets[f"a/POSITIONS#{processes.clock.time_ms}"].total == 13


def test_reads_of_others_that_the_headers_tell_of_end_the_quarter() -> None:
    processes = Processes(1)
    processes.each[0].wait_ms("a", READ, Priority.READ)
    processes.each[0].observe("a", READ, {"X-Bapi-Limit": "50", "X-Bapi-Limit-Status": "35"})

    processes.each[0].wait_ms("a", READ, Priority.READ)

    assert processes.store.buckets[f"a/POSITIONS#{processes.clock.time_ms}"].total == 2


def test_what_strangers_spent_is_counted_for_all_processes() -> None:
    first, second = Processes().each
    first.wait_ms("a", CREATE, Priority.EXIT)

    first.observe("a", CREATE, {"X-Bapi-Limit": "10", "X-Bapi-Limit-Status": "1"})

    assert taken(second, Priority.EXIT) == 0


def test_what_our_own_processes_spent_is_not_counted_twice() -> None:
    processes = Processes()
    first, second = processes.each
    first.wait_ms("a", CREATE, Priority.EXIT)
    for _ in range(7):
        second.wait_ms("a", CREATE, Priority.EXIT)

    first.observe("a", CREATE, {"X-Bapi-Limit": "10", "X-Bapi-Limit-Status": "2"})

    assert processes.store.buckets[f"a/CREATE_ORDER#{processes.clock.time_ms}"].total == 8


def test_a_lower_limit_is_kept_to() -> None:
    first, _ = Processes().each

    first.observe("a", CREATE, {"X-Bapi-Limit": "5", "X-Bapi-Limit-Status": "5"})

    assert taken(first, Priority.EXIT) == 4


def test_an_upgraded_limit_is_used() -> None:
    processes = Processes()
    first, _ = processes.each
    first.observe("a", CREATE, {"X-Bapi-Limit": "60", "X-Bapi-Limit-Status": "60"})
    processes.clock.time_ms += 1_000

    assert taken(first, Priority.EXIT) == 48


def test_too_many_for_one_process_holds_the_others_back_until_the_reset() -> None:
    processes = Processes()
    first, second = processes.each

    first.refused("a", CREATE, {"X-Bapi-Limit-Reset-Timestamp": str(processes.clock.time_ms + 700)})

    assert second.wait_ms("a", CREATE, Priority.EXIT) == 700
    processes.clock.time_ms += 700
    assert second.wait_ms("a", CREATE, Priority.EXIT) == 0


def test_a_bucket_stays_closed_over_the_turn_of_the_second() -> None:
    processes = Processes()
    first, second = processes.each
    processes.clock.time_ms += 900

    first.refused("a", CREATE, {})
    processes.clock.time_ms += 200

    assert second.wait_ms("a", CREATE, Priority.EXIT) == 800


def test_an_address_ban_silences_every_process_within_a_second() -> None:
    processes = Processes()
    first, second = processes.each
    second.banned()

    first.ban()
    processes.clock.time_ms += 1_000
    during = (first.banned(), second.banned(), processes.another().banned())
    processes.clock.time_ms += IP_BAN_MS

    assert during == (True, True, True)
    assert (first.banned(), second.banned()) == (False, False)


def test_the_ban_is_asked_for_once_a_second() -> None:
    processes = Processes(1)

    for _ in range(10):
        processes.each[0].banned()

    assert processes.store.reads == 1


def test_exits_leave_when_the_counters_cannot_be_reached() -> None:
    processes = Processes(1)
    processes.store.broken = True

    assert not processes.each[0].banned()
    assert taken(processes.each[0], Priority.EXIT) == 8


def test_without_the_counters_the_process_keeps_to_its_own_limits() -> None:
    processes = Processes(1)
    processes.store.broken = True

    assert taken(processes.each[0], Priority.ENTRY) == 5


def test_counters_out_of_reach_are_left_alone_for_a_while() -> None:
    processes = Processes(1)
    processes.store.broken = True
    processes.each[0].wait_ms("a", CREATE, Priority.EXIT)
    processes.store.broken = False

    processes.each[0].wait_ms("a", CREATE, Priority.EXIT)
    during = processes.store.writes
    processes.clock.time_ms += ALONE_MS
    processes.each[0].wait_ms("a", CREATE, Priority.EXIT)

    assert during == 0
    assert processes.store.writes > 0


def test_a_ban_holds_in_its_own_process_when_it_cannot_be_told() -> None:
    processes = Processes(1)
    processes.store.broken = True

    processes.each[0].ban()

    assert processes.each[0].banned()


def test_learning_from_an_answer_survives_the_loss_of_the_counters() -> None:
    processes = Processes(1)
    processes.each[0].wait_ms("a", CREATE, Priority.EXIT)
    processes.store.broken = True

    processes.each[0].observe("a", CREATE, {"X-Bapi-Limit": "10", "X-Bapi-Limit-Status": "0"})
    processes.each[0].refused("a", CREATE, {})

    assert processes.each[0].wait_ms("a", CREATE, Priority.EXIT) == 1_000


def test_a_request_that_the_others_hold_back_costs_this_process_nothing() -> None:
    processes = Processes()
    first, second = processes.each
    taken(first, Priority.EXIT)
    for _ in range(20):
        second.wait_ms("a", CREATE, Priority.EXIT)

    processes.store.broken = True
    second.wait_ms("b", CREATE, Priority.EXIT)  # finds out, and decides alone from here on

    assert taken(second, Priority.EXIT) == 8


def test_the_servers_time_is_asked_for_while_entries_wait_for_the_address() -> None:
    processes = Processes()
    for number in range(80):
        taken(processes.each[0], Priority.ENTRY, connection=str(number))

    assert processes.each[1].wait_ms("new", CREATE, Priority.ENTRY) > 0
    assert processes.each[1].wait_ms("", Endpoint.SERVER_TIME, Priority.READ) == 0
