"""Findings with their text taken from the dictionary that the page shares."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

import orjson

from chalicelib.domain.errors import Finding

_PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")


@cache
def messages(language: str) -> dict[str, str]:
    """The strategy messages of ``language`` ("en" or "ru"): rule to text with ``{{placeholders}}``."""
    text = resources.files(__package__).joinpath("messages", f"{language}.json").read_bytes()
    texts: dict[str, str] = orjson.loads(text)["strategy"]
    return texts


def finding(pointer: str, rule: str, **params: object) -> Finding:
    """The finding ``strategy.<rule>`` at ``pointer``. Raises KeyError when a placeholder or the message is missing."""
    texts = {name: str(value) for name, value in params.items()}
    detail = _PLACEHOLDER.sub(lambda match: texts[match[1]], messages("en")[rule])
    return Finding(pointer, detail, f"strategy.{rule}", texts)


def pointer_of(path: list[str | int]) -> str:
    """RFC 6901: the JSON pointer of a path of keys and indices."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in path)
