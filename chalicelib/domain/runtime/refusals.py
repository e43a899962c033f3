"""Why a run is not started or not changed.

Refusal (accounts)
└── RunConflict    the run, or another one, is in the way; ``code`` says which way
"""

from __future__ import annotations

from chalicelib.domain.accounts.errors import Refusal


class RunConflict(Refusal):
    """Answered 409; the details are those of ``CONFLICTS``."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code, CONFLICTS[code].format(**params), **params)


CONFLICTS = {
    "run.symbol_busy": "another run trades {symbol} on this connection: stop it first",
    "run.quota": "the workspace may have {limit} active runs: stop one first",
    "run.cooldown": "two starts must be {seconds} s apart: try again shortly",
    "run.ended": "the run has ended",
    "run.not_paused": "the run is not paused",
    "run.not_running": "the run is not running",
    "run.connection_not_tested": "the exchange connection has not passed its test: test it first",
    "run.key_expires": "the exchange key expires before the run would end: put a new one in its place, or run shorter",
    "run.strategy_disabled": "the strategy is disabled: enable it first",
    "trading.off": "trading is switched off: {reason}",
}
