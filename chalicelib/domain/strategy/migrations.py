"""Reading older documents: each step lifts a document by one ``dslVersion`` (the chain is empty while there is one).

A step never changes what a strategy does; the result is a new strategy version, the old document stays as it was
(FR-DSL-21).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.domain.errors import InvalidDocument
from chalicelib.domain.strategy.document import Json
from chalicelib.domain.strategy.findings import finding

CURRENT_VERSION = 1
Step = Callable[[dict[str, Any]], dict[str, Any]]
STEPS: Mapping[int, Step] = {}


def to_current(document: Json, steps: Mapping[int, Step] = STEPS, current: int = CURRENT_VERSION) -> Json:
    """``document`` lifted to the current version; unchanged when it has none or is not an object.

    ``steps`` maps a version to the step that leads to the next. Raises InvalidDocument for a version that no chain
    of steps leads on from.
    """
    if not isinstance(document, dict) or type(document.get("dslVersion")) is not int:
        return document
    lifted: dict[str, Any] = document
    while (version := lifted["dslVersion"]) != current:
        if version not in steps:
            raise InvalidDocument([finding("/dslVersion", "no_migration", version=version, current=current)])
        lifted = {**steps[version](lifted), "dslVersion": version + 1}
    return lifted
