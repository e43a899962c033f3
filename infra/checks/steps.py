"""The steps of ``make test``: what each is called and what it runs."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from infra.package import PROJECT

BIN = Path(sys.executable).parent
FRONTEND = PROJECT / "frontend"


@dataclass(frozen=True, slots=True)
class Step:
    """One command with the folder it runs in; ``seconds`` is how long it may take, ``prepared`` whether it stands on
    what ``PREPARED`` makes."""

    name: str
    command: tuple[str, ...]
    folder: Path = PROJECT
    seconds: int = 1200
    prepared: bool = False


def of_the_page(name: str, *command: str) -> Step:
    """A step of the page's own tools."""
    return Step(name, command, FRONTEND, prepared=True)


def tool(name: str, *arguments: str) -> tuple[str, ...]:
    """A command of the virtual environment."""
    return (str(BIN / name), *arguments)


def module(name: str, *arguments: str) -> tuple[str, ...]:
    """A Python module as a command."""
    return (sys.executable, "-m", name, *arguments)


PRODUCT = ("app.py", "chalicelib", "functions", "infra")
EXCHANGE = tuple(
    str(path.relative_to(PROJECT))
    for kind in ("exchange", "simulator")
    for path in sorted((PROJECT / "tests" / "contract").glob(f"test_{kind}_*.py"))
)
INTEGRATION = tuple(f"tests/integration/{folder}" for folder in ("cloud", "lab", "accounts"))
STATE_MACHINES = tuple(str(path) for path in sorted((PROJECT / "infra" / "state_machine").glob("*.json")))

LINT = (
    (
        Step("ruff", tool("ruff", "check", ".")),
        Step("ruff format", tool("ruff", "format", "--check", ".")),
        Step("mypy", tool("mypy")),
        Step("import-linter", tool("lint-imports", "--no-cache")),
        Step("pip-audit", module("infra.checks.dependency_audit")),
    ),
    (
        of_the_page("eslint", "npm", "run", "--silent", "lint"),
        of_the_page("tsc", "npm", "run", "--silent", "typecheck"),
    ),
    (
        Step("bandit", tool("bandit", "--quiet", "-ll", "-c", "pyproject.toml", "-r", *PRODUCT)),
        Step("secrets", module("infra.checks.secret_scan")),
        Step("template", module("infra.package", "--without-dependencies", "--out", "build/lint")),
        Step("cfn-lint", tool("cfn-lint", "build/lint/sam.json")),
        Step("statelint", tool("statelint", *STATE_MACHINES)),
    ),
)
"""Lanes: the steps of one follow each other, the lanes stand side by side."""

PACKAGES = Step("npm packages", module("infra.local.page_build", "dependencies"))
PREPARED = (PACKAGES, Step("page", module("infra.local.page_build")))
"""What the steps of the page stand on: they wait for it, while others are under way."""

COMPUTED = (
    Step(
        "unit and contract tests",
        tool("pytest", "-n", "logical", *(f"--ignore={path}" for path in EXCHANGE), "tests/unit", "tests/contract"),
        seconds=3600,
    ),
    Step("simulation", tool("pytest", "-n", "logical", "tests/simulation")),
)
"""Tests that need the processor and no particular time: they take what the others leave."""

WATCHED = (
    (
        Step("contract with the exchange", tool("pytest", "-n", "logical", *EXCHANGE)),
        Step("integration of runs", tool("pytest", "tests/integration/runs"), seconds=2400),
        of_the_page("page in Chromium, mock API", "npm", "run", "--silent", "e2e"),
        Step("page in Chromium, local cloud", module("infra.checks.live_page"), prepared=True),
    ),
    (
        Step("integration of the rest", tool("pytest", *INTEGRATION), seconds=2400),
        # One cloud for both: secrets are planted, the smoke run goes on, and all that the cloud kept is looked through.
        Step("smoke and canary", module("tests.canary", "--minutes", "2")),
        of_the_page("page's unit tests", "npm", "run", "--silent", "test"),
        Step("fuzz", module("tests.fuzz", "--examples", "4")),
    ),
)
"""Lanes of tests against the clock: of a run's deadline, of a socket or a page that must answer. They mostly wait."""
