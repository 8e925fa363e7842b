"""The bare pytest line: what pytest shows for each verdict, and the kit's exit codes in place of pytest's."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from conformance.bindings.query import read_call
from conformance.record.events import Verdict
from conformance.target.ledger import open_items
from conformance.wire.messages import HttpRequest, HttpResponse

if TYPE_CHECKING:
    from conformance.reference.endpoint import Endpoint
    from tests.conftest import Kit

Door = Callable[..., tuple[int, str]]
NAMED = "RejectQualificationRequest.effect-list"


@pytest.fixture
def door(kit: Kit) -> Door:
    """Call pytest with the plugin in this process, as on the command line; return the exit code and what it shows."""

    def call(*arguments: str) -> tuple[int, str]:
        kit.captured.readouterr()
        fixed = ("-p", "conformance.pytest_plugin", "-p", "no:cacheprovider", "--color=no")
        options = (f"--mturk-record={kit.record_path}", f"--mturk-ledger={kit.ledger}", "--mturk-seed=7")
        code = pytest.main([*fixed, *options, "--pyargs", "conformance.suites", *arguments])
        captured = kit.captured.readouterr()
        assert "INTERNALERROR" not in captured.out + captured.err
        return int(code), captured.out + captured.err

    return call


def forgets_rejections(endpoint: Endpoint) -> None:
    """Plant: a rejected request stays in the list."""
    endpoint.handlers["RejectQualificationRequest"] = lambda context: {}


def test_a_missed_must_is_a_failed_test(kit: Kit, door: Door) -> None:
    """Pytest shows the sentence, what was expected and what came; the run can be told again by its seed."""
    endpoint = kit.serve(plant=forgets_rejections)
    drivers = ("--mturk-worker-driver=http", "--mturk-clock-driver=http")
    code, shown = door(f"--endpoint={endpoint.url}", *drivers, f"--mturk-select={NAMED}")
    assert code == 1
    assert f"mturk-conformance: {endpoint.url}, 2014-08-15, run " in shown
    assert "seed 7" in shown
    assert f"{NAMED} (MUST, 2014-08-15): " in shown
    assert "    expected " in shown
    assert "    actual " in shown
    assert "Traceback" not in shown
    assert kit.named(Verdict.FAIL) == {NAMED}


def test_what_is_not_measured_is_skipped_with_the_reason(kit: Kit, door: Door) -> None:
    """A run of nothing but skips has measured nothing: exit code 5."""
    endpoint = kit.serve()
    code, shown = door("-rs", f"--endpoint={endpoint.url}", f"--mturk-select={NAMED}")
    assert code == 5
    assert "needs worker:request-qualification, which the target does not offer" in shown
    assert "skipped" in shown
    assert kit.named(Verdict.NOT_MEASURED) == {NAMED}


def test_a_warning_fails_where_that_is_asked_for(kit: Kit, door: Door) -> None:
    """By default a missed SHOULD passes."""

    def takes_any_service(endpoint: Endpoint) -> None:
        endpoint.check_service = lambda call: None

    endpoint = kit.serve(plant=takes_any_service)
    arguments = (f"--endpoint={endpoint.url}", "--mturk-select=Common.Service.value")
    assert door(*arguments)[0] == 0
    assert door(*arguments, "--mturk-fail-on=should")[0] == 1


@pytest.mark.parametrize(
    ("arguments", "expected", "told"),
    [
        (["--mturk-version=2014-08-51"], 2, "did you mean 2014-08-15?"),
        (["--mturk-select=Common.Service.valeu"], 2, "did you mean Common.Service.value?"),
        (["--mturk-case=rejection/leaves-the-lst"], 2, "did you mean rejection/leaves-the-list?"),
        (["--mturk-worker-driver=htp"], 2, '"http"'),
        (["--mturk-fail-on=never"], 4, "invalid choice"),  # found by pytest before the plugin is there
        (["--endpoint=https://mechanicalturk.amazonaws.com/"], 4, "Amazon's production service"),
        (["--endpoint=http://127.0.0.1:1/"], 3, "no answer came"),
        (["--mturk-record=none/record.jsonl", "--mturk-select=Common.Service.value"], 2, "cannot write the record"),
        (["-p", "xdist", "-n", "2", "--dist=each"], 2, "cannot use --dist=each"),
        (["--mturk-select=QualificationRequest.only-in"], 5, ""),
        (["--collect-only", "-q", "--mturk-select=Common.Service.value"], 0, "Common.Service.value]"),
    ],
)
def test_what_ends_a_session_has_the_kits_exit_code(door: Door, arguments: list[str], expected: int, told: str) -> None:
    """Wrong usage, safety and unreachable endpoints are told as on the command line."""
    code, shown = door(*arguments)
    assert code == expected, shown
    assert told in shown
    assert "Traceback" not in shown


def test_other_tests_of_the_session_count_too(kit: Kit, door: Door) -> None:
    """A failed test of the user's own is never hidden by an endpoint that conforms, and a passed one adds nothing."""
    endpoint = kit.serve()
    (kit.cwd / "test_mine.py").write_text("def test_good(): pass\ndef test_bad(): assert False, 'mine'\n")
    arguments = (f"--endpoint={endpoint.url}", "--mturk-select=Common.Service.value", str(kit.cwd / "test_mine.py"))
    assert door(*arguments, "--deselect", "test_mine.py::test_bad")[0] == 0
    code, shown = door(*arguments)
    assert code == 1
    assert "AssertionError: mine" in shown
    assert kit.named(Verdict.PASS) == {"Common.Service.value"}


def test_cases_that_were_not_run_are_not_called_undecidable(kit: Kit, door: Door) -> None:
    """What pytest was told to leave out is not measured for that reason."""
    endpoint = kit.serve()
    selection = ("--mturk-select=Common.Service.value", "--mturk-select=Common.Signature.required")
    code, _ = door(f"--endpoint={endpoint.url}", *selection, "-k", "Service")
    assert code == 0
    reasons = {event.requirement: event.reason for event in kit.record().verdicts if event.reason}
    assert reasons == {"Common.Signature.required": "no case that was run shows it"}


def test_what_pytest_shows_holds_no_secret(kit: Kit, door: Door) -> None:
    """Also where the endpoint quotes key and signature in what it says."""

    def quoting(request: HttpRequest) -> HttpResponse:
        common = read_call(request).common
        told = f"{common.get('AWSAccessKeyId')} {common.get('Signature')} {quote(kit.first.secret_key)}"
        return HttpResponse(status=400, body=f"<Response><Errors><Error>{told}".encode())

    endpoint = kit.serve(quoting)
    code, shown = door(f"--endpoint={endpoint.url}", "--mturk-select=kind:auth", "--mturk-select=Common.REST.*")
    assert code == 1
    assert "REDACTED" in shown
    signatures = {text for request in endpoint.seen if len(text := read_call(request).common.get("Signature", "")) > 20}
    assert signatures
    for secret in (*signatures, kit.first.access_key_id, kit.first.secret_key, quote(kit.first.secret_key)):
        assert secret not in shown


def test_the_embedded_endpoint_is_the_default(kit: Kit, door: Door) -> None:
    """Without an endpoint the door starts its own and ends it."""
    code, shown = door(f"--mturk-select={NAMED}", "--mturk-version=2014-08-15", "-q")
    assert code == 0, shown
    assert kit.record().header.drivers == {"worker": "reference", "clock": "reference", "restart": "reference"}


def test_processes_of_xdist_write_one_record(kit: Kit, door: Door) -> None:
    """The record is that of a session in one process; every process has the seed of the session, and cleans up."""
    endpoint = kit.serve()
    arguments = (f"--endpoint={endpoint.url}", "--mturk-worker-driver=http", "--mturk-select=RejectQualification*")
    assert door(*arguments)[0] == 0
    alone = kit.verdicts()
    code, shown = door(*arguments, "-p", "xdist", "-n", "2")
    assert code == 0, shown
    assert kit.verdicts() == alone
    assert [kit.record_path.read_text().count(f'{{"type": "{kind}"') for kind in ("run", "end")] == [1, 1]
    assert open_items(kit.ledger) == ()


def test_exploring_is_asked_for(kit: Kit, door: Door) -> None:
    """Messages that no requirement speaks of are sent on request only, and seen again by their case."""
    endpoint = kit.serve()
    arguments = (f"--endpoint={endpoint.url}", "--mturk-worker-driver=http", "-k", "unstated")
    assert door(*arguments)[0] == 5
    code, shown = door(*arguments, "--mturk-explore")
    assert code == 0, shown
    cases = sorted({event.case for event in kit.record().verdicts if event.case.startswith("sweeps/unstated")})
    assert len(cases) > 3
    assert door(*arguments, f"--mturk-case={cases[0]}")[0] == 0
    assert {event.case for event in kit.record().verdicts} == {cases[0]}
