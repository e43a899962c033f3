"""Findings about sweeps and walk-forwards, with their text from the dictionary that the page shares."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

import orjson

from chalicelib.domain.errors import Finding

_PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")


@cache
def messages(language: str) -> dict[str, dict[str, str]]:
    """The messages of ``language`` ("en" or "ru") by group and rule."""
    texts: dict[str, dict[str, str]] = orjson.loads(
        resources.files(__package__).joinpath("messages", f"{language}.json").read_bytes()
    )
    return texts


def finding(pointer: str, group: str, rule: str, **params: object) -> Finding:
    """The finding ``<group>.<rule>`` at ``pointer``. Raises KeyError when a placeholder or the message is missing."""
    texts = {name: str(value) for name, value in params.items()}
    detail = _PLACEHOLDER.sub(lambda match: texts[match[1]], messages("en")[group][rule])
    return Finding(pointer, detail, f"{group}.{rule}", texts)
