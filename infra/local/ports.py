"""The ports of one local cloud: the web app's, and the two that follow it."""

from __future__ import annotations

import socket
from dataclasses import dataclass

HOST = "127.0.0.1"
NAME = "localhost"
"""What ``HOST`` is called in every address that is shown: a page by its number is another origin."""


class PortTaken(Exception):
    """Another program listens on a port that is needed; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the web proxy, the AWS emulator and the exchange simulator listen."""

    web: int
    aws: int
    exchange: int

    @classmethod
    def following(cls, web: int) -> Ports:
        """The ports of the instance whose web app is on ``web``."""
        return cls(web, web + 1, web + 2)

    @classmethod
    def free(cls) -> Ports:
        """Three ports that nobody uses now; for throw-away instances."""
        sockets = [socket.socket(socket.AF_INET, socket.SOCK_STREAM) for _ in range(3)]
        try:
            for free in sockets:
                free.bind((HOST, 0))
            web, aws, exchange = (free.getsockname()[1] for free in sockets)
        finally:
            for free in sockets:
                free.close()
        return cls(web, aws, exchange)

    def require_free(self) -> None:
        """Raises PortTaken when a program listens on one of the ports."""
        for port, what in ((self.web, "the web app"), (self.aws, "the local AWS"), (self.exchange, "the exchange")):
            if _is_taken(port):
                raise PortTaken(
                    f"port {port} ({what}) is taken: stop the program that uses it, or choose others with "
                    f"`PORT={self.web + 1000} make run`"
                )


def _is_taken(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return True
        return False
