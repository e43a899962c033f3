"""Seeded simulation: no seed violates an invariant, and each protection is missed when it is gone."""

from __future__ import annotations

import pytest

from chalicelib.services.runs import tick
from tests.simulation.mutations import Mutation
from tests.simulation.seeded import simulate
from tests.simulation.timeline import timeline
from tests.simulation.world import Options, Simulated

SEEDS = 400


def test_no_seed_violates_an_invariant() -> None:
    entries = 0
    for seed in range(1, SEEDS + 1):
        simulated = simulate(seed)
        assert not simulated.watch.violations, timeline(simulated)
        entries += simulated.watch.entries
    assert entries > SEEDS / 2, "the seeds hardly trade: nothing was proven"


def test_a_stop_that_fills_in_many_parts_in_the_millisecond_of_its_entry_is_booked() -> None:
    simulated = simulate(37231)
    assert not simulated.watch.violations, timeline(simulated)


def test_a_tick_that_runs_out_of_rounds_hands_over_and_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tick, "MOST_ROUNDS", 3)
    simulated = simulate(37231)
    assert not simulated.watch.violations, timeline(simulated)
    assert simulated.store.reports


def test_a_seed_replays_to_the_same_timeline() -> None:
    assert timeline(simulate(11)) == timeline(simulate(11))


# A seed that notices each, or one soon after it does: what a run does by itself changes its draws. When none does any
# more, `python -m tests.simulation --mutant NAME` finds the first.
SEEDS_TO_NOTICE = 30
NOTICED_BY = {
    Mutation.UNKNOWN_IS_REFUSED: 9,
    Mutation.FAILED_READ_IS_EMPTY: 156,
    Mutation.STOPS_NOT_SENT: 2,
    Mutation.FRESH_IDS: 2,
    Mutation.NO_FENCE: 3,
    Mutation.EXECUTIONS_NOT_FETCHED: 13,
    Mutation.EXECUTIONS_NOT_DEDUPED: 16,
    Mutation.STEPS_MAY_OPEN: 6,
    Mutation.SAFETY_WITHOUT_STOP: 120,
    Mutation.SAFETY_DOUBLED: 11,
    Mutation.HALTS_NOT_WRITTEN: 70,
    Mutation.ORPHANS_KEPT: 294,
    Mutation.SIGNALS_ACCEPTED_AGAIN: 130,
}


@pytest.mark.parametrize(("mutation", "first"), NOTICED_BY.items())
def test_the_simulation_notices_a_missing_protection(mutation: Mutation, first: int) -> None:
    seeds = range(first, first + SEEDS_TO_NOTICE)
    noticed = next((seed for seed in seeds if simulate(seed, mutation).watch.violations), None)
    assert noticed is not None, "no seed misses it"
    assert not simulate(noticed).watch.violations


def test_no_protection_is_without_a_seed_that_misses_it() -> None:
    # One needs two coincidences at once and is shown by itself below.
    assert set(NOTICED_BY) | {Mutation.NO_SEND_DEADLINE} == {mutation for mutation in Mutation if mutation}


@pytest.mark.parametrize(("mutation", "noticed"), [(Mutation.NONE, False), (Mutation.NO_SEND_DEADLINE, True)])
def test_a_sender_that_stalled_until_its_order_was_given_up_does_not_send_it(mutation: Mutation, noticed: bool) -> None:
    options = Options(
        seed=3, minutes=5, stall_at="before exchange.place_order", mutation=mutation, busy=1.0, volatility=0.00001
    )
    simulated = Simulated(options).run()
    assert simulated.seen["stalled_tick"] == 1
    assert bool(simulated.watch.violations) is noticed, timeline(simulated)
