"""What we ask of the exchange, and what its answer means.

An answer is acknowledged (accepted, not filled), rejected (nothing exists, the reason is definite), denied (refused
here, nothing was sent) or unresolved (nobody knows: query by ``order_link_id`` before anything else, C-04).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from chalicelib.domain.market.side import Side

ORDER_LINK_ID = re.compile(r"[A-Za-z0-9_-]{1,36}")


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """An order to send. ``price`` is None for Market. What opens a position carries stop loss and take profit.

    ``send_before_ms`` (our clock) is the last moment at which it may leave: a sender that was stalled must not send
    what has been given up meanwhile. None: no such moment.
    """

    order_link_id: str
    symbol: str
    side: Side
    order_type: str
    qty: Decimal
    price: Decimal | None = None
    reduce_only: bool = False
    close_on_trigger: bool = False
    stop_loss: Decimal | None = None
    take_profit: Decimal | None = None
    time_in_force: str | None = None
    slippage_bps: int | None = None
    send_before_ms: int | None = None


@dataclass(frozen=True, slots=True)
class AmendRequest:
    """What shall change of an order that rests; None leaves a thing as it is. ``send_before_ms`` as in OrderRequest."""

    order_link_id: str
    symbol: str
    qty: Decimal | None = None
    price: Decimal | None = None
    stop_loss: Decimal | None = None
    take_profit: Decimal | None = None
    send_before_ms: int | None = None


@dataclass(frozen=True, slots=True)
class ProtectionRequest:
    """The stop and the target a position shall have; both are always sent together (they form a pair).

    ``intent_id`` is the run's intent that opened the position, "" when none did: it is for the log alone.
    """

    symbol: str
    stop_loss: Decimal
    take_profit: Decimal | None
    intent_id: str = ""


class OutcomeKind(StrEnum):
    """The four kinds of answer."""

    ACKNOWLEDGED = "acknowledged"
    REJECTED = "rejected"
    DENIED = "denied"
    UNRESOLVED = "unresolved"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer to one call that changes something.

    ``order_id`` is known when acknowledged. ``policy`` is the class of the return code (bybit_v5 section 11: OK,
    OK_UNCHANGED, DUPLICATE, FUNDS, BACKOFF, …), ``code`` and ``message`` the exchange's own for the log and the user.
    """

    kind: OutcomeKind
    order_id: str = ""
    code: int = 0
    policy: str = "OK"
    message: str = ""

    @property
    def acknowledged(self) -> bool:
        """Whether the exchange accepted the request."""
        return self.kind is OutcomeKind.ACKNOWLEDGED

    @property
    def unresolved(self) -> bool:
        """Whether it is unknown what the exchange did."""
        return self.kind is OutcomeKind.UNRESOLVED
