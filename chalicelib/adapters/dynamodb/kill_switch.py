"""Kill switches of the platform and of workspaces, as items of the ``slots`` table."""

from __future__ import annotations

from dataclasses import dataclass

from pynamodb.exceptions import PynamoDBException

from chalicelib.adapters.dynamodb.run_tables import SlotItem
from chalicelib.ports import Clock

PLATFORM = "kill#platform"
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
            for item in SlotItem.batch_get([PLATFORM, _of_workspace(workspace_id)], consistent_read=True):
                return item.reason or "engaged"
        except PynamoDBException:
            return "kill switch unreadable"
        return ""

    def engage(self, workspace_id: str | None, reason: str) -> None:
        """Switches trading off for a workspace, or for the whole platform."""
        slot = PLATFORM if workspace_id is None else _of_workspace(workspace_id)
        SlotItem(slot, reason=reason).save()

    def release(self, workspace_id: str | None) -> None:
        """Switches trading on again."""
        SlotItem(PLATFORM if workspace_id is None else _of_workspace(workspace_id)).delete()


def _of_workspace(workspace_id: str) -> str:
    return f"kill#{workspace_id}"
