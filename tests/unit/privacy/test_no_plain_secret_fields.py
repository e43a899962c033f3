"""Whatever holds a secret says so by its type: no dataclass shows one, no model of a request does."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3] / "chalicelib"
SECRET_NAMES = {
    *("access_token", "api_key", "api_secret", "code", "codes", "csrf_token", "current_password", "invitation"),
    *("new_password", "password", "password_hash", "qr_svg", "recovery_code", "refresh_token", "secret", "seed"),
    *("signature", "ticket", "token", "totp", "totp_seed", "uri"),
}
# Names that mean something else where they stand.
NO_SECRETS = {
    ("adapters/dynamodb", "token"): "pynamodb attributes are no dataclass fields",
    ("domain/exchange", "code"): "a return code",
    ("domain/runtime", "code"): "a return code",
    ("domain/workspace", "code"): "a refusal's code",
    ("domain/errors", "code"): "a refusal's code",
    ("api/problems", "code"): "a refusal's code",
    ("api/models/problem", "code"): "a refusal's code",
}


def shown_fields() -> list[tuple[str, str]]:
    """File and name of each annotated field that is called like a secret, is plain text, and would be shown."""
    found = []
    for file in sorted(ROOT.rglob("*.py")):
        where = file.relative_to(ROOT).with_suffix("").as_posix()
        for node in ast.walk(ast.parse(file.read_text())):
            if not isinstance(node, ast.ClassDef) or any(ast.unparse(base) in {"View", "Model"} for base in node.bases):
                continue
            for field in node.body:
                if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
                    name = field.target.id
                    excused = any(where.startswith(place) and name == other for place, other in NO_SECRETS)
                    if name in SECRET_NAMES and not excused and _is_plain(field):
                        found.append((where, name))
    return found


def _is_plain(field: ast.AnnAssign) -> bool:
    annotation = ast.unparse(field.annotation)
    hidden = field.value is not None and "repr=False" in ast.unparse(field.value)
    return "Secret" not in annotation and "KeyText" not in annotation and not hidden and "str" in annotation.lower()


def test_no_field_that_holds_a_secret_is_shown() -> None:
    assert shown_fields() == []


@pytest.mark.parametrize(
    ("source", "plain"),
    [("password: str", True), ("password: Secret", False), ("password: str = field(repr=False)", False)],
)
def test_the_check_tells_them_apart(source: str, plain: bool) -> None:
    (field,) = ast.parse(source).body
    assert isinstance(field, ast.AnnAssign)
    assert _is_plain(field) == plain
