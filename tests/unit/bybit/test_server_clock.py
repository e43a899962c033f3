from __future__ import annotations

import pytest

from chalicelib.adapters.bybit.server_clock import ServerClock
from chalicelib.ports import ExchangeUnavailable
from tests.unit.bybit.fakes import FakeClock


def server_at(clock: FakeClock, offsets: list[int], latency_ms: int = 20) -> ServerClock:
    """A server whose answers take ``latency_ms`` and whose clock is ahead by each of ``offsets`` in turn."""

    def ask() -> int:
        clock.time_ms += latency_ms // 2
        answer = clock.time_ms + offsets.pop(0)
        clock.time_ms += latency_ms // 2
        return answer

    return ServerClock(clock.now_ms, ask)


def test_the_offset_is_the_median_of_five_against_the_middle_of_the_request() -> None:
    server = server_at(FakeClock(), [400, 410, 9_000, 390, 405])

    server.measure()

    assert server.offset_ms == 405


def test_stamps_are_sent_a_tenth_of_a_second_behind() -> None:
    clock = FakeClock()
    server = server_at(clock, [1_000] * 5)
    server.measure()

    assert server.stamp_ms() == clock.time_ms + 1_000 - 100


def test_a_small_offset_is_not_corrected() -> None:
    clock = FakeClock()
    server = server_at(clock, [80] * 5)
    server.measure()

    assert server.server_now_ms() == clock.time_ms
    assert not server.alarming


def test_more_than_half_a_second_alarms() -> None:
    server = server_at(FakeClock(), [-501] * 5)
    server.measure()

    assert server.alarming


def test_it_is_measured_once_in_ten_minutes_and_again_when_a_stamp_was_refused() -> None:
    clock = FakeClock()
    offsets = [1] * 5 + [200] * 5 + [300] * 5
    server = server_at(clock, offsets)
    server.ensure_measured()
    server.ensure_measured()
    first = server.offset_ms
    server.forget()
    server.ensure_measured()
    second = server.offset_ms
    clock.time_ms += 600_000
    server.ensure_measured()

    assert [first, second, server.offset_ms] == [1, 200, 300]


def test_an_old_measurement_serves_on_while_it_cannot_be_renewed() -> None:
    clock = FakeClock()
    answers: list[int] = [clock.time_ms + 1_000] * 5
    server = ServerClock(clock.now_ms, lambda: answers.pop() if answers else unavailable())
    server.ensure_measured()
    clock.time_ms += 600_000

    server.ensure_measured()

    assert server.offset_ms == 1_000


def test_without_any_measurement_the_time_is_unknown() -> None:
    with pytest.raises(ExchangeUnavailable):
        ServerClock(FakeClock().now_ms, unavailable).ensure_measured()


def unavailable() -> int:
    raise ExchangeUnavailable("/v5/market/time: 502")
