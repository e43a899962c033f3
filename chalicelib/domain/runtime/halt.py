"""What a kill switch asks of a run: open nothing more, or close and end as well (decision 19, ADR 9)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class HaltMode(StrEnum):
    """How far a halt goes.

    ``BLOCK``: nothing new is opened; runs go on with their exits and stops. Engaged by a run that found a size nothing
    explains, and assumed when the switch cannot be read. ``FLATTEN``: runs close what they hold and end. Engaged by
    people.
    """

    BLOCK = "block"
    FLATTEN = "flatten"


@dataclass(frozen=True, slots=True)
class Halt:
    """An engaged switch, as a run sees it."""

    reason: str
    mode: HaltMode = HaltMode.FLATTEN
