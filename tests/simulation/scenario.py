"""What is simulated: a strategy's document, a scripted judge, the terms of one run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from enum import StrEnum
from random import Random
from typing import Any

from chalicelib.domain.market.instrument import Instrument
from chalicelib.domain.market.interval import Interval
from chalicelib.domain.market.side import Side
from chalicelib.domain.runtime.judgement import Judgement
from chalicelib.domain.runtime.record import RunTerms
from chalicelib.domain.strategy.dca import ladder
from chalicelib.domain.strategy.live import sides_from_outside
from chalicelib.domain.strategy.parse import parse_strategy
from chalicelib.domain.strategy.spec import StrategySpec
from tests.fakes.virtual_clock import VirtualClock

RUN_ID = "01HZZZZZZZZZZZZZZZZZZZZZZZ"
WORKSPACE = "01HWWWWWWWWWWWWWWWWWWWWWWW"
CONNECTION = "01HCCCCCCCCCCCCCCCCCCCCCCC"
SYMBOL = "BTCUSDT"
START_MS = 1_700_000_040_000


class Shape(StrEnum):
    """How a simulated position is built up and taken down."""

    PLAIN = "plain"
    STEPS = "take-profit ladder"
    DCA = "DCA ladder"


def document(random: Random | None = None, shape: Shape = Shape.PLAIN) -> dict[str, Any]:
    """A strategy whose conditions do not matter (the judge is scripted) and whose levels, limits and policies do.

    With ``random`` everything is drawn from it, the shape too.
    """

    def pick(*values: Any) -> Any:
        return random.choice(values) if random is not None else values[0]

    shape = pick(shape, *Shape) if random is not None else shape
    order: dict[str, Any] = {"type": "Market"}
    if pick("Market", "Market", "Market", "Limit") == "Limit":
        order = {"type": "Limit", "limitOffsetBps": pick(1, 5), "timeoutBars": 1}
    outside = {"type": "external"} if pick(False, False, True) else None
    condition = {"type": "compare", "op": ">", "left": {"price": "close"}, "right": {"constant": 1}}
    plain: dict[str, Any] = {
        "id": "simulated",
        "name": "Simulated",
        "dslVersion": 1,
        "enabled": True,
        "market": {"exchange": "bybit", "env": "demo", "category": "linear", "symbol": SYMBOL},
        "timeframe": "1m",
        "entry": {
            "long": outside or condition,
            "short": outside or {**condition, "op": "<"},
            "onOpposite": pick("ignore", "close", "reverse"),
            "order": order,
        },
        "exit": {
            "stopLoss": {"type": "fixed_pct", "value": pick(0.3, 0.1, 1)},
            "takeProfit": {"type": "fixed_pct", "value": pick(0.4, 0.15, 2)},
            **({"timeExit": {"maxBars": 2}} if pick(False, True) else {}),
            **({"breakEven": {"activationPct": 0.1, "offsetPct": 0.02}} if pick(False, True) else {}),
        },
        "risk": {
            "riskPerTradePct": 1,
            "maxPositionSizeUsd": pick(1000, 100, 5000),
            "maxLossPerRunUsd": pick(100, 3, 20),
            "cooldownSeconds": pick(0, 30),
        },
        "execution": {
            "clientOrderIdPrefix": "sim",
            "maxSlippageBps": 50,
            "onStop": pick("close_market", "close_market", "leave_protected", "cancel_entries_only"),
            "onSlTpFailure": pick("close_market", "pause"),
        },
        "guards": {"maxOpenPositions": 1, "maxOrdersPerMinute": 20, "pauseOnError": pick(True, False)},
    }
    if shape is Shape.STEPS:
        plain["exit"]["takeProfit"] = {
            "type": "ladder",
            "steps": [
                {"type": "fixed_pct", "value": value, "sharePct": share}
                for value, share in pick(
                    ((0.05, 40), (0.1, 30), (0.3, 30)), ((0.1, 50), (0.2, 50)), ((0.04, 1), (0.06, 59), (0.5, 40))
                )
            ],
        }
    if shape is Shape.DCA:
        _average_down(plain, pick)
    return plain


def _average_down(plain: dict[str, Any], pick: Callable[..., Any]) -> None:
    plain["entry"] |= {"onOpposite": pick("ignore", "close"), "order": {"type": "Market"}}
    plain["exit"].pop("breakEven", None)
    plain["exit"]["stopLoss"]["value"] = pick(0.6, 0.5, 2)
    target = pick(0.2, 0.1, 1)
    plain["exit"]["takeProfit"]["value"] = target
    plain["dca"] = {
        "baseOrderSizeUsd": pick(200, 100),
        "maxSafetyOrders": pick(3, 2),
        "priceStepPct": pick(0.08, 0.05),
        "stepScale": pick(1, 1.5),
        "volumeScale": pick(1, 1.3),
        "takeProfitPct": target,
    }
    risk = {"maxPositionSizeUsd": 1_300, "maxLossPerRunUsd": pick(100, 3, 20), "cooldownSeconds": pick(0, 30)}
    plain["risk"] = risk | pick({}, {"riskPerTradePct": 1})


class ScriptedJudge:
    """Says what its seed says for each bar; a bar's judgement never changes, as a real strategy's does not."""

    def __init__(self, spec: StrategySpec, clock: VirtualClock, seed: int, price: Any, busy: float = 0.6) -> None:
        self._spec = spec
        self._clock = clock
        self._seed = seed
        self._price = price
        self._busy = busy
        self._said: dict[int, Judgement] = {}

    def spec(self, terms: RunTerms) -> StrategySpec:
        return self._spec

    def judge(self, terms: RunTerms, external: Side | None = None) -> Judgement | None:
        """An entry that waits for outside signals hears nothing else, as a real strategy's does not."""
        said = self._bar(terms)
        return replace(said, signal=external) if sides_from_outside(self._spec) else said

    def _bar(self, terms: RunTerms) -> Judgement:
        bar = terms.timeframe.open_time(self._clock.now) - terms.timeframe.milliseconds
        if bar not in self._said:
            random = Random(self._seed * 1_000_003 + bar)
            price = self._price()
            signal = random.choice((Side.BUY, Side.SELL)) if random.random() < self._busy else None
            leave = random.random() < 0.1
            self._said[bar] = Judgement(bar, price, price, price, signal, leave, leave)
        return self._said[bar]


def parsed(random: Random | None = None, shape: Shape = Shape.PLAIN) -> StrategySpec:
    """The strategy of ``document``, validated."""
    return parse_strategy(document(random, shape))


def most_at_stake(spec: StrategySpec) -> Decimal:
    """What position and opening orders may be worth together: of a DCA strategy, its whole ladder."""
    return spec.risk.max_position_size_usd if spec.dca is None else ladder(spec.dca).exposure_usd


def terms_of(spec: StrategySpec, instrument: Instrument, minutes: int, now_ms: int = START_MS) -> RunTerms:
    """The terms of a run of ``minutes``."""
    return RunTerms(
        run_id=RUN_ID,
        workspace_id=WORKSPACE,
        user_id="user",
        bot_id="bot",
        bot_name="Bot",
        strategy_id="strategy",
        strategy_version=1,
        connection_id=CONNECTION,
        symbol=SYMBOL,
        timeframe=Interval.M1,
        intervals=(Interval.M1,),
        env="demo",
        duration_minutes=minutes,
        created_ms=now_ms,
        deadline_ms=now_ms + minutes * 60_000,
        prefix=spec.execution.client_order_id_prefix,
        leverage=Decimal(5),
        instrument=instrument,
        net_today=Decimal(0),
        slots=(),
    )
