"""Ending sessions: their tokens, their tickets and their sockets with them."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.account_ports import SocketRepository
from chalicelib.domain.accounts.session import RefreshFamily
from chalicelib.identity_ports import SessionRepository


@dataclass(frozen=True, slots=True)
class EndSessions:
    """Ends sessions, whoever asks for it."""

    sessions: SessionRepository
    sockets: SocketRepository

    def one(self, family: RefreshFamily) -> None:
        """Ends a session: its next request is refused, and its sockets are told nothing more."""
        self.sessions.revoke(family.user_id, family.family_id)
        self.sockets.forget_session(family.workspace_id, family.family_id)

    def all_of(self, user_id: str, *, but: str = "", workspace_id: str = "") -> int:
        """Ends the user's sessions but the one named, of one workspace or of all; returns how many there were."""
        ended = 0
        for family in self.sessions.families(user_id):
            wanted = not workspace_id or family.workspace_id == workspace_id
            if wanted and family.family_id != but and not family.revoked:
                self.one(family)
                ended += 1
        return ended
