"""Every line that the runtime can write has its sentence in both languages, and every placeholder its value."""

from __future__ import annotations

import ast
import json
import re
from collections import defaultdict
from pathlib import Path

import pytest

from chalicelib.domain.runtime.order_life import PAUSING
from tests.simulation.scenario import RUN_ID
from tests.simulation.seeded import simulate

ROOT = Path(__file__).parents[3]
RUNTIME = ROOT / "chalicelib" / "domain" / "runtime"
LOCALES = ROOT / "frontend" / "src" / "locales"
PLURALS = ("", "_one", "_few", "_many", "_other")


def _texts(language: str) -> dict[str, str]:
    texts: dict[str, str] = json.loads((LOCALES / language / "events.json").read_text())
    return texts


def _constant(node: ast.AST) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _written_keys() -> set[str]:
    """Keys that stand in the code: emit(EventType.X, "v"), error("v"), finding("v"), fail_start(draft, "v"), guards."""
    keys = set()
    for path in RUNTIME.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if name == "emit" and isinstance(node.args[0], ast.Attribute):
                    variant = _constant(node.args[1]) if len(node.args) > 1 else ""
                    if variant is not None:
                        keys.add(".".join(filter(None, (node.args[0].attr.lower(), variant))))
                elif name == "finding":
                    keys.add(f"finding.{_constant(node.args[0])}")
                elif name in ("error", "fail_start"):
                    variant = _constant(node.args[0 if name == "error" else 1])
                    keys.update({f"error.{variant}"} if variant else ())
            elif path.stem == "entering" and isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple):
                variant = _constant(node.value.elts[0])
                keys.update({f"risk_blocked.{variant}"} if variant else ())
    return keys


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_line_in_the_code_has_a_sentence(language: str) -> None:
    texts = _texts(language)
    missing = sorted(key for key in _written_keys() if not any(f"{key}{plural}" in texts for plural in PLURALS))
    assert not missing


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_placeholder_of_a_sentence_is_filled_by_the_event(language: str) -> None:
    texts, params = _texts(language), defaultdict(set)
    for seed in range(1, 120):
        for event in simulate(seed).store.event_rows[RUN_ID].values():
            params[event.key.removeprefix("events.")] = set(event.params)
    assert len(params) > 20, "the seeds hardly write anything: nothing was proven"
    for key, names in params.items():
        for plural in PLURALS:
            wanted = set(re.findall(r"{{(\w+)}}", texts.get(f"{key}{plural}", "")))
            assert wanted <= names, f"{language} {key}{plural} wants {sorted(wanted - names)}"


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_reason_to_pause_has_its_words(language: str) -> None:
    texts = json.loads((LOCALES / language / "run.json").read_text())
    source = "".join(path.read_text() for path in RUNTIME.glob("*.py"))
    reasons = set(re.findall(r'pause\(draft, "(\w+)"\)', source)) | {f"rejected_{policy.lower()}" for policy in PAUSING}
    assert len(reasons) > 10
    assert not sorted(reason for reason in reasons if f"pause.{reason}" not in texts)
