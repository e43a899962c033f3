"""Runs the exchange simulator: ``python -m infra.local.exchange --port 9001 --speed 60``."""

from __future__ import annotations

import argparse
import sys
from decimal import Decimal, InvalidOperation
from pathlib import Path

import orjson
import uvicorn

from infra.local.exchange.application import application
from infra.local.exchange.engine.catalogue import CATALOGUE, DEFAULT_SYMBOLS
from infra.local.exchange.http.connections import Connections, protocol_for
from infra.local.exchange.simulator import Options, start


def _account(text: str) -> tuple[str, str, str, Decimal]:
    parts = text.split(":")
    if len(parts) != 4:
        raise argparse.ArgumentTypeError("an account is KEY:SECRET:UID:USDT")
    try:
        return parts[0], parts[1], parts[2], Decimal(parts[3])
    except InvalidOperation:
        raise argparse.ArgumentTypeError(f"{parts[3]} is not an amount of USDT") from None


def _symbols(text: str) -> tuple[str, ...]:
    symbols = tuple(part for part in text.split(",") if part)
    unknown = [symbol for symbol in symbols if symbol not in CATALOGUE]
    if unknown or not symbols:
        raise argparse.ArgumentTypeError(f"unknown: {', '.join(unknown)}; known: {', '.join(CATALOGUE)}")
    return symbols


def _speed(text: str) -> float:
    speed = float(text)
    if not 0.1 <= speed <= 600:
        raise argparse.ArgumentTypeError("speed must be between 0.1 and 600")
    return speed


def read_options(arguments: list[str]) -> Options:
    """The options from the command line."""
    parser = argparse.ArgumentParser(prog="python -m infra.local.exchange", description=__doc__)
    parser.add_argument("--port", type=int, default=9001)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--state", type=Path, help="file that keeps the state between starts")
    parser.add_argument("--speed", type=_speed, default=1.0, help="market time per wall time, 0.1 to 600")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--candles", type=Path, help="gzipped CSV of one-minute bars that BTCUSDT replays")
    parser.add_argument("--start-bar", type=int, default=1500, help="bars of history before the replay begins")
    parser.add_argument("--symbols", type=_symbols, default=DEFAULT_SYMBOLS)
    parser.add_argument("--account", type=_account, action="append", default=[], metavar="KEY:SECRET:UID:USDT")
    parser.add_argument("--profile", choices=("mainnet", "demo"), default="mainnet")
    parser.add_argument(
        "--strict-hosts", action="store_true", help="demo: no public stream on this port, as on its host"
    )
    parser.add_argument("--ip-limit", type=int, default=600, help="requests in 5 s that ban an address; 0: no limit")
    parser.add_argument("--rate-factor", type=int, default=1, help="multiplies the rate limits; 0: no limits")
    given = parser.parse_args(arguments)
    return Options(
        port=given.port,
        host=given.host,
        state=given.state,
        speed=given.speed,
        seed=given.seed,
        candles=given.candles,
        start_bar=given.start_bar,
        symbols=given.symbols,
        accounts=tuple(given.account),
        profile=given.profile,
        strict_hosts=given.strict_hosts,
        ip_limit=given.ip_limit,
        rate_factor=given.rate_factor,
    )


def main(arguments: list[str]) -> None:
    """Serves until SIGTERM or SIGINT, then saves the state."""
    options = read_options(arguments)
    connections = Connections()
    try:
        simulator = start(options)
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        if options.state is None:
            raise
        sys.exit(f"the saved state {options.state} cannot be read ({error}): delete it to start afresh")
    config = uvicorn.Config(
        application(simulator, connections),
        host=options.host,
        port=options.port,
        http=protocol_for(connections),
        ws="websockets-sansio",
        ws_ping_interval=None,
        ws_per_message_deflate=False,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=1,
    )
    uvicorn.Server(config).run()


if __name__ == "__main__":
    main(sys.argv[1:])
