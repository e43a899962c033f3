"""Audit rows of what a run and a hand at the terminal did to money, made from the records that say so.

They are made from the tables' streams, after the fact, so that the way of an order pays nothing for them. A row's id is
made of what it tells of: the same fact, delivered again, is the same row.
"""

from __future__ import annotations

import json
from typing import Any

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.runtime.events import EventType
from chalicelib.domain.ulid import ulid_of

RUN_ACTIONS: dict[str, str] = {
    EventType.RUN_QUEUED.value: "run.queued",
    EventType.STATE_TRANSITION.value: "run.state",
    EventType.ORDER_SENT.value: "order.sent",
    EventType.EXECUTION.value: "order.executed",
    EventType.TRADING_STOP_SET.value: "position.protected",
    EventType.RISK_BLOCKED.value: "risk.blocked",
    EventType.STOP_REQUESTED.value: "run.stop_requested",
    EventType.RUN_ENDED.value: "run.ended",
}
"""Which events of a run are audited, and as what. A run's other events (signals, readings) change no money."""

FINDING_ACTIONS: dict[str, str] = {"events.finding.unexplained_size": "kill_switch.engage"}
"""What a run does by a finding, written in the same transaction as it: here, blocking its workspace (ADR 9)."""

_MOST_DETAIL = 1_000


def of_run_event(workspace_id: str, run_id: str, event: dict[str, Any], at_ms: int) -> AuditEntry | None:
    """The row of a run's event in the API's shape; None for one that is not audited."""
    action = _action(str(event["type"]), str(event["key"]))
    if action is None:
        return None
    data = event.get("data") or {}
    facts = {"event": event["key"], **event.get("params", {}), **_scalars(data)}
    return AuditEntry(
        workspace_id=workspace_id,
        audit_id=ulid_of(at_ms, f"run-event|{run_id}|{event['seq']}"),
        at_ms=at_ms,
        action=action,
        actor=str(data.get("actor") or "run"),
        subject=run_id if event.get("intentId") is None else f"{run_id}/{event['intentId']}",
        detail=_detail(facts),
    )


def of_manual_order(order: dict[str, Any]) -> AuditEntry:
    """The row of a manual order as its row in the table is now: one for each status and quantity it goes through."""
    at_ms = int(order["updated_ms"])
    kept = ("status", "connection_id", "symbol", "side", "order_type", "qty", "price", "stop_loss", "take_profit",
            "reduce_only", "filled_qty", "avg_price", "reason")  # fmt: skip
    facts = {name: order[name] for name in kept if order.get(name) not in (None, "")}
    return AuditEntry(
        workspace_id=str(order["workspace_id"]),
        audit_id=ulid_of(at_ms, f"manual-order|{order['workspace_id']}|{order['intent_id']}|{_detail(facts)}"),
        at_ms=at_ms,
        action=f"order.manual_{order['status']}",
        actor=str(order["user_id"]),
        subject=str(order["intent_id"]),
        detail=_detail(facts),
    )


def _action(kind: str, key: str) -> str | None:
    if kind == EventType.FINDING:
        return FINDING_ACTIONS.get(key)
    if kind == EventType.STATE_TRANSITION and not key.startswith("events.state_transition.run"):
        return None
    return RUN_ACTIONS.get(kind)


def _scalars(data: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value
        for name, value in data.items()
        if name != "actor" and isinstance(value, str | int | bool) and value != ""
    }


def _detail(facts: dict[str, Any]) -> str:
    return json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)[:_MOST_DETAIL]
