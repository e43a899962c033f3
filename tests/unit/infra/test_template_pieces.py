"""Merging the template's pieces."""

from __future__ import annotations

from typing import Any

import pytest

from infra.template_pieces import ConflictingPieces, _merge


def test_pieces_add_up() -> None:
    merged: dict[str, Any] = {"Resources": {"A": {"Type": "X"}}}
    _merge(merged, {"Resources": {"B": {"Type": "Y"}}, "Outputs": {}}, "piece.yaml")
    assert merged == {"Resources": {"A": {"Type": "X"}, "B": {"Type": "Y"}}, "Outputs": {}}


def test_two_pieces_that_disagree_are_refused() -> None:
    merged: dict[str, Any] = {"Resources": {"A": {"Type": "X"}}}
    with pytest.raises(ConflictingPieces, match="Type is defined twice"):
        _merge(merged, {"Resources": {"A": {"Type": "Y"}}}, "piece.yaml")
