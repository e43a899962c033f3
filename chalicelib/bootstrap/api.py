"""Everything that the API's handlers may ask for, built by the module of its subject when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from chalicelib.bootstrap import (
    accounts,
    audit,
    aws_client,
    bots,
    exchange,
    lab,
    runs,
    settings,
    sockets,
    terminal,
    workspaces,
)

if TYPE_CHECKING:
    from chalicelib.account_ports import ReplyCache
    from chalicelib.identity_ports import AccessTokens
    from chalicelib.ports import AuditTrail
    from chalicelib.services.accounts.my_account import MyAccount
    from chalicelib.services.accounts.password_reset import PasswordReset
    from chalicelib.services.accounts.privacy import Privacy
    from chalicelib.services.accounts.registration import Registration
    from chalicelib.services.accounts.request_limits import RequestLimits
    from chalicelib.services.accounts.second_factor import SecondFactor
    from chalicelib.services.accounts.sessions import Sessions
    from chalicelib.services.accounts.sockets import SocketTickets
    from chalicelib.services.audit.read import ReadAudit
    from chalicelib.services.bots import Bots
    from chalicelib.services.connections import Connections
    from chalicelib.services.instruments import Instruments
    from chalicelib.services.lab.datasets import Datasets
    from chalicelib.services.lab.experiments import Experiments
    from chalicelib.services.lab.presets import Presets
    from chalicelib.services.lab.preview import PreviewStrategy
    from chalicelib.services.lab.replay import ReplayRun
    from chalicelib.services.runs.control import ControlRuns
    from chalicelib.services.runs.kill_switch import KillSwitches
    from chalicelib.services.runs.look import LookAtRuns
    from chalicelib.services.runs.start import StartRun
    from chalicelib.services.signals import Signals
    from chalicelib.services.strategies import Strategies
    from chalicelib.services.terminal.account import TerminalAccount, TerminalMarket
    from chalicelib.services.terminal.orders import ManualOrders
    from chalicelib.services.terminal.positions import ManualPositions
    from chalicelib.services.workspaces.invitations import Invitations
    from chalicelib.services.workspaces.members import Members
    from chalicelib.services.workspaces.usage import CountUsage
    from chalicelib.services.workspaces.workspaces import Workspaces


class LazyApiServices:
    """The API's use-cases, each built when it is first asked for. Implements ``ApiServices`` of the API."""

    def __init__(self, lambda_context: Callable[[], Any]) -> None:
        self._lambda_context = lambda_context

    def is_outage(self, error: Exception) -> bool:
        """Whether AWS does not answer."""
        from chalicelib.adapters.outage import is_outage

        return is_outage(error)

    @property
    def sessions(self) -> Sessions:
        """Sign-in and identity."""
        return accounts.sessions()

    @property
    def request_limits(self) -> RequestLimits:
        """How many requests a caller may make."""
        return accounts.request_limits()

    @property
    def my_account(self) -> MyAccount:
        """One's own account."""
        return accounts.my_account()

    @property
    def second_factor(self) -> SecondFactor:
        """One's own second factor."""
        return accounts.second_factor()

    @property
    def registration(self) -> Registration:
        """Becoming a user."""
        return accounts.registration()

    @property
    def password_reset(self) -> PasswordReset:
        """A forgotten password."""
        return accounts.password_reset()

    @property
    def tokens(self) -> AccessTokens:
        """Access tokens signed by KMS."""
        return accounts.access_tokens()

    @property
    def tickets(self) -> SocketTickets:
        """WebSocket tickets."""
        return sockets.tickets()

    @property
    def connections(self) -> Connections:
        """Exchange connections."""
        return bots.connections()

    @property
    def instruments(self) -> Instruments:
        """The directory of instruments."""
        return exchange.instruments()

    @property
    def strategies(self) -> Strategies:
        """Strategies."""
        return bots.strategies()

    @property
    def signals(self) -> Signals:
        """Signals from outside."""
        return bots.signals()

    @property
    def bots(self) -> Bots:
        """Bots."""
        return bots.bots()

    @property
    def orders(self) -> ManualOrders:
        """Manual orders."""
        return terminal.orders()

    @property
    def positions(self) -> ManualPositions:
        """Positions, to protect and to close."""
        return terminal.positions()

    @property
    def account(self) -> TerminalAccount:
        """The exchange account."""
        return terminal.account()

    @property
    def market(self) -> TerminalMarket:
        """The market."""
        return terminal.market()

    @property
    def start_run(self) -> StartRun:
        """Starts runs."""
        return runs.start()

    @property
    def control_runs(self) -> ControlRuns:
        """Stops, pauses and resumes runs."""
        return runs.control()

    @property
    def kill_switches(self) -> KillSwitches:
        """Switches trading off and on."""
        return terminal.kill_switches()

    @property
    def runs(self) -> LookAtRuns:
        """Runs, to look at."""
        return runs.look()

    @property
    def datasets(self) -> Datasets:
        """Datasets."""
        return lab.datasets()

    @property
    def experiments(self) -> Experiments:
        """Backtests, sweeps and walk-forwards."""
        return lab.experiments()

    @property
    def preview(self) -> PreviewStrategy:
        """Previews of strategies."""
        return lab.preview()

    @property
    def presets(self) -> Presets:
        """Ready-made strategies."""
        return lab.presets()

    @property
    def replay(self) -> ReplayRun:
        """Runs held against their backtests."""
        return lab.replay()

    @property
    def privacy(self) -> Privacy:
        """One's own data."""
        return workspaces.privacy()

    @property
    def workspaces(self) -> Workspaces:
        """Workspaces."""
        return workspaces.workspaces()

    @property
    def members(self) -> Members:
        """Members of the workspace."""
        return workspaces.members()

    @property
    def invitations(self) -> Invitations:
        """Invitations into the workspace."""
        return workspaces.invitations()

    @property
    def usage(self) -> CountUsage:
        """What the workspace has of what it may have."""
        return workspaces.usage()

    @property
    def audit(self) -> AuditTrail:
        """The audit trail, to write."""
        return exchange.audit_trail()

    @property
    def read_audit(self) -> ReadAudit:
        """The audit trail, to look at."""
        return audit.read_audit()

    @cached_property
    def replies(self) -> ReplyCache:
        """Replies by idempotency key."""
        from chalicelib.adapters.dynamodb.replies import PowertoolsReplies

        table = f"{settings().table_prefix}-idempotency"
        return PowertoolsReplies(table, aws_client("dynamodb"), self._lambda_context)

    @property
    def socket_url(self) -> str:
        """Where browsers open their WebSocket."""
        return settings().required("websocket_public_url")

    @property
    def cors_origins(self) -> frozenset[str]:
        """Other origins whose pages may call the API."""
        return settings().cors_origins

    @property
    def secure_cookies(self) -> bool:
        """Whether cookies go over HTTPS only."""
        return settings().refresh_cookie_secure

    def ready(self) -> Mapping[str, bool]:
        """Whether what the API stands on answers."""
        from chalicelib.bootstrap import readiness

        return readiness.ready()
