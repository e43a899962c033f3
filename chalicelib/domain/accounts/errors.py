"""Refusals of accounts and workspaces.

Refusal                 the request is understood and refused; ``code`` names why, in the dictionaries too
├── Unauthenticated     nobody known asks
├── Forbidden           somebody known asks for what is not theirs to do
├── UnknownSymbol       the exchange has no such instrument
├── MissingReference    the request names something that the workspace does not have
├── AccountConflict     the account is in another state than the act needs
├── InUse               the thing cannot go while something refers to it
└── KeyRefused          the exchange key may too much or too little, or is not known
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chalicelib.domain.workspace.exchange_key import KeyNote


class Refusal(Exception):
    """Base of the refusals; ``detail`` is the English sentence, ``params`` fill the dictionary's one."""

    def __init__(self, code: str, detail: str, **params: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code, self.detail, self.params = code, detail, params


class Unauthenticated(Refusal):
    """No, a wrong or an expired proof of identity."""


class Forbidden(Refusal):
    """The actor may not do this, or not yet."""


class UnknownSymbol(Refusal):
    """There is no such instrument; ``pointer`` says where the request names it."""

    def __init__(self, symbol: str, pointer: str = "/symbol") -> None:
        super().__init__("symbol.unknown", f"there is no USDT perpetual {symbol}", symbol=symbol)
        self.pointer = pointer


class MissingReference(Refusal):
    """``pointer`` says where in the document the foreign or missing id is."""

    def __init__(self, code: str, detail: str, pointer: str, **params: str) -> None:
        super().__init__(code, detail, **params)
        self.pointer = pointer


class AccountConflict(Refusal):
    """The account is in another state than the act needs."""


class InUse(Refusal):
    """Something refers to it."""


class KeyRefused(Refusal):
    """Nothing of the key is kept; the note says why."""

    def __init__(self, note: KeyNote) -> None:
        super().__init__(note.code, note.detail, **note.params)
