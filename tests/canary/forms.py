"""The forms in which a secret could lie about: as it is, encoded, escaped, backwards."""

from __future__ import annotations

import base64
from urllib.parse import quote

SHORTEST = 8
"""A shorter piece would be found by chance."""


def forms_of(secret: str) -> dict[str, bytes]:
    """Every form of the secret, by its name; two forms that look alike are given once."""
    plain = secret.encode()
    found = {
        "plain": plain,
        "reversed": plain[::-1],
        "hex": plain.hex().encode(),
        "HEX": plain.hex().upper().encode(),
        "url": quote(secret, safe="").encode(),
        "url of every byte": "".join(f"%{byte:02X}" for byte in plain).encode(),
        "JSON": secret.replace("\\", "\\\\").replace('"', '\\"').replace("/", "\\/").encode(),
        "JSON of every character": "".join(f"\\u{ord(letter):04x}" for letter in secret).encode(),
        "UTF-16": secret.encode("utf-16-le"),
    }
    for offset in range(3):
        standard = _inside_base64(plain, offset)
        found[f"base64 at {offset}"] = standard
        found[f"url-safe base64 at {offset}"] = standard.replace(b"+", b"-").replace(b"/", b"_")
    distinct: dict[bytes, str] = {}
    for name, form in found.items():
        if len(form) >= SHORTEST:
            distinct.setdefault(form, name)
    return {name: form for form, name in distinct.items()}


def _inside_base64(plain: bytes, offset: int) -> bytes:
    """What of the secret's base64 is the same whatever stands around it, when it begins at this place of a triple."""
    encoded = base64.b64encode(b"\0" * offset + plain).rstrip(b"=")
    first = 0 if offset == 0 else offset + 1
    whole = (offset + len(plain)) // 3 * 4
    return encoded[first:whole]
