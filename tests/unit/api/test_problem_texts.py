"""Every refusal of an order, a position or a run has its sentence in both dictionaries of the page."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from chalicelib.domain.accounts.quotas import Counted
from chalicelib.domain.runtime.refusals import CONFLICTS as RUN_CONFLICTS
from chalicelib.domain.workspace.order_refusals import CONFLICTS as ORDER_CONFLICTS

ROOT = Path(__file__).resolve().parents[3]
JUDGES = ("workspace/manual_order_rules.py", "workspace/amendment.py", "workspace/closing.py", "market/instrument.py")


def texts(language: str) -> dict[str, str]:
    """The page's sentences for problems."""
    found: dict[str, str] = json.loads((ROOT / f"frontend/src/locales/{language}/problems.json").read_text())
    return found


def finding_keys() -> set[str]:
    """The keys that findings of orders carry."""
    sources = "".join((ROOT / "chalicelib/domain" / name).read_text() for name in JUDGES)
    keys: set[str] = set(re.findall(r'"(order\.[a-z_]+)"', sources))
    for stem in re.findall(r'f"(order\.[a-z_]+_)\{where\}"', sources):
        keys |= {f"{stem}above", f"{stem}below"}
    return keys


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_conflict_has_a_sentence(language: str) -> None:
    assert {*RUN_CONFLICTS, *ORDER_CONFLICTS} <= set(texts(language))


@pytest.mark.parametrize("language", ["en", "ru"])
def test_everything_that_can_be_wrong_with_an_order_has_a_sentence(language: str) -> None:
    assert len(finding_keys()) > 15
    assert finding_keys() <= set(texts(language))


def account_codes() -> set[str]:
    """The codes that refusals of accounts are raised with."""
    folders = ("domain/accounts", "services/accounts", "api/routes")
    files = [path for folder in folders for path in (ROOT / "chalicelib" / folder).rglob("*.py")]
    sources = "".join(path.read_text() for path in files)
    return set(re.findall(r'(?:Unauthenticated|Forbidden|AccountConflict)\(\s*"([a-z_.]+)"', sources))


@pytest.mark.parametrize("language", ["en", "ru"])
def test_everything_that_can_keep_somebody_out_has_a_sentence(language: str) -> None:
    assert len(account_codes()) > 15
    assert account_codes() <= set(texts(language))


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_sentence_fills_in_nothing_that_the_refusal_does_not_tell(language: str) -> None:
    for code, detail in {**RUN_CONFLICTS, **ORDER_CONFLICTS}.items():
        told = set(re.findall(r"\{(\w+)\}", detail))
        assert set(re.findall(r"\{\{(\w+)\}\}", texts(language)[code])) <= told, code


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_quota_and_every_refusal_of_a_workspace_has_a_sentence(language: str) -> None:
    folders = [ROOT / "chalicelib/services/workspaces", ROOT / "chalicelib/domain/accounts"]
    sources = "".join(path.read_text() for folder in folders for path in folder.rglob("*.py"))
    refused = set(re.findall(r'super\(\).__init__\("([a-z_.]+)"', sources)) - {"symbol.unknown"}

    assert len(refused) >= 2
    assert refused | {f"quota.{counted}" for counted in Counted} <= set(texts(language))
