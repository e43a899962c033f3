"""Judges an ended run: what the run says of itself against what the exchange says, and what must hold."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tests.e2e.run_observer import seconds_of

CENT = Decimal("0.01")
MOST_LATE_SECONDS = 2.0
MOST_SL_TP_SECONDS = 5.0
EVERY_TRADED_RUN_HAS = frozenset(
    {
        "run_queued",
        "state_transition",
        "signal_generated",
        "order_intent_created",
        "order_sent",
        "order_update",
        "execution",
        "position_update",
        "trading_stop_set",
        "reconciled",
        "stop_requested",
        "run_ended",
    }
)
NOT_THERE = frozenset({"denied", "intended", "absent"})


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything known of an ended run: the run's own records and, apart from them, the exchange's."""

    run: dict[str, Any]
    report: dict[str, Any] | None
    events: list[dict[str, Any]]
    pushed: list[int]
    intents: list[dict[str, Any]]
    fills: list[dict[str, Any]]
    protection: list[float | None]
    exchange_orders: list[dict[str, Any]]
    open_orders: list[dict[str, Any]]
    positions: list[dict[str, Any]]
    closed: list[dict[str, Any]]


def observe(evidence: Evidence) -> dict[str, Any]:
    """The one JSON object that a smoke run ends with."""
    run, report = evidence.run, evidence.report
    seqs = [int(event["seq"]) for event in evidence.events]
    ours = _of_our_intents(evidence.exchange_orders, evidence.intents)
    protected = protection_seconds(evidence.fills, evidence.exchange_orders)
    measured = [seconds for seconds in evidence.protection if seconds is not None]
    sent = [intent for intent in evidence.intents if _is_an_order(intent)]
    late = seconds_of(run["endedAt"]) - seconds_of(run["deadlineAt"]) if run["endedAt"] else None
    gross = sum((Decimal(row["closedPnl"]) + _fees(row) for row in evidence.closed), Decimal(0))
    net = sum((Decimal(row["closedPnl"]) for row in evidence.closed), Decimal(0))
    kinds = Counter(event["type"] for event in evidence.events)
    return {
        "run_id": run["id"],
        "symbol": run["symbol"],
        "status": run["status"],
        "stop_reason": run["stopReason"],
        "seconds_past_deadline": None if late is None else round(late, 3),
        "entries": sum(1 for intent in evidence.intents if intent["kind"] == "entry" and _filled(intent)),
        "exits": sum(1 for trade in (report or {}).get("trades", ()) if trade["exitAt"]),
        "exit_reasons": dict(Counter(fill["exitReason"] for fill in evidence.fills if fill["exitReason"])),
        "sl_tp_seconds": _worst(protected),
        "sl_tp_seen_seconds": max(measured, default=None),
        "sl_tp_seen": len(measured),
        "orders_on_exchange": len(ours),
        "intents": len(sent),
        "intents_refused": len(evidence.intents) - len(sent),
        "unmatched": sorted(_unmatched(ours, sent)),
        "open_orders_left": len(evidence.open_orders),
        "position_left": str(sum((Decimal(row["size"]) for row in evidence.positions), Decimal(0))),
        "pnl_report": report and _cents(Decimal(report["grossPnl"])),
        "pnl_exchange": _cents(gross),
        "pnl_basis": "gross: the exchange's closedPnl (net of fees) plus its opening and closing fees",
        "net_report": report and _cents(Decimal(report["netPnl"]) - Decimal(report["funding"])),
        "net_exchange": _cents(net),
        "fees_report": report and report["fees"],
        "event_types": dict(sorted(kinds.items())),
        "events": len(seqs),
        "event_gaps": sorted(set(range(1, max(seqs, default=0) + 1)) - set(seqs)),
        "event_duplicates": sorted(seq for seq, times in Counter(seqs).items() if times > 1),
        "ws_events": len(evidence.pushed),
        "ws_missing": sorted(set(seqs) - set(evidence.pushed)),
        "ws_duplicates": sorted(seq for seq, times in Counter(evidence.pushed).items() if times > 1),
    }


def protection_seconds(fills: list[dict[str, Any]], orders: list[dict[str, Any]]) -> list[float | None]:
    """For each entry, the time from its first fill until the exchange had made both its stop and its target, by the
    exchange's own clock; None where one of them is missing."""
    opened: dict[str, float] = {}
    for fill in fills:
        if not fill["exitReason"]:
            opened[fill["orderId"]] = min(opened.get(fill["orderId"], float("inf")), seconds_of(fill["at"]))
    starts = sorted(opened.values())
    found: list[float | None] = []
    for start, end in zip(starts, [*starts, float("inf")][1:], strict=True):
        made = {
            kind: [seconds_of(order["createdAt"]) for order in orders if order["stopOrderType"] == kind]
            for kind in ("StopLoss", "TakeProfit")
        }
        first = [min((at for at in times if start - 1 <= at < end), default=None) for times in made.values()]
        known = [at for at in first if at is not None]
        found.append(round(max(0.0, max(known) - start), 3) if len(known) == len(first) else None)
    return found


def _worst(seconds: list[float | None]) -> float | None:
    """The longest; None when one is missing or there are none."""
    known = [one for one in seconds if one is not None]
    return max(known) if known and len(known) == len(seconds) else None


def failures(seen: dict[str, Any], *, status: str = "finished", stop_reason: str = "timeout") -> list[str]:
    """Why the run is not as it must be; empty when it is."""
    late, protected = seen["seconds_past_deadline"], seen["sl_tp_seconds"]
    missing = sorted(EVERY_TRADED_RUN_HAS - seen["event_types"].keys())
    claims = [
        (seen["status"] == status and seen["stop_reason"] == stop_reason, f"it did not end {status}/{stop_reason}"),
        (late is not None and late <= MOST_LATE_SECONDS, f"it ended {late} s past its deadline"),
        (seen["entries"] > 0, "no entry was filled"),
        (seen["exits"] > 0, "no exit was filled"),
        (
            protected is not None and protected <= MOST_SL_TP_SECONDS,
            f"SL and TP came after {protected} s",
        ),
        (Decimal(seen["position_left"]) == 0, f"a position of {seen['position_left']} is left"),
        (seen["open_orders_left"] == 0, f"{seen['open_orders_left']} open orders are left"),
        (seen["pnl_report"] == seen["pnl_exchange"], "the report's gross PnL is not the exchange's"),
        (seen["net_report"] == seen["net_exchange"], "the report's net PnL is not the exchange's closed PnL"),
        (not seen["unmatched"], f"intents and exchange orders differ: {seen['unmatched']}"),
        (seen["orders_on_exchange"] == seen["intents"], "intents and exchange orders are not one to one"),
        (not seen["event_gaps"], f"the event log has gaps at {seen['event_gaps']}"),
        (not seen["event_duplicates"], f"events came twice: {seen['event_duplicates']}"),
        (not seen["ws_missing"], f"the WebSocket missed events {seen['ws_missing']}"),
        (not seen["ws_duplicates"], f"the WebSocket sent events twice: {seen['ws_duplicates']}"),
        (not missing, f"no event of type {', '.join(missing)}"),
    ]
    return [reason for holds, reason in claims if not holds]


def _of_our_intents(orders: list[dict[str, Any]], intents: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The exchange's orders that carry this run's prefix. Those it makes itself, SL and TP, carry no id."""
    prefixes = {intent["orderLinkId"].rsplit("-", 1)[0] for intent in intents}
    return [order for order in orders if order["orderLinkId"].rsplit("-", 1)[0] in prefixes]


def _unmatched(orders: list[dict[str, Any]], intents: list[dict[str, Any]]) -> set[str]:
    """Order link ids that only one side has, or that the two know under different exchange ids."""
    there = {order["orderLinkId"]: order["orderId"] for order in orders}
    here = {intent["orderLinkId"]: intent["orderId"] for intent in intents}
    return {link for link in there.keys() | here.keys() if there.get(link) != here.get(link)}


def _is_an_order(intent: dict[str, Any]) -> bool:
    """Whether the exchange took it. One that it refused at the door, as an exit that a stop has overtaken, is none."""
    refused = intent["status"] == "rejected" and not intent["orderId"]
    return intent["status"] not in NOT_THERE and not refused


def _filled(intent: dict[str, Any]) -> bool:
    return Decimal(intent["filledQty"]) > 0


def _fees(row: dict[str, Any]) -> Decimal:
    return Decimal(row["openFee"]) + Decimal(row["closeFee"])


def _cents(amount: Decimal) -> str:
    return str(amount.quantize(CENT))
