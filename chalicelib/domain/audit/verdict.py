"""Judges a chain against the rows that it seals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from chalicelib.domain.audit.chain import Head, Link, genesis, link_hash
from chalicelib.domain.audit.entry import AuditEntry


class Break(StrEnum):
    """What is wrong at the first broken place."""

    LINK_MISSING = "link_missing"
    LINK_REORDERED = "link_reordered"
    ROW_MISSING = "row_missing"
    ROW_CHANGED = "row_changed"
    ROW_SEALED_TWICE = "row_sealed_twice"
    HEAD_MISSING = "head_missing"
    HEAD_CHANGED = "head_changed"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found. ``from_seq`` to ``head.seq`` is what was checked; ``unsealed`` rows wait for the sealer.

    ``broken_at`` is the sequence number of the first broken place, None on an intact chain.
    """

    from_seq: int
    head: Head | None
    unsealed: int
    broken_at: int | None = None
    reason: Break | None = None

    @property
    def intact(self) -> bool:
        """Whether nothing was found."""
        return self.broken_at is None


def verify(
    workspace_id: str,
    links: Sequence[Link],
    entries: Mapping[str, AuditEntry],
    heads: Sequence[Head] = (),
    *,
    whole: bool = True,
) -> Verdict:
    """Checks ``links`` (ascending; all, or unless ``whole`` the newest ones) against ``entries`` by their id.

    ``heads`` were published earlier: the chain must still pass through each that is not before the first link.
    An entry without a link counts as unsealed. A part of a chain trusts what its first link follows.
    """
    from_seq = 1 if whole or not links else links[0].seq
    broken = _first_break(workspace_id, links, from_seq, entries) or _lost_head(links, from_seq, heads)
    sealed = {link.audit_id for link in links}
    unsealed = sum(1 for audit_id in entries if audit_id not in sealed)
    head = links[-1].head if links else None
    if broken is None:
        return Verdict(from_seq, head, unsealed)
    return Verdict(from_seq, head, unsealed, *broken)


def _first_break(
    workspace_id: str, links: Sequence[Link], from_seq: int, entries: Mapping[str, AuditEntry]
) -> tuple[int, Break] | None:
    if not links:
        return None
    seq = from_seq
    prev_hash = genesis(workspace_id) if seq == 1 else links[0].prev_hash
    seen: set[str] = set()
    for link in links:
        if link.seq != seq:
            return seq, Break.LINK_MISSING
        if link.prev_hash != prev_hash:
            return seq, Break.LINK_REORDERED
        if link.audit_id in seen:
            return seq, Break.ROW_SEALED_TWICE
        entry = entries.get(link.audit_id)
        if entry is None:
            return seq, Break.ROW_MISSING
        if entry.workspace_id != workspace_id or link.hash != link_hash(seq, prev_hash, link.sealed_ms, entry):
            return seq, Break.ROW_CHANGED
        seen.add(link.audit_id)
        seq, prev_hash = seq + 1, link.hash
    return None


def _lost_head(links: Sequence[Link], from_seq: int, heads: Sequence[Head]) -> tuple[int, Break] | None:
    for head in heads:
        if head.seq < from_seq:
            continue
        at = head.seq - from_seq
        if at >= len(links):
            return head.seq, Break.HEAD_MISSING
        if links[at].hash != head.hash:
            return head.seq, Break.HEAD_CHANGED
    return None
