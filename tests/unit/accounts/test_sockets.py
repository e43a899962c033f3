"""Sockets: opened by ticket, fed by the event stream, forgotten when gone."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from botocore.exceptions import EndpointConnectionError

from chalicelib.domain.accounts.actor import Actor
from chalicelib.domain.accounts.errors import Unauthenticated
from chalicelib.domain.accounts.roles import Role
from chalicelib.domain.accounts.session import RefreshFamily, Socket
from chalicelib.services.accounts.sockets import EventPush, OpenSockets, SocketTickets
from functions.streams.push_run_events import LARGEST_FRAME, message_of, push_records
from functions.websocket.message import PONG, UNKNOWN, reply_to
from tests.fakes.counted_ids import CountedIds
from tests.fakes.memory_accounts import MemorySessions, MemorySockets
from tests.fakes.virtual_clock import VirtualClock

ACTOR = Actor("u1", "w1", Role.VIEWER, "f1")
SESSION = RefreshFamily("f1", "u1", "w1", "", "", 1, revoked=False, created_ms=0, expires_ms=2**50)


@dataclass
class RecordingGateway:
    """A ``SocketGateway``: sockets in ``gone`` are gone."""

    gone: set[str] = field(default_factory=set)
    broken_after: int | None = None
    posted: list[tuple[str, bytes]] = field(default_factory=list)

    def post(self, connection_id: str, message: bytes) -> bool:
        if connection_id in self.gone:
            return False
        if len(self.posted) == self.broken_after:
            raise EndpointConnectionError(endpoint_url="https://gateway")
        self.posted.append((connection_id, message))
        return True


@pytest.fixture
def clock() -> VirtualClock:
    """The time of tickets and sockets."""
    return VirtualClock()


@pytest.fixture
def sessions() -> MemorySessions:
    """Where tickets are kept."""
    return MemorySessions()


@pytest.fixture
def sockets() -> MemorySockets:
    """Where sockets are kept."""
    return MemorySockets()


@pytest.fixture
def opening(sessions: MemorySessions, sockets: MemorySockets, clock: VirtualClock) -> OpenSockets:
    """The use-case of opening."""
    return OpenSockets(sessions, sockets, clock)


@pytest.fixture
def ticket(sessions: MemorySessions, clock: VirtualClock) -> str:
    """A fresh ticket."""
    sessions.create_family(SESSION)
    return SocketTickets(sessions, clock, CountedIds()).issue(ACTOR).ticket.reveal()


def test_a_ticket_opens_a_socket_of_its_workspace(opening: OpenSockets, sockets: MemorySockets, ticket: str) -> None:
    opening.connect("s1", ticket)

    assert sockets.of_workspace("w1") == ("s1",)


def test_a_ticket_opens_one_socket_only(opening: OpenSockets, sockets: MemorySockets, ticket: str) -> None:
    opening.connect("s1", ticket)

    with pytest.raises(Unauthenticated):
        opening.connect("s2", ticket)
    assert sockets.of_workspace("w1") == ("s1",)


def test_a_ticket_is_good_for_a_minute(opening: OpenSockets, clock: VirtualClock, ticket: str) -> None:
    clock.advance(60_000)

    with pytest.raises(Unauthenticated):
        opening.connect("s1", ticket)


def test_a_ticket_of_a_session_that_was_ended_opens_nothing(
    opening: OpenSockets, sessions: MemorySessions, sockets: MemorySockets, ticket: str
) -> None:
    sessions.revoke("u1", "f1")

    with pytest.raises(Unauthenticated):
        opening.connect("s1", ticket)
    assert sockets.of_workspace("w1") == ()


def test_a_ticket_is_kept_as_a_hash_only(sessions: MemorySessions, ticket: str) -> None:
    assert ticket not in repr(sessions.tickets)


def test_an_event_reaches_every_socket_of_its_workspace_and_no_other(sockets: MemorySockets) -> None:
    gateway = RecordingGateway()
    for connection_id, workspace_id in (("s1", "w1"), ("s2", "w1"), ("s3", "w2")):
        sockets.put(Socket(connection_id, workspace_id, "u", 0))

    reached = EventPush(sockets, gateway).push("w1", b"event")

    assert reached == 2
    assert gateway.posted == [("s1", b"event"), ("s2", b"event")]


def test_a_socket_that_is_gone_is_forgotten_and_the_others_are_served(sockets: MemorySockets) -> None:
    gateway = RecordingGateway(gone={"s1"})
    for connection_id in ("s1", "s2"):
        sockets.put(Socket(connection_id, "w1", "u", 0))

    EventPush(sockets, gateway).push("w1", b"event")

    assert sockets.of_workspace("w1") == ("s2",)
    assert gateway.posted == [("s2", b"event")]


def image(event: str) -> dict[str, dict[str, str]]:
    """A record's new image."""
    return {"run_id": {"S": "r1"}, "workspace_id": {"S": "w1"}, "event": {"S": event}}


def test_a_message_is_made_of_one_record_alone() -> None:
    assert message_of(image('{"seq":1}')) == b'{"type":"event","runId":"r1","event":{"seq":1}}'


def test_an_event_too_large_for_a_frame_becomes_a_hint() -> None:
    assert message_of(image('"' + "x" * LARGEST_FRAME + '"')) == b'{"type":"refetch","runId":"r1"}'


def record(number: int, kind: str = "INSERT") -> dict[str, object]:
    """A record of the stream."""
    return {
        "eventName": kind,
        "dynamodb": {"SequenceNumber": f"sequence-{number}", "NewImage": image(f'{{"seq":{number}}}')},
    }


def test_records_are_pushed_in_order_and_only_new_ones(sockets: MemorySockets) -> None:
    gateway = RecordingGateway()
    sockets.put(Socket("s1", "w1", "u", 0))

    failed = push_records([record(1), record(2, "MODIFY"), record(3)], EventPush(sockets, gateway))

    assert failed is None
    assert [message for _, message in gateway.posted] == [
        message_of(image('{"seq":1}')),
        message_of(image('{"seq":3}')),
    ]


def test_the_stream_goes_on_from_the_first_record_that_failed(sockets: MemorySockets) -> None:
    sockets.put(Socket("s1", "w1", "u", 0))

    failed = push_records([record(1), record(2), record(3)], EventPush(sockets, RecordingGateway(broken_after=1)))

    assert failed == "sequence-2"


@pytest.mark.parametrize("body", ['{"action":"ping"}', '{"action":"ping","more":1}'])
def test_a_ping_is_answered(body: str) -> None:
    assert reply_to(body) == PONG


@pytest.mark.parametrize("body", [None, "", "x", "[]", '"ping"', '{"action":"trade"}'])
def test_nothing_but_a_ping_is_understood(body: str | None) -> None:
    assert reply_to(body) == UNKNOWN
