"""Fakes of the ports that the Bybit adapter uses."""

from __future__ import annotations

from dataclasses import dataclass, field

from chalicelib.domain.workspace.connection import Credentials, SealedSecret
from chalicelib.ports import ConnectionRef, NotFound, PortError, SealingFailed


class FakeClock:
    """A clock that moves when it is told to, or slept on."""

    def __init__(self, now_ms: int = 1_700_000_000_000) -> None:
        self.time_ms = now_ms
        self.slept: list[float] = []

    def now_ms(self) -> int:
        return self.time_ms

    def market_now_ms(self) -> int:
        return self.time_ms

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time_ms += round(seconds * 1000)


def plainly(text: str) -> SealedSecret:
    """What ``FakeSecrets`` opens: "key:secret"."""
    return SealedSecret(text.encode(), b"shred key")


@dataclass(frozen=True)
class FakeRow:
    env: str
    sealed: SealedSecret
    usable: bool = True


@dataclass
class FakeConnections:
    rows: dict[ConnectionRef, FakeRow] = field(default_factory=dict)

    def get(self, ref: ConnectionRef) -> FakeRow:
        if ref not in self.rows:
            raise NotFound("connection")
        return self.rows[ref]


class FakeSecrets:
    """Opens a ciphertext of b"key:secret"."""

    def __init__(self) -> None:
        self.opened = 0
        self.broken = False

    def open(self, ref: ConnectionRef, sealed: SealedSecret) -> Credentials:
        if self.broken:
            raise SealingFailed("opening failed: DecryptKeyError")
        self.opened += 1
        key, _, secret = sealed.ciphertext.decode().partition(":")
        return Credentials(key, secret)


@dataclass
class FakeAudit:
    rows: list[tuple[str, str, str, str, str]] = field(default_factory=list)
    broken: bool = False

    def record(self, workspace_id: str, action: str, actor: str, subject: str, detail: str) -> None:
        if self.broken:
            raise PortError("the audit row could not be written")
        self.rows.append((workspace_id, action, actor, subject, detail))
