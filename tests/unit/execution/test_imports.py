"""Cold starts: what reaches the exchange through the execution function does not load what that function needs."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("pybit", "requests", "aws_encryption_sdk", "websocket")
LIGHT = (
    "chalicelib.bootstrap.exchange",
    "chalicelib.adapters.execution_client",
    "chalicelib.adapters.execution_codec",
    "chalicelib.adapters.bybit.market_data",
)


@pytest.mark.parametrize("module", LIGHT)
def test_a_light_module_loads_nothing_heavy(module: str) -> None:
    code = f"import sys, {module}; print(*[name for name in {HEAVY!r} if name in sys.modules])"

    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert loaded.stdout.strip() == ""
