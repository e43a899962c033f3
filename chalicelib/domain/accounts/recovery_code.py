"""Recovery codes: what signs in once when the authenticator is lost. 80 bits each, so a plain hash hides them."""

from __future__ import annotations

import base64
import hashlib
import re

COUNT = 10
_GROUPS = 4
_GROUP_LENGTH = 4


def recovery_code(secret: str) -> str:
    """The code that a fresh 256-bit ``secret`` gives: ``ABCD-EFGH-JKLM-NPQR`` in base 32."""
    text = base64.b32encode(hashlib.sha256(secret.encode()).digest()).decode()
    return "-".join(text[start : start + _GROUP_LENGTH] for start in range(0, _GROUPS * _GROUP_LENGTH, _GROUP_LENGTH))


def recovery_hash(user_id: str, code: str) -> str:
    """What is stored of a user's code; case, blanks and dashes do not count."""
    plain = re.sub(r"[\s-]", "", code).upper()
    return hashlib.sha256(f"recovery|{user_id}|{plain}".encode()).hexdigest()
