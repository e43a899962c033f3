"""The composition root: the only place that sees services and adapters at once, and the only reader of the environment.

This module holds what every entry point shares; each other one builds what belongs to its subject, and ``api`` hands
all of it to the handlers. Everything is built at first use and kept for the life of the process, so a cold start pays
only for what it touches.
"""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING, Any

from chalicelib.settings import Settings

if TYPE_CHECKING:
    from chalicelib.adapters.clock import SystemClock
    from chalicelib.adapters.ids import SystemIds


@cache
def settings() -> Settings:
    """This function's settings. Raises InvalidSettings when the environment is not usable."""
    return Settings.read(os.environ)


@cache
def clock() -> SystemClock:
    """The clock, with the simulator's market time where one is configured."""
    from chalicelib.adapters.clock import SystemClock
    from chalicelib.adapters.outbound_urls import simulator_url

    simulated = settings().bybit_env == "simulator"
    return SystemClock(simulator_url(settings().simulator_rest_url) if simulated else None)


@cache
def ids() -> SystemIds:
    """Fresh identities and secrets."""
    from chalicelib.adapters.ids import SystemIds

    return SystemIds()


@cache
def aws_client(service: str, address: str | None = None) -> Any:
    """The boto3 client of an AWS service; region and endpoint come from the AWS environment, unless ``address`` is
    given."""
    import boto3

    from chalicelib.adapters.patience import client_config

    return boto3.client(service, endpoint_url=address, config=client_config())
