"""Roles of a workspace: viewer < trader < admin (decision 8)."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """A member's role. Each one may do everything that the one before it may."""

    VIEWER = "viewer"
    TRADER = "trader"
    ADMIN = "admin"

    def reaches(self, other: Role) -> bool:
        """Whether this role is ``other`` or a higher one."""
        return _RANK[self] >= _RANK[other]


_RANK = {Role.VIEWER: 0, Role.TRADER: 1, Role.ADMIN: 2}
