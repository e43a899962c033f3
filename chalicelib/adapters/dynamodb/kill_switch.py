"""Kill switches of the platform and of workspaces, as items of the ``slots`` table."""

from __future__ import annotations

from dataclasses import dataclass

from pynamodb.exceptions import DoesNotExist, PutError, PynamoDBException

from chalicelib.adapters.dynamodb.conditions import condition_failed
from chalicelib.adapters.dynamodb.run_tables import SlotItem
from chalicelib.domain.runtime.halt import Halt, HaltMode
from chalicelib.ports import Clock
from chalicelib.run_ports import KillState

PLATFORM = "kill#platform"
UNREADABLE = "kill switch unreadable"
_FRESH_MS = 1_000


@dataclass(frozen=True, slots=True)
class _Seen:
    halt: Halt | None
    read_ms: int


class DynamoKillSwitch:
    """Reads the switches, at most once a second a workspace; an unreadable one blocks (decision 19)."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seen: dict[str, _Seen] = {}

    def engaged(self, workspace_id: str) -> Halt | None:
        """See ``KillSwitch.engaged``."""
        now = self._clock.now_ms()
        seen = self._seen.get(workspace_id)
        if seen is None or now - seen.read_ms >= _FRESH_MS:
            seen = _Seen(self._read(workspace_id), now)
            self._seen[workspace_id] = seen
        return seen.halt

    def _read(self, workspace_id: str) -> Halt | None:
        try:
            items = list(SlotItem.batch_get([PLATFORM, switch_slot(workspace_id)], consistent_read=True))
        except PynamoDBException:
            return Halt(UNREADABLE, HaltMode.BLOCK)
        halts = [_state(item).halt for item in items]
        return next((halt for halt in halts if halt.mode is HaltMode.FLATTEN), halts[0] if halts else None)

    def state(self, workspace_id: str | None) -> KillState | None:
        """See ``KillSwitch.state``; a consistent read."""
        try:
            item = SlotItem.get(switch_slot(workspace_id), consistent_read=True)
        except DoesNotExist:
            return None
        except PynamoDBException:
            return KillState(UNREADABLE, self._clock.now_ms(), "", HaltMode.BLOCK)
        return _state(item)

    def engage(self, workspace_id: str | None, state: KillState) -> None:
        """See ``KillSwitch.engage``."""
        item = SlotItem(
            switch_slot(workspace_id),
            reason=state.reason,
            engaged_ms=state.engaged_ms,
            actor=state.actor,
            mode=state.mode.value,
        )
        free = SlotItem.slot.does_not_exist()
        try:
            item.save(condition=free | (SlotItem.mode == HaltMode.BLOCK.value) if _flattens(state) else free)
        except PutError as error:
            if not condition_failed(error):
                raise
        self._seen.clear()

    def release(self, workspace_id: str | None) -> None:
        """See ``KillSwitch.release``."""
        SlotItem(switch_slot(workspace_id)).delete()
        self._seen.clear()


def switch_slot(workspace_id: str | None) -> str:
    """The key of a switch's item."""
    return PLATFORM if workspace_id is None else f"kill#{workspace_id}"


def _flattens(state: KillState) -> bool:
    return state.mode is HaltMode.FLATTEN


def _state(item: SlotItem) -> KillState:
    """An item written by hand, as the runbook shows, has no mode: it flattens."""
    mode = HaltMode(item.mode) if item.mode else HaltMode.FLATTEN
    return KillState(item.reason or "engaged", int(item.engaged_ms or 0), item.actor or "", mode)
