"""Identities that count, so that a test reads the same each time."""

from __future__ import annotations


class CountedIds:
    """An ``Ids``: later ones sort later, as ULIDs do."""

    def __init__(self) -> None:
        self.count = 0

    def ulid(self) -> str:
        self.count += 1
        return f"01J{self.count:023d}"

    def secret(self) -> str:
        self.count += 1
        return f"secret-{self.count:04d}-of-at-least-forty-three-characters"
