"""What the API needs of the composition root: the use-cases, and the few facts that shape an answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

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


class ApiServices(Protocol):
    """Everything a handler may call; members are built when they are first asked for."""

    def is_outage(self, error: Exception) -> bool:
        """Whether ``error`` says that something we stand on does not answer, rather than that we are wrong."""

    @property
    def sessions(self) -> Sessions:
        """Sign-in and identity."""

    @property
    def request_limits(self) -> RequestLimits:
        """How many requests a caller may make."""

    @property
    def my_account(self) -> MyAccount:
        """One's own account."""

    @property
    def second_factor(self) -> SecondFactor:
        """One's own second factor."""

    @property
    def registration(self) -> Registration:
        """Becoming a user."""

    @property
    def password_reset(self) -> PasswordReset:
        """A forgotten password."""

    @property
    def tokens(self) -> AccessTokens:
        """Access tokens, for their public keys."""

    @property
    def tickets(self) -> SocketTickets:
        """WebSocket tickets."""

    @property
    def connections(self) -> Connections:
        """Exchange connections."""

    @property
    def instruments(self) -> Instruments:
        """The directory of instruments."""

    @property
    def strategies(self) -> Strategies:
        """Strategies."""

    @property
    def signals(self) -> Signals:
        """Signals from outside."""

    @property
    def bots(self) -> Bots:
        """Bots."""

    @property
    def orders(self) -> ManualOrders:
        """Manual orders."""

    @property
    def positions(self) -> ManualPositions:
        """Positions, to protect and to close."""

    @property
    def account(self) -> TerminalAccount:
        """The exchange account, as the terminal shows it."""

    @property
    def market(self) -> TerminalMarket:
        """The market, as the terminal shows it."""

    @property
    def start_run(self) -> StartRun:
        """Starts runs."""

    @property
    def control_runs(self) -> ControlRuns:
        """Stops, pauses and resumes runs."""

    @property
    def kill_switches(self) -> KillSwitches:
        """Switches trading off and on."""

    @property
    def runs(self) -> LookAtRuns:
        """Runs, to look at."""

    @property
    def datasets(self) -> Datasets:
        """Datasets."""

    @property
    def experiments(self) -> Experiments:
        """Backtests, sweeps and walk-forwards."""

    @property
    def preview(self) -> PreviewStrategy:
        """Previews of strategies."""

    @property
    def presets(self) -> Presets:
        """Ready-made strategies."""

    @property
    def replay(self) -> ReplayRun:
        """Runs held against their backtests."""

    @property
    def privacy(self) -> Privacy:
        """One's own data."""

    @property
    def workspaces(self) -> Workspaces:
        """Workspaces."""

    @property
    def members(self) -> Members:
        """Members of the workspace."""

    @property
    def invitations(self) -> Invitations:
        """Invitations into the workspace."""

    @property
    def usage(self) -> CountUsage:
        """What the workspace has of what it may have."""

    @property
    def audit(self) -> AuditTrail:
        """The audit trail, to write."""

    @property
    def read_audit(self) -> ReadAudit:
        """The audit trail, to look at."""

    @property
    def replies(self) -> ReplyCache:
        """Replies by idempotency key."""

    @property
    def socket_url(self) -> str:
        """Where browsers open their WebSocket."""

    @property
    def cors_origins(self) -> frozenset[str]:
        """Other origins whose pages may call the API."""

    @property
    def secure_cookies(self) -> bool:
        """Whether cookies go over HTTPS only."""

    def ready(self) -> Mapping[str, bool]:
        """Whether each thing that requests depend on answers."""
