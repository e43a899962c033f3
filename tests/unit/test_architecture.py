"""The rules of the house that no tool checks by itself: purity, exact money, layers, pinned requirements."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
PURE = sorted([*(PROJECT / "chalicelib/domain").rglob("*.py"), *(PROJECT / "chalicelib/services").rglob("*.py")])

# Clocks, chance, environment and files: ports bring them in.
FORBIDDEN_CALLS = {
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "datetime.datetime.now",
    "datetime.datetime.utcnow",
    "datetime.date.today",
    "time.time",
    "time.time_ns",
    "time.monotonic",
    "time.monotonic_ns",
    "time.perf_counter",
    "time.sleep",
    "uuid.uuid1",
    "uuid.uuid4",
    "uuid4",
    "os.getenv",
    "os.urandom",
    "open",
    "input",
    "print",
    "default_rng",
}
FORBIDDEN_NAMES = {"os.environ", "np.random.rand", "numpy.random.rand"}
FORBIDDEN_MODULES = {"random", "secrets", "socket", "subprocess", "requests", "httpx", "boto3", "urllib"}

# Where binary floating point is right: indicators and backtests are numpy float64 over bars, and one service shows the
# readings of indicators. Everywhere else a number may be a price, a quantity or money, and is a Decimal.
FLOATS_ALLOWED = (
    "chalicelib/domain/strategy/",
    "chalicelib/services/lab/run_job.py",
    "chalicelib/services/lab/preview.py",
    "chalicelib/services/lab/replay.py",
    "chalicelib/domain/backtest/",
    "chalicelib/domain/market/bars.py",
    "chalicelib/services/runs/judge.py",
)
# The seeded generator of the backtest's Monte Carlo: its seed is an argument, so it is a pure function of it.
SEEDED_CHANCE_ALLOWED = ("chalicelib/domain/backtest/",)


def _relative(path: Path) -> str:
    return path.relative_to(PROJECT).as_posix()


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else "?"


def impurities(source: str, *, seeded_chance: bool = False) -> Iterator[str]:
    """What makes ``source`` depend on more than its arguments, with the line."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = _dotted(node.func)
            if name in FORBIDDEN_CALLS or (name.endswith(".default_rng") and not (seeded_chance and node.args)):
                yield f"line {node.lineno}: {name}()"
        if isinstance(node, ast.Attribute) and _dotted(node) in FORBIDDEN_NAMES:
            yield f"line {node.lineno}: {_dotted(node)}"
        modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        modules += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
        for module in modules:
            if module.split(".")[0] in FORBIDDEN_MODULES:
                yield f"line {node.lineno}: import of {module}"


def binary_floats(source: str) -> Iterator[str]:
    """Where ``source`` annotates, makes or writes a binary floating-point number, with the line."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id == "float":
            yield f"line {node.lineno}: float"
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            yield f"line {node.lineno}: {node.value}"


@pytest.mark.parametrize("path", PURE, ids=_relative)
def test_domain_and_services_ask_neither_clock_nor_chance_nor_machine(path: Path) -> None:
    seeded = _relative(path).startswith(SEEDED_CHANCE_ALLOWED)
    assert list(impurities(path.read_text(), seeded_chance=seeded)) == []


@pytest.mark.parametrize(
    "path", [path for path in PURE if not _relative(path).startswith(FLOATS_ALLOWED)], ids=_relative
)
def test_money_is_never_a_binary_float(path: Path) -> None:
    assert list(binary_floats(path.read_text())) == []


@pytest.mark.parametrize(
    "source",
    [
        "import datetime\nx = datetime.datetime.now()",
        "from time import time\nimport time\nx = time.time()",
        "import random",
        "from uuid import uuid4\nx = uuid4()",
        "import os\nx = os.environ['A']",
        "x = open('f')",
        "import numpy as np\nx = np.random.default_rng()",
    ],
)
def test_the_purity_rule_sees_what_it_is_for(source: str) -> None:
    assert list(impurities(source))


@pytest.mark.parametrize("source", ["price: float = 1", "x = float(y)", "fee = 0.1"])
def test_the_money_rule_sees_what_it_is_for(source: str) -> None:
    assert list(binary_floats(source))


def test_layers_are_kept() -> None:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-dev.txt"])
def test_every_requirement_is_pinned_to_one_version(file: str) -> None:
    lines = [line.split("#")[0].strip() for line in (PROJECT / file).read_text().splitlines()]
    loose = [
        line
        for line in lines
        if line and not line.startswith("-r ") and not re.fullmatch(r"[\w.\-]+(\[\w+])?==[\w.]+", line)
    ]
    assert loose == []


def test_requirements_name_no_download_address() -> None:
    for file in ("requirements.txt", "requirements-dev.txt", "frontend/package-lock.json"):
        text = (PROJECT / file).read_text()
        assert "--index-url" not in text, file
        assert "--extra-index-url" not in text, file
        assert '"resolved"' not in text, file


def test_the_lambda_requirements_are_among_the_installed_ones() -> None:
    for line in (PROJECT / "requirements.txt").read_text().splitlines():
        if "==" in line:
            name, wanted = line.strip().split("==")
            assert version(name) == wanted, name


def test_no_module_is_named_for_nothing() -> None:
    nameless = {"utils.py", "helpers.py", "common.py", "manager.py", "misc.py"}
    assert [path for path in _sources() if path.name in nameless] == []


def test_the_code_of_a_failed_request_is_not_asked_of_pynamodb_which_raises_for_a_read_timeout() -> None:
    assert [path for path in _sources() if ".cause_response_" in path.read_text()] == []


def _sources() -> list[Path]:
    return [path for folder in ("chalicelib", "functions", "infra") for path in (PROJECT / folder).rglob("*.py")]
