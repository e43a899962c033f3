"""Identity from the operating system's randomness."""

from __future__ import annotations

import secrets
import time

from chalicelib.domain.ulid import ulid_from


class SystemIds:
    """Implements ``Ids``."""

    def ulid(self) -> str:
        """A fresh ULID."""
        return ulid_from(time.time_ns() // 1_000_000, secrets.randbits(80))

    def secret(self) -> str:
        """A fresh URL-safe secret of 256 bits (43 characters)."""
        return secrets.token_urlsafe(32)
