"""WebSockets: a one-time ticket bought with a token, a socket opened with the ticket, events pushed to it."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.account_ports import SocketGateway, SocketRepository
from chalicelib.domain.accounts.actor import Actor
from chalicelib.domain.accounts.errors import Unauthenticated
from chalicelib.domain.accounts.session import TICKET_SECONDS, Socket, SocketTicket, secret_hash
from chalicelib.domain.secret import Secret
from chalicelib.identity_ports import SessionRepository
from chalicelib.ports import Clock, Ids, NotFound


@dataclass(frozen=True, slots=True)
class IssuedTicket:
    """A ticket as the browser gets it, good until ``expires_ms``."""

    ticket: Secret
    expires_ms: int


@dataclass(frozen=True, slots=True)
class SocketTickets:
    """Issues tickets."""

    sessions: SessionRepository
    clock: Clock
    ids: Ids

    def issue(self, actor: Actor) -> IssuedTicket:
        """A ticket that opens one socket of the actor's workspace within a minute."""
        ticket = self.ids.secret()
        expires_ms = self.clock.now_ms() + TICKET_SECONDS * 1000
        self.sessions.put_ticket(
            SocketTicket(secret_hash(ticket), actor.user_id, actor.workspace_id, actor.session_id, expires_ms)
        )
        return IssuedTicket(Secret(ticket), expires_ms)


@dataclass(frozen=True, slots=True)
class OpenSockets:
    """Opens and closes sockets."""

    sessions: SessionRepository
    sockets: SocketRepository
    clock: Clock

    def connect(self, connection_id: str, ticket: str) -> Socket:
        """Opens a socket with a ticket. Raises Unauthenticated when it is unknown, used or too old, or its session has
        ended."""
        now_ms = self.clock.now_ms()
        try:
            taken = self.sessions.take_ticket(secret_hash(ticket), now_ms)
            alive = self.sessions.family(taken.user_id, taken.session_id).alive(now_ms)
        except NotFound as missing:
            raise Unauthenticated("auth.ticket_invalid", "the ticket is unknown, used or too old") from missing
        if not alive:
            raise Unauthenticated("auth.session_ended", "the session was ended: sign in again")
        socket = Socket(connection_id, taken.workspace_id, taken.user_id, now_ms, taken.session_id)
        self.sockets.put(socket)
        return socket

    def disconnect(self, connection_id: str) -> None:
        """Forgets a socket."""
        self.sockets.delete(connection_id)


@dataclass(frozen=True, slots=True)
class EventPush:
    """Pushes a workspace's events to its sockets."""

    sockets: SocketRepository
    gateway: SocketGateway

    def push(self, workspace_id: str, message: bytes) -> int:
        """Posts one message to every socket of the workspace; returns how many took it. Dead sockets are forgotten."""
        reached = 0
        for connection_id in self.sockets.of_workspace(workspace_id):
            if self.gateway.post(connection_id, message):
                reached += 1
            else:
                self.sockets.delete(connection_id)
        return reached
