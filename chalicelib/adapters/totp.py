"""Time-based one-time passwords (RFC 6238): SHA-1, six digits, 30 seconds, as authenticator apps have them."""

from __future__ import annotations

import binascii
from datetime import UTC, datetime

import pyotp


class TotpCodes:
    """Implements ``OneTimeCodes``."""

    def verify(self, secret: str, code: str, now_ms: int) -> bool:
        """Whether ``code`` is that of now or of one step before or after; a malformed secret matches nothing."""
        at = datetime.fromtimestamp(now_ms / 1000, UTC)
        try:
            return pyotp.TOTP(secret).verify(code, for_time=at, valid_window=1)
        except (binascii.Error, ValueError):
            return False
