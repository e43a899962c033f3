"""The pieces under infra/template as one document, ready for ``chalice package --merge-template``.

Chalice merges dictionaries deeply and lets the later scalar win without a word; here two pieces that say different
things about one key are an error.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

INFRA = Path(__file__).parent
PIECES = INFRA / "template"


class ConflictingPieces(Exception):
    """Two template pieces define the same key; the message names the path."""


def merged_pieces() -> dict[str, Any]:
    """All pieces merged, state machine definitions put in place of the files they name. Raises ConflictingPieces."""
    merged: dict[str, Any] = {}
    for path in sorted(PIECES.rglob("*.yaml")):
        _merge(merged, yaml.safe_load(path.read_text()), path.name)
    for resource in merged["Resources"].values():
        if resource.get("Type") == "AWS::StepFunctions::StateMachine":
            properties = resource["Properties"]
            properties["DefinitionString"] = definition(properties["DefinitionString"])
    return merged


def definition(file: str) -> str:
    """The state machine in ``infra/file``, as the compact JSON text that CloudFormation takes."""
    return json.dumps(json.loads((INFRA / file).read_text()), separators=(",", ":"))


def _merge(target: dict[str, Any], piece: dict[str, Any], where: str) -> None:
    for key, value in piece.items():
        if isinstance(value, dict) and isinstance(target.get(key), dict):
            _merge(target[key], value, f"{where}: {key}")
        elif key in target and target[key] != value:
            raise ConflictingPieces(f"{where}: {key} is defined twice")
        else:
            target[key] = value
