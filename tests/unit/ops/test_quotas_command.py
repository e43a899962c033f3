"""The operators' say in what a workspace may have."""

from __future__ import annotations

import pytest

from chalicelib.domain.accounts.quotas import Quotas
from chalicelib.ports import PortError
from functions.ops.quotas import change
from tests.fakes.memory_switches import MemoryAudit
from tests.fakes.memory_workspaces import MemoryQuotas


def test_looking_changes_nothing() -> None:
    audit = MemoryAudit()

    assert change(MemoryQuotas(), audit, "w", "ann", {}) == Quotas()
    assert audit.rows == []


def test_a_change_keeps_the_rest_and_is_audited() -> None:
    quotas, audit = MemoryQuotas(), MemoryAudit()

    change(quotas, audit, "w", "ann", {"bots": 7})
    change(quotas, audit, "w", "ann", {"active_runs": 9})

    assert quotas.quotas("w") == Quotas(bots=7, active_runs=9)
    assert audit.rows[0] == ("w", "workspace.quotas_changed", "ann", "workspace", '{"bots": 7}')


def test_what_cannot_be_recorded_does_not_happen() -> None:
    quotas, audit = MemoryQuotas(), MemoryAudit(writable=False)

    with pytest.raises(PortError):
        change(quotas, audit, "w", "ann", {"bots": 7})

    assert quotas.quotas("w") == Quotas()


def test_a_quota_is_at_least_one() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        change(MemoryQuotas(), MemoryAudit(), "w", "ann", {"bots": 0})
