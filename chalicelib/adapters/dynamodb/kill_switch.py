"""Kill switches of the platform and of workspaces, as items of the ``slots`` table."""

from __future__ import annotations

from dataclasses import dataclass

from pynamodb.exceptions import DoesNotExist, PutError, PynamoDBException

from chalicelib.adapters.dynamodb.run_tables import SlotItem
from chalicelib.ports import Clock
from chalicelib.run_ports import KillState

PLATFORM = "kill#platform"
UNREADABLE = "kill switch unreadable"
_FRESH_MS = 1_000


@dataclass(frozen=True, slots=True)
class _Seen:
    reason: str
    read_ms: int


class DynamoKillSwitch:
    """Reads the switches, at most once a second a workspace; an unreadable one counts as engaged (decision 19)."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seen: dict[str, _Seen] = {}

    def engaged(self, workspace_id: str) -> str:
        """Why trading is off, "" when it is on."""
        now = self._clock.now_ms()
        seen = self._seen.get(workspace_id)
        if seen is None or now - seen.read_ms >= _FRESH_MS:
            seen = _Seen(self._read(workspace_id), now)
            self._seen[workspace_id] = seen
        return seen.reason

    def _read(self, workspace_id: str) -> str:
        try:
            for item in SlotItem.batch_get([PLATFORM, _slot(workspace_id)], consistent_read=True):
                return item.reason or "engaged"
        except PynamoDBException:
            return UNREADABLE
        return ""

    def state(self, workspace_id: str | None) -> KillState | None:
        """See ``KillSwitch.state``; a consistent read."""
        try:
            item = SlotItem.get(_slot(workspace_id), consistent_read=True)
        except DoesNotExist:
            return None
        except PynamoDBException:
            return KillState(UNREADABLE, self._clock.now_ms(), "")
        return KillState(item.reason or "engaged", int(item.engaged_ms or 0), item.actor or "")

    def engage(self, workspace_id: str | None, state: KillState) -> None:
        """See ``KillSwitch.engage``."""
        item = SlotItem(_slot(workspace_id), reason=state.reason, engaged_ms=state.engaged_ms, actor=state.actor)
        try:
            item.save(condition=SlotItem.slot.does_not_exist())
        except PutError as error:
            if error.cause_response_code != "ConditionalCheckFailedException":
                raise
        self._seen.clear()

    def release(self, workspace_id: str | None) -> None:
        """See ``KillSwitch.release``."""
        SlotItem(_slot(workspace_id)).delete()
        self._seen.clear()


def _slot(workspace_id: str | None) -> str:
    return PLATFORM if workspace_id is None else f"kill#{workspace_id}"
