"""Bad input and bad endpoints: every run ends in time, with the right exit code and a clear word, never a traceback."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from conformance.record.events import Verdict
from conformance.wire.messages import HttpRequest, HttpResponse

if TYPE_CHECKING:
    from tests.conftest import Kit

XML = (("Content-Type", "text/xml"),)
BOMB = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "ha">%s]><x>&a30;</x>' % b"".join(
    b'<!ENTITY a%d "%s">' % (number, b"&a%d;" % (number - 1) * 10) for number in range(1, 31)
)


@contextmanager
def listening(converse: Callable[[socket.socket], object]) -> Iterator[str]:
    """Listen on a socket and do something with each connection during the block, whose value is the URL."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.05)

        def accept() -> None:
            kept = []
            while not over.is_set():
                try:
                    connection, _ = listener.accept()
                except TimeoutError:
                    continue
                kept.append(connection)
                converse(connection)
            for connection in kept:
                connection.close()

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        finally:
            over.set()
            thread.join()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--selct", "x"], "No such option '--selct'"),
        (["--select", "RejectQualificationRequst.effect-list"], "did you mean RejectQualificationRequest.effect-list?"),
        (["--select", "Nothing.*"], "'Nothing.*'"),
        (["--select", "kind:atuh"], "did you mean auth?"),
        (["--select", "knd:auth"], "did you mean kind"),
        (["--version", "2014-08-51"], "did you mean 2014-08-15?"),
        (["--version", ""], "expected a list of API versions"),
        (["--binding", "json"], "query"),
        (["--case", "rejection/leaves-the-lst"], "did you mean rejection/leaves-the-list?"),
        (["--case", "rejection/leaves-the-list", "--select", "kind:auth"], "in what is selected"),
        (["--worker-driver", "htp"], '"http"'),
        (["--restart-hook", "http"], '"reference" or "none"'),
        (["--worker-driver", "http"], "is for an endpoint at a url"),
        (["--profile", "staging"], "there is no profile 'staging'"),
        (["--profile", "missing.toml"], "missing.toml"),
        (["--seed", "one"], "--seed"),
        (["--fail-on", "never"], "'must', 'should'"),
        (["--settling-time", "soon"], "a number of seconds"),
        (["not-a-url"], "expected a URL"),
        (["http://127.0.0.1:1/", "http://127.0.0.1:2/"], "unexpected extra argument"),
        (["http://user:word@127.0.0.1:1/"], "holds no user name"),
        (["http://127.0.0.1:1/", "--worker-driver", "reference"], "belongs to the embedded endpoint"),
    ],
)
def test_wrong_usage_ends_with_2_and_names_what_is_near(kit: Kit, arguments: list[str], told: str) -> None:
    """Nothing is recorded, nothing is run; the answer says what would have been right."""
    outcome = kit.judge(*arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert told in outcome.err
    assert not kit.record_path.exists()


def test_a_wrong_key_of_a_profile_ends_with_2(kit: Kit) -> None:
    """The file and the nearest key are named."""
    Path("profile.toml").write_text('url = "http://127.0.0.1:1/"\nwoker_driver = "http"\n')
    outcome = kit.judge("--profile", "profile.toml")
    assert outcome.code == 2
    assert "profile.toml" in outcome.err
    assert "did you mean worker_driver?" in outcome.err


@pytest.mark.parametrize("missing", ["MTURK_ACCESS_KEY_ID", "MTURK_SECRET_KEY", "MTURK_CONTROL_TOKEN"])
def test_a_missing_secret_ends_with_2(kit: Kit, missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable to set is named, and nothing is sent."""
    endpoint = kit.serve()
    monkeypatch.delenv(missing)
    outcome = kit.judge(endpoint.url, *kit.driven, *kit.few)
    assert outcome.code == 2
    assert missing in outcome.err
    assert endpoint.seen == []


@pytest.mark.parametrize(
    ("suite", "told"),
    [
        ("raise RuntimeError('no table')", "no table"),
        ("def test_no_case():\n    raise RuntimeError('no table')", "no table"),
        (
            "import pytest\n@pytest.fixture\ndef odd():\n    raise OSError('no fixture')\ndef test_odd(odd): pass",
            "no fixture",
        ),
    ],
    ids=["read", "called", "set-up"],
)
def test_a_suite_that_fails_before_it_is_a_case_ends_with_3(
    kit: Kit, monkeypatch: pytest.MonkeyPatch, suite: str, told: str
) -> None:
    """That is a fault of the kit, and no finding about the endpoint: it is told."""
    folder = kit.folder / "suites"
    folder.mkdir()
    (folder / "pytest.ini").write_text("[pytest]\n")
    name = f"test_odd_{abs(hash(suite))}.py"  # modules are imported once
    (folder / name).write_text(suite)
    monkeypatch.setattr("conformance.cli.suites.SUITES", folder)
    outcome = kit.judge(kit.serve().url, *kit.driven, *kit.few)
    assert outcome.code == 3
    assert f"error: a suite of this kit failed outside of any case: {name}" in outcome.err
    assert told in outcome.err


@pytest.mark.parametrize("record", ["none/record.jsonl", "/dev/full", "."])
def test_a_record_that_cannot_be_written_ends_with_2(kit: Kit, record: str) -> None:
    """The file and the reason are named."""
    endpoint = kit.serve()
    outcome = kit.judge(endpoint.url, *kit.few, "--record", record)
    assert (outcome.code, outcome.out) == (2, "")
    assert f"the record {record.strip('./') and record}" in outcome.err


@pytest.mark.parametrize("ledger", ["/dev/full", "/dev/null/ledger.jsonl"])
def test_a_ledger_that_cannot_be_written_ends_the_run_with_2(kit: Kit, ledger: str) -> None:
    """Nothing is created without it, and the reason is told once instead of for each case."""
    endpoint = kit.serve()
    creating = ("--case", "Common.Operation.names/CreateQualificationType")
    outcome = kit.judge(endpoint.url, *creating, "--ledger", ledger)
    assert outcome.code == 2
    assert endpoint.calls("CreateQualificationType") == 0
    told = outcome.err + outcome.out
    assert f"cannot write the ledger {ledger}" in told
    assert 'File "' not in told


def test_a_disk_that_becomes_full_ends_the_run(kit: Kit) -> None:
    """What was recorded before is kept and can be read; the run says so and ends with 2."""
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))"
    (kit.folder / "limited.py").write_text(f"{limit}\nfrom conformance.cli import main\nmain()\n")
    path = f"{os.environ['PYTHONPATH']}{os.pathsep}{kit.folder}"
    with kit.start("run", "--record", kit.record_path, module="limited", PYTHONPATH=path) as run:
        out, err = run.communicate(timeout=30)
    assert run.returncode == 2, err
    assert (out, err.count("\n")) == ("", 1)
    assert f"cannot write on in the record {kit.record_path}: file too large" in err
    assert len(kit.record().verdicts) > 5
    assert kit.call("report", "terminal", kit.record_path).code == 0


@pytest.mark.parametrize(
    "url",
    [
        "https://mechanicalturk.amazonaws.com/",
        "http://mechanicalturk.amazonaws.com/?x",
        "https://MechanicalTurk.Amazonaws.com.:443/",
        "https://mechanicalturk.sandbox.amazonaws.com/",
        "https://mturk-requester.us-east-1.amazonaws.com/",
    ],
)
def test_amazons_own_hosts_are_refused(kit: Kit, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is sent, not even a name looked up, without explicit leave; for production a cap is wanted as well."""

    def no_network(*_: object, **__: object) -> None:
        raise AssertionError("something was sent")

    monkeypatch.setattr(socket, "getaddrinfo", no_network)
    monkeypatch.setattr(socket, "create_connection", no_network)
    assert kit.judge(url).code == 4
    outcome = kit.judge(url, "--allow-production")
    assert outcome.code == 4
    assert "--spend-cap" in outcome.err or "--allow-sandbox" in outcome.err


@pytest.mark.parametrize(
    ("host", "leave"),
    [
        ("mechanicalturk.sandbox.amazonaws.com", ["--allow-sandbox"]),
        ("mechanicalturk.amazonaws.com", ["--allow-production", "--spend-cap", "0"]),
    ],
)
def test_amazons_own_hosts_are_taken_with_explicit_leave(
    kit: Kit, host: str, leave: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the leave the run goes ahead; here no such host can be found."""
    asked = []

    def nowhere(name: str, *_: object, **__: object) -> None:
        asked.append(name)
        raise socket.gaierror(socket.EAI_NONAME, "no such host in the tests")

    monkeypatch.setattr(socket, "getaddrinfo", nowhere)
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    outcome = kit.judge(f"https://{host}/", *leave)
    assert outcome.code == 3
    assert "no such host in the tests" in outcome.err
    assert set(asked) == {host}


def test_no_server_ends_with_3(kit: Kit) -> None:
    """The URL and the reason are told; there is no record of a run that never was."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}/"
    outcome = kit.judge(url)
    assert (outcome.code, outcome.out) == (3, "")
    assert f"at {url}, no answer came: unreachable: Connection refused" in outcome.err
    assert not kit.record_path.exists()


def test_a_server_that_hangs_ends_with_3_in_time(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    """The time limits of the profile hold."""
    monkeypatch.setenv("MTURK_CONFORMANCE_READ_TIMEOUT", "0.2")
    started = time.monotonic()
    with listening(lambda connection: None) as url:
        outcome = kit.judge(url)
    assert outcome.code == 3
    assert "timeout: no byte came for 0.2 s" in outcome.err
    assert time.monotonic() - started < 5


def test_a_server_that_closes_without_an_answer_ends_with_3(kit: Kit) -> None:
    """A connection that is broken off is no answer."""
    with listening(lambda connection: connection.close()) as url:
        outcome = kit.judge(url)
    assert outcome.code == 3
    assert "no answer came: reset" in outcome.err


@pytest.mark.parametrize(
    ("driver", "told"), [("--worker-driver", "POST /workers: HTTP 401"), ("--clock-driver", "GET /clock: HTTP 401")]
)
def test_a_driver_that_does_not_work_ends_with_3(
    kit: Kit, driver: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong token is told before the first case, instead of blocking most of them."""
    monkeypatch.setenv("MTURK_CONTROL_TOKEN", "wrong")
    outcome = kit.judge(kit.serve().url, driver, "http")
    assert outcome.code == 3
    assert told in outcome.err
    assert "MTURK_CONTROL_TOKEN" in outcome.err


@pytest.mark.parametrize(
    ("response", "told"),
    [
        (HttpResponse(status=200, body=b"<html><body><p>Hello<br></body></html>"), "not an XML reply"),
        (
            HttpResponse(status=200, headers=XML, body=b"<GetAccountBalanceResponse><x></GetAccountBalance"),
            "well-formed",
        ),
        (HttpResponse(status=200, headers=XML, body=b""), "no bytes"),
        (HttpResponse(status=200, headers=XML, body=BOMB), "DTD"),
        (HttpResponse(status=200, headers=XML, body=b'<?xml version="1.0" encoding="utf-8"?><a>\xe9</a>'), "encoding"),
        (HttpResponse(status=200, headers=XML, body=b'<?xml version="1.0" encoding="x-no"?><a/>'), "encoding"),
        (HttpResponse(status=200, headers=XML, body=b"\0" * 100), "not an XML reply"),
        (HttpResponse(status=200, headers=(*XML, ("Content-Encoding", "gzip")), body=b"no gzip"), "gzip"),
        (HttpResponse(status=200, headers=XML, body=b"<a>" * 100_000), "not an XML reply"),
        (HttpResponse(status=500, body=b"oops"), "HTTP 500"),
        (HttpResponse(status=200, headers=(("Content-Type", "application/json"),), body=b'{"a": 1}'), "not an XML"),
    ],
    ids=["html", "cut", "empty", "bomb", "charset", "unknown charset", "nul", "no gzip", "deep", "500", "json"],
)
def test_an_endpoint_that_answers_nonsense_does_not_conform(kit: Kit, response: HttpResponse, told: str) -> None:
    """The finding can be read; the run is neither a crash nor a pass."""
    endpoint = kit.serve(lambda request: response)
    outcome = kit.judge(endpoint.url, "--select", "kind:auth", "--select", "Common.REST.*")
    assert outcome.code == 1
    assert told in outcome.out
    assert kit.named(Verdict.ERROR) == set()
    assert "Common.Signature.required" in kit.named(Verdict.FAIL)


def test_a_reply_without_end_is_cut_off(kit: Kit) -> None:
    """Fifty million bytes are a finding, and neither kept nor recorded."""
    body = b"<a>" + b"x" * 50_000_000
    endpoint = kit.serve(lambda request: HttpResponse(status=200, headers=XML, body=body))
    outcome = kit.judge(endpoint.url, "--select", "Common.Signature.*")
    assert outcome.code == 1
    assert "too large: the body is longer than the limit" in outcome.out
    assert kit.record_path.stat().st_size < 100_000


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(kit: Kit, status: int) -> None:
    """Credentials stand in the message, so no other host ever sees it; the finding says where it would have gone."""
    other = kit.serve(lambda request: HttpResponse(status=200))
    headers = (("Location", f"{other.url}elsewhere"),)
    endpoint = kit.serve(lambda request: HttpResponse(status=status, headers=headers))
    outcome = kit.judge(endpoint.url, "--select", "Common.Signature.*")
    assert outcome.code == 1
    assert f"HTTP {status}" in outcome.out
    assert f"{other.url}elsewhere" in outcome.out
    assert len(endpoint.seen) > 1
    assert other.seen == []


def test_a_throttled_read_is_repeated_and_a_write_never(kit: Kit) -> None:
    """What stays throttled is blocked, by one cause, and nothing is held against the endpoint."""
    handler = kit.endpoint()

    def throttle(request: HttpRequest) -> HttpResponse:
        if kit.operation_of(request) in ("CreateQualificationType", "GetQualificationRequests"):
            return HttpResponse(status=503, headers=(("Retry-After", "0"),))
        return handler(request)

    endpoint = kit.serve(throttle)
    cases = ("--case", "Common.Operation.names/CreateQualificationType")
    cases += ("--case", "Common.Operation.names/GetQualificationRequests")
    outcome = kit.judge(endpoint.url, *kit.driven, *cases)
    assert outcome.code == 5
    assert "CreateQualificationType: throttled (HTTP 503)" in outcome.out
    assert kit.named(Verdict.BLOCKED) == {"Common.Operation.names"}
    assert endpoint.calls("CreateQualificationType") == 1
    assert endpoint.calls("GetQualificationRequests") == 3


@pytest.mark.parametrize(
    "arguments",
    [
        ["--select", "QualificationRequest.only-in"],
        ["--select", "RejectQualificationRequest.durable", "--restart-hook", "none"],
        ["--select", "Common.Version.retirement-message"],
    ],
)
def test_a_run_that_measured_nothing_ends_with_5(kit: Kit, arguments: list[str]) -> None:
    """It is no success; the reason stands in the report."""
    outcome = kit.judge(*arguments, "--version", "2014-08-15")
    assert outcome.code == 5
    assert "NOT JUDGED: nothing was measured" in outcome.out
    assert kit.named(Verdict.NOT_MEASURED) == {arguments[1]}
