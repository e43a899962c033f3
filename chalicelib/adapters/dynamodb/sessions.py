"""Sessions (refresh families), below their user, and socket tickets."""

from __future__ import annotations

from pynamodb.exceptions import DeleteError, UpdateError

from chalicelib.adapters.dynamodb.account_items import AccountItem, get_item
from chalicelib.adapters.dynamodb.conditions import condition_failed
from chalicelib.domain.accounts.session import Device, RefreshFamily, SocketTicket
from chalicelib.ports import Conflict, NotFound


class DynamoSessions:
    """``SessionRepository`` on the accounts table."""

    def create_family(self, family: RefreshFamily) -> None:
        """See ``SessionRepository.create_family``."""
        _family_item(family).save(condition=AccountItem.pk.does_not_exist())

    def family(self, user_id: str, family_id: str) -> RefreshFamily:
        """See ``SessionRepository.family``: one consistent read, for every request that brings an access token."""
        return _family(get_item(f"USER#{user_id}", f"SESSION#{family_id}"))

    def families(self, user_id: str) -> tuple[RefreshFamily, ...]:
        """See ``SessionRepository.families``; ids are ULIDs, so the key's order is that of age."""
        rows = AccountItem.query(f"USER#{user_id}", AccountItem.sk.startswith("SESSION#"), consistent_read=True)
        return tuple(_family(row) for row in rows)

    def rotate(self, family: RefreshFamily, expected_hash: str) -> None:
        """See ``SessionRepository.rotate``."""
        unchanged = (AccountItem.current_hash == expected_hash) & (AccountItem.revoked == False)  # noqa: E712  # a condition, not a comparison
        try:
            AccountItem(f"USER#{family.user_id}", f"SESSION#{family.family_id}").update(
                actions=[
                    AccountItem.workspace_id.set(family.workspace_id),
                    AccountItem.current_hash.set(family.current_hash),
                    AccountItem.csrf_hash.set(family.csrf_hash),
                    AccountItem.generation.set(family.generation),
                    AccountItem.used_ms.set(family.used_ms),
                    AccountItem.user_agent.set(family.device.user_agent),
                    AccountItem.ip.set(family.device.ip),
                    AccountItem.expires_ms.set(family.expires_ms),
                    AccountItem.expires_at.set(family.expires_ms // 1000),
                ],
                condition=unchanged,
            )
        except UpdateError as error:
            if condition_failed(error):
                raise Conflict("rotated") from error
            raise

    def revoke(self, user_id: str, family_id: str) -> None:
        """See ``SessionRepository.revoke``."""
        try:
            AccountItem(f"USER#{user_id}", f"SESSION#{family_id}").update(
                actions=[AccountItem.revoked.set(True)], condition=AccountItem.pk.exists()
            )
        except UpdateError as error:
            if not condition_failed(error):
                raise

    def put_ticket(self, ticket: SocketTicket) -> None:
        """See ``SessionRepository.put_ticket``."""
        AccountItem(
            f"TICKET#{ticket.ticket_hash}",
            "TICKET",
            user_id=ticket.user_id,
            workspace_id=ticket.workspace_id,
            session_id=ticket.session_id,
            expires_ms=ticket.expires_ms,
            expires_at=ticket.expires_ms // 1000 + 1,
        ).save()

    def take_ticket(self, ticket_hash: str, now_ms: int) -> SocketTicket:
        """See ``SessionRepository.take_ticket``: read, then a conditional delete that only one taker wins."""
        item = get_item(f"TICKET#{ticket_hash}", "TICKET")
        try:
            item.delete(condition=AccountItem.pk.exists() & (AccountItem.expires_ms > now_ms))
        except DeleteError as error:
            if condition_failed(error):
                raise NotFound("ticket") from error
            raise
        return SocketTicket(
            ticket_hash, str(item.user_id), str(item.workspace_id), str(item.session_id), int(item.expires_ms or 0)
        )


def _family_item(family: RefreshFamily) -> AccountItem:
    return AccountItem(
        f"USER#{family.user_id}",
        f"SESSION#{family.family_id}",
        session_id=family.family_id,
        user_id=family.user_id,
        workspace_id=family.workspace_id,
        current_hash=family.current_hash,
        csrf_hash=family.csrf_hash,
        generation=family.generation,
        revoked=family.revoked,
        user_agent=family.device.user_agent,
        ip=family.device.ip,
        created_ms=family.created_ms,
        used_ms=family.used_ms,
        expires_ms=family.expires_ms,
        expires_at=family.expires_ms // 1000,
    )


def _family(item: AccountItem) -> RefreshFamily:
    return RefreshFamily(
        family_id=str(item.session_id),
        user_id=str(item.user_id),
        workspace_id=str(item.workspace_id),
        current_hash=str(item.current_hash),
        csrf_hash=str(item.csrf_hash),
        generation=int(item.generation or 0),
        revoked=bool(item.revoked),
        created_ms=int(item.created_ms or 0),
        expires_ms=int(item.expires_ms or 0),
        used_ms=int(item.used_ms or 0),
        device=Device(item.user_agent or "", item.ip or ""),
    )
