"""The audit trail's ports: rows, chain and published heads, in memory and on AWS (moto) alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import boto3
import pytest

from chalicelib.adapters.dynamodb.audit import AuditItem, DynamoAudit, DynamoAuditLog
from chalicelib.adapters.dynamodb.audit_chain import AuditLinkItem, DynamoAuditChain
from chalicelib.adapters.s3.audit_heads import S3AuditHeads
from chalicelib.audit_ports import AuditChain, AuditFilter, AuditLog, AuditWriter, PublishedHeads
from chalicelib.domain.audit.chain import Head, Link
from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.ulid import ulid_from
from chalicelib.ports import Conflict
from tests.contract.moto_aws import moto_aws
from tests.fakes.counted_ids import CountedIds
from tests.fakes.memory_audit import MemoryAuditChain, MemoryAuditLog, MemoryHeads
from tests.fakes.virtual_clock import VirtualClock


@dataclass(frozen=True)
class Ports:
    """All of one kind."""

    log: AuditLog
    writer: AuditWriter
    chain: AuditChain
    heads: PublishedHeads


@pytest.fixture(params=["memory", "aws"])
def ports(request: pytest.FixtureRequest) -> Iterator[Ports]:
    """Empty ones."""
    if request.param == "memory":
        log = MemoryAuditLog()
        yield Ports(log, log, MemoryAuditChain(), MemoryHeads())
        return
    with moto_aws(AuditItem, AuditLinkItem):
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket="heads")
        audit = DynamoAudit(VirtualClock(), CountedIds())
        yield Ports(DynamoAuditLog(), audit, DynamoAuditChain(), S3AuditHeads(s3, "heads"))


def entry(number: int, workspace_id: str = "w", action: str = "bot.changed", actor: str = "u") -> AuditEntry:
    """The row of this number, a second after the one before."""
    at_ms = 1_000 * number
    return AuditEntry(workspace_id, ulid_from(at_ms, number), at_ms, action, actor, "s", "détail")


def link(seq: int, workspace_id: str = "w") -> Link:
    """The link of this number."""
    return Link(workspace_id, seq, entry(seq).audit_id, f"prev{seq}", f"hash{seq}", seq, 7)


def filled(ports: Ports, rows: int = 5) -> list[AuditEntry]:
    """Rows of one workspace, and one of another."""
    entries = [entry(number) for number in range(1, rows + 1)]
    for one in [*entries, entry(3, "other")]:
        ports.writer.add(one)
    return entries


def test_a_row_comes_back_as_it_was_written(ports: Ports) -> None:
    entries = filled(ports)

    assert list(ports.log.all("w")) == entries
    assert ports.log.newest("w", 2) == (entries[4], entries[3])
    assert ports.log.workspaces() == ("other", "w")


def test_the_same_row_again_is_fine_and_changes_nothing(ports: Ports) -> None:
    entries = filled(ports, 1)

    ports.writer.add(replace(entries[0], detail="other"))

    assert list(ports.log.all("w")) == entries


def test_rows_are_read_by_id_and_missing_ones_are_left_out(ports: Ports) -> None:
    entries = filled(ports)

    found = ports.log.some("w", [entries[1].audit_id, "01", entries[0].audit_id, entries[0].audit_id])

    assert sorted(found, key=lambda one: one.audit_id) == entries[:2]
    assert ports.log.some("w", []) == ()


def test_pages_are_newest_first_and_go_on(ports: Ports) -> None:
    entries = filled(ports)
    seen: list[AuditEntry] = []
    after: str | None = None
    for _ in range(3):
        page = ports.log.page("w", AuditFilter(), 2, after)
        seen.extend(page.items)
        after = page.next_after
        if after is None:
            break

    assert seen == entries[::-1]


def test_a_page_is_filtered_by_action_family_actor_and_time(ports: Ports) -> None:
    rows = [entry(1, action="run"), entry(2, action="run.ended"), entry(3, action="runs"), entry(4, actor="v")]
    for row in rows:
        ports.writer.add(row)

    def page(wanted: AuditFilter, after: str | None = None) -> list[AuditEntry]:
        return list(ports.log.page("w", wanted, 10, after).items)

    assert page(AuditFilter(action="run")) == [rows[1], rows[0]]
    assert page(AuditFilter(action="run.ended")) == [rows[1]]
    assert page(AuditFilter(actor="v")) == [rows[3]]
    assert page(AuditFilter(from_ms=2_000, to_ms=4_000)) == [rows[2], rows[1]]
    assert page(AuditFilter(to_ms=4_000), after=rows[2].audit_id) == [rows[1], rows[0]]
    assert page(AuditFilter(from_ms=9_000)) == []


def test_a_link_s_place_is_taken_once(ports: Ports) -> None:
    ports.chain.append(link(1))

    with pytest.raises(Conflict):
        ports.chain.append(replace(link(1), hash="other"))

    assert ports.chain.newest("w", 5) == (link(1),)


def test_links_are_read_from_either_end(ports: Ports) -> None:
    for seq in range(1, 13):
        ports.chain.append(link(seq))
    ports.chain.append(link(1, "other"))

    assert [one.seq for one in ports.chain.newest("w", 3)] == [10, 11, 12]
    assert [one.seq for one in ports.chain.after("w", 8, 2)] == [9, 10]
    assert ports.chain.after("w", 12, 2) == ()
    assert ports.chain.newest("nobody", 3) == ()


def test_the_last_published_head_is_the_one_that_counts(ports: Ports) -> None:
    assert ports.heads.published("w") is None

    ports.heads.publish("w", Head(3, "h3"), 1)
    ports.heads.publish("w", Head(9, "h9"), 2)

    assert ports.heads.published("w") == Head(9, "h9")
    assert ports.heads.published("other") is None
    assert ports.heads.workspaces() == ("w",)
