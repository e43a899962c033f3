"""Exchange connections: add, rename, re-key, test, remove. The secret goes straight into the seal and never comes back.

A key is tested before it is stored, whether it is a connection's first or takes another one's place: what may move
money, may not trade, or is not known in its environment is refused, and nothing of it is kept. So a running bot never
wakes up with a key that cannot close its position.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from chalicelib.account_ports import BotRepository, ConnectionRepository
from chalicelib.domain.accounts.actor import Actor
from chalicelib.domain.accounts.errors import Forbidden, InUse, KeyRefused
from chalicelib.domain.workspace.connection import Connection, ConnectionStatus, Credentials, SealedSecret, mask_key
from chalicelib.domain.workspace.exchange_key import KeyInfo, KeyNote, fault_of, fault_of_refusal, warnings_of
from chalicelib.identity_ports import AccountRepository
from chalicelib.ports import Clock, ConnectionRef, Exchange, ExchangeRefused, Ids, SecretSealer

_ALL_BOTS = 1000
_REAL = "real"


@dataclass(frozen=True, slots=True)
class ConnectionChange:
    """What a PATCH changes; None keeps."""

    name: str | None = None
    credentials: Credentials | None = None


@dataclass(frozen=True, slots=True)
class EnvironmentPolicy:
    """Which environments this deployment reaches, and whether real money may be traded in it at all."""

    served: frozenset[str]
    real_trading: bool = False


@dataclass(frozen=True, slots=True)
class Connections:
    """The use-cases of exchange connections."""

    connections: ConnectionRepository
    accounts: AccountRepository
    bots: BotRepository
    sealer: SecretSealer
    exchange: Exchange
    environments: EnvironmentPolicy
    clock: Clock
    ids: Ids

    def create(self, actor: Actor, *, exchange: str, env: str, name: str, credentials: Credentials) -> Connection:
        """Tests, seals and stores a new connection.

        Raises Forbidden (second factor missing, environment not served, real trading not enabled), KeyRefused,
        ExchangeUnavailable, Conflict("name").
        """
        if not self.accounts.user(actor.user_id).totp_confirmed:
            raise Forbidden("auth.totp_setup_required", "set up the authenticator app before adding an exchange key")
        self._require_environment(actor, env)
        ref = ConnectionRef(actor.workspace_id, self.ids.ulid())
        masked = mask_key(credentials.api_key)
        sealed, key = self._tested(ref, env, credentials)
        now_ms = self.clock.now_ms()
        connection = Connection(
            workspace_id=ref.workspace_id,
            connection_id=ref.connection_id,
            exchange=exchange,
            env=env,
            name=name.strip(),
            masked_key=masked,
            account=key.uid,
            status=ConnectionStatus.CONNECTED,
            fault=None,
            key=key,
            last_checked_ms=now_ms,
            created_ms=now_ms,
            updated_ms=now_ms,
        )
        self.connections.create(connection, sealed)
        return connection

    def get(self, actor: Actor, connection_id: str) -> Connection:
        """One connection of the workspace. Raises NotFound."""
        return self.connections.get(actor.workspace_id, connection_id)

    def list(self, actor: Actor) -> tuple[Connection, ...]:
        """All connections of the workspace, newest first."""
        return self.connections.list(actor.workspace_id)

    def change(self, actor: Actor, connection_id: str, change: ConnectionChange) -> Connection:
        """Renames, or puts another key of the same account in the place of the old one, whose ciphertext is shredded.

        Bots that run go on with the new key at their next call. Raises NotFound, Conflict("name"), and for a key what
        ``create`` raises.
        """
        stored = self.connections.get(actor.workspace_id, connection_id)
        changed = replace(stored, updated_ms=max(self.clock.now_ms(), stored.updated_ms + 1))
        if change.name is not None:
            changed = replace(changed, name=change.name.strip())
        if change.credentials is None:
            self.connections.update(changed)
            return changed
        self._require_environment(actor, stored.env)
        masked = mask_key(change.credentials.api_key)
        sealed, key = self._tested(_ref(stored), stored.env, change.credentials)
        if key.uid != stored.account:
            # Orders and positions of this connection are in its account: a key of another one could not close them.
            raise KeyRefused(
                KeyNote("exchange.other_account", "the key is of another account: add it as a connection of its own")
            )
        now_ms = self.clock.now_ms()
        changed = replace(
            changed,
            masked_key=masked,
            status=ConnectionStatus.CONNECTED,
            fault=None,
            key=key,
            last_checked_ms=now_ms,
        )
        self.connections.update(changed, sealed)
        return changed

    def delete(self, actor: Actor, connection_id: str) -> None:
        """Removes the connection and shreds its secret. Raises NotFound, InUse while a bot trades on it."""
        stored = self.connections.get(actor.workspace_id, connection_id)
        for bot in self.bots.list(actor.workspace_id, _ALL_BOTS, None).items:
            if bot.connection_id == connection_id:
                raise InUse("exchange.in_use", f"the bot {bot.name} trades on this connection", bot=bot.name)
        self.connections.delete(actor.workspace_id, stored.connection_id)

    def warnings(self, connection: Connection) -> tuple[KeyNote, ...]:
        """What should be put right about the connection's key, as of now."""
        return () if connection.key is None else warnings_of(connection.key, self.clock.now_ms())

    def test(self, actor: Actor, connection_id: str) -> Connection:
        """Asks the exchange about the key again and stores the verdict. Raises NotFound, ExchangeUnavailable.

        A key that fails takes no new risk from here on. It is kept: closing what it has opened needs it.
        """
        stored = self.connections.get(actor.workspace_id, connection_id)
        now_ms = self.clock.now_ms()
        key: KeyInfo | None = None
        try:
            key = self.exchange.key_info(_ref(stored))
            fault = fault_of(key, now_ms)
        except ExchangeRefused as refused:
            fault = fault_of_refusal(stored.env, refused.code, refused.message)
        tested = replace(
            stored,
            status=ConnectionStatus.CONNECTED if fault is None else ConnectionStatus.FAILED,
            fault=fault,
            key=key,
            last_checked_ms=now_ms,
            updated_ms=max(now_ms, stored.updated_ms + 1),
        )
        self.connections.update(tested)
        return tested

    def _require_environment(self, actor: Actor, env: str) -> None:
        """Raises Forbidden for an environment that this deployment must not be given a key of."""
        if env == _REAL and not self.environments.real_trading:
            raise Forbidden("exchange.real_disabled", "real trading is not enabled here")
        if env == _REAL:
            actor.require_step_up()
        if env not in self.environments.served:
            raise Forbidden("exchange.env_not_served", f"{env} keys cannot be used here", env=env)

    def _tested(self, ref: ConnectionRef, env: str, credentials: Credentials) -> tuple[SealedSecret, KeyInfo]:
        """The sealed credentials and what their key may do; the plaintext is forgotten whatever happens.

        The exchange is asked by the execution function, which opens what was sealed: nothing is stored for it. Raises
        KeyRefused, ExchangeUnavailable, SealingFailed.
        """
        try:
            sealed = self.sealer.seal(ref, credentials)
        finally:
            credentials.forget()
        try:
            key = self.exchange.check_key(ref, env, sealed)
        except ExchangeRefused as refused:
            raise KeyRefused(fault_of_refusal(env, refused.code, refused.message)) from refused
        fault = fault_of(key, self.clock.now_ms())
        if fault is not None:
            raise KeyRefused(fault)
        return sealed, key


def _ref(connection: Connection) -> ConnectionRef:
    return ConnectionRef(connection.workspace_id, connection.connection_id)
