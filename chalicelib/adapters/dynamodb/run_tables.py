"""The tables of a run, as models. Access patterns: docs/data-model.md."""

from __future__ import annotations

from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, IncludeProjection
from pynamodb.models import Model

from chalicelib.adapters.dynamodb.binding import bind
from chalicelib.adapters.patience import Patient

RUN = "run"
TERMS = "terms"
WAKE = "wake"
REPORT = "report"


class RunsByWorkspace(GlobalSecondaryIndex["RunItem"]):
    """A workspace's runs by time of creation. It holds keys and what lists filter by: the state, which every Tick
    writes, is read from the table, so that no write of it is paid for twice."""

    class Meta:
        index_name = "by_workspace"
        projection = IncludeProjection(["active", "bot_id"])

    workspace_id = UnicodeAttribute(hash_key=True)
    created_ms = NumberAttribute(range_key=True)


class ActiveRuns(GlobalSecondaryIndex["RunItem"]):
    """Runs that have not ended: ``active`` is "1" on them and absent from all others. It holds what routes messages,
    and nothing that every Tick writes."""

    class Meta:
        index_name = "active"
        projection = IncludeProjection(["connection_id", "intervals", "look_ms", "symbol", "workspace_id"])

    active = UnicodeAttribute(hash_key=True)
    run_id = UnicodeAttribute(range_key=True)


class RunItem(Model):
    """One item of a run: what its Ticks write (``run``), its ``terms``, its doorbell (``wake``) or its ``report``.

    A write is paid for by the kilobytes of the whole item: what never changes lies apart from what each Tick writes,
    and the state is packed. So is the report, which would not always fit into an item otherwise. ``state`` and
    ``report`` are the same in the clear, of runs from before.
    """

    class Meta(Patient):
        table_name = "runs"

    run_id = UnicodeAttribute(hash_key=True)
    item = UnicodeAttribute(range_key=True)
    workspace_id = UnicodeAttribute(null=True)
    created_ms = NumberAttribute(null=True)
    active = UnicodeAttribute(null=True)
    bot_id = UnicodeAttribute(null=True)
    connection_id = UnicodeAttribute(null=True)
    symbol = UnicodeAttribute(null=True)
    intervals = UnicodeAttribute(null=True)
    status = UnicodeAttribute(null=True)
    terms = UnicodeAttribute(null=True)
    packed_state = BinaryAttribute(legacy_encoding=False, null=True)
    state = UnicodeAttribute(null=True)
    version = NumberAttribute(null=True)
    epoch = NumberAttribute(null=True)
    tick_ms = NumberAttribute(null=True)
    look_ms = NumberAttribute(null=True)
    segment = NumberAttribute(null=True)
    rings = NumberAttribute(null=True)
    token = UnicodeAttribute(null=True)
    packed_report = BinaryAttribute(legacy_encoding=False, null=True)
    report = UnicodeAttribute(null=True)

    by_workspace = RunsByWorkspace()
    by_active = ActiveRuns()


class EventItem(Model):
    """One event; the stream of this table feeds the page."""

    class Meta(Patient):
        table_name = "run-events"

    run_id = UnicodeAttribute(hash_key=True)
    seq = NumberAttribute(range_key=True)
    workspace_id = UnicodeAttribute()
    event = UnicodeAttribute()


class MessageItem(Model):
    """One message for the next Tick."""

    class Meta(Patient):
        table_name = "run-inbox"

    run_id = UnicodeAttribute(hash_key=True)
    message_id = UnicodeAttribute(range_key=True)
    posted = NumberAttribute()
    message = UnicodeAttribute()
    expires_at = NumberAttribute()


class IntentItem(Model):
    """One order intent."""

    class Meta(Patient):
        table_name = "intents"

    run_id = UnicodeAttribute(hash_key=True)
    intent_id = UnicodeAttribute(range_key=True)
    order_link_id = UnicodeAttribute()
    intent = UnicodeAttribute()


class FillItem(Model):
    """One booked execution."""

    class Meta(Patient):
        table_name = "fills"

    run_id = UnicodeAttribute(hash_key=True)
    exec_id = UnicodeAttribute(range_key=True)
    time_ms = NumberAttribute()
    intent_id = UnicodeAttribute()
    exit_reason = UnicodeAttribute()
    execution = UnicodeAttribute()


class SlotItem(Model):
    """A place that one run at a time may take, a workspace's last start, or an engaged kill switch with its reason."""

    class Meta(Patient):
        table_name = "slots"

    slot = UnicodeAttribute(hash_key=True)
    run_id = UnicodeAttribute(null=True)
    last_start_ms = NumberAttribute(null=True)
    reason = UnicodeAttribute(null=True)
    engaged_ms = NumberAttribute(null=True)
    actor = UnicodeAttribute(null=True)
    mode = UnicodeAttribute(null=True)


RUN_MODELS: tuple[type[Model], ...] = (RunItem, EventItem, MessageItem, IntentItem, FillItem, SlotItem)


def bind_run_tables(prefix: str) -> None:
    """Binds all models of this module to a stage's tables."""
    for model in RUN_MODELS:
        bind(model, prefix)
