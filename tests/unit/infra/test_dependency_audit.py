"""What the audit of dependencies says of a report of pip-audit."""

from __future__ import annotations

import pytest

from infra.checks.dependency_audit import verdict

CLEAN = {"name": "pyotp", "version": "2.12.0", "vulns": []}
UNKNOWN = {"name": "pybit", "skip_reason": "not found"}
VULNERABLE = {"name": "pyjwt", "version": "1.0", "vulns": [{"id": "CVE-2017-11424"}]}


def test_a_known_vulnerability_fails_and_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert verdict([CLEAN, VULNERABLE]) == 1
    assert "pyjwt 1.0: CVE-2017-11424" in capsys.readouterr().out


def test_what_was_not_looked_up_is_not_called_clean(capsys: pytest.CaptureFixture[str]) -> None:
    assert verdict([UNKNOWN]) == 0
    assert capsys.readouterr().out.startswith("skipped")


def test_a_report_without_findings_says_how_many_were_looked_up(capsys: pytest.CaptureFixture[str]) -> None:
    assert verdict([CLEAN, UNKNOWN]) == 0
    assert "1 of 2 dependencies looked up" in capsys.readouterr().out
