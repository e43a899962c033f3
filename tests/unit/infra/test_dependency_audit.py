"""What the audit of dependencies says of a report of pip-audit."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from infra.checks.dependency_audit import REQUIREMENTS, advises, verdict

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


RELEASE = "# what is shipped\npyotp==2.12.0 \\\n    --hash=sha256:00\n"


@pytest.mark.parametrize(
    ("answer", "advised"),
    [
        (lambda: httpx.Response(200, json={"info": {}, "vulnerabilities": []}), True),
        (lambda: httpx.Response(200, json={"info": {}}), False),
        (lambda: httpx.Response(200, text="<html>a gateway's page</html>"), False),
        (lambda: httpx.Response(404, json={"vulnerabilities": []}), False),
    ],
    ids=["advisories", "a mirror without advisories", "no JSON", "an unknown release"],
)
def test_only_a_source_that_knows_the_release_advises(
    monkeypatch: pytest.MonkeyPatch, answer: Callable[[], httpx.Response], advised: bool
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(httpx, "get", lambda url, timeout: asked.append(url) or answer())

    assert advises(RELEASE, "https://source.test") is advised
    assert asked == ["https://source.test/pypi/pyotp/2.12.0/json"]


def test_a_source_that_cannot_be_reached_advises_not(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(url: str, timeout: float) -> httpx.Response:
        raise httpx.ConnectError("no route")

    monkeypatch.setattr(httpx, "get", away)

    assert not advises(RELEASE)


def test_what_is_shipped_pins_releases_and_requirements_without_any_are_a_mistake(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(httpx, "get", lambda url, timeout: httpx.Response(200, json={"vulnerabilities": []}))

    assert advises(REQUIREMENTS.read_text())
    with pytest.raises(ValueError, match="pin no release"):
        advises("pyotp>=2\n")
