"""Exchange connections: add, change, test, remove. The secret goes straight into the seal and never comes back."""

from __future__ import annotations

from dataclasses import dataclass, replace

from chalicelib.account_ports import BotRepository, ConnectionRepository
from chalicelib.domain.accounts.actor import Actor
from chalicelib.domain.accounts.errors import Forbidden, InUse
from chalicelib.domain.workspace.connection import Connection, ConnectionStatus, Credentials, mask_key
from chalicelib.identity_ports import AccountRepository
from chalicelib.ports import Clock, ConnectionRef, Exchange, ExchangeRefused, Ids, KeyInfo, SecretSealer

_ALL_BOTS = 1000


@dataclass(frozen=True, slots=True)
class ConnectionChange:
    """What a PATCH changes; None keeps."""

    name: str | None = None
    credentials: Credentials | None = None


@dataclass(frozen=True, slots=True)
class Connections:
    """The use-cases of exchange connections."""

    connections: ConnectionRepository
    accounts: AccountRepository
    bots: BotRepository
    sealer: SecretSealer
    exchange: Exchange
    clock: Clock
    ids: Ids

    def create(self, actor: Actor, *, exchange: str, env: str, name: str, credentials: Credentials) -> Connection:
        """Seals and stores a new connection.

        Raises Forbidden (second factor missing, real trading not enabled), Conflict("name").
        """
        if not self.accounts.user(actor.user_id).totp_confirmed:
            raise Forbidden("auth.totp_setup_required", "set up the authenticator app before adding an exchange key")
        if env == "real":
            raise Forbidden("exchange.real_disabled", "real trading is not enabled here")
        now_ms = self.clock.now_ms()
        connection = Connection(
            workspace_id=actor.workspace_id,
            connection_id=self.ids.ulid(),
            exchange=exchange,
            env=env,
            name=name.strip(),
            masked_key=mask_key(credentials.api_key),
            status=ConnectionStatus.UNKNOWN,
            detail="",
            permissions=None,
            last_checked_ms=None,
            created_ms=now_ms,
            updated_ms=now_ms,
        )
        self.connections.create(connection, self.sealer.seal(_ref(connection), credentials))
        return connection

    def get(self, actor: Actor, connection_id: str) -> Connection:
        """One connection of the workspace. Raises NotFound."""
        return self.connections.get(actor.workspace_id, connection_id)

    def list(self, actor: Actor) -> tuple[Connection, ...]:
        """All connections of the workspace, newest first."""
        return self.connections.list(actor.workspace_id)

    def change(self, actor: Actor, connection_id: str, change: ConnectionChange) -> Connection:
        """Renames or re-keys; a new key was never tested. Raises NotFound, Conflict("name")."""
        stored = self.connections.get(actor.workspace_id, connection_id)
        changed = replace(stored, updated_ms=max(self.clock.now_ms(), stored.updated_ms + 1))
        if change.name is not None:
            changed = replace(changed, name=change.name.strip())
        if change.credentials is None:
            self.connections.update(changed)
            return changed
        changed = replace(
            changed,
            masked_key=mask_key(change.credentials.api_key),
            status=ConnectionStatus.UNKNOWN,
            detail="",
            permissions=None,
            last_checked_ms=None,
        )
        self.connections.update(changed, self.sealer.seal(_ref(changed), change.credentials))
        return changed

    def delete(self, actor: Actor, connection_id: str) -> None:
        """Removes the connection and its sealed secret. Raises NotFound, InUse while a bot trades on it."""
        stored = self.connections.get(actor.workspace_id, connection_id)
        for bot in self.bots.list(actor.workspace_id, _ALL_BOTS, None).items:
            if bot.connection_id == connection_id:
                raise InUse("exchange.in_use", f"the bot {bot.name} trades on this connection", bot=bot.name)
        self.connections.delete(actor.workspace_id, stored.connection_id)

    def test(self, actor: Actor, connection_id: str) -> Connection:
        """Asks the exchange about the key and stores the verdict. Raises NotFound, ExchangeUnavailable."""
        stored = self.connections.get(actor.workspace_id, connection_id)
        try:
            tested = _verdict(stored, self.exchange.key_info(_ref(stored)))
        except ExchangeRefused as refused:
            tested = replace(
                stored,
                status=ConnectionStatus.FAILED,
                detail=f"{refused.code} {refused.message}",
                permissions=None,
            )
        now_ms = self.clock.now_ms()
        tested = replace(tested, last_checked_ms=now_ms, updated_ms=max(now_ms, stored.updated_ms + 1))
        self.connections.update(tested)
        return tested


def _ref(connection: Connection) -> ConnectionRef:
    return ConnectionRef(connection.workspace_id, connection.connection_id)


def _verdict(connection: Connection, key: KeyInfo) -> Connection:
    permissions: dict[str, object] = {
        "readOnly": key.read_only,
        "trade": key.can_trade,
        "withdraw": key.can_withdraw,
        "ipBound": key.ip_bound,
        "expiresAtMs": key.expires_ms,
        "marginMode": key.margin_mode,
    }
    if key.can_withdraw:
        status, detail = ConnectionStatus.FAILED, "the key may withdraw funds: make one that cannot"
    elif key.read_only or not key.can_trade:
        status, detail = ConnectionStatus.FAILED, "the key may not trade contracts: allow it to place orders"
    else:
        status, detail = ConnectionStatus.CONNECTED, ""
    return replace(connection, status=status, detail=detail, permissions=permissions)
