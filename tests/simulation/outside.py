"""Signals from outside as a webhook delivers them: some twice, some late and so behind newer ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from random import Random

from chalicelib.domain.market.side import Side
from chalicelib.domain.runtime.messages import SignalReceived
from tests.simulation.faults import FaultRates
from tests.simulation.mutations import Mutation

GOOD_MS = 60_000


@dataclass
class OutsideSignals:
    """Draws signals with a random of its own, and remembers how many different ones there were."""

    rates: FaultRates
    random: Random
    mutation: Mutation
    given: int = 0
    _due: list[tuple[int, SignalReceived]] = field(default_factory=list)

    def each_second(self, now: int) -> Iterator[SignalReceived]:
        """What is delivered now."""
        if self.rates.outside_signal and self.random.random() < self.rates.outside_signal:
            self.given += 1
            signal = SignalReceived(f"event-{self.given}", self.random.choice(list(Side)), now, now + GOOD_MS)
            late = self.random.random() < self.rates.late_signal
            self._due.append((now + (self.random.randrange(1, 90) * 1000 if late else 0), signal))
        ready = [signal for due, signal in self._due if due <= now]
        self._due = [(due, signal) for due, signal in self._due if due > now]
        for signal in ready:
            if self.random.random() < self.rates.repeated_signal:
                self._due.append((now + self.random.randrange(1, 60) * 1000, self._again(signal, now)))
            yield signal

    def _again(self, signal: SignalReceived, now: int) -> SignalReceived:
        """The same acceptance; a product that does not remember it would accept the signal anew."""
        if self.mutation is not Mutation.SIGNALS_ACCEPTED_AGAIN:
            return signal
        return replace(signal, at_ms=now, good_until_ms=now + GOOD_MS)
