"""A person's own data: handed out whole, or taken away so that what must stay names nobody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chalicelib.account_ports import BotRepository, ConnectionRepository, ManualOrderRepository, StrategyRepository
from chalicelib.audit_ports import AuditFilter, AuditLog
from chalicelib.domain.accounts.actor import Actor
from chalicelib.domain.accounts.errors import Refusal
from chalicelib.domain.accounts.roles import Role
from chalicelib.domain.accounts.user import Membership
from chalicelib.domain.timestamps import iso
from chalicelib.identity_ports import AccountRepository, SessionRepository
from chalicelib.run_ports import RunStore
from chalicelib.services.accounts.ending import EndSessions
from chalicelib.workspace_ports import ErasureRepository, MemberRepository

MOST = 500
"""The most of each kind that one export holds; ``complete`` says whether that was all."""

ERASED_WORKSPACE = "Erased"


class ErasureRefused(Refusal):
    """Not while money or other people depend on the person."""


@dataclass(frozen=True, slots=True)
class Privacy:
    """The use-cases of one's own data."""

    accounts: AccountRepository
    sessions: SessionRepository
    members: MemberRepository
    erasure: ErasureRepository
    end: EndSessions
    connections: ConnectionRepository
    strategies: StrategyRepository
    bots: BotRepository
    orders: ManualOrderRepository
    runs: RunStore
    audit: AuditLog

    def export(self, actor: Actor) -> dict[str, Any]:
        """Everything that is kept of the person, as JSON. No secret is in it: none is kept that could be."""
        user = self.accounts.user(actor.user_id)
        memberships = self.accounts.memberships(actor.user_id)
        workspaces = [self._workspace(member) for member in memberships]
        return {
            "user": {
                "id": user.user_id,
                "email": user.email,
                "emailVerified": user.email_verified,
                "name": user.name,
                "locale": user.locale,
                "totpEnabled": user.totp_confirmed,
                "createdAt": iso(user.created_ms),
            },
            "sessions": [
                {
                    "id": family.family_id,
                    "userAgent": family.device.user_agent,
                    "ip": family.device.ip,
                    "createdAt": iso(family.created_ms),
                    "usedAt": iso(family.used_ms),
                }
                for family in self.sessions.families(actor.user_id)
            ],
            "workspaces": workspaces,
            "complete": all(workspace.pop("complete") for workspace in workspaces),
        }

    def erase(self, actor: Actor) -> None:
        """Takes the person out of everything: profile, address, sessions, memberships, the keys of workspaces that were
        theirs alone. Runs, orders and audit rows stay, under an id that leads to nobody.

        Raises ErasureRefused: ``erase.runs_active``, ``erase.last_admin``.
        """
        user = self.accounts.user(actor.user_id)
        memberships = self.accounts.memberships(actor.user_id)
        others = {member.workspace_id: self._others(member) for member in memberships}
        for member in memberships:
            self._require_free(member, others[member.workspace_id])
        for workspace_id, left in others.items():
            if not left:
                self._empty(workspace_id)
        self.erasure.erase_user(user)
        # The membership that lets them ask goes last: whoever was interrupted can ask again.
        for member in sorted(memberships, key=lambda one: one.workspace_id == actor.workspace_id):
            admin = next((one.user_id for one in others[member.workspace_id] if one.role is Role.ADMIN), None)
            self.members.remove(member, admin if member.role is Role.ADMIN else None)
        self.end.all_of(user.user_id)
        self.erasure.forget_sessions(user.user_id)

    def _others(self, member: Membership) -> tuple[Membership, ...]:
        return tuple(one for one in self.members.members(member.workspace_id) if one.user_id != member.user_id)

    def _require_free(self, member: Membership, others: tuple[Membership, ...]) -> None:
        page = self.runs.of_workspace(member.workspace_id, bot_id=None, active=True, limit=MOST, cursor=None)
        mine = [run for run in page.items if not others or run.terms.user_id == member.user_id]
        if mine:
            detail = "runs are active: stop them first"
            raise ErasureRefused("erase.runs_active", detail, runId=mine[0].terms.run_id)
        if others and member.role is Role.ADMIN and not any(one.role is Role.ADMIN for one in others):
            detail = "a workspace with other members would be left without an admin: make somebody one first"
            raise ErasureRefused("erase.last_admin", detail, workspaceId=member.workspace_id)

    def _empty(self, workspace_id: str) -> None:
        """A workspace that nobody will enter again keeps no key, and no name that might be a person's."""
        for connection in self.connections.list(workspace_id):
            self.connections.delete(workspace_id, connection.connection_id)
        workspace = self.accounts.workspace(workspace_id)
        self.erasure.rename_workspace(workspace, ERASED_WORKSPACE)

    def _workspace(self, member: Membership) -> dict[str, Any]:
        workspace_id, user_id = member.workspace_id, member.user_id
        orders = [order for order in self.orders.list(workspace_id, MOST) if order.user_id == user_id]
        runs = self.runs.of_workspace(workspace_id, bot_id=None, active=None, limit=MOST, cursor=None)
        rows = self.audit.page(workspace_id, AuditFilter(actor=user_id), MOST, None)
        strategies = self.strategies.list(workspace_id, MOST, None)
        bots = self.bots.list(workspace_id, MOST, None)
        return {
            "id": workspace_id,
            "name": self.accounts.workspace(workspace_id).name,
            "role": member.role.value,
            "connections": [
                {"id": one.connection_id, "name": one.name, "maskedKey": one.masked_key}
                for one in self.connections.list(workspace_id)
            ],
            "strategies": [{"id": one.strategy_id, "name": one.name} for one in strategies.items],
            "bots": [{"id": one.bot_id, "name": one.name} for one in bots.items],
            "runsStarted": [
                {"id": run.terms.run_id, "symbol": run.terms.symbol, "createdAt": iso(run.terms.created_ms)}
                for run in runs.items
                if run.terms.user_id == user_id
            ],
            "orders": [
                {
                    "id": order.intent_id,
                    "symbol": order.symbol,
                    "side": order.side.value,
                    "qty": format(order.qty, "f"),
                    "status": order.status.value,
                    "createdAt": iso(order.created_ms),
                }
                for order in orders
            ],
            "acts": [{"at": iso(row.at_ms), "action": row.action, "subject": row.subject} for row in rows.items],
            "complete": not (runs.cursor or rows.next_after or strategies.next_after or bots.next_after),
        }
