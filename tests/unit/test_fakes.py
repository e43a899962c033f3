"""A fake that lacks a method of its port fails at the wrong place: each has them all, with the same parameters."""

from __future__ import annotations

import inspect

import pytest

from chalicelib.account_ports import SocketRepository
from chalicelib.audit_ports import AuditChain, AuditLog, AuditWriter, PublishedHeads
from chalicelib.identity_ports import (
    AccountRepository,
    DerivedSecrets,
    InvitationRepository,
    LinkRepository,
    LoginAttempts,
    PasswordHasher,
    SessionRepository,
    UserRepository,
    WorkspaceRepository,
)
from chalicelib.mail_ports import Outbox
from chalicelib.ports import AuditTrail, Exchange, MarketData
from chalicelib.run_ports import Inbox, RunStore, Workflow
from chalicelib.workspace_ports import ErasureRepository, MemberRepository, QuotaRepository
from tests.fakes.memory_accounts import MemoryAccounts, MemoryLoginAttempts, MemorySessions, MemorySockets
from tests.fakes.memory_audit import MemoryAuditChain, MemoryAuditLog, MemoryHeads
from tests.fakes.memory_inbox import MemoryInbox, MemoryWorkflow
from tests.fakes.memory_mail import MemoryInvitations, MemoryLinks, MemoryOutbox
from tests.fakes.memory_runs import MemoryRunStore
from tests.fakes.memory_switches import MemoryAudit
from tests.fakes.memory_workspaces import MemoryErasure, MemoryMembers, MemoryQuotas
from tests.fakes.plain_security import HmacSecrets, PlainPasswords
from tests.fakes.scripted_exchange import ScriptedExchange, ScriptedMarket


@pytest.mark.parametrize(
    ("port", "fake"),
    [
        (Exchange, ScriptedExchange),
        (MarketData, ScriptedMarket),
        (RunStore, MemoryRunStore),
        (Inbox, MemoryInbox),
        (Workflow, MemoryWorkflow),
        (UserRepository, MemoryAccounts),
        (WorkspaceRepository, MemoryAccounts),
        (AccountRepository, MemoryAccounts),
        (LoginAttempts, MemoryLoginAttempts),
        (SessionRepository, MemorySessions),
        (SocketRepository, MemorySockets),
        (LinkRepository, MemoryLinks),
        (InvitationRepository, MemoryInvitations),
        (Outbox, MemoryOutbox),
        (DerivedSecrets, HmacSecrets),
        (PasswordHasher, PlainPasswords),
        (AuditLog, MemoryAuditLog),
        (AuditWriter, MemoryAuditLog),
        (AuditChain, MemoryAuditChain),
        (PublishedHeads, MemoryHeads),
        (AuditTrail, MemoryAudit),
        (MemberRepository, MemoryMembers),
        (QuotaRepository, MemoryQuotas),
        (ErasureRepository, MemoryErasure),
    ],
)
def test_a_fake_has_every_method_of_its_port(port: type, fake: type) -> None:
    wanted = {name: method for name, method in vars(port).items() if inspect.isfunction(method) and name[0] != "_"}
    for name, method in wanted.items():
        offered = getattr(fake, name, None)
        assert offered is not None, f"{fake.__name__} lacks {name}"
        assert list(inspect.signature(offered).parameters) == list(inspect.signature(method).parameters), name
