"""Users, sessions and sockets in memory, with the conditions of the DynamoDB repositories."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from chalicelib.domain.accounts.session import RefreshFamily, Socket, SocketTicket
from chalicelib.domain.accounts.user import Membership, User, Workspace
from chalicelib.ports import Conflict, NotFound


@dataclass
class MemoryAccounts:
    """An ``AccountRepository``."""

    users: dict[str, User] = field(default_factory=dict)
    workspaces: dict[str, Workspace] = field(default_factory=dict)
    members: list[Membership] = field(default_factory=list)

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

    def workspace(self, workspace_id: str) -> Workspace:
        if workspace_id not in self.workspaces:
            raise NotFound("profile")
        return self.workspaces[workspace_id]

    def memberships(self, user_id: str) -> tuple[Membership, ...]:
        mine = [member for member in self.members if member.user_id == user_id]
        return tuple(sorted(mine, key=lambda member: member.workspace_id))

    def count_failed_login(self, user_id: str, lock_after: int, lock_until_ms: int) -> None:
        user = self.user(user_id)
        failures = user.failed_logins + 1
        if failures >= lock_after:
            self.users[user_id] = replace(user, failed_logins=0, locked_until_ms=lock_until_ms)
        else:
            self.users[user_id] = replace(user, failed_logins=failures)

    def clear_failed_logins(self, user_id: str) -> None:
        self.users[user_id] = replace(self.user(user_id), failed_logins=0, locked_until_ms=0)

    def update_credentials(self, user_id: str, password_hash: str, totp_secret: str | None) -> None:
        self.users[user_id] = replace(self.user(user_id), password_hash=password_hash, totp_secret=totp_secret)

    def update_workspace(self, workspace: Workspace) -> None:
        self.workspaces[workspace.workspace_id] = workspace


@dataclass
class MemorySessions:
    """A ``SessionRepository``."""

    families: dict[str, RefreshFamily] = field(default_factory=dict)
    tickets: dict[str, SocketTicket] = field(default_factory=dict)

    def create_family(self, family: RefreshFamily) -> None:
        self.families[family.family_id] = family

    def family(self, family_id: str) -> RefreshFamily:
        if family_id not in self.families:
            raise NotFound("family")
        return self.families[family_id]

    def rotate(self, family: RefreshFamily, expected_hash: str) -> None:
        stored = self.families.get(family.family_id)
        if stored is None or stored.revoked or stored.current_hash != expected_hash:
            raise Conflict("rotated")
        self.families[family.family_id] = replace(family, revoked=False)

    def revoke(self, family_id: str) -> None:
        if family_id in self.families:
            self.families[family_id] = replace(self.families[family_id], revoked=True)

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

    def of_workspace(self, workspace_id: str) -> tuple[str, ...]:
        return tuple(sorted(one.connection_id for one in self.sockets.values() if one.workspace_id == workspace_id))
