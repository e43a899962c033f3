"""Builds what browsers' WebSockets need: for the API, the WebSocket functions and the stream function."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from chalicelib.bootstrap import aws_client, clock, ids, settings, tables

if TYPE_CHECKING:
    from chalicelib.account_ports import SocketGateway
    from chalicelib.services.accounts.sockets import EventPush, OpenSockets, SocketTickets


@cache
def tickets() -> SocketTickets:
    """WebSocket tickets."""
    from chalicelib.services.accounts.sockets import SocketTickets

    return SocketTickets(tables.sessions(), clock(), ids())


@cache
def open_sockets() -> OpenSockets:
    """Opens and closes sockets."""
    from chalicelib.services.accounts.sockets import OpenSockets

    return OpenSockets(tables.sessions(), tables.sockets(), clock())


@cache
def socket_gateway() -> SocketGateway:
    """Posts to open sockets; the address is configuration, because an event names the AWS one even locally."""
    from chalicelib.adapters.socket_gateway import ApiGatewaySockets

    address = settings().required("websocket_management_url")
    return ApiGatewaySockets(aws_client("apigatewaymanagementapi", address))


@cache
def event_push() -> EventPush:
    """Pushes events to sockets."""
    from chalicelib.services.accounts.sockets import EventPush

    return EventPush(tables.sockets(), socket_gateway())
