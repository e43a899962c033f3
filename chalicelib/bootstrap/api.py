"""Builds what the API, the WebSocket functions and the seeding need."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from chalicelib.bootstrap import accounts, aws_client, clock, exchange, ids, settings, tables

if TYPE_CHECKING:
    from chalicelib.account_ports import ReplyCache, SocketGateway
    from chalicelib.identity_ports import AccessTokens
    from chalicelib.ports import AuditTrail
    from chalicelib.services.accounts.my_account import MyAccount
    from chalicelib.services.accounts.password_reset import PasswordReset
    from chalicelib.services.accounts.privacy import Privacy
    from chalicelib.services.accounts.registration import Registration
    from chalicelib.services.accounts.request_limits import RequestLimits
    from chalicelib.services.accounts.second_factor import SecondFactor
    from chalicelib.services.accounts.sessions import Sessions
    from chalicelib.services.accounts.sockets import EventPush, OpenSockets, SocketTickets
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
    from chalicelib.services.seeding import Seeding
    from chalicelib.services.signals import Signals
    from chalicelib.services.strategies import Strategies
    from chalicelib.services.terminal.account import TerminalAccount, TerminalMarket
    from chalicelib.services.terminal.order_desk import OrderDesk
    from chalicelib.services.terminal.orders import ManualOrders
    from chalicelib.services.terminal.permission import TradingPermission
    from chalicelib.services.terminal.positions import ManualPositions
    from chalicelib.services.workspaces.invitations import Invitations
    from chalicelib.services.workspaces.members import Members
    from chalicelib.services.workspaces.usage import CountUsage
    from chalicelib.services.workspaces.workspaces import Workspaces

_CALLER = "api"
_AUDIENCE = "botmarketplace"


class LazyApiServices:
    """The API's use-cases, each built when it is first asked for. Implements ``ApiServices`` of the API."""

    def __init__(self, lambda_context: Callable[[], Any]) -> None:
        self._lambda_context = lambda_context

    @cached_property
    def sessions(self) -> Sessions:
        """Sign-in and identity."""
        from chalicelib.services.accounts.sessions import Sessions

        return Sessions(
            accounts=tables.accounts(),
            sessions=tables.sessions(),
            tokens=self.tokens,
            passwords=accounts.passwords(),
            prove=accounts.prove_identity(),
            end=accounts.end_sessions(),
            clock=clock(),
            ids=ids(),
        )

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

    @cached_property
    def tokens(self) -> AccessTokens:
        """Access tokens signed by KMS."""
        from chalicelib.adapters.tokens import KmsAccessTokens

        key_ids = settings().listed("token_key_ids")
        issuer = settings().public_origin or f"botmarketplace-{settings().stage}"
        return KmsAccessTokens(aws_client("kms"), key_ids, issuer=issuer, audience=_AUDIENCE)

    @cached_property
    def tickets(self) -> SocketTickets:
        """WebSocket tickets."""
        from chalicelib.services.accounts.sockets import SocketTickets

        return SocketTickets(tables.sessions(), clock(), ids())

    @cached_property
    def connections(self) -> Connections:
        """Exchange connections."""
        from chalicelib.services.connections import Connections

        return Connections(
            connections=tables.connections(),
            accounts=tables.accounts(),
            bots=tables.bots(),
            sealer=exchange.secret_sealer(),
            exchange=exchange.exchange(_CALLER),
            environments=exchange.environment_policy(),
            clock=clock(),
            ids=ids(),
        )

    @cached_property
    def instruments(self) -> Instruments:
        """The directory of instruments."""
        return instruments()

    @cached_property
    def strategies(self) -> Strategies:
        """Strategies."""
        from chalicelib.services.strategies import Strategies

        return Strategies(tables.strategies(), tables.bots(), self.instruments, clock(), ids())

    @cached_property
    def signals(self) -> Signals:
        """Signals from outside."""
        from chalicelib.bootstrap import accounts, runtime
        from chalicelib.services.signals import Signals

        return Signals(
            signals=tables.signals(),
            strategies=tables.strategies(),
            store=runtime.run_store(),
            inbox=runtime.inbox(),
            secrets=accounts.derived_secrets(),
            clock=clock(),
        )

    @cached_property
    def bots(self) -> Bots:
        """Bots."""
        from chalicelib.services.bots import Bots

        return Bots(
            bots=tables.bots(),
            strategies=tables.strategies(),
            connections=tables.connections(),
            instruments=self.instruments,
            active_runs=self.runs,
            clock=clock(),
            ids=ids(),
        )

    @cached_property
    def orders(self) -> ManualOrders:
        """Manual orders."""
        from chalicelib.services.terminal.orders import ManualOrders

        return ManualOrders(self._desk, self._permission, self.instruments, exchange.market_data(), ids())

    @cached_property
    def positions(self) -> ManualPositions:
        """Positions, to protect and to close."""
        from chalicelib.services.terminal.positions import ManualPositions

        return ManualPositions(self._desk, self._permission, self.instruments, exchange.market_data(), ids())

    @cached_property
    def _desk(self) -> OrderDesk:
        from chalicelib.services.terminal.order_desk import OrderDesk

        return OrderDesk(tables.manual_orders(), tables.connections(), exchange.exchange(_CALLER), clock())

    @cached_property
    def _permission(self) -> TradingPermission:
        from chalicelib.bootstrap import runtime
        from chalicelib.services.terminal.permission import TradingPermission

        return TradingPermission(runtime.kill_switch(), tables.connections(), self.runs)

    @cached_property
    def account(self) -> TerminalAccount:
        """The exchange account."""
        from chalicelib.services.terminal.account import TerminalAccount

        return TerminalAccount(tables.connections(), self.instruments, exchange.exchange(_CALLER), clock())

    @cached_property
    def market(self) -> TerminalMarket:
        """The market."""
        from chalicelib.services.terminal.account import TerminalMarket

        return TerminalMarket(exchange.market_data())

    @cached_property
    def start_run(self) -> StartRun:
        """Starts runs."""
        from chalicelib.bootstrap import runtime
        from chalicelib.services.runs.start import StartRun

        return StartRun(
            accounts=tables.accounts(),
            bots=tables.bots(),
            connections=tables.connections(),
            strategies=tables.strategies(),
            instruments=self.instruments,
            store=runtime.run_store(),
            workflow=runtime.workflow(),
            kill_switch=runtime.kill_switch(),
            clock=clock(),
            ids=ids(),
        )

    @cached_property
    def control_runs(self) -> ControlRuns:
        """Stops, pauses and resumes runs."""
        from chalicelib.bootstrap import runtime
        from chalicelib.services.runs.control import ControlRuns

        return ControlRuns(runtime.run_store(), runtime.inbox(), self.runs, ids())

    @cached_property
    def kill_switches(self) -> KillSwitches:
        """Switches trading off and on."""
        from chalicelib.bootstrap import runtime
        from chalicelib.services.runs.kill_switch import KillSwitches
        from chalicelib.services.terminal.wind_down import WindDownByHand

        by_hand = WindDownByHand(self._desk, self.positions)
        return KillSwitches(runtime.kill_switch(), runtime.inbox(), self.runs, by_hand, exchange.audit_trail(), clock())

    @cached_property
    def runs(self) -> LookAtRuns:
        """Runs, to look at."""
        from chalicelib.bootstrap import runtime
        from chalicelib.services.runs.look import LookAtRuns

        return LookAtRuns(runtime.run_store())

    @cached_property
    def datasets(self) -> Datasets:
        """Datasets."""
        from chalicelib.bootstrap import lab

        return lab.datasets(self.instruments)

    @cached_property
    def experiments(self) -> Experiments:
        """Backtests, sweeps and walk-forwards."""
        from chalicelib.bootstrap import lab

        return lab.experiments(self.instruments)

    @cached_property
    def preview(self) -> PreviewStrategy:
        """Previews of strategies."""
        from chalicelib.bootstrap import lab

        return lab.preview()

    @cached_property
    def presets(self) -> Presets:
        """Ready-made strategies."""
        from chalicelib.bootstrap import lab

        return lab.presets(self.strategies)

    @cached_property
    def replay(self) -> ReplayRun:
        """Runs held against their backtests."""
        from chalicelib.bootstrap import lab

        return lab.replay(self.runs)

    @property
    def privacy(self) -> Privacy:
        """One's own data."""
        from chalicelib.bootstrap import workspaces

        return workspaces.privacy()

    @cached_property
    def workspaces(self) -> Workspaces:
        """Workspaces."""
        from chalicelib.services.workspaces.workspaces import Workspaces

        return Workspaces(tables.accounts(), self.usage)

    @property
    def members(self) -> Members:
        """Members of the workspace."""
        from chalicelib.bootstrap import workspaces

        return workspaces.members()

    @property
    def invitations(self) -> Invitations:
        """Invitations into the workspace."""
        from chalicelib.bootstrap import workspaces

        return workspaces.invitations()

    @cached_property
    def usage(self) -> CountUsage:
        """What the workspace has of what it may have."""
        from chalicelib.bootstrap import workspaces

        return workspaces.usage(self.runs)

    @property
    def audit(self) -> AuditTrail:
        """The audit trail, to write."""
        return exchange.audit_trail()

    @property
    def read_audit(self) -> ReadAudit:
        """The audit trail, to look at."""
        from chalicelib.bootstrap import audit

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
        """Whether the tables, the token key and the key of derived secrets answer."""
        from botocore.exceptions import BotoCoreError, ClientError
        from pynamodb.exceptions import PynamoDBException

        from chalicelib.identity_ports import InvalidToken
        from chalicelib.ports import SealingFailed

        checks = {"tables": True, "tokenKey": True, "verifierKey": True}
        try:
            tables.accounts().user_by_email("nobody@ready.invalid")
        except (PynamoDBException, BotoCoreError, ClientError):
            checks["tables"] = False
        try:
            self.tokens.jwks()
        except (BotoCoreError, ClientError, InvalidToken):
            checks["tokenKey"] = False
        try:
            accounts.derived_secrets().totp_seed("ready", 0)
        except SealingFailed:
            checks["verifierKey"] = False
        return checks


@cache
def instruments() -> Instruments:
    """The directory of instruments."""
    from chalicelib.services.instruments import Instruments

    return Instruments(tables.instruments(), exchange.market_data(), clock())


@cache
def open_sockets() -> OpenSockets:
    """Opens and closes sockets, for the WebSocket functions."""
    from chalicelib.services.accounts.sockets import OpenSockets

    return OpenSockets(tables.sessions(), tables.sockets(), clock())


@cache
def socket_gateway() -> SocketGateway:
    """Posts to open sockets; the address is configuration, because an event names the AWS one even locally."""
    import boto3

    from chalicelib.adapters.socket_gateway import ApiGatewaySockets

    address = settings().required("websocket_management_url")
    return ApiGatewaySockets(boto3.client("apigatewaymanagementapi", endpoint_url=address))


@cache
def event_push() -> EventPush:
    """Pushes events to sockets, for the stream function."""
    from chalicelib.services.accounts.sockets import EventPush

    return EventPush(tables.sockets(), socket_gateway())


@cache
def seeding() -> Seeding:
    """Makes sure that a user exists, for ``make run``."""
    from chalicelib.services.seeding import Seeding

    return Seeding(tables.accounts(), accounts.passwords(), accounts.derived_secrets(), clock(), ids())
