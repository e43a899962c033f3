"""What every repository of accounts and workspaces promises: the fakes and DynamoDB pass the same tests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest

from chalicelib.domain.accounts.limits import WorkspaceLimits
from chalicelib.domain.accounts.roles import Role
from chalicelib.domain.accounts.session import Socket
from chalicelib.domain.accounts.user import Membership, User, Workspace
from chalicelib.domain.market.side import Side
from chalicelib.domain.workspace.bot import Bot
from chalicelib.domain.workspace.connection import Connection, ConnectionStatus, SealedSecret
from chalicelib.domain.workspace.exchange_key import KeyNote, Level
from chalicelib.domain.workspace.manual_order import ManualOrder, ManualOrderStatus
from chalicelib.domain.workspace.strategy_version import StrategyHead, StrategyVersion
from chalicelib.ports import Conflict, NotFound
from tests.contract.repositories import Repositories, in_memory, on_dynamodb
from tests.fakes.scripted_exchange import GOOD_KEY, instrument

USER = User("u1", "a@example.com", "hash", "ru", 1, name="Ann")
WORKSPACE = Workspace("w1", "Demo", WorkspaceLimits(2, 100, 10, 5), 1)
SEALED = SealedSecret(b"\x00sealed", b"\x00key")
CONNECTION = Connection(
    workspace_id="w1",
    connection_id="01C1",
    exchange="bybit",
    env="demo",
    name="Demo",
    masked_key="abc•••xyz",
    account="42",
    status=ConnectionStatus.FAILED,
    fault=KeyNote("exchange.key_refused", "no", {"message": "no"}, Level.WARNING),
    key=GOOD_KEY,
    last_checked_ms=5,
    created_ms=1,
    updated_ms=1,
)
HEAD = StrategyHead("w1", "01S1", "Cross", 1, "hash", enabled=True, created_ms=1, updated_ms=1)
VERSION = StrategyVersion("w1", "01S1", 1, "Cross", {"a": [1, 2.5]}, {"a": [1, 2.5], "b": None}, "hash", 1)
BOT = Bot("w1", "01B1", "Bot", "01S1", 1, "Cross", "01C1", "BTCUSDT", "1m", "demo", 1, 1)
ORDER = ManualOrder(
    workspace_id="w1",
    intent_id="i1",
    order_link_id="mi1",
    user_id="u1",
    connection_id="01C1",
    symbol="BTCUSDT",
    side=Side.SELL,
    order_type="Limit",
    qty=Decimal("0.10"),
    price=Decimal("1E+4"),
    stop_loss=None,
    take_profit=Decimal("9000.5"),
    reduce_only=False,
    fingerprint="print",
    status=ManualOrderStatus.SENDING,
    created_ms=1,
    updated_ms=1,
)


@pytest.fixture(params=["memory", "dynamodb"])
def rows(request: pytest.FixtureRequest) -> Iterator[Repositories]:
    """Either set."""
    if request.param == "memory":
        yield in_memory()
        return
    with on_dynamodb() as repositories:
        yield repositories


def created(rows: Repositories) -> Repositories:
    """With one user in one workspace."""
    rows.accounts.create(USER, WORKSPACE, Membership("u1", "w1", Role.TRADER))
    return rows


class TestAccounts:
    def test_a_user_is_found_by_id_and_by_address(self, rows: Repositories) -> None:
        accounts = created(rows).accounts

        assert (accounts.user("u1"), accounts.user_by_email("a@example.com")) == (USER, USER)
        assert accounts.workspace("w1") == WORKSPACE
        assert accounts.memberships("u1") == (Membership("u1", "w1", Role.TRADER),)

    def test_an_address_belongs_to_one_user(self, rows: Repositories) -> None:
        accounts = created(rows).accounts

        with pytest.raises(Conflict, match="email"):
            accounts.create(
                replace(USER, user_id="u2"), replace(WORKSPACE, workspace_id="w2"), Membership("u2", "w2", Role.ADMIN)
            )
        with pytest.raises(NotFound):
            accounts.user("u2")

    def test_who_is_not_there_is_not_found(self, rows: Repositories) -> None:
        assert rows.accounts.user_by_email("a@example.com") is None
        with pytest.raises(NotFound):
            rows.accounts.user("u1")
        with pytest.raises(NotFound):
            rows.accounts.workspace("w1")

    def test_limits_can_be_changed(self, rows: Repositories) -> None:
        accounts = created(rows).accounts
        changed = replace(WORKSPACE, name="Main", limits=WorkspaceLimits(start_cooldown_seconds=0))

        accounts.update_workspace(changed)

        assert accounts.workspace("w1") == changed


def test_sockets_are_found_by_workspace_until_they_are_forgotten(rows: Repositories) -> None:
    for connection_id, workspace_id in (("s1", "w1"), ("s2", "w1"), ("s3", "w2")):
        rows.sockets.put(Socket(connection_id, workspace_id, "u1", 1))

    rows.sockets.delete("s2")
    rows.sockets.delete("s2")

    assert rows.sockets.of_workspace("w1") == ("s1",)


def test_the_sockets_of_a_session_are_forgotten_together(rows: Repositories) -> None:
    for connection_id, session_id in (("s1", "f1"), ("s2", "f1"), ("s3", "f2")):
        rows.sockets.put(Socket(connection_id, "w1", "u1", 1, session_id))

    rows.sockets.forget_session("w1", "f1")

    assert rows.sockets.of_workspace("w1") == ("s3",)


class TestConnections:
    def test_a_connection_comes_back_as_it_was(self, rows: Repositories) -> None:
        rows.connections.create(CONNECTION, SEALED)

        assert rows.connections.get("w1", "01C1") == CONNECTION
        assert rows.connections.list("w1") == (CONNECTION,)

    def test_another_workspace_does_not_see_it(self, rows: Repositories) -> None:
        rows.connections.create(CONNECTION, SEALED)

        assert rows.connections.list("w2") == ()
        with pytest.raises(NotFound):
            rows.connections.get("w2", "01C1")

    def test_a_name_is_taken_in_any_case(self, rows: Repositories) -> None:
        rows.connections.create(CONNECTION, SEALED)

        with pytest.raises(Conflict, match="name"):
            rows.connections.create(replace(CONNECTION, connection_id="01C2", name="demo"), SEALED)
        rows.connections.create(replace(CONNECTION, connection_id="01C3", workspace_id="w2"), SEALED)

    def test_a_new_name_frees_the_old_one(self, rows: Repositories) -> None:
        rows.connections.create(CONNECTION, SEALED)

        rows.connections.update(replace(CONNECTION, name="Main", updated_ms=2))
        rows.connections.create(replace(CONNECTION, connection_id="01C2"), SEALED)

        assert [row.name for row in rows.connections.list("w1")] == ["Demo", "Main"]

    def test_a_taken_name_cannot_be_renamed_to(self, rows: Repositories) -> None:
        rows.connections.create(CONNECTION, SEALED)
        other = replace(CONNECTION, connection_id="01C2", name="Main")
        rows.connections.create(other, SEALED)

        with pytest.raises(Conflict, match="name"):
            rows.connections.update(replace(other, name="Demo", updated_ms=2))

    def test_a_deleted_connection_frees_its_name(self, rows: Repositories) -> None:
        rows.connections.create(CONNECTION, SEALED)

        rows.connections.delete("w1", "01C1")

        with pytest.raises(NotFound):
            rows.connections.get("w1", "01C1")
        with pytest.raises(NotFound):
            rows.connections.delete("w1", "01C1")
        rows.connections.create(CONNECTION, SEALED)


class TestStrategies:
    def test_a_strategy_comes_back_as_it_was(self, rows: Repositories) -> None:
        rows.strategies.create(HEAD, VERSION)

        assert rows.strategies.head("w1", "01S1") == HEAD
        assert rows.strategies.version("w1", "01S1", 1) == VERSION

    def test_the_next_version_leaves_the_first(self, rows: Repositories) -> None:
        rows.strategies.create(HEAD, VERSION)

        rows.strategies.add_version(replace(HEAD, version=2), replace(VERSION, version=2, name="New"), 1)

        assert rows.strategies.head("w1", "01S1").version == 2
        assert [row.name for row in rows.strategies.versions("w1", "01S1")] == ["New", "Cross"]

    def test_two_next_versions_cannot_both_be_made(self, rows: Repositories) -> None:
        rows.strategies.create(HEAD, VERSION)
        rows.strategies.add_version(replace(HEAD, version=2), replace(VERSION, version=2), 1)

        with pytest.raises(Conflict, match="version"):
            rows.strategies.add_version(replace(HEAD, version=2), replace(VERSION, version=2), 1)

    def test_a_deleted_strategy_keeps_its_versions_for_the_runs_that_name_them(self, rows: Repositories) -> None:
        rows.strategies.create(HEAD, VERSION)

        rows.strategies.delete("w1", "01S1", 2)

        with pytest.raises(NotFound):
            rows.strategies.head("w1", "01S1")
        with pytest.raises(NotFound):
            rows.strategies.delete("w1", "01S1", 3)
        assert rows.strategies.list("w1", 10, None).items == ()
        assert rows.strategies.version("w1", "01S1", 1) == VERSION

    def test_a_version_is_not_a_strategy(self, rows: Repositories) -> None:
        rows.strategies.create(HEAD, VERSION)

        with pytest.raises(NotFound):
            rows.strategies.head("w1", "01S1#v000001")

    def test_strategies_come_page_by_page_newest_first(self, rows: Repositories) -> None:
        for number in range(1, 4):
            strategy_id = f"01S{number}"
            rows.strategies.create(replace(HEAD, strategy_id=strategy_id), replace(VERSION, strategy_id=strategy_id))

        first = rows.strategies.list("w1", 2, None)
        second = rows.strategies.list("w1", 2, first.next_after)

        assert [head.strategy_id for head in first.items + second.items] == ["01S3", "01S2", "01S1"]
        assert second.next_after is None


class TestBots:
    def test_a_bot_comes_back_as_it_was_and_can_change(self, rows: Repositories) -> None:
        rows.bots.create(BOT)
        rows.bots.update(replace(BOT, name="New", updated_ms=2))

        assert rows.bots.get("w1", "01B1") == replace(BOT, name="New", updated_ms=2)

    def test_a_deleted_bot_is_gone_for_good(self, rows: Repositories) -> None:
        rows.bots.create(BOT)

        rows.bots.delete("w1", "01B1", 2)

        for gone in (
            lambda: rows.bots.get("w1", "01B1"),
            lambda: rows.bots.update(BOT),
            lambda: rows.bots.delete("w1", "01B1", 3),
        ):
            with pytest.raises(NotFound):
                gone()
        assert rows.bots.list("w1", 10, None).items == ()

    def test_a_bot_of_another_workspace_cannot_be_touched(self, rows: Repositories) -> None:
        rows.bots.create(BOT)

        with pytest.raises(NotFound):
            rows.bots.delete("w2", "01B1", 2)
        with pytest.raises(NotFound):
            rows.bots.update(replace(BOT, workspace_id="w2"))
        assert rows.bots.get("w1", "01B1") == BOT


class TestManualOrders:
    def test_an_intent_comes_back_with_every_digit(self, rows: Repositories) -> None:
        rows.orders.create(ORDER)

        stored = rows.orders.get("w1", "i1")

        assert stored == ORDER
        assert format(stored.qty, "f") == "0.10"

    def test_an_identity_is_taken_once(self, rows: Repositories) -> None:
        rows.orders.create(ORDER)

        with pytest.raises(Conflict, match="intent"):
            rows.orders.create(replace(ORDER, qty=Decimal(5)))
        assert rows.orders.get("w1", "i1").qty == Decimal("0.10")

    def test_what_is_known_can_change(self, rows: Repositories) -> None:
        rows.orders.create(ORDER)
        filled = replace(ORDER, status=ManualOrderStatus.FILLED, filled_qty=Decimal("0.1"), avg_price=Decimal("9999.9"))

        rows.orders.update(filled)

        assert rows.orders.get("w1", "i1") == filled

    def test_an_intent_that_is_not_there_cannot_change(self, rows: Repositories) -> None:
        with pytest.raises(NotFound):
            rows.orders.update(ORDER)
        with pytest.raises(NotFound):
            rows.orders.get("w1", "i1")

    def test_the_newest_come_first(self, rows: Repositories) -> None:
        for number in (2, 3, 1):
            rows.orders.create(replace(ORDER, intent_id=f"i{number}", created_ms=number))

        assert [order.created_ms for order in rows.orders.list("w1", 2)] == [3, 2]

    def test_the_newest_are_counted_among_those_that_are_asked_for(self, rows: Repositories) -> None:
        old = replace(ORDER, intent_id="i1", connection_id="other", symbol="SOLUSDT", created_ms=1)
        rows.orders.create(old)
        for number in (2, 3):
            rows.orders.create(replace(ORDER, intent_id=f"i{number}", created_ms=number))

        assert rows.orders.list("w1", 1, symbol="SOLUSDT") == (old,)
        assert rows.orders.list("w1", 1, connection_id="other") == (old,)
        assert rows.orders.list("w1", 1, "other", ORDER.symbol) == ()

    def test_every_order_that_could_open_is_found(self, rows: Repositories) -> None:
        for number in range(60):
            rows.orders.create(replace(ORDER, intent_id=f"i{number}", created_ms=number, reduce_only=bool(number % 2)))
        rows.orders.create(replace(ORDER, workspace_id="w2"))

        assert [order.created_ms for order in rows.orders.opening("w1")] == list(range(58, -1, -2))


def test_the_directory_holds_exactly_what_was_read_last(rows: Repositories) -> None:
    btc, eth = instrument("BTCUSDT"), instrument("ETHUSDT")
    rows.instruments.replace_all((btc, eth), 1)
    rows.instruments.replace_all((replace(eth, status="Closed"),), 2)

    assert rows.instruments.list() == (replace(eth, status="Closed"),)
    assert rows.instruments.get("BTCUSDT") is None
    assert rows.instruments.get("ETHUSDT") == replace(eth, status="Closed")
