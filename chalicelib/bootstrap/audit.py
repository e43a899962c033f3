"""Builds what writes, seals and reads the audit trail."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from chalicelib.bootstrap import aws_client, clock, ids, settings

if TYPE_CHECKING:
    from chalicelib.adapters.dynamodb.audit import DynamoAudit, DynamoAuditLog
    from chalicelib.adapters.dynamodb.audit_chain import DynamoAuditChain
    from chalicelib.adapters.s3.audit_heads import S3AuditHeads
    from chalicelib.services.audit.read import ReadAudit
    from chalicelib.services.audit.seal import SealAudit


@cache
def audit_writer() -> DynamoAudit:
    """Adds rows."""
    from chalicelib.adapters.dynamodb.audit import AuditItem, DynamoAudit
    from chalicelib.adapters.dynamodb.binding import bind

    bind(AuditItem, settings().table_prefix)
    return DynamoAudit(clock(), ids())


@cache
def seal_audit() -> SealAudit:
    """The sealer."""
    from chalicelib.services.audit.seal import SealAudit

    return SealAudit(_chain(), _heads(), clock())


@cache
def read_audit() -> ReadAudit:
    """Reads and verifies."""
    from chalicelib.services.audit.read import ReadAudit

    return ReadAudit(audit_log(), _chain(), _heads())


@cache
def audit_log() -> DynamoAuditLog:
    """The rows, to read."""
    from chalicelib.adapters.dynamodb.audit import DynamoAuditLog

    audit_writer()
    return DynamoAuditLog()


@cache
def _chain() -> DynamoAuditChain:
    from chalicelib.adapters.dynamodb.audit_chain import AuditLinkItem, DynamoAuditChain
    from chalicelib.adapters.dynamodb.binding import bind

    bind(AuditLinkItem, settings().table_prefix)
    return DynamoAuditChain()


@cache
def _heads() -> S3AuditHeads:
    from chalicelib.adapters.s3.audit_heads import S3AuditHeads

    return S3AuditHeads(aws_client("s3"), settings().required("audit_bucket"))
