"""A whole local cloud: starts its parts in order, watches them, stops them in order.

``make run`` keeps one in .local/; tests, smoke and benchmarks make throw-away ones::

    with LocalCloud(speed=60) as cloud:
        httpx.get(cloud.endpoints["api"] + "/healthz")
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx
from botocore.exceptions import BotoCoreError, ClientError

from infra.local.aws_environment import LEAN_MEMORY, aws_client, aws_environment
from infra.local.child_process import ChildDied, ChildProcess
from infra.local.demo_credentials import demo_credentials
from infra.local.deploy import STACK, deploy, parameters
from infra.local.function_logs import keep_complaints
from infra.local.mailbox import Mailbox
from infra.local.ministack import (
    START_SECONDS,
    STOP_SECONDS,
    THROW_AWAY_SECONDS,
    is_ready,
    rest_api_url,
    start_ministack,
    websocket_url,
)
from infra.local.page_build import DIST, ensure_page, require_tools
from infra.local.ports import HOST, NAME, Ports
from infra.local.progress import Progress
from infra.local.proxy import Origins, WebProxy
from infra.local.resume import resume_runs
from infra.local.seed import seed
from infra.local.sidecar import SidecarSupervisor
from infra.package import PROJECT

REST_STAGE = "live"  # api_gateway_stage of .chalice/config.json
KEEP_LOGS = "KEEP_CLOUD_LOGS"
"""The environment variable that names where the logs of throw-away clouds are kept."""
DEMO_UID = "90000001"
DEMO_BALANCE = "100000"  # USDT
# Real one-minute candles that BTCUSDT replays, where they lie beside the project; otherwise it is generated.
RECORDED_CANDLES = PROJECT.parent / "shared" / "data" / "candles" / "btc_perp_1m_2022-01.csv.gz"


class LocalCloud:
    """One local cloud. ``ports`` None: free ports; ``state`` None: a temporary folder that is removed at the end.
    ``speed`` and ``market_seed`` are the simulated market's. ``page`` False leaves the web page unbuilt."""

    def __init__(
        self,
        *,
        ports: Ports | None = None,
        state: Path | None = None,
        speed: float = 1.0,
        market_seed: int = 7,
        page: bool = False,
        progress: Progress | None = None,
    ) -> None:
        self.ports = ports or Ports.free()
        self._temporary = state is None
        self.state = state or Path(tempfile.mkdtemp(prefix="botmarketplace-cloud-"))
        self.speed, self.market_seed = speed, market_seed
        self._page = page
        self._progress = progress or Progress(quiet=True)
        self._aws: ChildProcess | None = None
        self._exchange: ChildProcess | None = None
        self._sidecar: SidecarSupervisor | None = None
        self._proxy: WebProxy | None = None
        self.endpoints: dict[str, str] = {}
        self.outputs: dict[str, str] = {}

    def __enter__(self) -> LocalCloud:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def aws_url(self) -> str:
        """Where the local AWS answers."""
        return f"http://{HOST}:{self.ports.aws}"

    def client(self, service: str) -> Any:
        """A boto3 client of this cloud."""
        return aws_client(service, self.aws_url)

    def environment(self) -> dict[str, str]:
        """What a program needs to run our code against this cloud: the functions' variables and AWS's."""
        values = parameters(self.ports, self.speed)
        return aws_environment(self.aws_url) | {
            "STAGE": values["Stage"],
            "TABLE_PREFIX": values["TablePrefix"],
            "BYBIT_ENV": values["BybitEnv"],
            "SIMULATOR_REST_URL": values["SimulatorRestUrl"],
            "SIMULATOR_WS_URL": values["SimulatorWsUrl"],
            "TOKEN_KEY_IDS": self.outputs["TokenKeyId"],
            "SECRETS_KEY_ID": self.outputs["SecretsKeyId"],
            "VERIFIER_KEY_ID": self.outputs["VerifierKeyId"],
            "STATE_MACHINE_ARN": self.outputs["StateMachineArn"],
            "EXECUTION_FUNCTION": f"{values['TablePrefix']}-execution",
            "WEBSOCKET_MANAGEMENT_URL": (
                f"{values['WebsocketManagementUrl']}/{self.outputs['WebsocketAPIId']}/{values['Stage']}"
            ),
            "WEBSOCKET_PUBLIC_URL": values["WebsocketPublicUrl"],
            "CANDLE_WAKE_SPREAD_MS": values["CandleWakeSpreadMs"],
            "PUBLIC_ORIGIN": values["PublicOrigin"],
            "MAIL_FUNCTION": f"{values['TablePrefix']}-send-mail",
            "MAIL_FROM": values["MailFrom"],
            "REGISTRATION": values["Registration"],
            "REQUEST_RATES": values["RequestRates"],
            "REFRESH_COOKIE_SECURE": values["RefreshCookieSecure"],
            "LOG_LEVEL": "INFO",
            "PYTHONPATH": str(PROJECT),
            **LEAN_MEMORY,
        }

    def start(self) -> None:
        """Starts everything. On failure stops what runs and raises PortTaken, ChildDied, DeploymentFailed,
        PackagingFailed, PageNotBuilt or SeedFailed."""
        try:
            self._start()
        except BaseException:
            self.stop()
            raise

    def _start(self) -> None:
        self.ports.require_free()
        if self._page:
            require_tools()
        page = _InBackground(ensure_page) if self._page else None
        with self._progress.step("local AWS (MiniStack) and exchange simulator"):
            self._aws = start_ministack(self.ports, self.state)
            self._exchange = self._start_exchange()
            self._aws.wait_until(lambda: is_ready(self.ports), seconds=START_SECONDS)
            self._exchange.wait_until(self._exchange_is_ready, seconds=START_SECONDS)
        with self._progress.step("CloudFormation stack"):
            self.outputs = deploy(self.ports, self.state, self.speed)
        if page:
            with self._progress.step("web page"):
                page.result()
        with self._progress.step("web proxy"):
            mailbox = Mailbox(self.client("dynamodb"), f"{STACK}-mails")
            self._proxy = WebProxy(self._origins(), mailbox, self.ports.web)
            self._proxy.start()
        self.endpoints = self._endpoints()
        with self._progress.step("demo user, connection, strategy and bot"):
            seeded = seed(self.endpoints, self.environment(), demo_credentials(self.state))
            self.endpoints["totp_secret"] = seeded
        with self._progress.step("sidecar"):
            resume_runs(self.client("stepfunctions"), self.client("lambda"), self.outputs["StateMachineArn"])
            self._sidecar = SidecarSupervisor(self.environment(), self.state / "logs" / "sidecar.log")
        (self.state / "endpoints.json").write_text(json.dumps(self.endpoints, indent=2) + "\n")

    def check(self) -> str | None:
        """Starts a dead sidecar again, as Fargate would, and says so. Raises ChildDied when another part is gone."""
        for child in (self._aws, self._exchange):
            if child:
                child.require_alive()
        if self._proxy and not self._proxy.is_alive():
            raise ChildDied("the web proxy ended")
        return self._sidecar.check() if self._sidecar else None

    def process_ids(self) -> dict[str, int]:
        """The process of each part that is one, for measurements and for tests that kill."""
        parts = {"aws": self._aws, "exchange": self._exchange}
        running = {name: child.pid for name, child in parts.items() if child and child.is_alive()}
        return running | ({"sidecar": self._sidecar.pid} if self._sidecar else {})

    def stop(self) -> None:
        """Stops what runs, in order: sidecar, proxy, exchange, and last the local AWS, which writes its state."""
        if self._temporary and self._aws and self._aws.is_alive():
            self._keep_complaints()
        if self._sidecar:
            self._sidecar.stop()
        if self._proxy:
            self._proxy.stop()
        if self._exchange:
            self._exchange.stop(seconds=10)
        if self._aws:
            self._aws.stop(seconds=THROW_AWAY_SECONDS if self._temporary else STOP_SECONDS)
        self._sidecar = self._proxy = self._exchange = self._aws = None
        shutil.rmtree(self.state / "tmp", ignore_errors=True)
        if self._temporary:
            _keep_logs(self.state)
            shutil.rmtree(self.state, ignore_errors=True)

    def _keep_complaints(self) -> None:
        """For whoever looks into a failure; a local AWS that does not answer any more keeps nobody from stopping."""
        if os.environ.get(KEEP_LOGS):
            with suppress(BotoCoreError, ClientError):
                keep_complaints(self.client("logs"), self.state / "logs" / "functions.log")

    def _start_exchange(self) -> ChildProcess:
        credentials = demo_credentials(self.state)
        command = [sys.executable, "-m", "infra.local.exchange", "--port", str(self.ports.exchange)]
        command += ["--state", str(self.state / "exchange.state"), "--profile", "demo"]
        command += ["--speed", f"{self.speed:g}", "--seed", str(self.market_seed)]
        command += ["--account", f"{credentials.api_key}:{credentials.api_secret}:{DEMO_UID}:{DEMO_BALANCE}"]
        if RECORDED_CANDLES.exists():
            command += ["--candles", str(RECORDED_CANDLES)]
        environment = aws_environment(None) | LEAN_MEMORY | {"PYTHONPATH": str(PROJECT)}
        return ChildProcess(
            "the exchange simulator", command, environment=environment, log=self.state / "logs" / "exchange.log"
        )

    def _exchange_is_ready(self) -> bool:
        try:
            url = f"http://{HOST}:{self.ports.exchange}/v5/market/time"
            return httpx.get(url, timeout=1).status_code == 200
        except httpx.HTTPError:
            return False

    def _origins(self) -> Origins:
        return Origins(
            api=rest_api_url(self.ports, self.outputs["RestAPIId"], REST_STAGE),
            websocket=websocket_url(self.ports, self.outputs["WebsocketAPIId"], parameters(self.ports, 1)["Stage"]),
            page=DIST,
        )

    def _endpoints(self) -> dict[str, str]:
        web = f"http://{NAME}:{self.ports.web}"
        credentials = demo_credentials(self.state)
        return {
            "web": web,
            "api": f"{web}/api/v1",
            "ws": f"ws://{NAME}:{self.ports.web}/ws",
            "aws": self.aws_url,
            "exchange_rest": f"http://{HOST}:{self.ports.exchange}",
            "exchange_ws": f"ws://{HOST}:{self.ports.exchange}",
            "email": credentials.email,
            "password": credentials.password,
        }


def _keep_logs(state: Path) -> None:
    """Copies a throw-away cloud's logs to the folder that ``KEEP_LOGS`` names, for whoever looks into a failure."""
    folder = os.environ.get(KEEP_LOGS)
    if folder and (state / "logs").is_dir():
        shutil.copytree(state / "logs", Path(folder) / state.name, dirs_exist_ok=True)


class _InBackground:
    """A call that runs while the rest starts; ``result`` waits for it and raises what it raised."""

    def __init__(self, call: Callable[[], None]) -> None:
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._run, args=(call,), daemon=True)
        self._thread.start()

    def _run(self, call: Callable[[], None]) -> None:
        try:
            call()
        except Exception as error:  # noqa: BLE001  # raised again in the thread that waits
            self._error = error

    def result(self) -> None:
        """Waits for the end of the call."""
        while self._thread.is_alive():
            time.sleep(0.05)
        if self._error:
            raise self._error
