"""Builds the use-cases of runs that the API offers; what drives a run is in ``runtime``."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from chalicelib.bootstrap import clock, exchange, ids, runtime, tables

if TYPE_CHECKING:
    from chalicelib.services.runs.control import ControlRuns
    from chalicelib.services.runs.look import LookAtRuns
    from chalicelib.services.runs.start import StartRun


@cache
def look() -> LookAtRuns:
    """Runs, to look at."""
    from chalicelib.services.runs.look import LookAtRuns

    return LookAtRuns(runtime.run_store())


@cache
def start() -> StartRun:
    """Starts runs."""
    from chalicelib.services.runs.start import StartRun

    return StartRun(
        accounts=tables.accounts(),
        bots=tables.bots(),
        connections=tables.connections(),
        strategies=tables.strategies(),
        instruments=exchange.instruments(),
        store=runtime.run_store(),
        workflow=runtime.workflow(),
        kill_switch=runtime.kill_switch(),
        clock=clock(),
        ids=ids(),
    )


@cache
def control() -> ControlRuns:
    """Stops, pauses and resumes runs."""
    from chalicelib.services.runs.control import ControlRuns

    return ControlRuns(runtime.run_store(), runtime.inbox(), look(), ids())
