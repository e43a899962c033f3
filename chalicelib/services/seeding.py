"""Makes sure that a user with a workspace exists: what ``make run`` needs before anybody can sign in."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.account_ports import AccountRepository, PasswordHasher
from chalicelib.domain.accounts.limits import WorkspaceLimits
from chalicelib.domain.accounts.roles import Role
from chalicelib.domain.accounts.user import Membership, User, Workspace, normal_email
from chalicelib.ports import Clock, Ids


@dataclass(frozen=True, slots=True)
class SeededUser:
    """Who was made or found."""

    user_id: str
    workspace_id: str
    created: bool


@dataclass(frozen=True, slots=True)
class Seeding:
    """The use-case of an operator's start."""

    accounts: AccountRepository
    passwords: PasswordHasher
    clock: Clock
    ids: Ids

    def ensure_user(
        self,
        *,
        email: str,
        password: str,
        totp_secret: str | None,
        limits: WorkspaceLimits,
        workspace_name: str = "Demo",
        locale: str = "en",
        role: Role = Role.ADMIN,
    ) -> SeededUser:
        """The user with this address, password, second factor and limits, made if absent. Safe to repeat."""
        address = normal_email(email)
        user = self.accounts.user_by_email(address)
        if user is None:
            return self._create(address, password, totp_secret, limits, workspace_name, locale, role)
        if user.totp_secret != totp_secret or not self.passwords.verify(user.password_hash, password):
            self.accounts.update_credentials(user.user_id, self.passwords.hash(password), totp_secret)
        workspace_id = self.accounts.memberships(user.user_id)[0].workspace_id
        workspace = self.accounts.workspace(workspace_id)
        if workspace.limits != limits or workspace.name != workspace_name:
            self.accounts.update_workspace(Workspace(workspace_id, workspace_name, limits, workspace.created_ms))
        return SeededUser(user.user_id, workspace_id, created=False)

    def _create(
        self,
        address: str,
        password: str,
        totp_secret: str | None,
        limits: WorkspaceLimits,
        workspace_name: str,
        locale: str,
        role: Role,
    ) -> SeededUser:
        now_ms = self.clock.now_ms()
        user = User(
            user_id=self.ids.ulid(),
            email=address,
            password_hash=self.passwords.hash(password),
            totp_secret=totp_secret,
            locale=locale,
            failed_logins=0,
            locked_until_ms=0,
            created_ms=now_ms,
        )
        workspace = Workspace(self.ids.ulid(), workspace_name, limits, now_ms)
        self.accounts.create(user, workspace, Membership(user.user_id, workspace.workspace_id, role))
        return SeededUser(user.user_id, workspace.workspace_id, created=True)
