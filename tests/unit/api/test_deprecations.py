"""A route that goes away says so in time, in each answer and in the contract."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from chalicelib.api.deprecations import DEPRECATED, Deprecation
from chalicelib.api.openapi import document
from chalicelib.domain.accounts.route_access import ROUTE_ACCESS
from tests.unit.api.gateway import Gateway

SINCE, SUNSET = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)
ROUTE = ("GET", "/healthz")


@pytest.fixture
def going_away() -> Iterator[None]:
    DEPRECATED[ROUTE] = Deprecation(SINCE, SUNSET, successor="/readyz")
    yield
    del DEPRECATED[ROUTE]


@pytest.mark.usefixtures("going_away")
def test_answers_of_a_route_that_goes_away_say_since_when_until_when_and_what_comes_after(gateway: Gateway) -> None:
    headers = {name.lower(): value for name, value in gateway.call(*ROUTE).headers.items()}

    assert headers["deprecation"] == "@1767225600"
    assert headers["sunset"] == "Wed, 01 Jul 2026 00:00:00 GMT"
    assert headers["link"] == '</api/v1/readyz>; rel="successor-version"'


@pytest.mark.usefixtures("going_away")
def test_the_contract_marks_it() -> None:
    assert document()["paths"]["/healthz"]["get"]["deprecated"] is True


def test_answers_of_other_routes_say_nothing(gateway: Gateway) -> None:
    names = {name.lower() for name in gateway.call(*ROUTE).headers}

    assert not names & {"deprecation", "sunset"}


def test_a_notice_of_less_than_180_days_is_refused() -> None:
    with pytest.raises(ValueError, match="180 days"):
        Deprecation(SINCE, datetime(2026, 6, 1, tzinfo=UTC))


def test_only_routes_that_exist_are_deprecated() -> None:
    assert set(DEPRECATED) <= set(ROUTE_ACCESS)
