"""Makes sure that a user with a workspace exists: what ``make run`` needs before anybody can sign in."""

from __future__ import annotations

from dataclasses import dataclass, field

from chalicelib.domain.accounts.limits import WorkspaceLimits
from chalicelib.domain.accounts.roles import Role
from chalicelib.domain.accounts.user import Membership, User, Workspace, normal_email
from chalicelib.identity_ports import AccountRepository, DerivedSecrets, PasswordHasher
from chalicelib.ports import Clock, Ids


@dataclass(frozen=True, slots=True)
class SeededUser:
    """Who was made or found; ``totp_seed`` is None without a second factor."""

    user_id: str
    workspace_id: str
    created: bool
    totp_seed: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Seeding:
    """The use-case of an operator's start."""

    accounts: AccountRepository
    passwords: PasswordHasher
    secrets: DerivedSecrets
    clock: Clock
    ids: Ids

    def ensure_user(
        self,
        *,
        email: str,
        password: str,
        limits: WorkspaceLimits,
        second_factor: bool = True,
        workspace_name: str = "Demo",
        locale: str = "en",
        role: Role = Role.ADMIN,
    ) -> SeededUser:
        """The user with this verified address, password, second factor and limits, made if absent. Safe to repeat."""
        address = normal_email(email)
        user = self.accounts.user_by_email(address)
        created = user is None
        if user is None:
            user = self._create(address, password, limits, workspace_name, locale, role)
        elif not self.passwords.verify(user.password_hash, password):
            self.accounts.set_password(user.user_id, self.passwords.hash(password), self.clock.now_ms())
        workspace_id = self.accounts.memberships(user.user_id)[0].workspace_id
        workspace = self.accounts.workspace(workspace_id)
        if workspace.limits != limits or workspace.name != workspace_name:
            self.accounts.update_workspace(Workspace(workspace_id, workspace_name, limits, workspace.created_ms))
        seed = self._second_factor(user, wanted=second_factor)
        return SeededUser(user.user_id, workspace_id, created, seed)

    def _second_factor(self, user: User, *, wanted: bool) -> str | None:
        if not wanted:
            if user.totp_confirmed:
                self.accounts.disable_totp(user.user_id)
            return None
        version = user.totp_version
        if not user.totp_confirmed:
            version += 1
            self.accounts.set_up_totp(user.user_id, version)
            self.accounts.confirm_totp(user.user_id, version, user.totp_step, ())
        return self.secrets.totp_seed(user.user_id, version)

    def _create(
        self, address: str, password: str, limits: WorkspaceLimits, workspace_name: str, locale: str, role: Role
    ) -> User:
        now_ms = self.clock.now_ms()
        user = User(
            user_id=self.ids.ulid(),
            email=address,
            password_hash=self.passwords.hash(password),
            locale=locale,
            created_ms=now_ms,
            email_verified=True,
        )
        workspace = Workspace(self.ids.ulid(), workspace_name, limits, now_ms)
        self.accounts.create(user, workspace, Membership(user.user_id, workspace.workspace_id, role))
        return user
