"""The hunt finds what it is made to find: every form of a secret, in every kind of place."""

from __future__ import annotations

import base64
import gzip
import io
import json
import zipfile
import zlib
from pathlib import Path
from urllib.parse import quote

import pytest
from pynamodb.connection import Connection

from chalicelib.adapters.dynamodb.run_tables import RUN_MODELS, RunItem
from tests.canary.forms import forms_of
from tests.canary.hunt import Find, hunt, of_files, of_tables, unpacked
from tests.contract.moto_aws import REGION, moto_aws

SECRET = 'canary"pass/w\\ord+9f3b2c1d-ю'
WRITTEN = {
    "as it is": SECRET.encode(),
    "in JSON": json.dumps({"password": SECRET}, ensure_ascii=False).encode().replace(b"/", b"\\/"),
    "backwards": SECRET.encode()[::-1],
    "in hexadecimal": SECRET.encode().hex().encode(),
    "in capital hexadecimal": SECRET.encode().hex().upper().encode(),
    "in a query": quote(SECRET, safe="").encode(),
}


@pytest.mark.parametrize("how", sorted(WRITTEN))
def test_a_secret_is_found_however_it_is_written(how: str) -> None:
    found = hunt({"password": SECRET}, [("a place", b"before " + WRITTEN[how] + b" after")])

    assert {(one.secret, one.place) for one in found.finds} == {("password", "a place")}


@pytest.mark.parametrize("before", ["", "a", "ab", "abc", "user:"])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_a_secret_is_found_in_base64_wherever_it_begins(before: str, encode: object) -> None:
    written = encode(f"{before}{SECRET}and more".encode())  # type: ignore[operator]

    assert hunt({"password": SECRET}, [("a place", written)]).finds


def test_other_texts_are_not_taken_for_it() -> None:
    others = [("a place", form) for form in forms_of("another-secret-0a1b2c3d4e").values()]

    assert hunt({"password": SECRET}, others).finds == ()


def test_no_form_is_so_short_that_chance_would_find_it() -> None:
    assert all(len(form) >= 8 for form in forms_of("abcdefghij").values())


def test_what_a_row_holds_packed_is_looked_into() -> None:
    with moto_aws(*RUN_MODELS):
        RunItem("run-1", "report", packed_report=zlib.compress(SECRET.encode())).save()

        found = hunt({"password": SECRET}, of_tables(Connection(region=REGION).client))

    assert {one.secret for one in found.finds} == {"password"}


def test_archives_are_looked_into(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inner.txt", SECRET)
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "a.json.gz").write_bytes(gzip.compress(SECRET.encode()))
    (tmp_path / "state" / "b.zip").write_bytes(packed.getvalue())

    found = hunt({"password": SECRET}, of_files(tmp_path))

    assert {one.place for one in found.finds} == {
        "file state/a.json.gz (unpacked)",
        "file state/b.zip: inner.txt",
    }


def test_what_only_begins_like_an_archive_is_read_as_it_is() -> None:
    assert [place for place, _ in unpacked("p", b"\x1f\x8bno gzip")] == ["p"]


def test_a_file_that_may_hold_it_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "exchange.state").write_text(SECRET)
    (tmp_path / "log").write_text(SECRET)

    found = hunt({"password": SECRET}, of_files(tmp_path, but=["exchange.state"]))

    assert found.finds[0] == Find("password", "plain", "file log")
    assert found.places == 1
