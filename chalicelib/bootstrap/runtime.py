"""Builds what drives runs: Ticks, wakes, the safety net, the switches."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from chalicelib.bootstrap import aws_client, clock, settings, tables
from chalicelib.bootstrap.exchange import audit_trail, exchange, market_data

if TYPE_CHECKING:
    from chalicelib.adapters.dynamodb.kill_switch import DynamoKillSwitch
    from chalicelib.run_ports import Inbox, RunStore, Workflow
    from chalicelib.services.runs.finalize import FinalizeRun, SweepRuns
    from chalicelib.services.runs.judge import Judge
    from chalicelib.services.runs.kill_switch import PlatformKillSwitch
    from chalicelib.services.runs.tick import TickRun


@cache
def run_store() -> RunStore:
    """Runs and all that belongs to them."""
    from chalicelib.adapters.dynamodb.run_tables import bind_run_tables
    from chalicelib.adapters.dynamodb.runs import DynamoRunStore

    bind_run_tables(settings().table_prefix)
    return DynamoRunStore(tables.dynamodb_connection(), clock())


@cache
def workflow() -> Workflow:
    """The state machine of runs."""
    from chalicelib.adapters.stepfunctions.workflow import StepFunctionsWorkflow

    return StepFunctionsWorkflow(aws_client("stepfunctions"), settings().state_machine_arn)


@cache
def inbox() -> Inbox:
    """The inboxes of runs."""
    from chalicelib.adapters.dynamodb.inbox import DynamoInbox

    run_store()
    return DynamoInbox(workflow(), clock())


@cache
def kill_switch() -> DynamoKillSwitch:
    """The kill switches."""
    from chalicelib.adapters.dynamodb.kill_switch import DynamoKillSwitch

    run_store()
    return DynamoKillSwitch(clock())


@cache
def platform_kill_switch() -> PlatformKillSwitch:
    """The operators' switch over all trading."""
    from chalicelib.services.runs.kill_switch import PlatformKillSwitch

    return PlatformKillSwitch(kill_switch(), run_store(), inbox(), audit_trail(), clock())


@cache
def judge() -> Judge:
    """Judges bars by immutable strategy versions."""
    from chalicelib.services.runs.judge import Judge

    return Judge(tables.strategies(), market_data())


@cache
def tick_run() -> TickRun:
    """The Tick."""
    from chalicelib.services.runs.tick import TickRun

    return TickRun(
        store=run_store(),
        inbox=inbox(),
        workflow=workflow(),
        exchange=exchange("tick"),
        market=market_data(),
        judge=judge(),
        kill_switch=kill_switch(),
        clock=clock(),
    )


@cache
def finalize_run() -> FinalizeRun:
    """The safety net of one run."""
    from chalicelib.services.runs.finalize import FinalizeRun
    from chalicelib.services.runs.orphans import ClearOrphans

    clear = ClearOrphans(run_store(), exchange("finalize"), clock())
    return FinalizeRun(run_store(), inbox(), workflow(), tick_run(), clear)


@cache
def sweep_runs() -> SweepRuns:
    """The safety net of all runs."""
    from chalicelib.services.runs.finalize import SweepRuns

    return SweepRuns(run_store(), workflow(), finalize_run(), clock())
