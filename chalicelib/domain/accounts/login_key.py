"""By what failed logins and letters are counted: the address, known or not, and never in clear."""

from __future__ import annotations

import hashlib

LOCK_AFTER_FAILURES = 20
LOCK_MS = 15 * 60 * 1000
LETTERS_AN_HOUR = 5
LETTERS_LOCK_MS = 3600 * 1000


def login_key(email: str) -> str:
    """The key of a normalised address: its SHA-256 in hexadecimal."""
    return hashlib.sha256(email.encode()).hexdigest()


def letters_key(email: str) -> str:
    """By what the letters are counted that anybody can have sent to an address."""
    return hashlib.sha256(f"letters|{email}".encode()).hexdigest()
