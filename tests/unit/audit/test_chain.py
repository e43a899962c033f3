"""The hash chain: what is sealed cannot be changed, removed, inserted, moved or cut off without notice."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.accounts.actor import Actor
from chalicelib.domain.accounts.roles import Role
from chalicelib.domain.audit.chain import Head, genesis, link_hash
from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.audit.verdict import Break, Verdict
from chalicelib.domain.ulid import ulid_from
from chalicelib.ports import Conflict
from chalicelib.services.audit.read import ReadAudit
from chalicelib.services.audit.seal import PUBLISH_EVERY_MS, SealAudit
from tests.fakes.memory_audit import MemoryAuditChain, MemoryAuditLog, MemoryHeads
from tests.fakes.virtual_clock import VirtualClock

WORKSPACE = "W"


def entry(number: int, workspace_id: str = WORKSPACE, detail: str = "") -> AuditEntry:
    """The row of this number."""
    at_ms = 1_700_000_000_000 + number
    return AuditEntry(workspace_id, ulid_from(at_ms, number), at_ms, "bot.changed", "user-1", f"bot-{number}", detail)


class Trail:
    """A trail of sealed rows, and who tampers with it."""

    def __init__(self, rows: int = 10) -> None:
        self.log, self.chain, self.heads, self.clock = (
            MemoryAuditLog(),
            MemoryAuditChain(),
            MemoryHeads(),
            VirtualClock(),
        )
        self.seal = SealAudit(self.chain, self.heads, self.clock)
        self.read = ReadAudit(self.log, self.chain, self.heads)
        self.write(range(1, rows + 1))

    def write(self, numbers: range, *, sealed: bool = True) -> None:
        """Adds rows and seals them."""
        entries = [entry(number) for number in numbers]
        for one in entries:
            self.log.add(one)
        if sealed and entries:
            self.seal(WORKSPACE, entries)

    def verdict(self, *noted: Head) -> Verdict:
        """What the operators' command finds."""
        return self.read.verify_all(WORKSPACE, noted)


@pytest.fixture
def trail() -> Trail:
    """Ten sealed rows; the head after the tenth is published."""
    return Trail()


def test_an_untouched_chain_is_intact(trail: Trail) -> None:
    verdict = trail.verdict()

    assert (verdict.intact, verdict.from_seq, verdict.unsealed) == (True, 1, 0)
    assert verdict.head == Head(10, trail.chain.links[(WORKSPACE, 10)].hash)


def test_rows_that_wait_for_the_sealer_are_counted_and_break_nothing(trail: Trail) -> None:
    trail.write(range(11, 14), sealed=False)

    assert (trail.verdict().intact, trail.verdict().unsealed) == (True, 3)


@pytest.mark.parametrize("field", ["action", "actor", "subject", "detail"])
def test_a_changed_row_is_found(trail: Trail, field: str) -> None:
    key = (WORKSPACE, entry(4).audit_id)
    trail.log.rows[key] = replace(trail.log.rows[key], **{field: "forged"})

    assert (trail.verdict().broken_at, trail.verdict().reason) == (4, Break.ROW_CHANGED)


def test_a_changed_time_is_found(trail: Trail) -> None:
    key = (WORKSPACE, entry(4).audit_id)
    trail.log.rows[key] = replace(trail.log.rows[key], at_ms=1)

    assert (trail.verdict().broken_at, trail.verdict().reason) == (4, Break.ROW_CHANGED)


def test_a_changed_row_with_a_forged_link_is_found_at_the_next_one(trail: Trail) -> None:
    key, link = (WORKSPACE, entry(4).audit_id), trail.chain.links[(WORKSPACE, 4)]
    trail.log.rows[key] = replace(trail.log.rows[key], detail="forged")
    forged = link_hash(4, link.prev_hash, link.sealed_ms, trail.log.rows[key])
    trail.chain.links[(WORKSPACE, 4)] = replace(link, hash=forged)

    assert (trail.verdict().broken_at, trail.verdict().reason) == (5, Break.LINK_REORDERED)


def test_a_removed_row_is_found(trail: Trail) -> None:
    del trail.log.rows[(WORKSPACE, entry(7).audit_id)]

    assert (trail.verdict().broken_at, trail.verdict().reason) == (7, Break.ROW_MISSING)


def test_a_removed_row_and_link_are_found(trail: Trail) -> None:
    del trail.log.rows[(WORKSPACE, entry(7).audit_id)]
    del trail.chain.links[(WORKSPACE, 7)]

    assert (trail.verdict().broken_at, trail.verdict().reason) == (7, Break.LINK_MISSING)


def test_the_beginning_cannot_be_cut_off(trail: Trail) -> None:
    for number in (1, 2):
        del trail.log.rows[(WORKSPACE, entry(number).audit_id)]
        del trail.chain.links[(WORKSPACE, number)]

    assert (trail.verdict().broken_at, trail.verdict().reason) == (1, Break.LINK_MISSING)


def test_a_row_inserted_into_the_chain_is_found(trail: Trail) -> None:
    forged = replace(entry(3), audit_id=ulid_from(1_700_000_000_003, 999), detail="inserted")
    trail.log.add(forged)
    before = trail.chain.links[(WORKSPACE, 3)]
    digest = link_hash(4, before.hash, before.sealed_ms, forged)
    for seq in range(10, 3, -1):
        trail.chain.links[(WORKSPACE, seq + 1)] = replace(trail.chain.links[(WORKSPACE, seq)], seq=seq + 1)
    inserted = replace(before, seq=4, audit_id=forged.audit_id, prev_hash=before.hash, hash=digest)
    trail.chain.links[(WORKSPACE, 4)] = inserted

    assert (trail.verdict().broken_at, trail.verdict().reason) == (5, Break.LINK_REORDERED)


def test_two_rows_that_changed_places_are_found(trail: Trail) -> None:
    links = trail.chain.links
    third, fourth = links[(WORKSPACE, 3)], links[(WORKSPACE, 4)]
    links[(WORKSPACE, 3)], links[(WORKSPACE, 4)] = replace(fourth, seq=3), replace(third, seq=4)

    assert (trail.verdict().broken_at, trail.verdict().reason) == (3, Break.LINK_REORDERED)


def test_a_tail_cut_off_before_the_published_head_is_found(trail: Trail) -> None:
    for number in (8, 9, 10):
        del trail.log.rows[(WORKSPACE, entry(number).audit_id)]
        del trail.chain.links[(WORKSPACE, number)]

    assert (trail.verdict().broken_at, trail.verdict().reason) == (10, Break.HEAD_MISSING)


def test_a_chain_rewritten_from_its_beginning_is_found_by_the_published_head(trail: Trail) -> None:
    published = trail.heads.heads[WORKSPACE]
    rewritten = Trail(0)
    forged = [replace(entry(number), detail="rewritten") for number in range(1, 11)]
    for one in forged:
        rewritten.log.add(one)
    rewritten.seal(WORKSPACE, forged)
    rewritten.heads.heads[WORKSPACE] = published

    assert (rewritten.verdict().broken_at, rewritten.verdict().reason) == (10, Break.HEAD_CHANGED)


def test_a_tail_cut_off_after_the_published_head_is_found_by_who_noted_a_later_one(trail: Trail) -> None:
    trail.write(range(11, 14))
    noted = trail.verdict().head
    assert noted is not None
    for number in (12, 13):
        del trail.log.rows[(WORKSPACE, entry(number).audit_id)]
        del trail.chain.links[(WORKSPACE, number)]

    assert trail.verdict().intact
    assert (trail.verdict(noted).broken_at, trail.verdict(noted).reason) == (13, Break.HEAD_MISSING)


def test_a_row_of_another_workspace_does_not_pass_for_one_s_own(trail: Trail) -> None:
    key = (WORKSPACE, entry(2).audit_id)
    trail.log.rows[key] = replace(trail.log.rows[key], workspace_id="other")

    assert (trail.verdict().broken_at, trail.verdict().reason) == (2, Break.ROW_CHANGED)


@given(st.integers(1, 10), st.sampled_from(["row", "link", "both", "change"]))
def test_whatever_is_touched_the_chain_is_not_intact(number: int, how: str) -> None:
    trail = Trail()
    key, place = (WORKSPACE, entry(number).audit_id), (WORKSPACE, number)
    if how == "change":
        trail.log.rows[key] = replace(trail.log.rows[key], detail="x")
    if how in ("row", "both"):
        del trail.log.rows[key]
    if how in ("link", "both"):
        del trail.chain.links[place]

    assert not trail.verdict().intact


def test_a_batch_that_the_stream_brings_again_is_sealed_once(trail: Trail) -> None:
    batch = [entry(11), entry(12)]
    for one in batch:
        trail.log.add(one)
    trail.seal(WORKSPACE, batch[:1])
    trail.seal(WORKSPACE, batch)
    trail.seal(WORKSPACE, batch)

    assert (trail.verdict().intact, trail.verdict().head.seq) == (True, 12)  # type: ignore[union-attr]


def test_a_sealer_that_was_overtaken_goes_on_from_the_newer_end(trail: Trail) -> None:
    class Overtaken(MemoryAuditChain):
        """Somebody else seals one row between this one's look and its link."""

        raced = False

        def append(self, link):  # type: ignore[no-untyped-def]
            if not self.raced:
                self.raced = True
                trail.log.add(entry(11))
                SealAudit(trail.chain, trail.heads, trail.clock)(WORKSPACE, [entry(11)])
            super().append(link)

    chain = Overtaken(trail.chain.links)
    trail.log.add(entry(12))
    SealAudit(chain, trail.heads, trail.clock)(WORKSPACE, [entry(12)])

    assert [chain.links[(WORKSPACE, seq)].audit_id for seq in (11, 12)] == [entry(11).audit_id, entry(12).audit_id]
    assert trail.verdict().intact


def test_a_sealer_that_always_loses_gives_up_so_that_the_stream_tries_again(trail: Trail) -> None:
    class Taken(MemoryAuditChain):
        """Its next place is always taken."""

        def append(self, link):  # type: ignore[no-untyped-def]
            raise Conflict("chain")

    with pytest.raises(Conflict):
        SealAudit(Taken(), trail.heads, trail.clock)(WORKSPACE, [entry(1)])


def test_a_head_is_published_at_most_once_in_five_minutes(trail: Trail) -> None:
    first = trail.heads.heads[WORKSPACE]
    trail.write(range(11, 12))
    assert trail.heads.heads[WORKSPACE] == first

    trail.clock.now += PUBLISH_EVERY_MS
    trail.write(range(12, 13))

    assert trail.heads.heads[WORKSPACE] == Head(12, trail.chain.links[(WORKSPACE, 12)].hash)


def test_each_workspace_has_a_beginning_of_its_own() -> None:
    assert genesis("W") != genesis("V")


def test_a_quick_check_of_a_long_chain_trusts_what_it_did_not_look_at() -> None:
    trail = Trail(2_050)
    actor = Actor("user-1", WORKSPACE, Role.ADMIN)

    quick = trail.read.verify_newest(actor)

    assert (quick.intact, quick.from_seq, quick.head.seq, quick.unsealed) == (True, 51, 2_050, 0)  # type: ignore[union-attr]
