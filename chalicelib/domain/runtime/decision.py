"""What goes into one decision and what comes out of it.

``decide(record, facts, situation) -> Decision`` is the whole runtime: a Tick feeds it facts, writes what it returns and
carries out its commands and reads, whose answers are the next facts.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from chalicelib.domain.market.instrument import Instrument
from chalicelib.domain.runtime.events import RunEvent
from chalicelib.domain.runtime.facts import AccountSnapshot, ExecutionFact, OrderFact
from chalicelib.domain.runtime.halt import Halt
from chalicelib.domain.runtime.intent import Intent
from chalicelib.domain.runtime.judgement import Judgement
from chalicelib.domain.runtime.messages import Message
from chalicelib.domain.runtime.orders import Outcome, ProtectionRequest
from chalicelib.domain.runtime.record import RunState
from chalicelib.domain.strategy.spec import StrategySpec


@dataclass(frozen=True, slots=True)
class Situation:
    """What a decision may know besides the record and the facts. ``halt`` is the kill switch, None when released."""

    now_ms: int
    market_now_ms: int
    spec: StrategySpec
    instrument: Instrument
    halt: Halt | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """The newest closed bar was read and judged; ``price`` is the last price read with it, None when that failed."""

    judgement: Judgement
    price: Decimal | None


@dataclass(frozen=True, slots=True)
class Heard:
    """The newest closed bar was judged with the outside signal ``event_id`` on it; ``price`` as for ``Judged``."""

    event_id: str
    judgement: Judgement
    price: Decimal | None


@dataclass(frozen=True, slots=True)
class NothingNew:
    """Candles were read, and there is no bar newer than the one judged last."""


@dataclass(frozen=True, slots=True)
class SnapshotRead:
    """The account was read whole. ``fresh`` are its executions that no commit has booked."""

    snapshot: AccountSnapshot
    fresh: tuple[ExecutionFact, ...]


@dataclass(frozen=True, slots=True)
class OrderResolved:
    """An intent's order was looked for everywhere; None means that all places answered and none has it."""

    intent_id: str
    order: OrderFact | None


@dataclass(frozen=True, slots=True)
class ReadFailed:
    """A read failed, so that fact stays unknown. ``fatal`` when the exchange refused it for good."""

    what: str
    detail: str
    fatal: bool = False


@dataclass(frozen=True, slots=True)
class PlaceOrder:
    """Send an intent's order."""

    intent: Intent


@dataclass(frozen=True, slots=True)
class CancelOrder:
    """Cancel an order of ours."""

    order_link_id: str
    intent_id: str | None


@dataclass(frozen=True, slots=True)
class SetProtection:
    """Put SL and TP on the position."""

    protection: ProtectionRequest


@dataclass(frozen=True, slots=True)
class SetLeverage:
    """Set the symbol's leverage."""

    leverage: Decimal


Command = PlaceOrder | CancelOrder | SetProtection | SetLeverage


@dataclass(frozen=True, slots=True)
class CommandDone:
    """A command was carried out, with this answer."""

    command: Command
    outcome: Outcome


Fact = Message | Judged | Heard | NothingNew | SnapshotRead | OrderResolved | ReadFailed | CommandDone


@dataclass(frozen=True, slots=True)
class Reads:
    """What must be read before the next decision. ``resolve`` are intents whose order is looked for by its id."""

    candles: bool = False
    snapshot: bool = False
    resolve: tuple[Intent, ...] = ()

    def __bool__(self) -> bool:
        return self.candles or self.snapshot or bool(self.resolve)


@dataclass(frozen=True, slots=True)
class Booked:
    """An execution to be booked, with the intent it belongs to and, for a closing one, why it closed."""

    execution: ExecutionFact
    intent_id: str
    exit_reason: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What to write, then what to do.

    ``waiting`` says that something is under way whose answer is expected within seconds: the Tick polls for it instead
    of parking at once, and ``urgent`` that it goes on polling for as long as it may: an order's fate is unknown, a
    position has no stop, or the run is stopping. ``ended`` says that the run is over, with proof. ``halt`` is why the
    workspace must open nothing more, "" when nothing of that kind was found.
    """

    state: RunState
    events: tuple[RunEvent, ...]
    intents: tuple[Intent, ...]
    fills: tuple[Booked, ...]
    commands: tuple[Command, ...]
    reads: Reads
    waiting: bool
    urgent: bool
    ended: bool
    halt: str = ""
