"""The functions behind the streams: what they seal, what they write down, and where they ask to go on."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.adapters.dynamodb.run_codec import event_json
from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.runtime.events import EventType, RunEvent
from chalicelib.ports import PortError
from chalicelib.services.audit.seal import SealAudit
from functions.streams.audit_trading import audit_records
from functions.streams.seal_audit import seal_records
from tests.fakes.memory_audit import MemoryAuditChain, MemoryAuditLog, MemoryHeads
from tests.fakes.virtual_clock import VirtualClock


def record(image: dict[str, Any], number: int = 1, name: str = "INSERT") -> dict[str, Any]:
    """A stream's record."""
    keys = {key: image[key] for key in ("workspace_id", "audit_id") if key in image}
    return {"eventName": name, "dynamodb": {"Keys": keys, "NewImage": image, "SequenceNumber": str(number)}}


def audit_image(workspace_id: str, audit_id: str) -> dict[str, Any]:
    """An audit row's image."""
    texts = {
        "workspace_id": workspace_id,
        "audit_id": audit_id,
        "action": "a",
        "actor": "b",
        "subject": "c",
        "detail": "",
    }
    return {**{name: {"S": text} for name, text in texts.items()}, "at_ms": {"N": "5"}}


def run_image(event: RunEvent) -> dict[str, Any]:
    """A run event's image."""
    return {
        "run_id": {"S": "R"},
        "seq": {"N": str(event.seq)},
        "workspace_id": {"S": "W"},
        "event": {"S": event_json(event)},
    }


def order_image(**changes: str) -> dict[str, Any]:
    """A manual order's image."""
    texts = {
        "workspace_id": "W", "intent_id": "i", "order_link_id": "mi", "user_id": "u", "connection_id": "c",
        "symbol": "BTCUSDT", "side": "Buy", "order_type": "Market", "qty": "0.1", "fingerprint": "f",
        "status": "sending", "filled_qty": "0", **changes,
    }  # fmt: skip
    image: dict[str, Any] = {name: {"S": text} for name, text in texts.items()}
    return {**image, "price": {"NULL": True}, "reduce_only": {"BOOL": False}, "updated_ms": {"N": "1700000000000"}}


class Sealer:
    """A real sealer over memory; ``broken`` workspaces fail."""

    def __init__(self) -> None:
        self.chain, self.heads, self.broken = MemoryAuditChain(), MemoryHeads(), set[str]()
        self.seal = SealAudit(self.chain, self.heads, VirtualClock())

    def __call__(self, workspace_id: str, entries: list[AuditEntry]) -> Any:
        if workspace_id in self.broken:
            raise PortError("scripted")
        return self.seal(workspace_id, entries)


def test_each_new_row_is_sealed_in_the_order_of_the_stream() -> None:
    sealer = Sealer()
    rows = [record(audit_image("W", "B"), 1), record(audit_image("V", "A"), 2), record(audit_image("W", "A"), 3)]

    assert seal_records(rows, sealer) is None

    assert [link.audit_id for link in sealer.chain.newest("W", 5)] == ["B", "A"]
    assert [link.audit_id for link in sealer.chain.newest("V", 5)] == ["A"]


def test_a_workspace_that_fails_comes_again_and_the_others_are_sealed_once() -> None:
    sealer = Sealer()
    sealer.broken.add("V")
    rows = [record(audit_image("W", "A"), 1), record(audit_image("V", "A"), 2), record(audit_image("W", "B"), 3)]

    assert seal_records(rows, sealer) == "2"
    sealer.broken.clear()
    assert seal_records(rows[1:], sealer) is None

    assert [link.audit_id for link in sealer.chain.newest("W", 5)] == ["A", "B"]
    assert [link.audit_id for link in sealer.chain.newest("V", 5)] == ["A"]


def test_a_row_that_was_overwritten_is_not_sealed_again_and_is_reported(caplog: pytest.LogCaptureFixture) -> None:
    sealer = Sealer()
    touched = [record(audit_image("W", "A"), 1, "MODIFY"), record(audit_image("W", "B"), 2, "REMOVE")]

    assert seal_records(touched, sealer) is None

    assert sealer.chain.links == {}
    assert [(line.levelname, line.message) for line in caplog.records] == [("ERROR", "audit row tampered with")] * 2


def test_what_a_run_did_to_money_becomes_rows_and_its_readings_do_not() -> None:
    log = MemoryAuditLog()
    events = [
        RunEvent(1, 1_700_000_000_000, EventType.RUN_QUEUED, "events.run_queued", params={"symbol": "BTCUSDT"}),
        RunEvent(2, 1_700_000_000_001, EventType.SIGNAL_GENERATED, "events.signal_generated"),
        RunEvent(3, 1_700_000_000_002, EventType.STATE_TRANSITION, "events.state_transition.trading"),
        RunEvent(
            4, 1_700_000_000_003, EventType.ORDER_SENT, "events.order_sent.entry", intent_id="1", data={"orderId": "o"}
        ),
        RunEvent(5, 1_700_000_000_004, EventType.STOP_REQUESTED, "events.stop_requested.manual", data={"actor": "u"}),
        RunEvent(6, 1_700_000_000_005, EventType.FINDING, "events.finding.foreign_order", data={"level": "critical"}),
        RunEvent(7, 1_700_000_000_006, EventType.FINDING, "events.finding.unexplained_size", data={"seen": "0.02"}),
    ]

    assert audit_records([record(run_image(event), event.seq) for event in events], log) is None

    found = list(log.all("W"))
    assert [(row.action, row.actor, row.subject) for row in found] == [
        ("run.queued", "run", "R"),
        ("order.sent", "run", "R/1"),
        ("run.stop_requested", "u", "R"),
        ("kill_switch.engage", "run", "R"),
    ]
    assert json.loads(found[1].detail) == {"event": "events.order_sent.entry", "orderId": "o"}
    assert [row.at_ms for row in found] == [1_700_000_000_000, 1_700_000_000_003, 1_700_000_000_004, 1_700_000_000_006]


def test_the_same_event_delivered_twice_is_one_row() -> None:
    log = MemoryAuditLog()
    sent = record(run_image(RunEvent(4, 1_700_000_000_003, EventType.ORDER_SENT, "events.order_sent.entry")))

    audit_records([sent, sent], log)

    assert len(list(log.all("W"))) == 1


def test_a_manual_order_leaves_a_row_for_each_thing_that_becomes_of_it() -> None:
    log = MemoryAuditLog()
    lives = [order_image(), order_image(status="accepted"), order_image(status="filled", filled_qty="0.1")]

    audit_records([record(image, name="MODIFY") for image in [*lives, lives[-1]]], log)

    assert sorted(row.action for row in log.all("W")) == [
        "order.manual_accepted",
        "order.manual_filled",
        "order.manual_sending",
    ]
    assert {(row.actor, row.subject) for row in log.all("W")} == {("u", "i")}


def test_a_row_that_cannot_be_written_comes_again() -> None:
    class Full(MemoryAuditLog):
        """Takes nothing."""

        def add(self, entry: AuditEntry) -> None:
            raise PortError("scripted")

    assert audit_records([record(order_image(), 7)], Full()) == "7"
