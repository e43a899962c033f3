"""docs/reliability.md names tests that exist, one row a lesson."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
LESSONS = [f"L-{number:02d}" for number in range(1, 23)]


def _rows() -> dict[str, list[str]]:
    rows = {}
    for line in (ROOT / "docs" / "reliability.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if re.fullmatch(r"L-\d\d", cells[0]):
            rows[cells[0]] = re.findall(r"`(test_\w+)`", cells[3])
    return rows


def _tests() -> set[str]:
    names = set()
    for path in (ROOT / "tests").rglob("test_*.py"):
        names.update(re.findall(r"^\s*(?:async )?def (test_\w+)", path.read_text(), re.MULTILINE))
    return names


def test_every_lesson_has_a_row_with_a_test() -> None:
    rows = _rows()
    assert sorted(rows) == LESSONS
    assert all(rows.values())


def test_every_test_named_in_the_table_exists() -> None:
    named = {name for names in _rows().values() for name in names}
    assert named <= _tests(), sorted(named - _tests())
