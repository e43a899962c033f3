"""The hash chain over audit rows. Only the sealer's role may write this table, and only by adding to it.

Access patterns: add the next link; a workspace's newest links; the links after a sequence number.
"""

from __future__ import annotations

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import PutError
from pynamodb.models import Model

from chalicelib.adapters.dynamodb.conditions import condition_failed
from chalicelib.adapters.patience import Patient
from chalicelib.domain.audit.chain import Link
from chalicelib.ports import Conflict


class AuditLinkItem(Model):
    """One link."""

    class Meta(Patient):
        table_name = "audit-chain"

    workspace_id = UnicodeAttribute(hash_key=True)
    seq = NumberAttribute(range_key=True)
    audit_id = UnicodeAttribute()
    prev_hash = UnicodeAttribute()
    hash = UnicodeAttribute()
    sealed_ms = NumberAttribute()
    published_ms = NumberAttribute()


class DynamoAuditChain:
    """``AuditChain`` on the audit-chain table."""

    def append(self, link: Link) -> None:
        """See ``AuditChain.append``."""
        item = AuditLinkItem(
            link.workspace_id,
            link.seq,
            audit_id=link.audit_id,
            prev_hash=link.prev_hash,
            hash=link.hash,
            sealed_ms=link.sealed_ms,
            published_ms=link.published_ms,
        )
        try:
            item.save(AuditLinkItem.seq.does_not_exist())
        except PutError as error:
            if condition_failed(error):
                raise Conflict("chain") from error
            raise

    def newest(self, workspace_id: str, limit: int) -> tuple[Link, ...]:
        """See ``AuditChain.newest``."""
        rows = AuditLinkItem.query(workspace_id, consistent_read=True, scan_index_forward=False, limit=limit)
        return tuple(reversed([_link(row) for row in rows]))

    def after(self, workspace_id: str, seq: int, limit: int) -> tuple[Link, ...]:
        """See ``AuditChain.after``."""
        rows = AuditLinkItem.query(workspace_id, AuditLinkItem.seq > seq, consistent_read=True, limit=limit)
        return tuple(_link(row) for row in rows)


def _link(row: AuditLinkItem) -> Link:
    return Link(
        workspace_id=row.workspace_id,
        seq=int(row.seq),
        audit_id=row.audit_id,
        prev_hash=row.prev_hash,
        hash=row.hash,
        sealed_ms=int(row.sealed_ms),
        published_ms=int(row.published_ms),
    )
