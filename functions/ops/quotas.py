"""An operator's say in what a workspace may have: ``python -m functions.ops.quotas WORKSPACE [--bots 500 …]``.

Without an option it only shows the quotas. It needs the environment of the stage: STAGE, TABLE_PREFIX, BYBIT_ENV and
AWS's own variables. A change is audited under the operator's name.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields, replace

from chalicelib.bootstrap.audit import audit_writer
from chalicelib.bootstrap.workspaces import quotas
from chalicelib.domain.accounts.quotas import Quotas
from chalicelib.ports import AuditTrail
from chalicelib.workspace_ports import QuotaRepository


def main(arguments: Sequence[str] | None = None) -> int:
    """Shows or changes the quotas; prints them as one JSON object."""
    given = vars(_parser().parse_args(arguments))
    changes = {field.name: given[field.name] for field in fields(Quotas) if given[field.name] is not None}
    found = change(quotas(), audit_writer(), given["workspace"], given["operator"], changes)
    print(json.dumps(asdict(found)))
    return 0


def change(
    repository: QuotaRepository, audit: AuditTrail, workspace_id: str, operator: str, changes: Mapping[str, int]
) -> Quotas:
    """The quotas as they are afterwards. The row comes first: what could not be recorded does not happen.

    Raises ValueError for a number below 1.
    """
    stored = repository.quotas(workspace_id)
    if not changes:
        return stored
    if min(changes.values()) < 1:
        raise ValueError("a quota is at least 1")
    wanted = replace(stored, **changes)
    audit.record(workspace_id, "workspace.quotas_changed", operator, "workspace", json.dumps(dict(changes)))
    repository.set_quotas(workspace_id, wanted)
    return wanted


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m functions.ops.quotas", description=__doc__)
    parser.add_argument("workspace", help="its id")
    parser.add_argument("--operator", default="operator", help="the name that the audit row gets")
    for field in fields(Quotas):
        parser.add_argument(f"--{field.name.replace('_', '-')}", dest=field.name, type=int)
    return parser


if __name__ == "__main__":
    sys.exit(main())
