"""Shred keys: the half of each sealed secret that has no backup (ADR 13).

Access patterns: written and deleted together with its connection's row; the execution function reads one.
"""

from __future__ import annotations

import hashlib

from pynamodb.attributes import BinaryAttribute, UnicodeAttribute
from pynamodb.models import Model

from chalicelib.adapters.patience import Patient


class ConnectionKeyItem(Model):
    """The key of a connection's present ciphertext, which ``seal`` names."""

    class Meta(Patient):
        table_name = "connection-keys"

    workspace_id = UnicodeAttribute(hash_key=True)
    connection_id = UnicodeAttribute(range_key=True)
    seal = UnicodeAttribute()
    shred_key = BinaryAttribute(legacy_encoding=False)


def seal_name(ciphertext: bytes) -> str:
    """Names a ciphertext, so that readers of both halves see when they read of two different ones."""
    return hashlib.sha256(ciphertext).hexdigest()[:32]
