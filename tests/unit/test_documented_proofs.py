"""The tables of docs/{reliability,simulator,security}.md name tests and files that exist, one row a point."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SIMULATOR = ROOT / "infra" / "local" / "exchange"
TABLES = {
    "reliability.md": [f"L-{number:02d}" for number in range(1, 23)],
    "simulator.md": [f"S-{number:02d}" for number in range(1, 16)],
    "security.md": [
        *(f"A-{number:02d}" for number in range(1, 11)),
        *(f"T-{number:02d}" for number in range(1, 18)),
        *(f"V-{number:02d}" for number in range(1, 21)),
    ],
}


def _rows(document: str) -> dict[str, list[str]]:
    """The cells of each row after the first, by its point."""
    rows = {}
    for line in (ROOT / "docs" / document).read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if re.fullmatch(r"[LSTAV]-\d\d", cells[0]):
            rows[cells[0]] = cells[1:]
    return rows


@cache
def _tests() -> frozenset[str]:
    names: set[str] = set()
    for path in (ROOT / "tests").rglob("test_*.py"):
        names.update(re.findall(r"^\s*(?:async )?def (test_\w+)", path.read_text(), re.MULTILINE))
    return frozenset(names)


@pytest.mark.parametrize("document", TABLES)
def test_every_point_has_a_row_with_tests_that_exist(document: str) -> None:
    rows = _rows(document)
    named = {point: re.findall(r"`(test_\w+)`", cells[-1]) for point, cells in rows.items()}

    assert sorted(rows) == TABLES[document]
    assert all(named.values())
    assert not sorted(name for names in named.values() for name in names if name not in _tests())


def test_every_file_of_the_simulator_that_is_named_exists() -> None:
    files = {name for cells in _rows("simulator.md").values() for name in re.findall(r"`([\w/]+\.py)`", cells[1])}

    assert len(files) > 20
    assert not sorted(name for name in files if not (SIMULATOR / name).is_file())
