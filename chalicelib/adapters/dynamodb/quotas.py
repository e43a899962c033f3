"""Quotas of a workspace: ``WORKSPACE#id / QUOTAS`` in the accounts table, absent where the defaults hold."""

from __future__ import annotations

from dataclasses import asdict, fields

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import DoesNotExist
from pynamodb.models import Model

from chalicelib.adapters.patience import Patient
from chalicelib.domain.accounts.quotas import Quotas

_SORT = "QUOTAS"


class QuotaItem(Model):
    """What the platform lets one workspace have."""

    class Meta(Patient):
        table_name = "accounts"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    active_runs = NumberAttribute()
    connections = NumberAttribute()
    strategies = NumberAttribute()
    bots = NumberAttribute()
    datasets = NumberAttribute()
    members = NumberAttribute()


class DynamoQuotas:
    """``QuotaRepository`` on the accounts table."""

    def quotas(self, workspace_id: str) -> Quotas:
        """See ``QuotaRepository.quotas``."""
        try:
            row = QuotaItem.get(f"WORKSPACE#{workspace_id}", _SORT, consistent_read=True)
        except DoesNotExist:
            return Quotas()
        return Quotas(**{field.name: int(getattr(row, field.name)) for field in fields(Quotas)})

    def set_quotas(self, workspace_id: str, quotas: Quotas) -> None:
        """See ``QuotaRepository.set_quotas``."""
        QuotaItem(f"WORKSPACE#{workspace_id}", _SORT, **asdict(quotas)).save()
