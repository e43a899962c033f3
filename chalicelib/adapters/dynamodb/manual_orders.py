"""Order intents of the terminal. The row is there before the order is (C-01)."""

from __future__ import annotations

from decimal import Decimal

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import DoesNotExist, PutError
from pynamodb.expressions.condition import Condition
from pynamodb.models import Model

from chalicelib.adapters.dynamodb.conditions import condition_failed
from chalicelib.adapters.patience import Patient
from chalicelib.domain.market.side import Side
from chalicelib.domain.workspace.manual_order import ManualOrder, ManualOrderStatus
from chalicelib.ports import Conflict, NotFound


class ManualOrderItem(Model):
    """One intent; decimals are strings, so nothing is rounded on the way."""

    class Meta(Patient):
        table_name = "manual-orders"

    workspace_id = UnicodeAttribute(hash_key=True)
    intent_id = UnicodeAttribute(range_key=True)
    order_link_id = UnicodeAttribute()
    user_id = UnicodeAttribute()
    connection_id = UnicodeAttribute()
    symbol = UnicodeAttribute()
    side = UnicodeAttribute()
    order_type = UnicodeAttribute()
    qty = UnicodeAttribute()
    price = UnicodeAttribute(null=True)
    stop_loss = UnicodeAttribute(null=True)
    take_profit = UnicodeAttribute(null=True)
    reduce_only = BooleanAttribute()
    fingerprint = UnicodeAttribute()
    status = UnicodeAttribute()
    order_id = UnicodeAttribute(null=True)
    filled_qty = UnicodeAttribute()
    avg_price = UnicodeAttribute(null=True)
    reason = UnicodeAttribute(null=True)
    created_ms = NumberAttribute()
    updated_ms = NumberAttribute()


class DynamoManualOrders:
    """``ManualOrderRepository`` on the manual-orders table."""

    def create(self, order: ManualOrder) -> None:
        """See ``ManualOrderRepository.create``."""
        try:
            _item(order).save(condition=ManualOrderItem.intent_id.does_not_exist())
        except PutError as error:
            if condition_failed(error):
                raise Conflict("intent") from error
            raise

    def get(self, workspace_id: str, intent_id: str) -> ManualOrder:
        """See ``ManualOrderRepository.get``."""
        try:
            return _order(ManualOrderItem.get(workspace_id, intent_id, consistent_read=True))
        except DoesNotExist as error:
            raise NotFound("order") from error

    def list(
        self, workspace_id: str, limit: int, connection_id: str | None = None, symbol: str | None = None
    ) -> tuple[ManualOrder, ...]:
        """See ``ManualOrderRepository.list``."""
        wanted: Condition | None = None
        if connection_id is not None:
            wanted &= ManualOrderItem.connection_id == connection_id
        if symbol is not None:
            wanted &= ManualOrderItem.symbol == symbol
        return _newest_first(workspace_id, wanted)[:limit]

    def opening(self, workspace_id: str) -> tuple[ManualOrder, ...]:
        """See ``ManualOrderRepository.opening``."""
        return _newest_first(workspace_id, ManualOrderItem.reduce_only == False)  # noqa: E712  # a condition, not a comparison

    def update(self, order: ManualOrder) -> None:
        """See ``ManualOrderRepository.update``."""
        try:
            _item(order).save(condition=ManualOrderItem.intent_id.exists())
        except PutError as error:
            if condition_failed(error):
                raise NotFound("order") from error
            raise


def _newest_first(workspace_id: str, wanted: Condition | None) -> tuple[ManualOrder, ...]:
    """All pages are read: identities are hashes, so the newest are found by sorting."""
    rows = ManualOrderItem.query(workspace_id, filter_condition=wanted, consistent_read=True)
    return tuple(sorted(map(_order, rows), key=lambda order: order.created_ms, reverse=True))


def _text(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _item(order: ManualOrder) -> ManualOrderItem:
    return ManualOrderItem(
        order.workspace_id,
        order.intent_id,
        order_link_id=order.order_link_id,
        user_id=order.user_id,
        connection_id=order.connection_id,
        symbol=order.symbol,
        side=order.side.value,
        order_type=order.order_type,
        qty=_text(order.qty),
        price=_text(order.price),
        stop_loss=_text(order.stop_loss),
        take_profit=_text(order.take_profit),
        reduce_only=order.reduce_only,
        fingerprint=order.fingerprint,
        status=order.status.value,
        order_id=order.order_id,
        filled_qty=_text(order.filled_qty),
        avg_price=_text(order.avg_price),
        reason=order.reason,
        created_ms=order.created_ms,
        updated_ms=order.updated_ms,
    )


def _order(item: ManualOrderItem) -> ManualOrder:
    return ManualOrder(
        workspace_id=item.workspace_id,
        intent_id=item.intent_id,
        order_link_id=item.order_link_id,
        user_id=item.user_id,
        connection_id=item.connection_id,
        symbol=item.symbol,
        side=Side(item.side),
        order_type=item.order_type,
        qty=Decimal(item.qty),
        price=_decimal(item.price),
        stop_loss=_decimal(item.stop_loss),
        take_profit=_decimal(item.take_profit),
        reduce_only=bool(item.reduce_only),
        fingerprint=item.fingerprint,
        status=ManualOrderStatus(item.status),
        created_ms=int(item.created_ms),
        updated_ms=int(item.updated_ms),
        order_id=item.order_id or "",
        filled_qty=Decimal(item.filled_qty),
        avg_price=_decimal(item.avg_price),
        reason=item.reason or "",
    )
