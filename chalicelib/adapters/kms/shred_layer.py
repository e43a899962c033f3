"""The outer layer of a sealed secret: AES-256-GCM under a key of its own, which one deletion destroys for good.

The inner layer (``secret_box``) needs KMS; this one needs the shred key, which lies in a table without backups. Each
key encrypts one message, so a random nonce of 96 bits is more than enough (NIST SP 800-38D, 8.2.2).
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12
_KEY = 32


class ShredLayerBroken(Exception):
    """The layer does not come off: another key, another context, or a damaged message."""


def new_shred_key() -> bytes:
    """256 random bits."""
    return AESGCM.generate_key(bit_length=256)


def wrap(key: bytes, context: Mapping[str, str], message: bytes) -> bytes:
    """``message`` under ``key``, bound to ``context``: nonce, then ciphertext with its tag."""
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, message, _bound(context))


def unwrap(key: bytes, context: Mapping[str, str], wrapped: bytes) -> bytes:
    """What ``wrap`` wrapped. Raises ShredLayerBroken."""
    if len(key) != _KEY or len(wrapped) <= _NONCE:
        raise ShredLayerBroken("too short")
    try:
        return AESGCM(key).decrypt(wrapped[:_NONCE], wrapped[_NONCE:], _bound(context))
    except InvalidTag as error:
        raise ShredLayerBroken("the tag does not fit") from error


def _bound(context: Mapping[str, str]) -> bytes:
    return json.dumps(dict(context), sort_keys=True, separators=(",", ":")).encode()
