"""The look for credentials fails for a planted one, and goes by the line that says it is none."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from infra.checks.secret_scan import holds_secrets

KEY_ID = "AKIA" + "1234567890ABCDEF"
ADDRESS = "https://trader:" + "hunter2@example.com"


@pytest.mark.parametrize("secret", [KEY_ID, ADDRESS, "-----BEGIN RSA " + "PRIVATE KEY-----"])
def test_a_planted_credential_is_found_wherever_it_stands(
    tmp_path: Path, secret: str, capfd: pytest.CaptureFixture[str]
) -> None:
    planted = tmp_path / "settings.py"
    planted.write_text(f'\n\nVALUE = "{secret}"\n')
    assert holds_secrets([planted])
    told = capfd.readouterr()
    assert f"{planted}:3" in told.out + told.err
    assert secret not in told.out + told.err


def test_a_line_that_says_it_is_an_example_may_stand_and_move(tmp_path: Path) -> None:
    example = tmp_path / "example.py"
    for before in ("", "\n" * 7):
        text = f'{before}VALUE = "{KEY_ID}"  # pragma: allowlist secret\n'
        example.write_text(text)
        assert not holds_secrets([example])
        assert example.read_text() == text


def test_a_scanner_that_cannot_look_is_no_clean_result() -> None:
    with pytest.raises(subprocess.CalledProcessError):
        holds_secrets(["--no-such-option"])
