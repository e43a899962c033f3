"""How the exchange answers: a reply in the envelope's terms, and the refusal that ends one early.

Refusal is not an error of ours: it is what the exchange says, with its documented code and text.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


class Refusal(Exception):
    """The request is refused with ``code`` (a retCode) and ``text`` (its retMsg)."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(f"{code} {text}")
        self.code, self.text = code, text


@dataclass(slots=True)
class Reply:
    """What an endpoint answers, before the envelope's time is added."""

    ret_code: int = 0
    ret_msg: str = "OK"
    result: dict[str, Any] = field(default_factory=dict)
    ret_ext_info: dict[str, Any] = field(default_factory=dict)

    def envelope(self, now_ms: int) -> dict[str, Any]:
        """The answer's body as it goes over the wire; ``now_ms`` is the wall clock."""
        return {
            "retCode": self.ret_code,
            "retMsg": self.ret_msg,
            "result": self.result,
            "retExtInfo": self.ret_ext_info,
            "time": now_ms,
        }


def bad_request(text: str) -> Refusal:
    """The catch-all refusal 10001."""
    return Refusal(10001, text)
