"""From the policy of an answer to the outcome of a call that changes something."""

from __future__ import annotations

from chalicelib.domain.exchange.retcodes import Policy
from chalicelib.domain.runtime.orders import Outcome, OutcomeKind

_ACCEPTED = frozenset({Policy.OK, Policy.OK_UNCHANGED})
# DUPLICATE is unresolved too: an order with this id exists, and only a query says what became of it (C-04).
_UNRESOLVED = frozenset({Policy.AMBIGUOUS, Policy.UNKNOWN_CODE, Policy.DUPLICATE})


def outcome_of(policy: Policy, *, code: int = 0, message: str = "", order_id: str = "") -> Outcome:
    """The outcome of a request that was sent. Everything that is neither accepted nor unresolved is a definite no."""
    if policy in _ACCEPTED:
        kind = OutcomeKind.ACKNOWLEDGED
    elif policy in _UNRESOLVED:
        kind = OutcomeKind.UNRESOLVED
    else:
        kind = OutcomeKind.REJECTED
    return Outcome(kind=kind, order_id=order_id, code=code, policy=policy.value, message=message)


def denied(policy: Policy, message: str) -> Outcome:
    """The outcome of a request that was refused here: no byte of it has left."""
    return Outcome(kind=OutcomeKind.DENIED, policy=policy.value, message=message)
