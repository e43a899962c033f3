"""The AWS environment of everything local. Nothing of the user's own AWS configuration gets through, so that no code
started here can reach a real account."""

from __future__ import annotations

import os
from typing import Any

import boto3
from botocore.config import Config

REGION = "us-east-1"
ACCOUNT = "000000000000"
SECRET = "local"  # noqa: S105  # opens nothing: the local AWS takes any

# The allocator gives memory back: few arenas, and a block as large as a password hash needs (64 MB) is not kept.
LEAN_MEMORY = {"MALLOC_ARENA_MAX": "2", "MALLOC_MMAP_THRESHOLD_": "1048576", "MALLOC_TRIM_THRESHOLD_": "1048576"}


def aws_environment(endpoint: str | None) -> dict[str, str]:
    """This process's environment with the local cloud's AWS settings; ``endpoint`` None leaves the address out."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment |= {
        "AWS_ACCESS_KEY_ID": ACCOUNT,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    if endpoint:
        environment["AWS_ENDPOINT_URL"] = endpoint
    return environment


def aws_client(service: str, endpoint: str) -> Any:
    """A boto3 client of the local cloud at ``endpoint``, whatever the user's own AWS configuration says."""
    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id=ACCOUNT,
        aws_secret_access_key=SECRET,
        config=Config(retries={"total_max_attempts": 2}, read_timeout=60),
    )
