"""Builds what a bot is made of: instruments, connections, strategies with their signals, and bots themselves."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from chalicelib.bootstrap import accounts, clock, exchange, ids, runs, runtime, tables

if TYPE_CHECKING:
    from chalicelib.services.bots import Bots
    from chalicelib.services.connections import Connections
    from chalicelib.services.signals import Signals
    from chalicelib.services.strategies import Strategies


@cache
def connections() -> Connections:
    """Exchange connections."""
    from chalicelib.services.connections import Connections

    return Connections(
        connections=tables.connections(),
        accounts=tables.accounts(),
        bots=tables.bots(),
        sealer=exchange.secret_sealer(),
        exchange=exchange.exchange(exchange.API),
        environments=exchange.environment_policy(),
        clock=clock(),
        ids=ids(),
    )


@cache
def strategies() -> Strategies:
    """Strategies."""
    from chalicelib.services.strategies import Strategies

    return Strategies(tables.strategies(), tables.bots(), exchange.instruments(), clock(), ids())


@cache
def signals() -> Signals:
    """Signals from outside."""
    from chalicelib.services.signals import Signals

    return Signals(
        signals=tables.signals(),
        strategies=tables.strategies(),
        store=runtime.run_store(),
        inbox=runtime.inbox(),
        secrets=accounts.derived_secrets(),
        clock=clock(),
    )


@cache
def bots() -> Bots:
    """Bots."""
    from chalicelib.services.bots import Bots

    return Bots(
        bots=tables.bots(),
        strategies=tables.strategies(),
        connections=tables.connections(),
        instruments=exchange.instruments(),
        active_runs=runs.look(),
        clock=clock(),
        ids=ids(),
    )
