"""The domain's errors.

DomainError
├── InvalidDocument      a user's document breaks the schema or a rule; carries one finding per place
├── InvalidOrder         an order breaks the instrument's rules
└── UnknownFact          something that must be known is not: callers fail closed
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong in a document.

    ``pointer`` is an RFC 6901 JSON pointer into it ("" is the whole document). ``key`` names the message in the
    dictionaries shared with the page (``frontend/src/locales``), ``params`` fills its placeholders; ``detail`` is the
    English sentence for those who have no dictionary.
    """

    pointer: str
    detail: str
    key: str = "invalid"
    params: dict[str, str] = field(default_factory=dict)


class DomainError(Exception):
    """Base of all errors the domain raises."""


class InvalidDocument(DomainError):
    """A document was refused; ``findings`` says what, where and what to do."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__("; ".join(f"{finding.pointer or '/'}: {finding.detail}" for finding in findings))
        self.findings = findings


class InvalidOrder(InvalidDocument):
    """An order that the instrument's rules refuse."""


class UnknownFact(DomainError):
    """A fact that must be known is not. New exposure is refused, exits stay allowed."""
