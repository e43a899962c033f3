"""The headers that the page is served with."""

from __future__ import annotations

from infra.local.proxy import PAGE_HEADERS


def test_the_page_is_served_with_a_strict_policy() -> None:
    policy = dict(part.strip().partition(" ")[::2] for part in PAGE_HEADERS["content-security-policy"].split(";"))

    assert "unsafe" not in str(policy)
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
