"""Why the terminal does not touch an order or a position.

Refusal (accounts)
└── OrderConflict    something is in the way; ``code`` says what
"""

from __future__ import annotations

from chalicelib.domain.accounts.errors import Refusal


class OrderConflict(Refusal):
    """Answered 409; the details are those of ``CONFLICTS``."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code, CONFLICTS[code].format(**params), **params)


CONFLICTS = {
    "trading.off": "trading is switched off: {reason}",
    "order.connection_not_tested": "the exchange connection has not passed its last test: only closing is possible",
    "order.run_active": "a run trades {symbol} on this connection, and a foreign order would pause it: stop it first",
    "position.run_active": "a run keeps the position in {symbol}, and a foreign touch would pause it: stop the run",
    "order.finished": "the order is {status} already",
    "order.cancel_refused": "the cancellation was refused: {message}",
    "order.amend_refused": "the change was refused: {message}",
    "order.not_amendable": "a market order cannot be changed",
    "order.not_known_yet": "nobody knows yet whether the order is there: look again in ten seconds",
    "position.flat": "there is no position in {symbol}",
    "position.protection_refused": "the levels were refused: {message}",
}
