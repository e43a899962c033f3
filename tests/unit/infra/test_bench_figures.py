"""What ``make bench`` prints on its standard output is figures and nothing else."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.performance import __main__ as bench
from tests.performance.figures import emit, is_figure

PART = """
from tests.performance.figures import emit
from chalicelib.observability import logger
logger.info("exchange command", extra={"op": "place_order"})
emit("orders", 4030.04, "orders/s")
print("Traceback, of sorts")
raise SystemExit(3)
"""


def test_a_figure_is_told_from_what_else_a_part_writes(capsys: pytest.CaptureFixture[str]) -> None:
    emit("ratio", 1.23456, "ratio", baseline=2.0, limit=4.0)

    assert is_figure(capsys.readouterr().out)
    for line in ("", "Traceback", "[1]", "3", '{"level": "INFO", "message": "x"}', '{"name": "x", "value": 1}'):
        assert not is_figure(line)


def test_the_log_of_a_part_goes_beside_its_figures_and_its_failure_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "some_part.py").write_text(PART)
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{Path.cwd()}")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])

    assert bench.run_module("some_part") == 3

    told = capsys.readouterr()
    assert told.out == '{"name": "orders", "value": 4030.0, "unit": "orders/s"}\n'
    assert "exchange command" in told.err
    assert "Traceback, of sorts" in told.err
