"""How much each step of a take-profit ladder closes: the same for a backtest and for the orders of a live run."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from chalicelib.domain.market.instrument import Instrument
from chalicelib.domain.strategy.levels import Target

ZERO = Decimal(0)


def step_quantities(qty: Decimal, targets: Sequence[Target], instrument: Instrument | None) -> tuple[Decimal, ...]:
    """What each of ``targets``, nearest first, closes of a position of ``qty`` base coin; together exactly ``qty``.

    Each closes its share, floored to the step; what the flooring leaves over goes to the last. A part that is below the
    instrument's smallest order (quantity or notional at its target) is zero and goes to the next target instead; should
    the last part be too small, those before it join it. Without ``instrument`` nothing is rounded.
    """
    parts: list[Decimal] = []
    carried = ZERO
    for target in targets[:-1]:
        wanted = carried + qty * target.share_pct / 100
        part = wanted if instrument is None else instrument.floor_qty(wanted)
        if instrument is not None and not instrument.takes(part, target.price):
            part, carried = ZERO, wanted
        else:
            carried = ZERO
        parts.append(part)
    rest = qty - sum(parts, ZERO)
    for index in reversed(range(len(parts))):
        if instrument is None or instrument.takes(rest, targets[-1].price):
            break
        rest, parts[index] = rest + parts[index], ZERO
    return (*parts, rest)
