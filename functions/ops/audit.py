"""An operator's proof of the audit trail: ``python -m functions.ops.audit verify`` or ``… check FILE``.

``verify`` reads the stage that the environment names (STAGE, TABLE_PREFIX, BYBIT_ENV, AUDIT_BUCKET and AWS's own
variables): one workspace, or all of them. ``--head SEQ:HASH`` holds a workspace's chain against a head that was noted
earlier. ``check`` verifies an export, with nothing but the file. Exit 0: all intact; 1: something is broken.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from chalicelib.bootstrap.audit import read_audit
from chalicelib.domain.audit.chain import Head, Link
from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.audit.verdict import Verdict, verify
from chalicelib.services.audit.read import ReadAudit


def main(arguments: Sequence[str] | None = None) -> int:
    """Verifies what was asked for and prints one JSON object a workspace."""
    parser = _parser()
    given = parser.parse_args(arguments)
    if given.command == "verify" and given.head and not given.workspace:
        parser.error("--head is one workspace's: name it with --workspace")
    if given.command == "check":
        verdicts = check_export(given.file.read_text().splitlines())
    else:
        verdicts = verify_workspaces(read_audit(), given.workspace, given.head)
    for workspace_id, verdict in verdicts.items():
        print(json.dumps(_report(workspace_id, verdict)))
    return 0 if all(verdict.intact for verdict in verdicts.values()) else 1


def verify_workspaces(audit: ReadAudit, workspace: str | None, noted: Sequence[Head]) -> dict[str, Verdict]:
    """The verdict of one workspace, or of each that has a row or is named by a published head."""
    names = (workspace,) if workspace else audit.workspaces()
    return {name: audit.verify_all(name, noted) for name in names}


def check_export(lines: Iterable[str]) -> dict[str, Verdict]:
    """The verdict over an exported chain from its beginning. Raises ValueError for what is not such an export."""
    documents = [json.loads(line) for line in lines if line.strip()]
    rows = [document["row"] for document in documents if document["row"] is not None]
    if not rows:
        raise ValueError("the export has no row")
    workspace_id = str(rows[0]["workspaceId"])
    entries = {row["auditId"]: _entry(row) for row in rows}
    links = [
        Link(
            workspace_id,
            int(document["seq"]),
            "" if document["row"] is None else str(document["row"]["auditId"]),
            str(document["prevHash"]),
            str(document["hash"]),
            int(document["sealedMs"]),
        )
        for document in documents
    ]
    return {workspace_id: verify(workspace_id, links, entries)}


def head_of(text: str) -> Head:
    """A noted head written as ``SEQ:HASH``. Raises ValueError."""
    seq, _, digest = text.partition(":")
    if not seq.isdecimal() or len(digest) != 64:
        raise ValueError("a head is written SEQ:HASH, with the 64 hexadecimal digits of its hash")
    return Head(int(seq), digest)


def _entry(row: dict[str, object]) -> AuditEntry:
    return AuditEntry(
        workspace_id=str(row["workspaceId"]),
        audit_id=str(row["auditId"]),
        at_ms=int(str(row["atMs"])),
        action=str(row["action"]),
        actor=str(row["actor"]),
        subject=str(row["subject"]),
        detail=str(row["detail"]),
    )


def _report(workspace_id: str, verdict: Verdict) -> dict[str, object]:
    return {
        "workspaceId": workspace_id,
        "verdict": "intact" if verdict.intact else "broken",
        "head": None if verdict.head is None else f"{verdict.head.seq}:{verdict.head.hash}",
        "unsealed": verdict.unsealed,
        "brokenAt": verdict.broken_at,
        "reason": None if verdict.reason is None else verdict.reason.value,
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m functions.ops.audit", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    proof = commands.add_parser("verify", help="verify the chain of one workspace, or of all")
    proof.add_argument("--workspace", help="its id; without it all are verified")
    proof.add_argument("--head", type=head_of, action="append", default=[], help="SEQ:HASH that was noted earlier")
    export = commands.add_parser("check", help="verify an exported NDJSON file by itself")
    export.add_argument("file", type=Path)
    return parser


if __name__ == "__main__":
    sys.exit(main())
