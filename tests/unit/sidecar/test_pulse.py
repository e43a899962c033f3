from __future__ import annotations

from pathlib import Path

from functions.sidecar import pulse


def test_a_beat_is_fresh_for_ten_seconds(tmp_path: Path) -> None:
    file = tmp_path / "pulse"
    pulse.beat(file)
    at = file.stat().st_mtime

    assert pulse.is_fresh(file, at + 10)
    assert not pulse.is_fresh(file, at + 10.1)


def test_a_sidecar_that_never_stepped_is_not_healthy(tmp_path: Path) -> None:
    assert not pulse.is_fresh(tmp_path / "pulse")
