"""Passwords as Argon2id hashes, parameters as OWASP advises (19 MiB, two passes, one lane).

Source: OWASP Password Storage Cheat Sheet, the least configuration of Argon2id. After a change of the parameters each
hash is made anew when its password is next seen.
"""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_MEMORY_KIB = 19 * 1024
_PASSES = 2
_LANES = 1


class Argon2Passwords:
    """Implements ``PasswordHasher`` of the ports."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=_PASSES, memory_cost=_MEMORY_KIB, parallelism=_LANES)
        self._nobody: str | None = None

    def hash(self, password: str) -> str:
        """A salted hash in PHC string form."""
        return self._hasher.hash(password)

    def verify(self, stored_hash: str | None, password: str) -> bool:
        """Whether it matches. For nobody's hash the same work is done, so that time does not tell who exists."""
        try:
            return self._hasher.verify(stored_hash or self._hash_of_nobody(), password) and stored_hash is not None
        except (VerificationError, InvalidHashError):
            return False

    def outdated(self, stored_hash: str) -> bool:
        """See ``PasswordHasher.outdated``."""
        return self._hasher.check_needs_rehash(stored_hash)

    def _hash_of_nobody(self) -> str:
        if self._nobody is None:
            self._nobody = self._hasher.hash("nobody has this password")
        return self._nobody
