"""By what failed logins are counted: the address, known or not, and never in clear."""

from __future__ import annotations

import hashlib

LOCK_AFTER_FAILURES = 20
LOCK_MS = 15 * 60 * 1000


def login_key(email: str) -> str:
    """The key of a normalised address: its SHA-256 in hexadecimal."""
    return hashlib.sha256(email.encode()).hexdigest()
