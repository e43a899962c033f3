"""Builds what reaches the exchange: the client of the execution function, market data, the function itself, sealing."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from chalicelib.bootstrap import clock, settings, tables
from chalicelib.bootstrap.audit import audit_writer
from chalicelib.ports import AuditTrail, Exchange, MarketData, SecretSealer

if TYPE_CHECKING:
    from chalicelib.adapters.bybit.environments import Environment, Urls
    from chalicelib.adapters.bybit.execution import ExecutionRuntime
    from chalicelib.adapters.bybit.governor import RequestGovernor
    from chalicelib.services.connections import EnvironmentPolicy
    from chalicelib.services.instruments import Instruments
    from chalicelib.services.sidecar.hold_shards import ShardHolder

API = "api"
"""What the API is called in the audit of its requests to the exchange."""


@cache
def environment() -> Environment:
    """The Bybit environment of this stage."""
    from chalicelib.adapters.bybit.environments import Environment

    return Environment(settings().bybit_env)


@cache
def urls() -> Urls:
    """The five URLs of this stage's environment."""
    from chalicelib.adapters.bybit.environments import urls_of

    return urls_of(environment(), settings().simulator_rest_url, settings().simulator_ws_url)


@cache
def market_data() -> MarketData:
    """Public market data, with its kept-alive connection and its memory of instruments."""
    from chalicelib.adapters.bybit.market_data import BybitMarketData

    return BybitMarketData(urls().rest, clock())


@cache
def instruments() -> Instruments:
    """The directory of instruments."""
    from chalicelib.services.instruments import Instruments

    return Instruments(tables.instruments(), market_data(), clock())


@cache
def exchange(caller: str) -> Exchange:
    """The private side of the exchange, through the execution function; ``caller`` names this function in the audit."""
    import boto3

    from chalicelib.adapters.execution_client import ExecutionClient, invoke_once_config

    client = boto3.client("lambda", config=invoke_once_config())
    return ExecutionClient(client, settings().required("execution_function"), caller)


@cache
def environment_policy() -> EnvironmentPolicy:
    """Which keys this stage takes."""
    from chalicelib.adapters.bybit.environments import served_by
    from chalicelib.services.connections import EnvironmentPolicy

    return EnvironmentPolicy(served_by(environment()), settings().real_trading)


@cache
def secret_sealer() -> SecretSealer:
    """Seals the credentials of exchange connections."""
    from chalicelib.adapters.kms.secret_box import KmsSecretBox

    return KmsSecretBox(settings().required("secrets_key_id"))


@cache
def audit_trail() -> AuditTrail:
    """Who did what to something that matters."""
    return audit_writer()


@cache
def request_governor() -> RequestGovernor:
    """What holds requests to the exchange back, for all processes together."""
    from chalicelib.adapters.bybit.governor import ProcessGovernor
    from chalicelib.adapters.bybit.shared_governor import SharedGovernor
    from chalicelib.adapters.dynamodb.binding import bind
    from chalicelib.adapters.dynamodb.rate_limits import DynamoRateLimits, RateLimitItem

    bind(RateLimitItem, settings().table_prefix)
    return SharedGovernor(ProcessGovernor(clock().now_ms), DynamoRateLimits(), clock().now_ms)


@cache
def execution_runtime() -> ExecutionRuntime:
    """The execution function's process."""
    from chalicelib.adapters.bybit.account_opener import AccountOpener
    from chalicelib.adapters.bybit.execution import ExecutionRuntime
    from chalicelib.adapters.bybit.margin_modes import MarginModes
    from chalicelib.adapters.dynamodb.binding import bind
    from chalicelib.adapters.dynamodb.connection_keys import ConnectionKeyItem
    from chalicelib.adapters.dynamodb.connections import ConnectionItem
    from chalicelib.adapters.dynamodb.sealed_connections import DynamoSealedConnections
    from chalicelib.adapters.kms.secret_box import KmsSecretBox

    for item in (ConnectionItem, ConnectionKeyItem):
        bind(item, settings().table_prefix)
    accounts = AccountOpener(
        environment=environment(),
        rest_url=urls().rest,
        connections=DynamoSealedConnections(),
        secrets=KmsSecretBox(settings().required("secrets_key_id")),
        audit=audit_writer(),
        governor=request_governor(),
        clock=clock(),
        real_trading=settings().real_trading,
    )
    return ExecutionRuntime(accounts, MarginModes(clock().now_ms), clock())


@cache
def shard_holder(task: str, touching: Callable[[str], None]) -> ShardHolder:
    """The leases of the sidecar task of this name; ``touching`` is told of each before it is claimed or released."""
    from chalicelib.adapters.dynamodb.binding import bind
    from chalicelib.adapters.dynamodb.leases import DynamoLeases, LeaseItem
    from chalicelib.services.sidecar.hold_shards import ShardHolder

    bind(LeaseItem, settings().table_prefix)
    return ShardHolder(task, DynamoLeases(), clock(), touching)
