"""Every table's model of the product."""

from __future__ import annotations

import importlib
import inspect
import pkgutil

from pynamodb.models import Model

import chalicelib.adapters.dynamodb

PACKAGE = chalicelib.adapters.dynamodb


def dynamodb_models() -> dict[str, type[Model]]:
    """The models by the name of their class."""
    found: dict[str, type[Model]] = {}
    for module in pkgutil.iter_modules(PACKAGE.__path__):
        name = f"{PACKAGE.__name__}.{module.name}"
        for _, member in inspect.getmembers(importlib.import_module(name), inspect.isclass):
            if issubclass(member, Model) and member.__module__ == name:
                found[member.__name__] = member
    return found
