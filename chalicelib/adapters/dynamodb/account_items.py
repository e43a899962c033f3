"""The accounts table: users, workspaces, memberships, sessions, tickets, links, login attempts, by ``pk`` and ``sk``.

``USER#id / PROFILE``, ``USER#id / MEMBER#workspace``, ``USER#id / SESSION#id``, ``EMAIL#address / USER``,
``WORKSPACE#id / PROFILE``, ``WORKSPACE#id / MEMBER#user``, ``TICKET#hash / TICKET``, ``LINK#hash / LINK``,
``INVITATION#hash / INVITATION``, ``LOGIN#hash / ATTEMPTS``. Rows that expire carry ``expires_at``; TTL removes late, so
every read compares the time too.
"""

from __future__ import annotations

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute, UnicodeSetAttribute
from pynamodb.exceptions import DoesNotExist
from pynamodb.models import Model

from chalicelib.adapters.patience import Patient
from chalicelib.ports import NotFound


class AccountItem(Model):
    """One item of the table; which attributes it has depends on its kind."""

    class Meta(Patient):
        table_name = "accounts"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    user_id = UnicodeAttribute(null=True)
    workspace_id = UnicodeAttribute(null=True)
    email = UnicodeAttribute(null=True)
    email_verified = BooleanAttribute(null=True)
    password_hash = UnicodeAttribute(null=True)
    password_changed_ms = NumberAttribute(null=True)
    totp_version = NumberAttribute(null=True)
    totp_confirmed = BooleanAttribute(null=True)
    totp_step = NumberAttribute(null=True)
    recovery_hashes = UnicodeSetAttribute(null=True)
    locale = UnicodeAttribute(null=True)
    failures = NumberAttribute(null=True)
    locked_until_ms = NumberAttribute(null=True)
    role = UnicodeAttribute(null=True)
    name = UnicodeAttribute(null=True)
    purpose = UnicodeAttribute(null=True)
    invitation_id = UnicodeAttribute(null=True)
    max_active_runs = NumberAttribute(null=True)
    max_duration_minutes = NumberAttribute(null=True)
    default_duration_minutes = NumberAttribute(null=True)
    start_cooldown_seconds = NumberAttribute(null=True)
    session_id = UnicodeAttribute(null=True)
    current_hash = UnicodeAttribute(null=True)
    csrf_hash = UnicodeAttribute(null=True)
    generation = NumberAttribute(null=True)
    revoked = BooleanAttribute(null=True)
    user_agent = UnicodeAttribute(null=True)
    ip = UnicodeAttribute(null=True)
    used_ms = NumberAttribute(null=True)
    expires_ms = NumberAttribute(null=True)
    expires_at = NumberAttribute(null=True)
    created_ms = NumberAttribute(null=True)


def get_item(pk: str, sk: str) -> AccountItem:
    """The item as it is now (a consistent read). Raises NotFound."""
    try:
        return AccountItem.get(pk, sk, consistent_read=True)
    except DoesNotExist as error:
        raise NotFound(sk.lower()) from error
