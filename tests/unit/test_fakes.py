"""A fake that lacks a method of its port fails at the wrong place: each has them all, with the same parameters."""

from __future__ import annotations

import inspect

import pytest

from chalicelib.ports import Exchange, MarketData
from chalicelib.run_ports import Inbox, RunStore, Workflow
from tests.fakes.memory_inbox import MemoryInbox, MemoryWorkflow
from tests.fakes.memory_runs import MemoryRunStore
from tests.fakes.scripted_exchange import ScriptedExchange, ScriptedMarket


@pytest.mark.parametrize(
    ("port", "fake"),
    [
        (Exchange, ScriptedExchange),
        (MarketData, ScriptedMarket),
        (RunStore, MemoryRunStore),
        (Inbox, MemoryInbox),
        (Workflow, MemoryWorkflow),
    ],
)
def test_a_fake_has_every_method_of_its_port(port: type, fake: type) -> None:
    wanted = {name: method for name, method in vars(port).items() if inspect.isfunction(method) and name[0] != "_"}
    for name, method in wanted.items():
        offered = getattr(fake, name, None)
        assert offered is not None, f"{fake.__name__} lacks {name}"
        assert list(inspect.signature(offered).parameters) == list(inspect.signature(method).parameters), name
