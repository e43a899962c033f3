"""ULIDs: 48 bits of milliseconds, then 80 more bits, in Crockford's base 32 (github.com/ulid/spec)."""

from __future__ import annotations

import hashlib

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 26


def ulid_from(time_ms: int, low_bits: int) -> str:
    """The ULID of a time and 80 bits."""
    number = (time_ms << 80) | low_bits
    digits = []
    for _ in range(_LENGTH):
        number, digit = divmod(number, 32)
        digits.append(_CROCKFORD[digit])
    return "".join(reversed(digits))


def ulid_of(time_ms: int, text: str) -> str:
    """The ULID of a time and a text: the same ones always have the same."""
    return ulid_from(time_ms, int.from_bytes(hashlib.sha256(text.encode()).digest()[:10]))
