"""The packaged template and archive, built once: without dependencies, as the local cloud deploys it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from infra.package import Package, build


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Package:
    """The project, packaged."""
    out: Path = tmp_path_factory.mktemp("package")
    return build(out, stage="demo", dependencies=False)


@pytest.fixture(scope="session")
def resources(package: Package) -> dict[str, Any]:
    """The template's resources by logical id."""
    found: dict[str, Any] = package.template["Resources"]
    return found


@pytest.fixture(scope="session")
def tables(resources: dict[str, Any]) -> dict[str, Any]:
    """The template's DynamoDB tables by their name without a stage's prefix."""
    return {
        found["Properties"]["TableName"]["Fn::Sub"].removeprefix("${TablePrefix}-"): found
        for found in resources.values()
        if found["Type"] == "AWS::DynamoDB::Table"
    }
