"""``make fuzz``: thousands of valid and invalid requests, made from the contract, against a local cloud of their own.

Each answer must be one that the contract knows: no 5xx, no undocumented status, content type or shape; a request that
breaks the contract is refused; and an operation that needs a token answers nothing without one. The requests are those
of a user and a workspace made for it, so that nobody else's things are touched. The same seed makes the same requests
for the same contract; the last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from infra.checks.tool_environment import NotBuilt, tool_python
from infra.local.cloud import LocalCloud
from tests.e2e.api_client import ApiClient

SEED = 20_261_127
PROJECT = Path(__file__).resolve().parents[2]
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "ignored_auth",
)


@dataclass(frozen=True, slots=True)
class Stranger:
    """The user that the requests are made as."""

    email: str = "fuzz@botmarketplace.local"
    password: str = "fuzz-only-correct-horse-battery"


def main() -> int:
    """Starts a cloud, fuzzes it, stops it. Returns the exit code."""
    arguments = _arguments()
    try:
        python = tool_python("fuzz")
    except NotBuilt as error:
        print(f"fuzz: {error}", file=sys.stderr)
        return 1
    began = time.monotonic()
    with LocalCloud(speed=60) as cloud, tempfile.TemporaryDirectory() as folder:
        token = _sign_in(cloud)
        report = Path(folder) / "report.json"
        code = subprocess.run(
            _command(python, cloud.endpoints, token, arguments, report),
            cwd=folder,
            env={**os.environ, "NO_COLOR": "1"},
            stdin=subprocess.DEVNULL,
            check=False,
        ).returncode
        told = json.loads(report.read_text()) if report.exists() else {}
    print(json.dumps(_summary(told, arguments.seed, time.monotonic() - began)))
    return code


def _command(
    python: Path, endpoints: Mapping[str, str], token: str, arguments: argparse.Namespace, report: Path
) -> list[str]:
    return [
        str(python.with_name("schemathesis")),
        "run",
        str(PROJECT / "docs" / "openapi.json"),
        *("--url", endpoints["api"]),
        *("--header", f"Authorization: Bearer {token}"),
        *("--checks", ",".join(CHECKS)),
        *("--phases", "examples,coverage,fuzzing"),
        *("--seed", str(arguments.seed)),
        *("--max-examples", str(arguments.examples)),
        *("--request-timeout", "30"),
        *("--warnings", "off"),
        *("--report-json-path", str(report)),
        "--no-shrink",
        "--continue-on-failure",
    ]


def _sign_in(cloud: LocalCloud) -> str:
    """An access token of the stranger, who is made first."""
    stranger = asdict(Stranger())
    made = subprocess.run(
        [sys.executable, "-m", "infra.local.seed_user"],
        env=cloud.environment(),
        input=json.dumps(stranger | {"api_key": "", "api_secret": ""}),
        capture_output=True,
        text=True,
        check=True,
    )
    client = ApiClient({**cloud.endpoints, **stranger, **json.loads(made.stdout)})
    try:
        return str(client.login()["accessToken"])
    finally:
        client.close()


def _summary(told: Mapping[str, Any], seed: int, seconds: float) -> dict[str, Any]:
    return {
        "seed": seed,
        "operations": told.get("operations"),
        "requests": told.get("test_cases"),
        "failures": len(told.get("failures") or ()),
        "errors": len(told.get("errors") or ()),
        "seconds": round(seconds, 1),
    }


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--examples", type=int, default=8, help="most requests an operation and phase")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
