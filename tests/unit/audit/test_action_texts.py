"""Every act that the trail may hold has its words in both languages of the page."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib.domain.accounts.route_audit import ROUTE_AUDIT
from chalicelib.domain.audit.trading import FINDING_ACTIONS, RUN_ACTIONS
from chalicelib.domain.workspace.manual_order import ManualOrderStatus

PROJECT = Path(__file__).parents[3]
ACTION = re.compile(r"[a-z_]+\.[a-z_]+")
WRITERS = {"record", "refused"}


def _written_by_services() -> Iterator[str]:
    """The actions that use-cases write themselves: texts handed to the trail."""
    for path in (PROJECT / "chalicelib" / "services").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITERS:
                for part in (each for argument in node.args for each in ast.walk(argument)):
                    if isinstance(part, ast.Constant) and ACTION.fullmatch(str(part.value)):
                        yield str(part.value)


ACTIONS = {
    *ROUTE_AUDIT.values(),
    *RUN_ACTIONS.values(),
    *FINDING_ACTIONS.values(),
    *(f"order.manual_{status.value}" for status in ManualOrderStatus),
    *_written_by_services(),
}


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_act_has_its_words(language: str) -> None:
    dictionary = json.loads((PROJECT / "frontend" / "src" / "locales" / language / "settings.json").read_text())

    assert {action for action in ACTIONS if f"audit.action.{action}" not in dictionary} == set()


def test_acts_are_found_in_the_source() -> None:
    assert {"account.registered", "session.refused", "second_factor.refused", "account.locked"} <= ACTIONS
