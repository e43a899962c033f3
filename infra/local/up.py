"""``make run``: the local cloud in the foreground, until Ctrl-C. Its state stays; the next start resumes it."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from pathlib import Path
from types import FrameType

from infra.local.child_process import ChildDied
from infra.local.cloud import LocalCloud
from infra.local.demo_credentials import StateTooOld
from infra.local.deploy import DeploymentFailed
from infra.local.page_build import PageNotBuilt
from infra.local.ports import Ports, PortTaken
from infra.local.progress import Progress
from infra.local.seed import SeedFailed
from infra.package import PROJECT, PackagingFailed

DEFAULT_PORT = 8080
FASTEST = 600.0


def main() -> int:
    """Runs the local cloud. Returns the exit code."""
    arguments = _arguments()
    ports = Ports.following(arguments.port)
    progress = Progress()
    stopping = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        if not stopping.is_set():  # make and the terminal both send one
            stopping.set()
            raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM):  # SIGINT too: a shell's background job starts with it ignored
        signal.signal(number, stop)
    state = arguments.state or state_folder(arguments.port)
    cloud = LocalCloud(
        ports=ports,
        state=state,
        speed=arguments.speed,
        market_seed=arguments.seed,
        page=not arguments.no_page,
        progress=progress,
    )
    progress.say(f"Starting the local cloud (state in {_shown(state)})")
    code = 0
    try:
        cloud.start()
        progress.say(welcome(cloud))
        while not stopping.wait(1):
            if news := cloud.check():
                progress.say(news)
    except KeyboardInterrupt:
        progress.say("\nStopping, the state is kept …")
    except (PortTaken, ChildDied, DeploymentFailed, PackagingFailed, PageNotBuilt, SeedFailed, StateTooOld) as failure:
        print(f"make run: {failure}", file=sys.stderr, flush=True)
        code = 1
    # A second Ctrl-C must not interrupt the writing of the state.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    cloud.stop()
    return code


def state_folder(port: int) -> Path:
    """Where the instance on ``port`` keeps its state."""
    return PROJECT / ".local" if port == DEFAULT_PORT else PROJECT / ".local" / str(port)


def welcome(cloud: LocalCloud) -> str:
    """Where to go and how to log in."""
    points = cloud.endpoints
    addresses = _shown(cloud.state / "endpoints.json")
    which = "" if cloud.state == state_folder(DEFAULT_PORT) else f" {addresses}"
    return "\n".join(
        [
            "",
            f"  Ready: open {points['web']}",
            f"    email     {points['email']}",
            f"    password  {points['password']}",
            f"    mails     {points['web']}/mailbox",
            f"    code      .venv/bin/python -m infra.local.totp{which}   (secret {points['totp_secret']})",
            "",
            f"  Market at {cloud.speed:g}x. Addresses are in {addresses}.",
            "  Ctrl-C stops everything and keeps the state.",
        ]
    )


def _shown(path: Path) -> str:
    return os.path.relpath(path) if path.is_relative_to(PROJECT) else str(path)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make run", description=__doc__)
    parser.add_argument("--port", type=int, default=int(os.environ.get("PORT") or DEFAULT_PORT))
    parser.add_argument("--speed", type=float, default=float(os.environ.get("SPEED") or 1))
    parser.add_argument("--seed", type=int, default=int(os.environ.get("SEED") or 7))
    parser.add_argument("--state", type=Path, default=None, help="folder of the state")
    parser.add_argument("--no-page", action="store_true", help="leave the web page as it is")
    arguments = parser.parse_args()
    if not 1 <= arguments.speed <= FASTEST:
        parser.error(f"SPEED is between 1 and {FASTEST:g}")
    if not 1024 <= arguments.port <= 65000:
        parser.error("PORT is between 1024 and 65000")
    return arguments


if __name__ == "__main__":
    raise SystemExit(main())
