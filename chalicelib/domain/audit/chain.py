"""The hash chain over a workspace's audit rows.

Link n holds ``hash = SHA-256(canonical JSON of {seq, prevHash, sealedMs, row})``; ``prevHash`` of the first one is made
of the workspace's id. Whoever changes, removes, inserts or reorders rows must change every later hash, and a head that
was published before then no longer lies on the chain.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from chalicelib.domain.audit.entry import AuditEntry, canonical_json


@dataclass(frozen=True, slots=True)
class Head:
    """A place on the chain that somebody has noted: everything up to it is fixed for ever."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Link:
    """The seal of one row; ``seq`` counts from 1 without gaps. ``published_ms``: when a head was last published."""

    workspace_id: str
    seq: int
    audit_id: str
    prev_hash: str
    hash: str
    sealed_ms: int
    published_ms: int = 0

    @property
    def head(self) -> Head:
        """The chain as it ends with this link."""
        return Head(self.seq, self.hash)


def genesis(workspace_id: str) -> str:
    """What the first link of a workspace's chain follows."""
    return hashlib.sha256(f"botmarketplace audit chain 1|{workspace_id}".encode()).hexdigest()


def link_hash(seq: int, prev_hash: str, sealed_ms: int, entry: AuditEntry) -> str:
    """The hash that a link over ``entry`` at this place must have."""
    document = {"seq": seq, "prevHash": prev_hash, "sealedMs": sealed_ms, "row": entry.canonical()}
    return hashlib.sha256(canonical_json(document)).hexdigest()


def next_link(last: Link | None, entry: AuditEntry, sealed_ms: int, published_ms: int) -> Link:
    """The link that seals ``entry`` after ``last`` (None: it is the workspace's first)."""
    seq = 1 if last is None else last.seq + 1
    prev_hash = genesis(entry.workspace_id) if last is None else last.hash
    digest = link_hash(seq, prev_hash, sealed_ms, entry)
    return Link(entry.workspace_id, seq, entry.audit_id, prev_hash, digest, sealed_ms, published_ms)
