"""What one decision writes fits into one transaction, however much has happened: else a run could never write again."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest

from tests.fakes.memory_runs import MOST_ROWS
from tests.simulation.faults import FaultRates
from tests.simulation.timeline import timeline
from tests.simulation.world import Options, Simulated


@pytest.mark.parametrize("lost_event", [0.0, 1.0], ids=["told by the stream", "found by reading"])
def test_an_order_that_fills_in_many_pieces_is_booked_in_transactions_that_fit(lost_event: float) -> None:
    options = Options(seed=5, minutes=3, busy=1.0, volatility=0.00001, rates=FaultRates(lost_event=lost_event))
    simulated = Simulated(options)
    simulated.market.depth_factor = Decimal("0.001")
    simulated.run()

    pieces = Counter(fill.link_id for fill in simulated.account.fills)
    assert min(pieces.values()) > 20, "the book was not thin enough"
    assert not simulated.watch.violations, timeline(simulated)
    assert simulated.store.largest < MOST_ROWS
