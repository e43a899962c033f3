"""``make package``: the archive and the template that go to AWS, in build/aws/{deployment.zip,sam.json}.

Chalice packages app.py, chalicelib/ and vendor/ only, so a copy of the project is laid out first, with functions/ and
the dependencies under vendor/. Dependencies are wheels for Lambda's processor, whatever this machine's is.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.template_pieces import merged_pieces

PROJECT = Path(__file__).resolve().parent.parent
RUNTIME = "python3.11"
WHEEL_PLATFORMS = ("manylinux2014_aarch64", "manylinux_2_17_aarch64")
LARGEST_ARCHIVE_MB = 45
# What the functions call, and what botocore itself needs to find credentials.
AWS_SERVICES = frozenset(
    {
        "apigatewaymanagementapi",
        "cloudwatch",
        "dynamodb",
        "events",
        "kms",
        "lambda",
        "logs",
        "s3",
        "sns",
        "sqs",
        "ssm",
        "sso",
        "sso-oidc",
        "stepfunctions",
        "sts",
    }
)
# What Optuna's wheel asks for and a study without storage never imports: 33 MB unpacked.
UNUSED_PACKAGES = ("alembic", "mako", "markupsafe", "sqlalchemy", "yaml", "_yaml")


class PackagingFailed(Exception):
    """The archive could not be made; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Package:
    """What was built: the SAM template (code addressed as ./deployment.zip) and the archive."""

    template: dict[str, Any]
    archive: Path


def build(out: Path, *, stage: str, dependencies: bool) -> Package:
    """Packages the project into ``out``. Without ``dependencies`` the archive holds our own code only, for a runtime
    that has the libraries already (the local cloud). Raises PackagingFailed."""
    if dependencies and f"python{sys.version_info.major}.{sys.version_info.minor}" != RUNTIME:
        raise PackagingFailed(f"package with {RUNTIME}: the packaging interpreter decides the runtime and its wheels")
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="botmarketplace-package-") as folder:
        project = Path(folder) / "project"
        _lay_out(project)
        _compile(project)
        if dependencies:
            _add_wheels(project / "vendor", Path(folder) / "wheels")
        merge_file = Path(folder) / "pieces.json"
        merge_file.write_text(json.dumps(merged_pieces()))
        built = Path(folder) / "built"
        _run_chalice(project, stage, merge_file, built)
        template = json.loads((built / "sam.json").read_text())
        shutil.copyfile(built / "deployment.zip", out / "deployment.zip")
    (out / "sam.json").write_text(json.dumps(template, indent=2) + "\n")
    return Package(template, out / "deployment.zip")


def _lay_out(project: Path) -> None:
    ignored = shutil.ignore_patterns("__pycache__", "*.pyc", "deployments", "deployed", "venv")
    shutil.copytree(PROJECT / "chalicelib", project / "chalicelib", ignore=ignored)
    shutil.copytree(PROJECT / ".chalice", project / ".chalice", ignore=ignored)
    shutil.copytree(PROJECT / "functions", project / "vendor" / "functions", ignore=ignored)
    shutil.copy(PROJECT / "app.py", project / "app.py")
    # Chalice would fetch requirements for x86_64; ours are laid into vendor/ for the processor of the template.
    (project / "requirements.txt").write_text("")


def _compile(project: Path) -> None:
    """Adds our byte code, which a cold start would otherwise make: the file system of a function is read-only. Its
    validity does not depend on file times, which an archive does not keep."""
    command = [sys.executable, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", str(project)]
    subprocess.run(command, check=True)


def _add_wheels(vendor: Path, wheels: Path) -> None:
    command = [sys.executable, "-m", "pip", "download", "-qq", "--disable-pip-version-check", "--dest", str(wheels)]
    for platform in WHEEL_PLATFORMS:
        command += ["--platform", platform]
    command += ["--python-version", RUNTIME.removeprefix("python"), "--implementation", "cp", "--only-binary", ":all:"]
    done = subprocess.run(
        [*command, "-r", str(PROJECT / "requirements.txt")], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise PackagingFailed(f"pip could not fetch the wheels for {WHEEL_PLATFORMS[0]}:\n{done.stderr.strip()}")
    for wheel in sorted(wheels.glob("*.whl")):
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(vendor)  # wheels pip has verified
    unused = [vendor / name for name in UNUSED_PACKAGES]
    for unneeded in [*vendor.rglob("tests"), *unused, *(_unused_aws_services(vendor / "botocore" / "data"))]:
        shutil.rmtree(unneeded, ignore_errors=True)


def _unused_aws_services(models: Path) -> list[Path]:
    """The API models of AWS services that nothing of ours calls: two thirds of botocore's size."""
    return [folder for folder in models.iterdir() if folder.is_dir() and folder.name not in AWS_SERVICES]


def _run_chalice(project: Path, stage: str, merge_file: Path, out: Path) -> None:
    command = [sys.executable, "-c", "from chalice.cli import main; raise SystemExit(main())"]
    command += ["--project-dir", str(project), "package", "--stage", stage, "--merge-template", str(merge_file)]
    done = subprocess.run(
        [*command, str(out)], capture_output=True, text=True, check=False, env=_packaging_environment()
    )
    if done.returncode != 0:
        raise PackagingFailed(f"chalice package failed:\n{(done.stdout + done.stderr).strip()}")


def _packaging_environment() -> dict[str, str]:
    """Chalice asks for a region although the template names none."""
    return {**os.environ, "AWS_DEFAULT_REGION": os.environ.get("AWS_DEFAULT_REGION", "us-east-1")}


def main() -> int:
    """Builds build/aws and says what came out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stage", default="demo", help="stage of .chalice/config.json")
    parser.add_argument("--out", type=Path, default=PROJECT / "build" / "aws")
    parser.add_argument("--without-dependencies", action="store_true", help="our own code only, for linting")
    arguments = parser.parse_args()
    try:
        package = build(arguments.out, stage=arguments.stage, dependencies=not arguments.without_dependencies)
    except PackagingFailed as failure:
        print(f"package: {failure}", file=sys.stderr)
        return 1
    size = package.archive.stat().st_size / 1_000_000
    print(
        f"{package.archive} {size:.1f} MB, {arguments.out / 'sam.json'} {len(package.template['Resources'])} resources"
    )
    if size > LARGEST_ARCHIVE_MB:
        print(f"package: the archive is over {LARGEST_ARCHIVE_MB} MB; Lambda takes 50", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
