"""Which faults a simulated run meets, and how likely each is."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from tests.simulation.exchange_troubles import CALM as NO_TROUBLE
from tests.simulation.exchange_troubles import TroubleRates


@dataclass(frozen=True)
class FaultRates:
    """Chances in 0..1: for each request that changes something, for each read, for each private-stream event, for each
    call of a port (crash before or after it), for each simulated second (outage, stream drop, manual close and cancel,
    a part of a resting order filled, a close that no execution tells of, outside signal), for each outside signal
    (repeated, delivered late and so out of order)."""

    write: dict[str, float] = field(default_factory=dict)
    read: dict[str, float] = field(default_factory=dict)
    lost_event: float = 0.0
    duplicate_event: float = 0.0
    reorder_event: float = 0.0
    crash: float = 0.0
    stalled_tick: float = 0.0
    outage: float = 0.0
    stream_drop: float = 0.0
    manual_close: float = 0.0
    manual_cancel: float = 0.0
    touch: float = 0.0
    unexplained_close: float = 0.0
    lost_wake: float = 0.0
    outside_signal: float = 0.0
    repeated_signal: float = 0.0
    late_signal: float = 0.0
    thin_book: bool = False
    exchange: TroubleRates = NO_TROUBLE


CALM = FaultRates()


def rates_of(random: Random) -> FaultRates:
    """A mixture for one seed: most kinds are off, some are frequent, so that rare coincidences happen often."""

    def chance(most: float, share: float = 0.4) -> float:
        return random.uniform(0, most) if random.random() < share else 0.0

    return FaultRates(
        write={
            "lost_reply": chance(0.5),
            "lost_request": chance(0.3),
            "server_error": chance(0.2),
            "rate_limit": chance(0.2),
        },
        read={"lost_request": chance(0.1), "server_error": chance(0.1), "rate_limit": chance(0.1)},
        lost_event=chance(0.6),
        duplicate_event=chance(0.5),
        reorder_event=chance(0.5),
        crash=chance(0.04, 0.5),
        stalled_tick=chance(0.02, 0.3),
        outage=chance(0.02, 0.2),
        stream_drop=chance(0.05, 0.3),
        manual_close=chance(0.01, 0.1),
        manual_cancel=chance(0.05, 0.2),
        touch=chance(0.3, 0.4),
        lost_wake=chance(0.5, 0.3),
        thin_book=random.random() < 0.3,
        outside_signal=0.08,
        repeated_signal=chance(0.8),
        late_signal=chance(0.8),
    )
