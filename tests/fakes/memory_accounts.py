"""Users, sessions and sockets in memory, with the conditions of the DynamoDB repositories."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from chalicelib.domain.accounts.session import RefreshFamily, Socket, SocketTicket
from chalicelib.domain.accounts.user import Membership, User, Workspace
from chalicelib.identity_ports import Attempt
from chalicelib.ports import Conflict, NotFound

_DAY_MS = 24 * 3600 * 1000


@dataclass
class MemoryAccounts:
    """An ``AccountRepository``."""

    users: dict[str, User] = field(default_factory=dict)
    workspaces: dict[str, Workspace] = field(default_factory=dict)
    members: list[Membership] = field(default_factory=list)
    recovery: dict[str, set[str]] = field(default_factory=dict)

    def create(self, user: User, workspace: Workspace, membership: Membership) -> None:
        if self.user_by_email(user.email) is not None:
            raise Conflict("email")
        self.users[user.user_id] = user
        self.workspaces[workspace.workspace_id] = workspace
        self.members.append(membership)

    def user(self, user_id: str) -> User:
        if user_id not in self.users:
            raise NotFound("profile")
        return self.users[user_id]

    def user_by_email(self, email: str) -> User | None:
        return next((user for user in self.users.values() if user.email == email), None)

    def update_profile(self, user_id: str, name: str, locale: str) -> None:
        self._change(user_id, name=name, locale=locale)

    def verify_email(self, user_id: str) -> None:
        self._change(user_id, email_verified=True)

    def set_password(self, user_id: str, password_hash: str, now_ms: int) -> None:
        self._change(user_id, password_hash=password_hash, password_changed_ms=now_ms)

    def set_up_totp(self, user_id: str, version: int) -> None:
        user = self.user(user_id)
        if user.totp_confirmed or user.totp_version != version - 1:
            raise Conflict("totp")
        self._change(user_id, totp_version=version)

    def confirm_totp(self, user_id: str, version: int, step: int, recovery_hashes: tuple[str, ...]) -> None:
        user = self.user(user_id)
        if user.totp_confirmed or user.totp_version != version:
            raise Conflict("totp")
        self._change(user_id, totp_confirmed=True, totp_step=step)
        self.recovery[user_id] = set(recovery_hashes)

    def disable_totp(self, user_id: str) -> None:
        self._change(user_id, totp_confirmed=False)
        self.recovery.pop(user_id, None)

    def use_totp_step(self, user_id: str, step: int) -> None:
        if self.user(user_id).totp_step >= step:
            raise Conflict("totp_step")
        self._change(user_id, totp_step=step)

    def replace_recovery_codes(self, user_id: str, recovery_hashes: tuple[str, ...]) -> None:
        if not self.user(user_id).totp_confirmed:
            raise Conflict("totp")
        self.recovery[user_id] = set(recovery_hashes)

    def use_recovery_code(self, user_id: str, recovery_hash: str) -> int:
        codes = self.recovery.get(user_id, set())
        if recovery_hash not in codes:
            raise NotFound("recovery_code")
        codes.remove(recovery_hash)
        return len(codes)

    def workspace(self, workspace_id: str) -> Workspace:
        if workspace_id not in self.workspaces:
            raise NotFound("profile")
        return self.workspaces[workspace_id]

    def update_workspace(self, workspace: Workspace) -> None:
        self.workspaces[workspace.workspace_id] = workspace

    def memberships(self, user_id: str) -> tuple[Membership, ...]:
        mine = [member for member in self.members if member.user_id == user_id]
        return tuple(sorted(mine, key=lambda member: member.workspace_id))

    def membership(self, user_id: str, workspace_id: str) -> Membership:
        for member in self.memberships(user_id):
            if member.workspace_id == workspace_id:
                return member
        raise NotFound("member")

    def _change(self, user_id: str, **changes: Any) -> None:
        self.users[user_id] = replace(self.user(user_id), **changes)


@dataclass
class MemoryLoginAttempts:
    """A ``LoginAttempts``: tries, the time they are forgotten at and that of the lock, by key."""

    rows: dict[str, tuple[int, int, int]] = field(default_factory=dict)

    def take(self, key: str, now_ms: int, *, lock_after: int, lock_ms: int) -> Attempt:
        tries, forgotten_ms, locked_until_ms = self.rows.get(key, (0, now_ms + 1, 0))
        if locked_until_ms > now_ms:
            return Attempt(allowed=False)
        tries = tries + 1 if forgotten_ms > now_ms else 1
        last = tries == lock_after
        self.rows[key] = (0 if last else tries, now_ms + _DAY_MS, now_ms + lock_ms if last else 0)
        return Attempt(allowed=True, last=last)

    def clear(self, key: str) -> None:
        self.rows.pop(key, None)


@dataclass
class MemorySessions:
    """A ``SessionRepository``."""

    rows: dict[tuple[str, str], RefreshFamily] = field(default_factory=dict)
    tickets: dict[str, SocketTicket] = field(default_factory=dict)

    def create_family(self, family: RefreshFamily) -> None:
        self.rows[(family.user_id, family.family_id)] = family

    def family(self, user_id: str, family_id: str) -> RefreshFamily:
        if (user_id, family_id) not in self.rows:
            raise NotFound("family")
        return self.rows[(user_id, family_id)]

    def families(self, user_id: str) -> tuple[RefreshFamily, ...]:
        mine = [family for family in self.rows.values() if family.user_id == user_id]
        return tuple(sorted(mine, key=lambda family: family.family_id))

    def rotate(self, family: RefreshFamily, expected_hash: str) -> None:
        stored = self.rows.get((family.user_id, family.family_id))
        if stored is None or stored.revoked or stored.current_hash != expected_hash:
            raise Conflict("rotated")
        self.rows[(family.user_id, family.family_id)] = replace(family, revoked=False)

    def revoke(self, user_id: str, family_id: str) -> None:
        if (user_id, family_id) in self.rows:
            self.rows[(user_id, family_id)] = replace(self.rows[(user_id, family_id)], revoked=True)

    def put_ticket(self, ticket: SocketTicket) -> None:
        self.tickets[ticket.ticket_hash] = ticket

    def take_ticket(self, ticket_hash: str, now_ms: int) -> SocketTicket:
        ticket = self.tickets.get(ticket_hash)
        if ticket is None or ticket.expires_ms <= now_ms:
            raise NotFound("ticket")
        del self.tickets[ticket_hash]
        return ticket


@dataclass
class MemorySockets:
    """A ``SocketRepository``."""

    sockets: dict[str, Socket] = field(default_factory=dict)

    def put(self, socket: Socket) -> None:
        self.sockets[socket.connection_id] = socket

    def delete(self, connection_id: str) -> None:
        self.sockets.pop(connection_id, None)

    def forget_session(self, workspace_id: str, session_id: str) -> None:
        for one in list(self.sockets.values()):
            if (one.workspace_id, one.session_id) == (workspace_id, session_id):
                self.delete(one.connection_id)

    def of_workspace(self, workspace_id: str) -> tuple[str, ...]:
        return tuple(sorted(one.connection_id for one in self.sockets.values() if one.workspace_id == workspace_id))
