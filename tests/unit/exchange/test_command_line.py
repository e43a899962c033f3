"""The process's options, and what it says when they make no sense."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from infra.local.exchange.__main__ import main, read_options
from infra.local.exchange.simulator import Options, start


def test_options_are_read_from_the_command_line() -> None:
    options = read_options(
        ["--port", "9", "--speed", "60", "--symbols", "BTCUSDT,XRPUSDT", "--account", "K:S:7:12.5", "--profile", "demo"]
    )
    assert (options.port, options.speed, options.symbols, options.profile) == (9, 60, ("BTCUSDT", "XRPUSDT"), "demo")
    assert options.accounts == (("K", "S", "7", Decimal("12.5")),)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--symbols", "NOPEUSDT"], "unknown: NOPEUSDT; known: BTCUSDT"),
        (["--account", "K:S"], "KEY:SECRET:UID:USDT"),
        (["--account", "K:S:1:much"], "much is not an amount of USDT"),
        (["--speed", "1000"], "between 0.1 and 600"),
    ],
)
def test_a_senseless_option_is_explained(arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        read_options(arguments)
    assert says in capsys.readouterr().err


def test_an_unreadable_state_says_what_to_do(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    state.write_text("{broken")
    with pytest.raises(SystemExit, match="delete it to start afresh"):
        main(["--state", str(state), "--port", "1"])


def test_a_saved_simulator_resumes_its_accounts_and_its_market(tmp_path: Path) -> None:
    options = Options(state=tmp_path / "state.json", accounts=(("K", "S", "7", Decimal(500)),), symbols=("ETHUSDT",))
    first = start(options)
    for number in range(150):
        first.feed.play_step(first.started_ms + number)
    first.save()
    second = start(options)
    assert second.exchange.world.accounts["7"].wallet == 500
    assert second.feed.index == first.feed.index
    before, after = first.feed.candles["ETHUSDT"], second.feed.candles["ETHUSDT"]
    assert [after.closed[i] for i in range(len(before.closed))][:-2] == [
        before.closed[i] for i in range(len(before.closed))
    ][:-2]
    assert (tmp_path / "state.json").stat().st_mode & 0o077 == 0
