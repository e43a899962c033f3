"""Builds what workspaces, their members and their quotas stand on."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from chalicelib.bootstrap import accounts, audit, clock, ids, lab, mail, runs, runtime, settings, tables

if TYPE_CHECKING:
    from chalicelib.adapters.dynamodb.members import DynamoMembers
    from chalicelib.adapters.dynamodb.quotas import DynamoQuotas
    from chalicelib.services.accounts.privacy import Privacy
    from chalicelib.services.workspaces.invitations import Invitations
    from chalicelib.services.workspaces.members import Members
    from chalicelib.services.workspaces.usage import CountUsage
    from chalicelib.services.workspaces.workspaces import Workspaces


@cache
def workspaces() -> Workspaces:
    """Workspaces."""
    from chalicelib.services.workspaces.workspaces import Workspaces

    return Workspaces(tables.accounts(), usage())


@cache
def members() -> Members:
    """Members of a workspace."""
    from chalicelib.services.workspaces.members import Members

    return Members(tables.accounts(), _member_rows(), accounts.end_sessions())


@cache
def invitations() -> Invitations:
    """Invitations into a workspace."""
    from chalicelib.services.workspaces.invitations import Invitations

    return Invitations(tables.accounts(), tables.invitations(), mail.outbox(), settings().public_origin, clock(), ids())


@cache
def usage() -> CountUsage:
    """What a workspace has of what it may have."""
    from chalicelib.services.workspaces.usage import CountUsage

    return CountUsage(
        quotas=quotas(),
        connections=tables.connections(),
        strategies=tables.strategies(),
        bots=tables.bots(),
        datasets=lab.dataset_rows(),
        members=_member_rows(),
        invitations=tables.invitations(),
        active_runs=runs.look(),
        clock=clock(),
    )


@cache
def privacy() -> Privacy:
    """One's own data."""
    from chalicelib.adapters.dynamodb.erasure import DynamoErasure
    from chalicelib.services.accounts.privacy import Privacy

    return Privacy(
        accounts=tables.accounts(),
        sessions=tables.sessions(),
        members=_member_rows(),
        erasure=DynamoErasure(tables.dynamodb_connection()),
        end=accounts.end_sessions(),
        connections=tables.connections(),
        strategies=tables.strategies(),
        bots=tables.bots(),
        orders=tables.manual_orders(),
        runs=runtime.run_store(),
        audit=audit.audit_log(),
    )


@cache
def quotas() -> DynamoQuotas:
    """What the platform lets each workspace have."""
    from chalicelib.adapters.dynamodb.binding import bind
    from chalicelib.adapters.dynamodb.quotas import DynamoQuotas, QuotaItem

    bind(QuotaItem, settings().table_prefix)
    return DynamoQuotas()


@cache
def _member_rows() -> DynamoMembers:
    from chalicelib.adapters.dynamodb.members import DynamoMembers

    tables.accounts()
    return DynamoMembers(tables.dynamodb_connection())
