"""The archive: every handler that the template names imports from it and from nothing else of ours."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

from infra.package import Package

IMPORT_EACH = """
import importlib, json, sys
root, handlers = sys.argv[1], json.loads(sys.argv[2])
sys.path.insert(0, root)
sys.path = [p for p in sys.path if p not in ("", sys.argv[3])]
for handler in handlers:
    module, name = handler.rsplit(".", 1)
    found = importlib.import_module(module)
    assert callable(getattr(found, name)), handler
    assert found.__file__.startswith(root), found.__file__
print("imported", len(handlers))
"""


def _handlers(resources: dict[str, Any]) -> list[str]:
    functions = [found for found in resources.values() if found["Type"] == "AWS::Serverless::Function"]
    return sorted(function["Properties"]["Handler"] for function in functions)


def test_every_handler_that_the_template_names_imports_from_the_archive(package: Package, tmp_path: Path) -> None:
    with zipfile.ZipFile(package.archive) as archive:
        archive.extractall(tmp_path)
    project = str(Path(__file__).resolve().parents[3])
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment |= {"STAGE": "demo", "TABLE_PREFIX": "unit", "BYBIT_ENV": "demo", "AWS_DEFAULT_REGION": "us-east-1"}
    handlers = _handlers(package.template["Resources"])
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_EACH, str(tmp_path), json.dumps(handlers), project],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == f"imported {len(handlers)}", done.stderr


def test_the_archive_holds_neither_tests_nor_the_local_cloud(package: Package) -> None:
    with zipfile.ZipFile(package.archive) as archive:
        names = archive.namelist()
    assert not [name for name in names if name.startswith(("tests/", "infra/", "frontend/", ".chalice/"))]


def test_the_archive_brings_byte_code_that_no_file_time_can_spoil(package: Package) -> None:
    with zipfile.ZipFile(package.archive) as archive:
        compiled = [name for name in archive.namelist() if name.endswith(".pyc")]
        flags = {archive.read(name)[4:8] for name in compiled if name.startswith("chalicelib/")}
    assert flags == {b"\x01\x00\x00\x00"}  # PEP 552: checked by hash, and not at run time
