"""A run of the plain strategy on BTCUSDT for an hour: what tests of single decisions start from."""

from __future__ import annotations

from chalicelib.domain.runtime.decide import decide
from chalicelib.domain.runtime.decision import Decision, Fact, Situation
from chalicelib.domain.runtime.record import RunRecord, RunState
from chalicelib.domain.strategy.parse import parse_strategy
from infra.local.exchange.engine.catalogue import CATALOGUE
from tests.simulation.scenario import document, terms_of

INSTRUMENT = CATALOGUE["BTCUSDT"].instrument
SPEC = parse_strategy(document())
TERMS = terms_of(SPEC, INSTRUMENT, 60)


def decided(state: RunState, now: int, *facts: Fact) -> Decision:
    """What the run, in this state, decides on the facts at ``now``."""
    return decide(RunRecord(TERMS, state, epoch=1), facts, Situation(now, now, SPEC, INSTRUMENT))
