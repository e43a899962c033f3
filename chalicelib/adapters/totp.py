"""Time-based one-time passwords (RFC 6238): SHA-1, six digits, 30 seconds, as authenticator apps have them."""

from __future__ import annotations

import binascii
import hmac

import pyotp

STEP_SECONDS = 30
ISSUER = "BotMarketplace"


class TotpCodes:
    """Implements ``OneTimeCodes``."""

    def step_of(self, seed: str, code: str, now_ms: int) -> int | None:
        """See ``OneTimeCodes.step_of``; a malformed seed or code matches nothing. Every step is compared, in constant
        time each."""
        now = now_ms // 1000 // STEP_SECONDS
        found: int | None = None
        try:
            generator = pyotp.TOTP(seed)
            for step in (now - 1, now, now + 1):
                if hmac.compare_digest(generator.at(step * STEP_SECONDS).encode(), code.encode()):
                    found = step
        except (binascii.Error, ValueError):
            return None
        return found

    def uri(self, seed: str, account: str) -> str:
        """See ``OneTimeCodes.uri``."""
        return pyotp.TOTP(seed).provisioning_uri(name=account, issuer_name=ISSUER)
