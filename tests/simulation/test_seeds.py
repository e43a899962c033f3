"""Seeded simulation: no seed violates an invariant, and each protection is missed when it is gone."""

from __future__ import annotations

import pytest

from tests.simulation.mutations import Mutation
from tests.simulation.seeded import simulate
from tests.simulation.timeline import timeline
from tests.simulation.world import Options, Simulated

SEEDS = 400
MUTANT_SEEDS = 400


def test_no_seed_violates_an_invariant() -> None:
    entries = 0
    for seed in range(1, SEEDS + 1):
        simulated = simulate(seed)
        assert not simulated.watch.violations, timeline(simulated)
        entries += simulated.watch.entries
    assert entries > SEEDS / 2, "the seeds hardly trade: nothing was proven"


def test_a_seed_replays_to_the_same_timeline() -> None:
    assert timeline(simulate(11)) == timeline(simulate(11))


# One needs two coincidences at once and is shown by itself below.
BY_SEED = [mutation for mutation in Mutation if mutation and mutation is not Mutation.NO_SEND_DEADLINE]


@pytest.mark.parametrize("mutation", BY_SEED)
def test_the_simulation_notices_a_missing_protection(mutation: Mutation) -> None:
    for seed in range(1, MUTANT_SEEDS + 1):
        try:
            if simulate(seed, mutation).watch.violations:
                return
        except Exception:  # noqa: BLE001 - a mutant may break anything; breaking is being noticed
            return
    pytest.fail(f"{MUTANT_SEEDS} seeds did not notice: {mutation}")


@pytest.mark.parametrize(("mutation", "noticed"), [(Mutation.NONE, False), (Mutation.NO_SEND_DEADLINE, True)])
def test_a_sender_that_stalled_until_its_order_was_given_up_does_not_send_it(mutation: Mutation, noticed: bool) -> None:
    options = Options(
        seed=3, minutes=5, stall_at="before exchange.place_order", mutation=mutation, busy=1.0, volatility=0.00001
    )
    simulated = Simulated(options).run()
    assert simulated.seen["stalled_tick"] == 1
    assert bool(simulated.watch.violations) is noticed, timeline(simulated)
