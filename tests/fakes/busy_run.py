"""The fills of a run that trades without a pause."""

from __future__ import annotations

from decimal import Decimal
from random import Random

from chalicelib.domain.market.side import Side
from chalicelib.domain.runtime.decision import Booked
from chalicelib.domain.runtime.record import RunRecord, RunTerms
from chalicelib.domain.runtime.states import RunStatus, StopReason
from chalicelib.services.runs.report import build_report
from tests.fakes.facts import a_running_state, an_execution

REASONS = ("take_profit", "stop_loss", "signal", "time_exit")
DAY_MS = 24 * 60 * 60_000


def busy_fills(trades: int, executions: int, start_ms: int, digits: int = 0) -> tuple[Booked, ...]:
    """``trades`` from flat to flat within a day, each order in so many executions: BTC at a tenth of a dollar, 0.055 %.

    With ``digits``, prices, quantities and fees of so many random ones, as no exchange has them.
    """
    random, found = Random(7), []
    step_ms = DAY_MS // (2 * trades)
    price = Decimal("40000")
    for number in range(2 * trades):
        closing = bool(number % 2)
        if not closing:
            side = random.choice(list(Side))
            parts = [_number(random, digits) or Decimal(random.randint(5, 60)) / 1000 for _ in range(executions)]
            reason = random.choice(REASONS)
        price = (price * Decimal(str(random.gauss(1, 0.002)))).quantize(Decimal("0.1"))
        at_ms = start_ms + number * step_ms + random.randint(0, step_ms // 2)
        for part, qty in enumerate(parts):
            paid = _number(random, digits) or price + Decimal(random.randint(-9, 9)) / 10
            execution = an_execution(
                exec_id=f"e-{number}-{part}",
                side=side.opposite if closing else side,
                price=paid,
                qty=qty,
                fee=_number(random, digits) or paid * qty * Decimal("0.00055"),
                closed_size=qty if closing else Decimal(0),
                time_ms=at_ms + part * 7,
            )
            found.append(Booked(execution, f"{number:06d}", reason if closing else ""))
    return tuple(found)


def busy_report(terms: RunTerms, fills: tuple[Booked, ...]) -> dict[str, object]:
    """The report of a run that ended by its time with these fills."""
    start_ms = terms.created_ms
    state = a_running_state(
        start_ms,
        status=RunStatus.FINISHED,
        stop_reason=StopReason.TIMEOUT,
        started_ms=start_ms,
        ended_ms=start_ms + DAY_MS,
    )
    return build_report(RunRecord(terms, state, epoch=3_000), state, fills)


def _number(random: Random, digits: int) -> Decimal | None:
    return Decimal(random.randint(10 ** (digits - 1), 10**digits - 1)).scaleb(-12) if digits else None
