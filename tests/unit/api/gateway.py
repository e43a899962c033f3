"""The API as a client of API Gateway sees it: the Chalice application over services that stand on fakes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import pyotp
from chalice.app import Chalice

from chalicelib.account_ports import ReusedKey
from chalicelib.adapters.optuna_search import OptunaSearch
from chalicelib.adapters.qr_codes import SegnoQrCodes
from chalicelib.adapters.tokens import KmsAccessTokens
from chalicelib.adapters.totp import TotpCodes
from chalicelib.api.application import PREFIX, create_app
from chalicelib.domain.accounts.limits import WorkspaceLimits
from chalicelib.domain.accounts.request_rates import RATES, Rates
from chalicelib.domain.accounts.roles import Role
from chalicelib.domain.lab.job import LabJob
from chalicelib.services.accounts.ending import EndSessions
from chalicelib.services.accounts.links import OneTimeLinks
from chalicelib.services.accounts.my_account import MyAccount
from chalicelib.services.accounts.password_reset import PasswordReset
from chalicelib.services.accounts.privacy import Privacy
from chalicelib.services.accounts.proof import ProveIdentity
from chalicelib.services.accounts.registration import Registration, RegistrationMode
from chalicelib.services.accounts.request_limits import RequestLimits
from chalicelib.services.accounts.second_factor import SecondFactor
from chalicelib.services.accounts.sessions import Sessions
from chalicelib.services.accounts.sockets import SocketTickets
from chalicelib.services.accounts.trail import AccountTrail
from chalicelib.services.audit.read import ReadAudit
from chalicelib.services.audit.seal import SealAudit
from chalicelib.services.bots import Bots
from chalicelib.services.connections import Connections, EnvironmentPolicy
from chalicelib.services.instruments import Instruments
from chalicelib.services.lab.datasets import Datasets
from chalicelib.services.lab.experiments import Experiments
from chalicelib.services.lab.make_dataset import MakeDataset
from chalicelib.services.lab.presets import Presets
from chalicelib.services.lab.preview import PreviewStrategy
from chalicelib.services.lab.replay import ReplayRun
from chalicelib.services.lab.run_job import RunJob
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
from chalicelib.services.terminal.wind_down import WindDownByHand
from chalicelib.services.workspaces.invitations import Invitations
from chalicelib.services.workspaces.members import Members
from chalicelib.services.workspaces.usage import CountUsage
from chalicelib.services.workspaces.workspaces import Workspaces
from tests.fakes.counted_ids import CountedIds
from tests.fakes.memory_accounts import MemoryAccounts, MemoryLoginAttempts, MemorySessions, MemorySockets
from tests.fakes.memory_audit import MemoryAuditChain, MemoryHeads
from tests.fakes.memory_inbox import MemoryInbox, MemoryWorkflow
from tests.fakes.memory_lab import MemoryDatasets, MemoryDrafts, MemoryLabJobs, MemoryLabStore, NotedWorker
from tests.fakes.memory_mail import MemoryInvitations, MemoryLinks, MemoryOutbox
from tests.fakes.memory_runs import MemoryRunStore
from tests.fakes.memory_signals import MemorySignals
from tests.fakes.memory_switches import MemoryAudit, MemoryKillSwitch
from tests.fakes.memory_token_buckets import MemoryTokenBuckets
from tests.fakes.memory_workspace import (
    MemoryBots,
    MemoryConnections,
    MemoryInstruments,
    MemoryManualOrders,
    MemoryStrategies,
)
from tests.fakes.memory_workspaces import MemoryErasure, MemoryMembers, MemoryQuotas
from tests.fakes.plain_security import HmacSecrets, LocalKms, PlainPasswords, ReversingSealer
from tests.fakes.scripted_exchange import ScriptedExchange, ScriptedMarket
from tests.fakes.virtual_clock import VirtualClock
from tests.unit.api.conformance import require_conformity

PASSWORD = "correct horse battery"


@dataclass
class MemoryReplies:
    """A ``ReplyCache``."""

    replies: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict)

    def once(self, key: str, fingerprint: str, produce: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        if key in self.replies:
            first, reply = self.replies[key]
            if first != fingerprint:
                raise ReusedKey(key)
            return reply
        self.replies[key] = (fingerprint, produce())
        return self.replies[key][1]


class FakeServices:
    """``ApiServices`` over memory. What a test wants to look at or to script is an attribute."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.ids = CountedIds()
        self.accounts_rows = MemoryAccounts()
        self.session_rows = MemorySessions()
        self.socket_rows = MemorySockets()
        self.attempt_rows = MemoryLoginAttempts()
        self.secrets = HmacSecrets()
        self.link_rows = MemoryLinks()
        self.invitation_rows = MemoryInvitations(self.accounts_rows)
        self.outbox = MemoryOutbox()
        self.registration_mode = RegistrationMode.OPEN
        self.connection_rows = MemoryConnections()
        self.strategy_rows = MemoryStrategies()
        self.bot_rows = MemoryBots()
        self.signal_rows = MemorySignals(self.clock)
        self.order_rows = MemoryManualOrders()
        self.run_rows = MemoryRunStore()
        self.workflow = MemoryWorkflow()
        self.inbox = MemoryInbox(self.run_rows, self.workflow)
        self.switch = MemoryKillSwitch()
        self.audit = MemoryAudit()
        self.audit_chain = MemoryAuditChain()
        self.audit_heads = MemoryHeads()
        self.dataset_rows = MemoryDatasets()
        self.job_rows = MemoryLabJobs()
        self.lab_store = MemoryLabStore()
        self.part_work = 1_000_000
        self.exchange = ScriptedExchange()
        self.environments = EnvironmentPolicy(frozenset({"demo", "real"}))
        self.market_data = ScriptedMarket()
        self.passwords = PlainPasswords()
        self.kms = LocalKms("token-key")
        self.tokens = KmsAccessTokens(self.kms, ["token-key"], issuer="https://test", audience="botmarketplace")
        self.replies = MemoryReplies()
        self.quota_rows = MemoryQuotas()
        self.socket_url = "wss://test/ws"
        self.secure_cookies = True
        self.cors_origins: frozenset[str] = frozenset()
        self.token_buckets = MemoryTokenBuckets()
        # One client of one address asks all the time here.
        self.rates: Rates = {limit: replace(rate, limit=1_000_000) for limit, rate in RATES.items()}
        self.checks = {"tables": True, "tokenKey": True}

    def is_outage(self, error: Exception) -> bool:
        """A network's own errors stand for those of AWS."""
        return isinstance(error, ConnectionError)

    @cached_property
    def sessions(self) -> Sessions:
        return Sessions(
            self.accounts_rows,
            self.session_rows,
            self.tokens,
            self.passwords,
            self.prove,
            self.end_sessions,
            self.clock,
            self.ids,
        )

    @cached_property
    def request_limits(self) -> RequestLimits:
        return RequestLimits(self.token_buckets, self.clock, self.rates)

    @cached_property
    def links(self) -> OneTimeLinks:
        return OneTimeLinks(self.link_rows, self.attempt_rows, self.outbox, "https://test", self.clock, self.ids)

    @property
    def registration(self) -> Registration:
        return Registration(
            self.registration_mode,
            self.accounts_rows,
            self.invitation_rows,
            self.passwords,
            self.links,
            self.prove.trail,
            self.clock,
            self.ids,
        )

    @cached_property
    def password_reset(self) -> PasswordReset:
        return PasswordReset(self.accounts_rows, self.passwords, self.links, self.prove, self.end_sessions, self.clock)

    @cached_property
    def end_sessions(self) -> EndSessions:
        return EndSessions(self.session_rows, self.socket_rows)

    @cached_property
    def my_account(self) -> MyAccount:
        return MyAccount(
            self.accounts_rows,
            self.session_rows,
            self.passwords,
            self.prove,
            self.end_sessions,
            self.links,
            self.clock,
        )

    @cached_property
    def second_factor(self) -> SecondFactor:
        return SecondFactor(
            self.accounts_rows,
            self.secrets,
            TotpCodes(),
            SegnoQrCodes(),
            self.prove,
            self.links,
            self.clock,
            self.ids,
        )

    @cached_property
    def prove(self) -> ProveIdentity:
        trail = AccountTrail(self.accounts_rows, self.audit)
        return ProveIdentity(self.accounts_rows, TotpCodes(), self.secrets, self.attempt_rows, trail, self.links)

    @cached_property
    def tickets(self) -> SocketTickets:
        return SocketTickets(self.session_rows, self.clock, self.ids)

    @cached_property
    def connections(self) -> Connections:
        return Connections(
            self.connection_rows,
            self.accounts_rows,
            self.bot_rows,
            ReversingSealer(),
            self.exchange,
            self.environments,
            self.clock,
            self.ids,
        )

    @cached_property
    def instruments(self) -> Instruments:
        return Instruments(MemoryInstruments(), self.market_data, self.clock)

    @cached_property
    def strategies(self) -> Strategies:
        return Strategies(self.strategy_rows, self.bot_rows, self.instruments, self.clock, self.ids)

    @cached_property
    def signals(self) -> Signals:
        return Signals(
            self.signal_rows,
            self.strategy_rows,
            self.run_rows,
            self.inbox,
            self.secrets,
            self.clock,
        )

    @cached_property
    def bots(self) -> Bots:
        return Bots(
            self.bot_rows,
            self.strategy_rows,
            self.connection_rows,
            self.instruments,
            self.runs,
            self.clock,
            self.ids,
        )

    @cached_property
    def orders(self) -> ManualOrders:
        return ManualOrders(self.desk, self.permission, self.instruments, self.market_data, self.ids)

    @cached_property
    def positions(self) -> ManualPositions:
        return ManualPositions(self.desk, self.permission, self.instruments, self.market_data, self.ids)

    @cached_property
    def desk(self) -> OrderDesk:
        return OrderDesk(self.order_rows, self.connection_rows, self.exchange, self.clock)

    @cached_property
    def permission(self) -> TradingPermission:
        return TradingPermission(self.switch, self.connection_rows, self.runs)

    @cached_property
    def account(self) -> TerminalAccount:
        return TerminalAccount(self.connection_rows, self.instruments, self.exchange, self.clock)

    @cached_property
    def market(self) -> TerminalMarket:
        return TerminalMarket(self.market_data)

    @cached_property
    def kill_switches(self) -> KillSwitches:
        by_hand = WindDownByHand(self.desk, self.positions)
        return KillSwitches(self.switch, self.inbox, self.runs, by_hand, self.audit, self.clock)

    @cached_property
    def runs(self) -> LookAtRuns:
        return LookAtRuns(self.run_rows)

    @cached_property
    def control_runs(self) -> ControlRuns:
        return ControlRuns(self.run_rows, self.inbox, self.runs, self.ids)

    @cached_property
    def start_run(self) -> StartRun:
        return StartRun(
            accounts=self.accounts_rows,
            bots=self.bot_rows,
            connections=self.connection_rows,
            strategies=self.strategy_rows,
            instruments=self.instruments,
            store=self.run_rows,
            workflow=self.workflow,
            kill_switch=self.switch,
            clock=self.clock,
            ids=self.ids,
        )

    @cached_property
    def run_job(self) -> RunJob:
        return RunJob(self.job_rows, self.dataset_rows, self.lab_store, self.clock, OptunaSearch)

    @cached_property
    def lab_worker(self) -> NotedWorker:
        make = MakeDataset(self.dataset_rows, self.lab_store, self.market_data, self.clock)
        return NotedWorker(make, self._compute)

    def _compute(self, job: LabJob, parts: int) -> None:
        for part in range(parts):
            self.run_job(job.workspace_id, job.kind, job.job_id, part, parts)
        if parts > 1:
            self.run_job.merge(job.workspace_id, job.kind, job.job_id, parts)

    @cached_property
    def datasets(self) -> Datasets:
        return Datasets(self.dataset_rows, self.lab_store, self.lab_worker, self.instruments, self.clock, self.ids)

    @cached_property
    def experiments(self) -> Experiments:
        return Experiments(
            self.job_rows,
            self.dataset_rows,
            self.strategy_rows,
            self.lab_store,
            self.lab_worker,
            self.instruments,
            self.clock,
            self.ids,
            self.part_work,
        )

    @cached_property
    def preview(self) -> PreviewStrategy:
        return PreviewStrategy(self.market_data, self.dataset_rows, self.lab_store)

    @cached_property
    def presets(self) -> Presets:
        drafts = MemoryDrafts(self.strategy_rows, self.bot_rows)
        return Presets(drafts, self.strategies, self.connection_rows, self.clock, self.ids)

    @cached_property
    def replay(self) -> ReplayRun:
        return ReplayRun(self.runs, self.strategy_rows, self.market_data)

    @cached_property
    def usage(self) -> CountUsage:
        return CountUsage(
            quotas=self.quota_rows,
            connections=self.connection_rows,
            strategies=self.strategy_rows,
            bots=self.bot_rows,
            datasets=self.dataset_rows,
            members=MemoryMembers(self.accounts_rows),
            invitations=self.invitation_rows,
            active_runs=self.runs,
            clock=self.clock,
        )

    @cached_property
    def privacy(self) -> Privacy:
        return Privacy(
            accounts=self.accounts_rows,
            sessions=self.session_rows,
            members=MemoryMembers(self.accounts_rows),
            erasure=MemoryErasure(self.accounts_rows, self.session_rows),
            end=self.end_sessions,
            connections=self.connection_rows,
            strategies=self.strategy_rows,
            bots=self.bot_rows,
            orders=self.order_rows,
            runs=self.run_rows,
            audit=self.audit.log,
        )

    @cached_property
    def workspaces(self) -> Workspaces:
        return Workspaces(self.accounts_rows, self.usage)

    @cached_property
    def members(self) -> Members:
        return Members(self.accounts_rows, MemoryMembers(self.accounts_rows), self.end_sessions)

    @cached_property
    def invitations(self) -> Invitations:
        return Invitations(self.accounts_rows, self.invitation_rows, self.outbox, "https://test", self.clock, self.ids)

    @cached_property
    def read_audit(self) -> ReadAudit:
        return ReadAudit(self.audit.log, self.audit_chain, self.audit_heads)

    def seal(self) -> None:
        """Seals the audit rows, as the stream would have done by now."""
        sealer = SealAudit(self.audit_chain, self.audit_heads, self.clock)
        for workspace_id in self.audit.log.workspaces():
            sealer(workspace_id, tuple(self.audit.log.all(workspace_id)))

    def ready(self) -> Mapping[str, bool]:
        return self.checks


@dataclass(frozen=True)
class Answer:
    """A response."""

    status: int
    headers: dict[str, Any]
    text: str

    @property
    def json(self) -> Any:
        """The body."""
        return json.loads(self.text)

    @property
    def cookie(self) -> str:
        """The first cookie's text."""
        return str(self.headers["Set-Cookie"][0])

    def pointers(self) -> list[str]:
        """Where a problem says the request is wrong."""
        return [error["pointer"] for error in self.json["errors"]]


class Gateway:
    """Calls the application as API Gateway does."""

    def __init__(self) -> None:
        self.services = FakeServices()
        self.app: Chalice = create_app(lambda: self.services)
        self._seeding = Seeding(
            self.services.accounts_rows,
            self.services.passwords,
            self.services.secrets,
            self.services.clock,
            self.services.ids,
        )

    def user(
        self,
        email: str = "trader@example.com",
        role: Role = Role.ADMIN,
        *,
        totp: bool = True,
        limits: WorkspaceLimits | None = None,
    ) -> Client:
        """A signed-in user in a workspace of their own."""
        self._seeding.ensure_user(
            email=email,
            password=PASSWORD,
            second_factor=totp,
            limits=limits or WorkspaceLimits(start_cooldown_seconds=0),
            role=role,
        )
        login = self.call("POST", "/auth/login", body=self.login_body(email, totp=totp))
        assert login.status == 200, login.text
        return Client(self, login)

    def code(self, email: str = "trader@example.com") -> str:
        """The user's next one-time code: each is good once, so the clock goes on when none is left of now's."""
        user = self.services.accounts_rows.user_by_email(email)
        assert user is not None
        now = self.services.clock.now // 30_000
        step = max(now - 1, user.totp_step + 1)
        if step > now + 1:
            self.services.clock.advance(30_000)
        seed = self.services.secrets.totp_seed(user.user_id, user.totp_version)
        return str(pyotp.TOTP(seed).at(step * 30))

    def login_body(self, email: str = "trader@example.com", *, totp: bool = True) -> dict[str, str]:
        """What signs the user in now."""
        body = {"email": email, "password": PASSWORD}
        if totp:
            body["totp"] = self.code(email)
        return body

    def call(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        raw: str | None = None,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request; ``raw`` is sent as it is, ``body`` as JSON."""
        template, values = self._route(PREFIX + path)
        text = raw if raw is not None else (None if body is None else json.dumps(body))
        sent = {} if text is None else {"Content-Type": "application/json"}
        event = {
            "httpMethod": method,
            "path": PREFIX + path,
            "resource": template,
            "headers": {**sent, **(headers or {})},
            "multiValueHeaders": {},
            "multiValueQueryStringParameters": {name: [value] for name, value in query.items()} if query else None,
            "pathParameters": values or None,
            "stageVariables": None,
            "body": text,
            "isBase64Encoded": False,
            "requestContext": {
                "httpMethod": method,
                "resourcePath": template,
                "requestId": "request-1",
                "identity": {"sourceIp": "192.0.2.1"},
            },
        }
        response = self.app(event, None)
        headers_out = {**response.get("headers", {}), **response.get("multiValueHeaders", {})}
        answer = Answer(int(response["statusCode"]), headers_out, str(response["body"]))
        if method != "OPTIONS":  # a preflight is the browser's business, and in no contract
            require_conformity(
                method, template.removeprefix(PREFIX), answer.status, answer.headers["Content-Type"], answer.text
            )
        return answer

    def _route(self, path: str) -> tuple[str, dict[str, str]]:
        parts = path.split("/")
        exact_first = sorted(self.app.routes, key=lambda template: template.count("{"))
        for template in exact_first:
            names = template.split("/")
            if len(names) == len(parts) and all(
                name == part or name.startswith("{") for name, part in zip(names, parts, strict=True)
            ):
                return template, {
                    name[1:-1]: part for name, part in zip(names, parts, strict=True) if name.startswith("{")
                }
        raise AssertionError(f"no route for {path}")


class Client:
    """A signed-in user."""

    def __init__(self, gateway: Gateway, login: Answer) -> None:
        self.gateway = gateway
        self.login = login
        self.token = str(login.json["accessToken"])
        self.workspace_id = str(login.json["workspace"]["id"])

    def call(self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **request: Any) -> Answer:
        """One request with the access token."""
        return self.gateway.call(
            method, path, headers={"Authorization": f"Bearer {self.token}", **(headers or {})}, **request
        )

    def step_up(self) -> Client:
        """Proves the owner's presence with the next one-time code; the token reaches what is dangerous from now on."""
        email = str(self.login.json["user"]["email"])
        stepped = self.post("/auth/step-up", {"totp": self.gateway.code(email)})
        assert stepped.status == 200, stepped.text
        self.token = str(stepped.json["accessToken"])
        return self

    def get(self, path: str, **query: str) -> Answer:
        """A reading request."""
        return self.call("GET", path, query=query)

    def post(self, path: str, body: Any = None, *, key: str | None = None, raw: str | None = None) -> Answer:
        """A request that makes or does something."""
        return self.call("POST", path, body=body, raw=raw, headers={} if key is None else {"Idempotency-Key": key})

    def connection(self, name: str = "Demo") -> str:
        """The id of a new connection that has passed its test."""
        made = self.post("/exchanges", connection_body(name))
        assert made.status == 201, made.text
        assert self.post(f"/exchanges/{made.json['id']}/test").json["status"] == "CONNECTED"
        return str(made.json["id"])

    def strategy(self, symbol: str = "BTCUSDT") -> str:
        """The id of a new strategy."""
        made = self.post("/strategies", {"spec": strategy_document(symbol)})
        assert made.status == 201, made.text
        return str(made.json["id"])

    def bot(self, symbol: str = "BTCUSDT") -> str:
        """The id of a new bot with a strategy and a connection of its own."""
        number = self.gateway.services.ids.ulid()
        body = {
            "name": "Bot",
            "strategyId": self.strategy(symbol),
            "exchangeConnectionId": self.connection(f"Account {number}"),
        }
        made = self.post("/bots", body)
        assert made.status == 201, made.text
        return str(made.json["id"])


def connection_body(name: str = "Demo") -> dict[str, str]:
    """A connection to add."""
    return {"exchange": "bybit", "env": "demo", "name": name, "apiKey": "APIKEY123456", "secret": "TOP-SECRET-CANARY"}


def strategy_document(symbol: str = "BTCUSDT") -> dict[str, Any]:
    """A strategy document that may be saved."""
    ema = {"indicator": "ema", "params": {"length": 5}}
    slow = {"indicator": "ema", "params": {"length": 13}}
    return {
        "id": "ema-cross",
        "name": "EMA cross",
        "dslVersion": 1,
        "enabled": True,
        "market": {"exchange": "bybit", "env": "demo", "category": "linear", "symbol": symbol},
        "timeframe": "1m",
        "entry": {"long": {"type": "crossover", "a": ema, "b": slow}, "order": {"type": "Market"}},
        "exit": {
            "stopLoss": {"type": "fixed_pct", "value": 1},
            "takeProfit": {"type": "fixed_pct", "value": 2},
        },
        "risk": {"riskPerTradePct": 1, "maxPositionSizeUsd": 100, "maxLossPerRunUsd": 20, "cooldownSeconds": 60},
        "execution": {"clientOrderIdPrefix": "bm", "maxSlippageBps": 50},
        "guards": {"maxOpenPositions": 1, "maxOrdersPerMinute": 10, "pauseOnError": True},
    }


def order_body(connection_id: str, **changes: Any) -> dict[str, Any]:
    """A manual limit order that may be placed while the price is 40,000; a change to None leaves the field out."""
    body = {
        "exchangeConnectionId": connection_id,
        "symbol": "BTCUSDT",
        "side": "Buy",
        "type": "Limit",
        "qty": "0.01",
        "price": "40000",
        "stopLoss": "39000",
        "takeProfit": "42000",
        **changes,
    }
    return {name: value for name, value in body.items() if value is not None}
