"""The run's inbox and its doorbell.

Posting is two writes: the message (once, by its id), then the bell. Ringing adds one to the count and takes the token
away in the same write, so of many ringers exactly one gets the token and sends the wake: wakes coalesce. A Tick parks
by leaving its token only if the count is the one it saw before it read the inbox: a message that came meanwhile makes
parking fail, and the Tick reads again. Should a ringer die between taking the token and using it, the supervision
period of the state machine brings the next Tick.
"""

from __future__ import annotations

from pynamodb.exceptions import DoesNotExist, PutError, UpdateError

from chalicelib.adapters.dynamodb import run_codec as codec
from chalicelib.adapters.dynamodb.conditions import condition_failed
from chalicelib.adapters.dynamodb.run_tables import WAKE, MessageItem, RunItem
from chalicelib.domain.runtime.messages import Message
from chalicelib.ports import Clock
from chalicelib.run_ports import Pending, Workflow

_KEPT_MS = 7 * 24 * 3600 * 1000


class DynamoInbox:
    """``Inbox`` on the ``run-inbox`` table and the ``wake`` item of the run."""

    def __init__(self, workflow: Workflow, clock: Clock) -> None:
        self._workflow = workflow
        self._clock = clock

    def post(self, run_id: str, message: Message) -> bool:
        """See ``Inbox.post``. A message that is there already rings all the same: its first ringer may have died."""
        now = self._clock.now_ms()
        item = MessageItem(
            run_id,
            message.message_id,
            posted=now,
            message=codec.dump_message(message),
            expires_at=(now + _KEPT_MS) // 1000,
        )
        try:
            item.save(condition=MessageItem.message_id.does_not_exist())
        except PutError as error:
            if not condition_failed(error):
                raise
        return self.ring(run_id)

    def ring(self, run_id: str) -> bool:
        """Rings the bell without a message; whoever gets the token uses it."""
        bell = RunItem(run_id, WAKE)
        token = _take_token(bell)
        return token is not None and self._workflow.wake(token)

    def pending(self, run_id: str, limit: int) -> Pending:
        """See ``Inbox.pending``. The bell is read before the messages, so a later message is never taken for read."""
        rings = _rings(run_id)
        items = list(MessageItem.query(run_id, consistent_read=True))
        items.sort(key=lambda item: (item.posted, item.message_id))
        chosen = items[:limit]
        return Pending(
            messages=tuple(codec.MESSAGE.validate_json(item.message) for item in chosen),
            rings=rings if len(chosen) == len(items) else -1,
            ids=tuple(item.message_id for item in chosen),
        )

    def park(self, run_id: str, token: str, rings: int) -> bool:
        """See ``Inbox.park``."""
        unrung = RunItem.rings == rings if rings else RunItem.rings.does_not_exist()
        try:
            RunItem(run_id, WAKE).update(actions=[RunItem.token.set(token)], condition=unrung)
        except UpdateError as error:
            if condition_failed(error):
                return False
            raise
        return True


def _rings(run_id: str) -> int:
    try:
        item = RunItem.get(run_id, WAKE, consistent_read=True)
    except DoesNotExist:
        return 0
    return int(item.rings or 0)


def _take_token(bell: RunItem) -> str | None:
    connection = RunItem._get_connection()
    answer = connection.update_item(
        bell.run_id,
        bell.item,
        actions=[RunItem.rings.add(1), RunItem.token.remove()],
        return_values="ALL_OLD",
    )
    old = answer.get("Attributes", {})
    return old["token"]["S"] if "token" in old else None
