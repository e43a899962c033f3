"""The sum over a rolling period is never too small."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.exchange.rate_window import Counted, RateWindow

SECOND = RateWindow(1_000, 4)


def counted(sent_ms: list[int], start_ms: int) -> Counted:
    parts = [0] * 4
    for at in sent_ms:
        if SECOND.start_ms(at) == start_ms:
            parts[SECOND.part(at)] += 1
    return Counted(tuple(parts))


@given(st.lists(st.integers(0, 1_999), max_size=30), st.integers(1_000, 1_999))
def test_a_rolling_second_never_holds_more_than_the_sum(sent_ms: list[int], now: int) -> None:
    sent = [at for at in sent_ms if at <= now]

    total = SECOND.carried(counted(sent, 0), now) + counted(sent, 1_000).total

    assert sum(1 for at in sent if now - 1_000 < at) <= total <= sum(1 for at in sent if now - 1_250 < at)


@given(st.lists(st.integers(0, 1_999), max_size=30), st.integers(1_000, 1_999), st.integers(0, 10))
def test_after_the_wait_there_is_room(sent_ms: list[int], now: int, at_most: int) -> None:
    sent = [at for at in sent_ms if at <= now]

    later = now + SECOND.wait_ms(counted(sent, 0), counted(sent, 1_000), now, at_most)

    start = SECOND.start_ms(later)
    assert SECOND.carried(counted(sent, start - 1_000), later) + counted(sent, start).total <= at_most


def test_what_never_has_room_waits_two_periods_at_most() -> None:
    assert SECOND.wait_ms(SECOND.nothing, SECOND.nothing, 1_400, -1) == 1_600
