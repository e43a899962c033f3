"""One-time links."""

from __future__ import annotations

from pynamodb.exceptions import DeleteError

from chalicelib.adapters.dynamodb.account_items import AccountItem, get_item
from chalicelib.adapters.dynamodb.conditions import condition_failed
from chalicelib.domain.accounts.one_time_link import LinkPurpose, OneTimeLink
from chalicelib.ports import NotFound


class DynamoLinks:
    """``LinkRepository`` on the accounts table."""

    def put_link(self, link: OneTimeLink) -> None:
        """See ``LinkRepository.put_link``."""
        AccountItem(
            f"LINK#{link.token_hash}",
            "LINK",
            purpose=link.purpose.value,
            user_id=link.user_id,
            created_ms=link.created_ms,
            expires_ms=link.expires_ms,
            expires_at=link.expires_ms // 1000 + 1,
        ).save()

    def take_link(self, token_hash: str, purpose: LinkPurpose, now_ms: int) -> OneTimeLink:
        """See ``LinkRepository.take_link``: read, then a conditional delete that only one taker wins."""
        item = get_item(f"LINK#{token_hash}", "LINK")
        good = (AccountItem.purpose == purpose.value) & (AccountItem.expires_ms > now_ms)
        try:
            item.delete(condition=AccountItem.pk.exists() & good)
        except DeleteError as error:
            if condition_failed(error):
                raise NotFound("link") from error
            raise
        return OneTimeLink(
            token_hash, purpose, str(item.user_id or ""), int(item.created_ms or 0), int(item.expires_ms or 0)
        )
