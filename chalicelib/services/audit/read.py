"""Reads the audit trail: rows by filter, the chain's verdict, and both together for who keeps a copy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.account_ports import Listing
from chalicelib.audit_ports import AuditChain, AuditFilter, AuditLog, PublishedHeads
from chalicelib.domain.accounts.actor import Actor
from chalicelib.domain.audit.chain import Head, Link
from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.audit.verdict import Verdict, verify

QUICK_LINKS = 2_000
"""How many of the newest links a request checks; the operators' command checks all."""

_PAGE = 1_000


@dataclass(frozen=True, slots=True)
class SealedRow:
    """A row with its seal; ``entry`` is None when the row is gone."""

    link: Link
    entry: AuditEntry | None


@dataclass(frozen=True, slots=True)
class ReadAudit:
    """The use-cases of those who look at the trail."""

    log: AuditLog
    chain: AuditChain
    heads: PublishedHeads

    def page(self, actor: Actor, wanted: AuditFilter, limit: int, after: str | None) -> Listing[AuditEntry]:
        """The workspace's rows, newest first."""
        return self.log.page(actor.workspace_id, wanted, limit, after)

    def verify_newest(self, actor: Actor) -> Verdict:
        """The verdict over the newest links and rows."""
        workspace_id = actor.workspace_id
        links = self.chain.newest(workspace_id, QUICK_LINKS)
        entries = {entry.audit_id: entry for entry in self._entries(workspace_id, links)}
        # Where the chain is longer than what was looked at, older rows are sealed by older links.
        whole = len(links) < QUICK_LINKS
        oldest = "" if whole else min(entries, default="")
        for entry in self.log.newest(workspace_id, QUICK_LINKS):
            if entry.audit_id >= oldest:
                entries.setdefault(entry.audit_id, entry)
        return verify(workspace_id, links, entries, self._heads(workspace_id), whole=whole)

    def verify_all(self, workspace_id: str, noted: Sequence[Head] = ()) -> Verdict:
        """The verdict over the whole chain; ``noted`` are heads that the caller has kept from earlier."""
        links = list(self.links(workspace_id))
        entries = {entry.audit_id: entry for entry in self.log.all(workspace_id)}
        return verify(workspace_id, links, entries, (*self._heads(workspace_id), *noted))

    def workspaces(self) -> tuple[str, ...]:
        """Whose trails there are; a workspace whose rows and links are all gone is known by its published head."""
        return tuple(sorted({*self.log.workspaces(), *self.heads.workspaces()}))

    def links(self, workspace_id: str) -> Sequence[Link]:
        """The whole chain."""
        found: list[Link] = []
        while True:
            page = self.chain.after(workspace_id, found[-1].seq if found else 0, _PAGE)
            found.extend(page)
            if len(page) < _PAGE:
                return found

    def export(self, actor: Actor, after_seq: int, limit: int) -> tuple[SealedRow, ...]:
        """Sealed rows in the order of the chain, from the one after ``after_seq``."""
        links = self.chain.after(actor.workspace_id, after_seq, limit)
        entries = {entry.audit_id: entry for entry in self._entries(actor.workspace_id, links)}
        return tuple(SealedRow(link, entries.get(link.audit_id)) for link in links)

    def _entries(self, workspace_id: str, links: Sequence[Link]) -> Sequence[AuditEntry]:
        return self.log.some(workspace_id, [link.audit_id for link in links])

    def _heads(self, workspace_id: str) -> tuple[Head, ...]:
        head = self.heads.published(workspace_id)
        return () if head is None else (head,)
