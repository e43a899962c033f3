"""Audit rows of what happens to an account outside of any signed-in request."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.domain.accounts.login_key import login_key
from chalicelib.domain.accounts.user import User
from chalicelib.domain.audit.entry import PLATFORM
from chalicelib.identity_ports import WorkspaceRepository
from chalicelib.ports import AuditTrail

NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class AccountTrail:
    """Writes each row where the user's admins look: in their oldest workspace."""

    workspaces: WorkspaceRepository
    audit: AuditTrail

    def record(self, user: User, action: str, detail: str) -> None:
        """The user's account had ``action`` done to it. Raises PortError when it could not be written."""
        self._write(user.user_id, action, user.user_id, detail)

    def refused(self, user: User | None, email: str, action: str, detail: str) -> None:
        """Somebody was refused at this address. An address that nobody has costs the same and leaves a row of the
        platform, under the address's hash."""
        if user is None:
            self._write(NOBODY, action, login_key(email), detail)
        else:
            self._write(user.user_id, action, user.user_id, detail)

    def _write(self, user_id: str, action: str, subject: str, detail: str) -> None:
        memberships = self.workspaces.memberships(user_id)
        workspace_id = memberships[0].workspace_id if memberships else PLATFORM
        self.audit.record(workspace_id, action, user_id, subject, detail)
