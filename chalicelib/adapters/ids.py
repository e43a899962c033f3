"""Identity from the operating system's randomness."""

from __future__ import annotations

import secrets
import time

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ULID_LENGTH = 26


def ulid_from(time_ms: int, randomness: int) -> str:
    """The ULID of a time and 80 random bits: 48 bits of milliseconds first, in Crockford's base 32."""
    number = (time_ms << 80) | randomness
    digits = []
    for _ in range(_ULID_LENGTH):
        number, digit = divmod(number, 32)
        digits.append(_CROCKFORD[digit])
    return "".join(reversed(digits))


class SystemIds:
    """Implements ``Ids``."""

    def ulid(self) -> str:
        """A fresh ULID."""
        return ulid_from(time.time_ns() // 1_000_000, secrets.randbits(80))

    def secret(self) -> str:
        """A fresh URL-safe secret of 256 bits (43 characters)."""
        return secrets.token_urlsafe(32)
