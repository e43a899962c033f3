"""A secret hides itself from every way in which a value becomes text."""

from __future__ import annotations

import copy
import json
import logging
import pickle
from dataclasses import asdict, dataclass

import orjson
import pytest

from chalicelib.domain.secret import HIDDEN, Secret
from chalicelib.observability import adopt_context, line_format, log_context, logger, redacted

TEXT = "canary-value"


@dataclass(frozen=True)
class Holder:
    """Something with a secret."""

    name: str
    token: Secret


@pytest.mark.parametrize(
    "shown",
    [
        repr(Secret(TEXT)),
        str(Secret(TEXT)),
        f"{Secret(TEXT)}",
        f"{Secret(TEXT)!r:>20}",
        "%s %r" % (Secret(TEXT), Secret(TEXT)),  # noqa: UP031  # the old way of formatting must hide it too
        "{:>20}".format(Secret(TEXT)),  # noqa: UP032  # the same
        repr([Secret(TEXT)]),
        repr(Holder("a", Secret(TEXT))),
        str({"any": Secret(TEXT)}),
        json.dumps({"any": Secret(TEXT)}, default=str),
        orjson.dumps({"any": Secret(TEXT)}, default=str).decode(),
        str(redacted({"any": Secret(TEXT)})),
        str(redacted(Holder("a", Secret(TEXT)))),
        str(ValueError(Secret(TEXT))),
        str(vars(Holder("a", Secret(TEXT)))),
    ],
)
def test_no_text_shows_it(shown: str) -> None:
    assert TEXT not in shown
    assert HIDDEN in shown


@pytest.mark.parametrize("write", [json.dumps, orjson.dumps])
def test_no_document_takes_it(write: object) -> None:
    with pytest.raises(TypeError):
        write({"any": Secret(TEXT)})  # type: ignore[operator]


@pytest.mark.parametrize("take", [pickle.dumps, copy.copy, copy.deepcopy, lambda one: asdict(Holder("a", one))])
def test_it_is_not_copied(take: object) -> None:
    with pytest.raises(TypeError):
        take(Secret(TEXT))  # type: ignore[operator]


def test_the_one_way_to_it() -> None:
    assert Secret(TEXT).reveal() == TEXT


def test_two_are_equal_that_hold_the_same() -> None:
    assert Secret(TEXT) == Secret(TEXT)
    assert Secret(TEXT) != Secret("other")
    assert Secret(TEXT) != TEXT


def test_no_log_line_shows_it() -> None:
    record = logging.makeLogRecord({"msg": "token %s", "args": (Secret(TEXT),), "any": Secret(TEXT), "token": TEXT})
    line = line_format().format(record)

    assert TEXT not in line
    assert json.loads(line)["message"] == f"token {HIDDEN}"


def test_what_a_dataclass_does_not_show_is_not_logged_either() -> None:
    from chalicelib.services.accounts.proof import Proof  # noqa: PLC0415  # the real thing, where it is used

    assert redacted(Proof(totp="123456", recovery_code=TEXT)) == {"totp": HIDDEN, "recovery_code": HIDDEN}


def test_the_process_logger_hides_a_secret_in_its_message_and_in_its_keys(capsys: pytest.CaptureFixture[str]) -> None:
    formatted = logger.registered_formatter.format(
        logging.makeLogRecord(
            {"msg": "%s", "args": (Secret(TEXT),), "levelno": 20, "levelname": "INFO", "held": Secret(TEXT)}
        )
    )

    assert TEXT not in formatted


def test_a_called_function_goes_on_under_its_callers_context() -> None:
    logger.clear_state()
    logger.append_keys(requestId="r", runId="run", op="place_order", task="x" * 100)
    handed = log_context()
    logger.clear_state()

    adopt_context({**handed, "botId": "b" * 100, "intentId": 5, "level": "DEBUG"})

    keys = logger.get_current_keys()
    assert handed == {"requestId": "r", "runId": "run"}
    assert (keys["requestId"], keys["runId"], keys["botId"]) == ("r", "run", "b" * 64)
    assert "intentId" not in keys
    assert keys["level"] != "DEBUG"
    logger.clear_state()
