"""Reads IAM statements out of a template."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

Statement = dict[str, Any]


def role_statements(resources: dict[str, Any]) -> Iterator[tuple[str, Statement]]:
    """Every statement of every role's inline policies, with the role's logical id."""
    for name, resource in resources.items():
        if resource["Type"] == "AWS::IAM::Role":
            for policy in resource["Properties"].get("Policies", []):
                for statement in policy["PolicyDocument"]["Statement"]:
                    yield name, statement


def actions(statement: Statement) -> list[str]:
    """The statement's actions as a list."""
    found = statement["Action"]
    return [found] if isinstance(found, str) else list(found)


def targets(statement: Statement) -> list[str]:
    """The statement's resources, each as text."""
    found = statement["Resource"]
    return [json.dumps(target) for target in (found if isinstance(found, list) else [found])]
