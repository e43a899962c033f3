"""Who may touch the exchange by hand just now: a kill switch or a key that failed its test forbid opening, a run of
ours forbids everything."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.account_ports import ConnectionRepository
from chalicelib.domain.accounts.actor import Actor
from chalicelib.domain.workspace.order_refusals import OrderConflict
from chalicelib.run_ports import KillSwitch
from chalicelib.services.runs.look import LookAtRuns


@dataclass(frozen=True, slots=True)
class TradingPermission:
    """Checks before anything is stored or sent."""

    kill_switch: KillSwitch
    connections: ConnectionRepository
    runs: LookAtRuns

    def require_opening(self, actor: Actor, connection_id: str, symbol: str) -> None:
        """Raises OrderConflict: ``trading.off`` (also when the switch cannot be read), ``order.connection_not_tested``,
        ``order.run_active``; NotFound."""
        halt = self.kill_switch.engaged(actor.workspace_id)
        if halt is not None:
            raise OrderConflict("trading.off", reason=halt.reason)
        if not self.connections.get(actor.workspace_id, connection_id).usable:
            raise OrderConflict("order.connection_not_tested")
        if self.run_active(actor, connection_id, symbol):
            raise OrderConflict("order.run_active", symbol=symbol)

    def require_closing(self, actor: Actor, connection_id: str, symbol: str) -> None:
        """Raises OrderConflict (``position.run_active``): the position is a run's. No switch forbids closing."""
        if self.run_active(actor, connection_id, symbol):
            raise OrderConflict("position.run_active", symbol=symbol)

    def run_active(self, actor: Actor, connection_id: str, symbol: str) -> bool:
        """Whether a run of the workspace that has not ended trades the symbol on the connection."""
        return any(
            (record.terms.connection_id, record.terms.symbol) == (connection_id, symbol)
            for record in self.runs.active(actor)
        )
