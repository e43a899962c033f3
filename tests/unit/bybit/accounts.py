"""An exchange as the execution function builds it, on fakes and a given REST address."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.adapters.bybit.account_opener import AccountOpener
from chalicelib.adapters.bybit.environments import Environment
from chalicelib.adapters.bybit.exchange import BybitExchange
from chalicelib.adapters.bybit.governor import ProcessGovernor
from chalicelib.adapters.bybit.margin_modes import MarginModes
from chalicelib.ports import Clock, ConnectionRef
from tests.unit.bybit.fakes import FakeAudit, FakeConnections, FakeRow, FakeSecrets, plainly

REF = ConnectionRef("workspace-1", "connection-1")


@dataclass
class Account:
    """The exchange under test and the fakes behind it."""

    exchange: BybitExchange
    opener: AccountOpener
    connections: FakeConnections
    secrets: FakeSecrets
    audit: FakeAudit
    governor: ProcessGovernor
    margin_modes: MarginModes


def account_at(
    rest_url: str, clock: Clock, *, env: str = "demo", key: str = "TESTKEY", secret: str = "TESTSECRET"
) -> Account:
    """An account whose calls have ten seconds from now."""
    connections = FakeConnections({REF: FakeRow(env, plainly(f"{key}:{secret}"))})
    secrets, audit, governor = FakeSecrets(), FakeAudit(), ProcessGovernor(clock.now_ms)
    margin_modes = MarginModes(clock.now_ms)
    opener = AccountOpener(
        environment=Environment.SIMULATOR,
        rest_url=rest_url,
        connections=connections,
        secrets=secrets,
        audit=audit,
        governor=governor,
        clock=clock,
    )
    exchange = BybitExchange(opener.opener("test", "tests", clock.now_ms() + 3_600_000), clock, margin_modes)
    return Account(exchange, opener, connections, secrets, audit, governor, margin_modes)
