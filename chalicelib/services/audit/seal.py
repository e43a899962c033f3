"""Seals audit rows: one link each, in the order in which the table's stream brings them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.audit_ports import AuditChain, PublishedHeads
from chalicelib.domain.audit.chain import Head, next_link
from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.ports import Clock
from chalicelib.services.contention import despite_contention

PUBLISH_EVERY_MS = 5 * 60 * 1000
"""How often a busy workspace's head is published: rows younger than that are bound by the sealer's log alone."""

_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class SealAudit:
    """The sealer. A row that is sealed already is left alone, so a batch may be delivered again.

    A stream brings a workspace's rows in batches and waits for each: of a batch that comes again, what was sealed is
    among as many of the newest links as the batch has rows.
    """

    chain: AuditChain
    heads: PublishedHeads
    clock: Clock

    def __call__(self, workspace_id: str, entries: Sequence[AuditEntry]) -> Head | None:
        """Seals one workspace's rows in order and returns its head. Raises Conflict while another sealer is faster."""
        return despite_contention(lambda: self._seal(workspace_id, entries), _ATTEMPTS)

    def _seal(self, workspace_id: str, entries: Sequence[AuditEntry]) -> Head | None:
        newest = self.chain.newest(workspace_id, len(entries) + 1)
        sealed = {link.audit_id for link in newest}
        last = newest[-1] if newest else None
        now_ms = self.clock.now_ms()
        published_ms = 0 if last is None else last.published_ms
        publishing = now_ms - published_ms >= PUBLISH_EVERY_MS
        for entry in entries:
            if entry.audit_id in sealed:
                continue
            last = next_link(last, entry, now_ms, now_ms if publishing else published_ms)
            self.chain.append(last)
            sealed.add(entry.audit_id)
        if last is None:
            return None
        if publishing and last.published_ms == now_ms:
            self.heads.publish(workspace_id, last.head, now_ms)
        return last.head
