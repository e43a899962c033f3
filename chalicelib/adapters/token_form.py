"""The one form that our access tokens have. Whatever else a JWT may look like is refused before any key is looked at.

Three canonical base64url parts; a header of exactly ``alg``, ``typ`` and ``kid`` (RFC 8725, 3.1 and 3.10: no key, no
address of a key and no extension travels in a token); no member named twice; a signature of 64 bytes.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any

from chalicelib.identity_ports import InvalidToken

ALGORITHM = "ES256"
TYPE = "JWT"
SIGNATURE_BYTES = 64
_LONGEST = 4096
_PARTS = 3


@dataclass(frozen=True, slots=True)
class TokenForm:
    """What a token says before anything of it is proved."""

    kid: str
    payload: dict[str, Any]


def read_form(token: str) -> TokenForm:
    """The token's parts. Raises InvalidToken."""
    if len(token) > _LONGEST:
        raise InvalidToken("too long")
    parts = token.split(".")
    if len(parts) != _PARTS:
        raise InvalidToken("not three parts")
    header, payload, signature = (_decoded(part) for part in parts)
    if len(signature) != SIGNATURE_BYTES:
        raise InvalidToken("not a signature of ours")
    named, said = _object(header), _object(payload)
    if set(named) != {"alg", "typ", "kid"} or named["alg"] != ALGORITHM or named["typ"] != TYPE:
        raise InvalidToken("not a header of ours")
    if not isinstance(named["kid"], str):
        raise InvalidToken("unknown key")
    return TokenForm(named["kid"], said)


def base64url(data: bytes) -> str:
    """Base64url without padding (RFC 7515, 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decoded(part: str) -> bytes:
    try:
        data = base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidToken("not base64url") from error
    if base64url(data) != part:  # other spellings of the same bytes
        raise InvalidToken("not canonical base64url")
    return data


def _object(text: bytes) -> dict[str, Any]:
    try:
        document = json.loads(text, object_pairs_hook=_without_repeats)
    except (ValueError, RecursionError) as error:
        raise InvalidToken("not JSON") from error
    if not isinstance(document, dict):
        raise InvalidToken("not a JSON object")
    return document


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) != len(pairs):
        raise InvalidToken("a member is named twice")
    return document
