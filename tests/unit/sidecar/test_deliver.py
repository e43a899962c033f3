from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from chalicelib.domain.market.interval import Interval
from chalicelib.domain.market.side import Side
from chalicelib.domain.runtime.facts import ExecType, ExecutionFact
from chalicelib.domain.runtime.messages import CandleClosed, ExecutionUpdate, PositionUpdate, Reconnected
from chalicelib.ports import ConnectionRef
from chalicelib.services.sidecar.deliver import Delivery, spread_ms
from tests.fakes.facts import a_position
from tests.unit.bybit.fakes import FakeClock
from tests.unit.sidecar.fakes import CountingIds, FakeInbox, active_run

REF = ConnectionRef("workspace-1", "connection-1")


class RecordedDelays:
    """Calls at once and remembers the delay asked for."""

    def __init__(self) -> None:
        self.delays: list[tuple[int, str]] = []

    def after(self, delay_ms: int, key: str, call: Callable[[], None]) -> None:
        self.delays.append((delay_ms, key))
        call()


class Setup:
    def __init__(self, spread: int = 0) -> None:
        self.inbox, self.clock, self.later = FakeInbox(), FakeClock(), RecordedDelays()
        self.delivery = Delivery(self.inbox, CountingIds(), self.clock, self.later, spread)


@pytest.fixture
def setup() -> Setup:
    return Setup()


def execution(exec_id: str = "e-1", symbol: str = "BTCUSDT") -> ExecutionUpdate:
    return ExecutionUpdate(
        ExecutionFact(
            exec_id=exec_id,
            order_id="o-1",
            order_link_id="bm-1",
            symbol=symbol,
            side=Side.BUY,
            exec_type=ExecType.TRADE,
            price=Decimal(60000),
            qty=Decimal("0.01"),
            fee=Decimal("0.33"),
            closed_size=Decimal(0),
            create_type="CreateByUser",
            is_maker=False,
            time_ms=1,
        )
    )


def position(size: str = "0.01", stop: str | None = "58800", seq: int = 1, pnl: str = "0") -> PositionUpdate:
    return PositionUpdate(
        a_position(
            size=Decimal(size),
            stop_loss=None if stop is None else Decimal(stop),
            unrealised_pnl=Decimal(pnl),
            updated_ms=seq,
            seq=seq,
        )
    )


def test_an_execution_reaches_the_run_of_its_account_and_symbol_only(setup: Setup) -> None:
    setup.delivery.route(
        [active_run("run-1"), active_run("run-2", symbol="ETHUSDT"), active_run("run-3", connection_id="other")]
    )

    setup.delivery.private(REF, execution())

    assert [len(setup.inbox.of(run)) for run in ("run-1", "run-2", "run-3")] == [1, 0, 0]


def test_the_same_execution_twice_is_one_message(setup: Setup) -> None:
    setup.delivery.route([active_run()])

    setup.delivery.private(REF, execution())
    setup.delivery.private(REF, execution())

    assert len(setup.inbox.of("run-1")) == 1


def test_what_came_before_the_run_was_known_is_delivered_when_it_is(setup: Setup) -> None:
    setup.delivery.private(REF, execution())
    setup.clock.time_ms += 2_000

    setup.delivery.route([active_run()])
    setup.delivery.deliver_waiting()

    assert [message.message_id for message in setup.inbox.of("run-1")] == ["exec#e-1"]


def test_what_nobody_claims_is_forgotten_after_a_while(setup: Setup) -> None:
    setup.delivery.private(REF, execution())
    setup.clock.time_ms += 16_000

    setup.delivery.route([active_run()])
    setup.delivery.deliver_waiting()

    assert setup.inbox.of("run-1") == []


def test_what_waited_and_cannot_be_left_with_its_run_is_left_when_it_can(setup: Setup) -> None:
    for number in range(3):
        setup.delivery.private(REF, execution(f"e-{number}"))
    setup.delivery.route([active_run()])
    setup.inbox.fail_after = 1
    with pytest.raises(ConnectionError):
        setup.delivery.deliver_waiting()
    setup.clock.time_ms += 60_000

    setup.inbox.fail_after = None
    setup.delivery.route([active_run()])
    setup.delivery.deliver_waiting()

    assert [message.message_id for message in setup.inbox.of("run-1")] == ["exec#e-0", "exec#e-1", "exec#e-2"]
    assert setup.inbox.posts == 3


def test_what_waited_for_a_run_that_has_ended_since_is_left_with_nobody(setup: Setup) -> None:
    setup.delivery.private(REF, execution())
    setup.delivery.route([active_run()])
    setup.inbox.broken = True
    with pytest.raises(ConnectionError):
        setup.delivery.deliver_waiting()

    setup.inbox.broken = False
    setup.delivery.route([])
    setup.delivery.deliver_waiting()

    assert setup.inbox.of("run-1") == []


def test_a_position_that_could_not_be_left_with_its_run_is_news_until_it_is(setup: Setup) -> None:
    setup.delivery.route([active_run()])
    setup.delivery.private(REF, position(seq=1))
    setup.inbox.broken = True
    with pytest.raises(ConnectionError):
        setup.delivery.private(REF, position(seq=2, stop=None))

    setup.inbox.broken = False
    setup.delivery.private(REF, position(seq=2, stop=None))
    setup.delivery.private(REF, position(seq=3, stop=None))

    told = [message.position.seq for message in setup.inbox.of("run-1") if isinstance(message, PositionUpdate)]
    assert told == [1, 2]


def test_a_repeated_position_is_noise_but_a_changed_stop_is_not(setup: Setup) -> None:
    setup.delivery.route([active_run()])

    setup.delivery.private(REF, position(seq=1))
    setup.delivery.private(REF, position(seq=2, pnl="1.5"))
    setup.delivery.private(REF, position(seq=3, stop=None))

    assert [message.position.seq for message in setup.inbox.of("run-1") if isinstance(message, PositionUpdate)] == [
        1,
        3,
    ]


def test_after_a_reconnect_the_first_position_is_delivered_again(setup: Setup) -> None:
    setup.delivery.route([active_run()])
    setup.delivery.private(REF, position(seq=1))

    setup.delivery.private_live(REF, 3_000)
    setup.delivery.private(REF, position(seq=2))

    kinds = [message.kind for message in setup.inbox.of("run-1")]
    assert kinds == ["position", "reconnected", "position"]


def test_a_reconnect_is_told_to_every_run_of_the_account_with_the_gap(setup: Setup) -> None:
    setup.delivery.route(
        [active_run("run-1"), active_run("run-2", symbol="ETHUSDT"), active_run("x", connection_id="y")]
    )

    setup.delivery.private_live(REF, 4_200)

    for run in ("run-1", "run-2"):
        message = setup.inbox.of(run)[0]
        assert isinstance(message, Reconnected)
        assert (message.stream, message.gap_ms) == ("private", 4_200)
    assert setup.inbox.of("x") == []


def test_a_public_reconnect_is_told_to_the_runs_of_its_symbols(setup: Setup) -> None:
    setup.delivery.route([active_run("run-1"), active_run("run-2", symbol="ETHUSDT")])

    setup.delivery.public_live({"ETHUSDT"}, 100)

    assert setup.inbox.of("run-1") == []
    assert len(setup.inbox.of("run-2")) == 1


def test_a_candle_reaches_the_runs_that_use_its_interval(setup: Setup) -> None:
    setup.delivery.route([active_run("run-1"), active_run("run-2", intervals=(Interval.M5,))])

    setup.delivery.candle("BTCUSDT", Interval.M1, 60_000)

    assert setup.inbox.of("run-1") == [CandleClosed(Interval.M1, 60_000)]
    assert setup.inbox.of("run-2") == []


def test_the_candles_that_close_together_wake_a_run_at_the_same_moment() -> None:
    setup = Setup(spread=5_000)
    setup.delivery.route([active_run("run-1", intervals=(Interval.M1, Interval.M5))])

    setup.delivery.candle("BTCUSDT", Interval.M1, 240_000)
    setup.delivery.candle("BTCUSDT", Interval.M5, 0)

    assert setup.later.delays == [(spread_ms("run-1", 5_000), "run-1")] * 2


def test_wakes_of_many_runs_are_spread_over_the_whole_time() -> None:
    delays = [spread_ms(f"run-{number}", 5_000) for number in range(500)]

    assert all(0 <= delay < 5_000 for delay in delays)
    assert all(any(start <= delay < start + 1_000 for delay in delays) for start in range(0, 5_000, 1_000))
