"""`run`: what it measures, what it says of it, and with which exit code it ends."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from conformance.bindings.query import read_call
from conformance.record.events import Verdict
from conformance.spec.requirements import requirements
from conformance.wire.messages import HttpRequest, HttpResponse

if TYPE_CHECKING:
    from conformance.reference.endpoint import Endpoint
    from tests.conftest import Kit


def forgets_rejections(endpoint: Endpoint) -> None:
    """A rejected request stays in the list: breaks MUSTs."""
    endpoint.handlers["RejectQualificationRequest"] = lambda context: {}


def takes_any_service(endpoint: Endpoint) -> None:
    """Any value of Service is taken: breaks a SHOULD."""
    endpoint.check_service = lambda call: None


def test_the_embedded_endpoint_conforms(kit: Kit) -> None:
    """Without a URL everything that the kit decides is measured, in the oldest and the newest version."""
    outcome = kit.judge()
    assert outcome.code == 0
    assert outcome.err == ""
    assert re.search(r"CONFORMS AS FAR AS MEASURED  \d+ of \d+ MUSTs measured", outcome.out)
    record = kit.record()
    left_out = {name for name, one in requirements().items() if one.untestable or not one.speaks_of("query")}
    measured = {event.requirement for event in record.verdicts if event.verdict.measured}
    missed = {event.requirement for event in record.verdicts} - measured - left_out
    # The endpoint lives, every Worker here answers something, and there is no certificate for https.
    assert missed == {"Common.Version.retirement-message", "Assignment.Answer.empty", "Common.REST.https"}
    assert record.header.versions == ("2006-10-31", "2014-08-15", "2017-01-17")
    assert record.end is not None
    assert (record.end.exit_code, record.end.interrupted, record.end.reason) == (0, False, None)
    assert {event.verdict for event in record.verdicts} == {Verdict.PASS, Verdict.OBSERVED, Verdict.NOT_MEASURED}


def test_a_must_that_is_missed_fails_the_run(kit: Kit) -> None:
    """The requirement stands among the failures, with what shows it again."""
    endpoint = kit.serve(plant=forgets_rejections)
    outcome = kit.judge(endpoint.url, *kit.driven, *kit.few)
    assert outcome.code == 1
    assert "RejectQualificationRequest.effect-list" in kit.named(Verdict.FAIL)
    assert "FAIL  RejectQualificationRequest.effect-list  MUST" in outcome.out
    assert "DOES NOT CONFORM" in outcome.out


def test_a_should_that_is_missed_is_a_warning(kit: Kit) -> None:
    """It fails the run only where that is asked for."""
    endpoint = kit.serve(plant=takes_any_service)
    for arguments, code in (((), 0), (("--fail-on", "should"), 1)):
        outcome = kit.judge(endpoint.url, "--select", "Common.Service.value", *arguments)
        assert outcome.code == code
        assert kit.named(Verdict.WARN) == {"Common.Service.value"}
        assert kit.named(Verdict.FAIL) == set()
        assert "Warnings (1)" in outcome.out


def test_without_a_worker_driver_nothing_of_workers_is_claimed(kit: Kit) -> None:
    """What needs a Worker is not measured, and said to be so, with the reason."""
    endpoint = kit.serve()
    outcome = kit.judge(endpoint.url, *kit.few, "--select", "QualificationRequest.Test.*")
    assert outcome.code == 0
    assert "needs worker:request-qualification" in outcome.out
    assert not re.search(r"(\d+) of \1 MUSTs measured", outcome.out)
    verdicts = [event for event in kit.record().verdicts if event.requirement.startswith("QualificationRequest.")]
    assert verdicts
    assert {event.verdict for event in verdicts} == {Verdict.NOT_MEASURED}
    assert all(event.reason for event in verdicts)


def agree(first: dict[tuple[str, str, str], set[str]], second: dict[tuple[str, str, str], set[str]]) -> bool:
    """Tell whether two runs against one living endpoint saw the same.

    A list without a filter also shows what the first run left there, so that the second may have more to see.
    """
    equal = all(second.get(key) == verdicts for key, verdicts in first.items())
    more = [verdicts for key, verdicts in second.items() if key not in first]
    return (
        equal
        and {(name, version) for name, _, version in first} == {(name, version) for name, _, version in second}
        and all(verdicts <= {Verdict.PASS, Verdict.OBSERVED} for verdicts in more)
    )


def test_both_doors_see_the_same_on_a_served_endpoint(kit: Kit) -> None:
    """`run` and the bare pytest line measure all but a restart on what `serve` serves, and agree on every case."""
    with kit.start("serve", "--port", "0", "--control", "--json") as server:
        assert server.stdout is not None
        url = json.loads(server.stdout.readline())["url"]
        versions = [f"--version={version}" for version in ("2014-08-15", "2006-10-31")]
        outcome = kit.judge(url, *kit.driven, *kit.few, "--seed", "5", *versions)
        assert outcome.code == 0, outcome.out
        at_run, record = kit.verdicts(), kit.folder / "door.jsonl"
        few = [f"--mturk-select={one}" for one in kit.few if not one.startswith("--")]
        options = ["--mturk-seed=5", *few, *(f"--mturk-{name}-driver=http" for name in ("worker", "clock"))]
        options += [f"--mturk-version={version}" for version in ("2014-08-15", "2006-10-31")]
        options += [f"--mturk-record={record}", f"--mturk-ledger={kit.ledger}", f"--endpoint={url}"]
        plugin = ("-p", "conformance.pytest_plugin", "-p", "no:cacheprovider", "--pyargs", "conformance.suites")
        line = [sys.executable, "-m", "pytest", *plugin, *options]
        door = subprocess.run(line, capture_output=True, text=True, check=False)
        server.terminate()
        _, complaints = server.communicate(timeout=10)
    assert (door.returncode, door.stderr) == (0, "")
    assert f"mturk-conformance: {url}" in door.stdout
    assert agree(at_run, kit.verdicts(record))
    assert {"needs restart, which the target does not offer"} == {
        event.reason for event in kit.record().verdicts if event.reason.startswith("needs")
    }
    assert (server.returncode, complaints) == (0, "")


def test_runs_with_one_seed_do_not_meet_on_a_living_endpoint(kit: Kit) -> None:
    """The run id keeps their objects apart; equal seeds give equal values, so equal verdicts."""
    endpoint = kit.serve()
    seen = []
    for _ in range(2):
        outcome = kit.judge(endpoint.url, *kit.driven, *kit.few, "--seed", "7")
        assert outcome.code == 0, outcome.out
        seen.append((kit.record().header.run_id, kit.verdicts()))
    assert seen[0][0] != seen[1][0]
    assert agree(seen[0][1], seen[1][1])


def quotes_everything(kit: Kit) -> Callable[[HttpRequest], HttpResponse]:
    """Return an endpoint that refuses with messages that quote key, signature and body of the call."""

    def answer(request: HttpRequest) -> HttpResponse:
        common = read_call(request).common
        told = f"{common.get('AWSAccessKeyId')} {kit.first.secret_key} {common.get('Signature')}"
        told = told.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        error = f"<Error><Code>InternalError</Code><Message>{told} {quote(told)}</Message></Error>"
        return HttpResponse(
            status=500,
            headers=(("X-Told", quote(kit.first.secret_key)),),
            body=f"<Response><Errors>{error}</Errors><RequestID>1</RequestID></Response>".encode(),
        )

    return answer


def test_no_secret_is_left_behind(kit: Kit) -> None:
    """Keys and signatures stand nowhere in the record or the reports, even where the endpoint quotes them."""
    endpoint = kit.serve(quotes_everything(kit))
    selection = ("--select", "Common.REST.*", "--select", "Common.Signature.*")
    outcome = kit.judge(endpoint.url, *selection)
    assert outcome.code == 1
    left = kit.record_path.read_text() + outcome.out + kit.call("report", "json", kit.record_path).out
    assert "REDACTED" in left
    secrets = {read_call(request).common.get("Signature", "") for request in endpoint.seen}
    secrets = {text for text in secrets if len(text) == 28} | {kit.first.access_key_id, kit.first.secret_key}
    assert len(secrets) > 5
    for text in secrets:
        for spelling in (text, quote(text), quote(text, safe=""), quote(quote(text, safe=""))):
            assert spelling not in left
    kit.judge(endpoint.url, *selection, "--keep-secrets")
    assert kit.first.access_key_id in kit.record_path.read_text()


@pytest.mark.parametrize("option", ["--secret-key", "--access-key"])
def test_secrets_are_no_arguments(kit: Kit, option: str) -> None:
    """Others on the machine see command lines, so there is no option for a secret."""
    assert kit.judge(option, "x").code == 2


def test_a_record_without_a_name_goes_to_the_users_state_folder(kit: Kit) -> None:
    """Nothing is written into the working directory; old records give way to new ones."""
    endpoint = kit.serve()
    folder = kit.folder / "state/mturk-conformance/runs"
    folder.mkdir(parents=True)
    for number in range(30):
        (folder / f"{number}.jsonl").touch()
    assert kit.call("run", endpoint.url, "--select", "Common.Service.value").code == 0
    assert len(list(folder.iterdir())) == 20
    assert [path.stat().st_size > 0 for path in folder.iterdir()].count(True) == 1
    assert list(kit.cwd.iterdir()) == []
