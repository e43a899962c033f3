"""Strategies. The document itself is described by its own JSON Schema (``GET /strategies/schema``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ConfigDict, Field

from chalicelib.api.models.base import Id, RequestModel, Timestamp, View
from chalicelib.api.models.problem import ProblemError
from chalicelib.domain.timestamps import iso

if TYPE_CHECKING:
    from chalicelib.services.strategies import StoredStrategy, Validated


class StrategyBody(RequestModel):
    """A strategy document (dslVersion 1)."""

    spec: dict[str, Any] = Field(description="a document of /strategies/schema")


class ReplaceStrategyBody(StrategyBody):
    """The next version. With ``expectedVersion`` it is refused when somebody saved one meanwhile."""

    expected_version: int | None = Field(default=None, ge=1, le=999_999)


class StrategyView(View):
    """A strategy at one of its versions."""

    id: Id
    name: str
    version: int
    spec: dict[str, Any]
    hash: str
    enabled: bool
    created_at: Timestamp
    updated_at: Timestamp

    @classmethod
    def of(cls, stored: StoredStrategy) -> StrategyView:
        """The view of a stored strategy."""
        return cls(
            id=stored.head.strategy_id,
            name=stored.version.name,
            version=stored.version.version,
            spec=stored.version.spec,
            hash=stored.version.spec_hash,
            enabled=bool(stored.version.normalised["enabled"]),
            created_at=iso(stored.head.created_ms),
            updated_at=iso(stored.version.created_ms),
        )


class StrategyList(View):
    """A page of strategies at their newest versions, or of one strategy's versions, newest first."""

    items: list[StrategyView]
    next_cursor: str | None


class ValidatedView(View):
    """A document that may be saved: as it will be run, with every default written out."""

    valid: bool
    normalised: dict[str, Any]
    hash: str
    warnings: list[ProblemError]

    @classmethod
    def of(cls, validated: Validated) -> ValidatedView:
        """The view of a validated document."""
        return cls(
            valid=True,
            normalised=validated.normalised,
            hash=validated.spec_hash,
            warnings=[
                ProblemError(
                    pointer=finding.pointer, detail=finding.detail, key=finding.key, params=dict(finding.params)
                )
                for finding in validated.warnings
            ],
        )


class SchemaView(View):
    """A JSON Schema (2020-12), as it is."""

    model_config = ConfigDict(extra="allow")
