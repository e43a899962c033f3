"""What every ``SignalRepository`` promises."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from chalicelib.adapters.dynamodb.signals import DynamoSignals, SignalItem
from chalicelib.domain.market.side import Side
from chalicelib.domain.workspace.webhook import KEPT_SECONDS, Signal, Webhook
from chalicelib.ports import Conflict
from chalicelib.signal_ports import SignalRepository
from tests.contract.moto_aws import moto_aws
from tests.fakes.memory_signals import MemorySignals
from tests.fakes.virtual_clock import VirtualClock

CLOCK = VirtualClock()
WEBHOOK = Webhook("s1", "w1", 1, CLOCK.now)
SIGNAL = Signal("s1", "e1", Side.SELL, CLOCK.now, CLOCK.now + 60_000, "1.50", ("r1", "r2"))


@pytest.fixture(params=["memory", "dynamodb"])
def clock_and_rows(request: pytest.FixtureRequest) -> Iterator[tuple[VirtualClock, SignalRepository]]:
    clock = VirtualClock()
    if request.param == "memory":
        yield clock, MemorySignals(clock)
        return
    with moto_aws(SignalItem):
        yield clock, DynamoSignals(clock)


def test_versions_follow_each_other(clock_and_rows: tuple[VirtualClock, SignalRepository]) -> None:
    _, rows = clock_and_rows
    assert rows.webhook("s1") is None
    rows.put_webhook(WEBHOOK)
    rows.put_webhook(replace(WEBHOOK, version=2))
    for version in (1, 2, 4):
        with pytest.raises(Conflict):
            rows.put_webhook(replace(WEBHOOK, version=version))
    assert rows.webhook("s1") == replace(WEBHOOK, version=2)


def test_the_first_acceptance_of_an_event_wins(clock_and_rows: tuple[VirtualClock, SignalRepository]) -> None:
    _, rows = clock_and_rows
    rows.put_webhook(WEBHOOK)
    assert rows.accept(SIGNAL) == (SIGNAL, False)
    assert rows.accept(replace(SIGNAL, side=Side.BUY, run_ids=(), price="")) == (SIGNAL, False)
    rows.delivered(SIGNAL)
    assert rows.accept(replace(SIGNAL, accepted_ms=CLOCK.now + 1)) == (SIGNAL, True)
    assert rows.webhook("s1") == replace(WEBHOOK, last_ms=SIGNAL.accepted_ms, last_event_id="e1")


def test_after_a_day_an_event_is_accepted_anew(clock_and_rows: tuple[VirtualClock, SignalRepository]) -> None:
    clock, rows = clock_and_rows
    rows.accept(SIGNAL)
    clock.now += KEPT_SECONDS * 1000
    later = replace(SIGNAL, accepted_ms=clock.now)
    assert rows.accept(later) == (later, False)
