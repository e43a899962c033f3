"""What the environment of a function says, read once by the composition root and validated at start.

A plain dataclass, because every function imports it and a validation library would cost each cold start more than the
whole table below.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields

BYBIT_ENVIRONMENTS = ("simulator", "demo", "testnet", "mainnet")
REGISTRATION_MODES = ("invitation", "open")


class InvalidSettings(Exception):
    """The environment lacks something or says something impossible; the message names the variable."""


@dataclass(frozen=True, slots=True)
class Settings:
    """One stage's configuration. A field's variable is its name in capitals; "" means the function has none."""

    stage: str
    table_prefix: str
    bybit_env: str
    simulator_rest_url: str = ""
    simulator_ws_url: str = ""
    token_key_ids: str = ""
    secrets_key_id: str = ""
    verifier_key_id: str = ""
    mail_function: str = ""
    mail_from: str = ""
    registration: str = "invitation"
    request_rates: str = ""
    state_machine_arn: str = ""
    execution_function: str = ""
    websocket_management_url: str = ""
    websocket_public_url: str = ""
    audit_bucket: str = ""
    lab_bucket: str = ""
    lab_function: str = ""
    lab_sweep_arn: str = ""
    lab_part_work: int = 200_000_000
    candle_wake_spread_ms: int = 5000
    public_origin: str = ""
    cors_origins: frozenset[str] = frozenset()
    refresh_cookie_secure: bool = True
    real_trading: bool = False
    log_level: str = "INFO"

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Settings:
        """The settings of ``environment``. Raises InvalidSettings."""
        values: dict[str, object] = {}
        for setting in fields(cls):
            text = environment.get(setting.name.upper())
            if text is not None:
                values[setting.name] = _PARSERS.get(setting.name, _text)(setting.name.upper(), text)
        missing = [name.upper() for name in ("stage", "table_prefix", "bybit_env") if not values.get(name)]
        if missing:
            raise InvalidSettings(f"not set: {', '.join(missing)}")
        settings = cls(**values)  # type: ignore[arg-type]  # each value went through its field's parser
        if settings.bybit_env == "simulator" and not settings.simulator_rest_url:
            raise InvalidSettings("BYBIT_ENV is simulator, and SIMULATOR_REST_URL is not set")
        return settings

    def listed(self, name: str) -> tuple[str, ...]:
        """The text setting ``name`` as a list that commas divide. Raises InvalidSettings when there is none."""
        return tuple(part.strip() for part in self.required(name).split(",") if part.strip())

    def required(self, name: str) -> str:
        """The text setting ``name``. Raises InvalidSettings when this function was given none."""
        value = getattr(self, name)
        if not isinstance(value, str) or not value:
            raise InvalidSettings(f"{name.upper()} is not set")
        return value


def _text(name: str, text: str) -> str:
    return text.strip()


def _environment(name: str, text: str) -> str:
    if text not in BYBIT_ENVIRONMENTS:
        raise InvalidSettings(f"{name} is {text!r}, not one of {', '.join(BYBIT_ENVIRONMENTS)}")
    return text


def _whole_number(name: str, text: str) -> int:
    if not text.isdecimal():
        raise InvalidSettings(f"{name} is {text!r}, not a whole number")
    return int(text)


def _switch(name: str, text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise InvalidSettings(f"{name} is {text!r}, not true or false")
    return text.lower() == "true"


def _registration(name: str, text: str) -> str:
    if text not in REGISTRATION_MODES:
        raise InvalidSettings(f"{name} is {text!r}, not one of {', '.join(REGISTRATION_MODES)}")
    return text


def _origins(name: str, text: str) -> frozenset[str]:
    origins = frozenset(part.strip() for part in text.split(",") if part.strip())
    wrong = sorted(origin for origin in origins if not _ORIGIN.fullmatch(origin))
    if wrong:
        raise InvalidSettings(f"{name} names {wrong[0]!r}, not an origin such as https://bots.example.com")
    return origins


_ORIGIN = re.compile(r"https://[a-z0-9.-]+(:[0-9]{1,5})?|http://localhost(:[0-9]{1,5})?")
_PARSERS = {
    "cors_origins": _origins,
    "bybit_env": _environment,
    "candle_wake_spread_ms": _whole_number,
    "lab_part_work": _whole_number,
    "refresh_cookie_secure": _switch,
    "registration": _registration,
    "real_trading": _switch,
}
