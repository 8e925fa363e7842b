"""Faults of a capture as pytest files and curl lines: they send the captured call again, with nobody's secrets."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from conformance.bindings import json
from conformance.bindings.query import write_call
from conformance.defects.table import defects
from conformance.errors import UsageError
from conformance.record.audited import Audited, FileAccount
from conformance.report.audits.export import export_faults, lines
from conformance.traffic.entries import Entry
from conformance.traffic.judging import Judging, Options
from conformance.transport import sigv4
from conformance.transport.client import Client
from conformance.wire.timestamps import format_timestamp
from tests.report.audits.conftest import Render, outcome, place

if TYPE_CHECKING:
    from conformance.wire.messages import HttpRequest, HttpResponse
    from tests.conftest import Kit

PLANTED = defects()["is-valid/lower-case-of-GetAccountBalance"]


@pytest.fixture
def captured(kit: Kit) -> tuple[str, list[bool], Audited]:
    """Return an endpoint's URL, whether it is mended (to be appended to), and the audit of a capture of its fault."""
    bad, good = kit.endpoint(PLANTED.plant), kit.endpoint()
    mended: list[bool] = []

    def answer(request: HttpRequest) -> HttpResponse:
        return (good if mended else bad)(request)

    url = kit.serve(answer).url
    audited = Audited(files={0: FileAccount(file="captures/0.har", format="HAR")})
    with Client() as client:
        request = write_call(
            "GetAccountBalance",
            {},
            url=url,
            credentials=kit.first,
            version="2014-08-15",
            timestamp=format_timestamp(time.time()),
        )
        exchange = client.send(request, retry=False)
    Judging(Options(keeps=True)).take(Entry(place=place(entry=1), exchange=exchange), audited)
    return url, mended, audited


def run_file(file: Path, url: str) -> tuple[int, str]:
    """Run an exported file with pytest alone; return pytest's exit code and what it said."""
    environ = {name: text for name, text in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, "-I", "-m", "pytest", "-q", "-p", "no:cacheprovider", file.name],
        cwd=file.parent,
        env={**environ, "MTURK_ENDPOINT": url},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stdout + done.stderr


def test_a_file_fails_until_the_fault_is_mended(kit: Kit, captured: tuple[str, list[bool], Audited]) -> None:
    url, mended, audited = captured
    written, left = export_faults(audited, kit.folder / "failing")
    assert (len(written), left) == (1, [])
    text = written[0].read_text("utf-8")
    assert "Common.Response.is-valid" in text
    assert "captures/0.har, exchange 1" in text
    assert not [secret for secret in (kit.first.access_key_id, kit.first.secret_key) if secret in text]
    code, said = run_file(written[0], url)
    assert code == 1, said
    mended.append(True)
    code, said = run_file(written[0], url)
    assert code == 0, said
    assert list(lines(written, left, audited)) == [f"1 fault as pytest files, in {kit.folder / 'failing'}"]


def test_a_file_of_a_call_of_json_fails_until_the_fault_is_mended(kit: Kit, render: Render) -> None:
    """As one of Query does: the body is sent again, signed anew, and no secret of the capture is in it."""
    answer, mended = kit.endpoint(), list[bool]()

    def spoilt(request: HttpRequest) -> HttpResponse:
        response = answer(request)
        body = response.body if mended else response.body.replace(b'"NumResults": 0', b'"NumResults": "0"')
        return replace(response, body=body)

    url = kit.serve(spoilt).url
    audited = Audited(files={0: FileAccount(file="captures/0.har", format="HAR")})
    request = sigv4.sign(json.write_call("SearchHITs", {"PageSize": ["5"]}, url=url), kit.first, at=time.time())
    request = replace(request, headers=(*request.headers, ("X-Amz-Security-Token", "a-token-of-a-session")))
    with Client() as client:
        exchange = client.send(request, retry=False)
    Judging(Options(keeps=True)).take(Entry(place=place(entry=1), exchange=exchange), audited)
    assert [key.requirement for key in audited.faults] == ["Common.JSON.value-types"]
    (file,), left = export_faults(audited, kit.folder / "failing")
    assert left == []
    told = file.read_text("utf-8") + render("terminal", audited) + render("jsonl", audited)
    secrets = (kit.first.access_key_id, kit.first.secret_key, sigv4.signature_in(request), "a-token-of-a-session")
    assert not [secret for secret in secrets if secret in told]
    assert "--aws-sigv4 aws:amz:us-east-1:mturk-requester" in told
    code, said = run_file(file, url)
    assert code == 1, said
    mended.append(True)
    code, said = run_file(file, url)
    assert code == 0, said


@pytest.mark.parametrize("name", ["terminal", "jsonl", "sarif", "junit"])
def test_reports_have_a_curl_line_where_the_exchange_is_at_hand(
    name: str, kit: Kit, captured: tuple[str, list[bool], Audited], render: Render
) -> None:
    """It signs anew, with the reader's own key."""
    told = render(name, captured[2])
    assert "curl -sS" in told
    assert "MTURK_ACCESS_KEY_ID" in told
    assert kit.first.access_key_id not in told


def test_faults_without_an_exchange_are_counted(tmp_path: Path) -> None:
    """Documents cannot be sent again."""
    audited = outcome("x", "y")
    assert export_faults(audited, tmp_path / "none") == ([], [])
    assert list(lines([], [], audited)) == [
        "no file for 2 faults of documents, of exchanges that are too large, or beyond the first"
    ]


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="--export-failing"):
        export_faults(outcome("x"), tmp_path / "file")


def test_a_long_capture_is_exported_in_bounds(large: Audited, tmp_path: Path) -> None:
    """Every fault that is kept gets a file of its own, with valid Python in it."""
    written, left = export_faults(large, tmp_path)
    assert len(written) + len(left) == sum(key.grade != "observed" for key in large.kept)
    for path in written:
        compile(path.read_text("utf-8"), path, "exec")
