"""Which passwords are refused: short ones, and those that the first guess finds (NIST SP 800-63B, 5.1.1.2)."""

from __future__ import annotations

from chalicelib.domain.errors import Finding, InvalidDocument

LEAST_CHARACTERS = 12
MOST_CHARACTERS = 128
_LEAST_DIFFERENT = 5


def require_strong(password: str, email: str, pointer: str = "/password") -> None:
    """Raises InvalidDocument unless the password is long, varied and not the address."""
    plain = password.strip().lower()
    name = email.partition("@")[0]
    if len(password) < LEAST_CHARACTERS:
        detail, key = f"at least {LEAST_CHARACTERS} characters", "auth.password_short"
        raise InvalidDocument([Finding(pointer, detail, key, {"least": str(LEAST_CHARACTERS)})])
    too_simple = len(set(plain)) < _LEAST_DIFFERENT
    if too_simple or plain == email or (len(name) >= _LEAST_DIFFERENT and name in plain):
        detail = "too easy to guess: use more different characters, and not the e-mail address"
        raise InvalidDocument([Finding(pointer, detail, "auth.password_weak")])
