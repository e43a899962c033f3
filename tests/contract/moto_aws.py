"""An AWS of moto's own, with the tables that a test's adapters stand on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from moto import mock_aws
from pynamodb.models import Model

from chalicelib.adapters.dynamodb.binding import bind

REGION = "us-east-1"
PREFIX = "contract"


@contextmanager
def moto_aws(*models: type[Model], missing: tuple[type[Model], ...] = ()) -> Iterator[None]:
    """Nothing but the empty tables of ``models``; those of ``missing`` can be asked for and do not exist. Keys and
    indexes are the models' own: a test of the template holds them against its tables."""
    with pytest.MonkeyPatch.context() as environment, mock_aws():
        environment.delenv("AWS_ENDPOINT_URL", raising=False)
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            environment.setenv(name, "testing")
        for name in ("AWS_DEFAULT_REGION", "AWS_REGION"):
            environment.setenv(name, REGION)
        for model in (*models, *missing):
            bind(model, PREFIX)
            model.Meta.region = REGION  # pynamodb remembers the region that it first met
        for model in models:
            model.create_table(billing_mode="PAY_PER_REQUEST", wait=True)
        yield
