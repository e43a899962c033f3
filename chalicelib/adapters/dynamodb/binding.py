"""Binds pynamodb models to the tables of one stage.

Models name their table without its prefix; the composition root binds each to ``{prefix}-{name}`` once at start.
The endpoint and region come from the AWS environment (``AWS_ENDPOINT_URL`` for the local cloud).
"""

from __future__ import annotations

from pynamodb.models import Model

_BASE_NAMES: dict[type[Model], str] = {}


def bind(model: type[Model], prefix: str) -> None:
    """Points ``model`` at its table of the stage whose tables start with ``prefix``. Safe to repeat."""
    model.Meta.table_name = f"{prefix}-{base_name(model)}"
    model._connection = None


def base_name(model: type[Model]) -> str:
    """The name of the model's table without a stage's prefix."""
    return _BASE_NAMES.setdefault(model, model.Meta.table_name)
