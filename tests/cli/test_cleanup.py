"""`cleanup`: what stands in the ledger is removed, and nothing else."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest

from conformance.bindings.query import read_call
from conformance.target.ledger import Ledger, open_items
from conformance.wire.messages import HttpResponse

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.wire.messages import HttpRequest
    from tests.conftest import Kit

DISPOSED = b'<?xml version="1.0"?><DisposeQualificationTypeResponse><OperationRequest/><DisposeQualificationTypeResult>\
<Request><IsValid>True</IsValid></Request></DisposeQualificationTypeResult></DisposeQualificationTypeResponse>'


def note(path: Path, url: str, *ids: str | None, run_id: str = "run1") -> None:
    """Write into a ledger that a run created types with these ids; None: nobody knows the id."""
    with Ledger(path) as ledger:
        for identifier in ids:
            values = {"Name": [f"type {run_id}"]}
            entry = ledger.intend(run_id, "CreateQualificationType", url, values, time.time())
            ledger.settle(entry, identifier, unknown=True)


def disposes(request: HttpRequest) -> HttpResponse:
    """Answer that a type was disposed of."""
    return HttpResponse(status=200, body=DISPOSED)


def test_only_what_the_ledger_names_for_the_endpoint_is_removed(kit: Kit) -> None:
    """Objects of other endpoints and of other runs stay, in the ledger too; the URL may be spelt another way."""
    endpoint = kit.serve(disposes)
    note(kit.ledger, endpoint.url, "T1", "T2")
    note(kit.ledger, endpoint.url, "T3", run_id="run2")
    note(kit.ledger, "http://127.0.0.1:1/", "T4", run_id="run3")
    arguments = ("cleanup", endpoint.url.rstrip("/"), "--ledger", kit.ledger, "--run", "run1")
    shown = kit.call(*arguments, "--dry-run")
    assert shown.out.splitlines()[:2] == [f"CreateQualificationType T{number} (run run1)" for number in (1, 2)]
    assert endpoint.seen == []
    outcome = kit.call(*arguments)
    assert outcome.code == 0
    assert outcome.out.splitlines()[0] == "CreateQualificationType T1: disposed of"
    sent = [read_call(request) for request in endpoint.seen]
    assert [call.values for call in sent if call.operation == "DisposeQualificationType"] == [
        {"QualificationTypeId": ["T1"]},
        {"QualificationTypeId": ["T2"]},
    ]
    assert {item.id for item in open_items(kit.ledger)} == {"T3", "T4"}
    assert kit.call(*arguments).out.startswith("0 objects")


def test_what_cannot_be_removed_ends_with_1_and_stays(kit: Kit) -> None:
    """The reason is told for each: refused, or its id never came."""
    endpoint = kit.serve()
    note(kit.ledger, endpoint.url, "NOSUCHTYPE", None)
    outcome = kit.call("cleanup", endpoint.url, "--ledger", kit.ledger)
    assert outcome.code == 1
    assert "CreateQualificationType NOSUCHTYPE: not disposed of: HTTP 200, error " in outcome.out
    assert "CreateQualificationType id unknown: its id is unknown" in outcome.out
    assert "2 objects of runs at" in outcome.out
    assert "2 left" in outcome.out
    assert len(open_items(kit.ledger)) == 2


def test_an_endpoint_that_is_gone_ends_with_3(kit: Kit) -> None:
    """It is told once, not for each object, and nothing is taken out of the ledger."""
    url = "http://127.0.0.1:1/"
    note(kit.ledger, url, "T1", "T2")
    outcome = kit.call("cleanup", url, "--ledger", kit.ledger)
    assert (outcome.code, outcome.out) == (3, "")
    assert outcome.err.count("no answer came") == 1
    assert len(open_items(kit.ledger)) == 2


def test_amazons_own_hosts_are_refused(kit: Kit) -> None:
    """The guard stands before a cleanup too."""
    note(kit.ledger, "https://mechanicalturk.amazonaws.com/", "T1")
    assert kit.call("cleanup", "https://mechanicalturk.amazonaws.com/", "--ledger", kit.ledger).code == 4


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["http://127.0.0.1:1/", "--ledger", "missing.jsonl"], "cannot read the ledger missing.jsonl: No such file"),
        (["http://127.0.0.1:1/", "--ledger", "/dev/zero"], "cannot read the ledger /dev/zero: it is no file"),
        (["http://127.0.0.1:1/", "--ledger", "other.txt"], "is not a line of a ledger"),
        (["--ledger", "empty.jsonl"], "name the endpoint"),
        (["nowhere", "--ledger", "empty.jsonl"], "expected a URL"),
    ],
)
def test_wrong_usage_ends_with_2(kit: Kit, arguments: list[str], told: str) -> None:
    """No ledger is made by a misspelt name."""
    (kit.cwd / "other.txt").write_text("something else\n")
    (kit.cwd / "empty.jsonl").write_text("")
    outcome = kit.call("cleanup", *arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert told in outcome.err
    assert sorted(path.name for path in kit.cwd.iterdir()) == ["empty.jsonl", "other.txt"]


def test_without_any_ledger_there_is_nothing_to_remove(kit: Kit) -> None:
    """A machine that never ran the kit against an endpoint is clean."""
    assert kit.call("cleanup", "http://127.0.0.1:1/").out == "nothing to remove: no run has written a ledger\n"


def test_a_run_leaves_nothing_to_clean(kit: Kit) -> None:
    """A run that came to its end has removed what it created; the ledger tells all of it, and holds no secret."""
    endpoint = kit.serve()
    assert kit.judge(endpoint.url, *kit.driven, *kit.few).code == 0
    entries = [json.loads(line) for line in kit.ledger.read_text().splitlines()]
    created = {entry["entry"] for entry in entries if entry["type"] == "created"}
    assert len(created) > 20
    assert created == {entry["entry"] for entry in entries if entry["type"] == "removed"}
    assert kit.first.secret_key not in kit.ledger.read_text()
    assert open_items(kit.ledger) == ()
    held = kit.snapshot(endpoint.url)
    assert any(account["opened"] for account in held["requesters"])
    left = [row for kind in ("hits", "qualification_types") for row in held[kind] if row["disposed_at"] is None]
    assert left == []  # on the accounts that were opened for single cases either


def test_what_was_created_without_telling_its_id_is_known_before_the_clock_moves(kit: Kit) -> None:
    """Half a year later a HIT is on no list any more, and could only be looked for in vain."""
    endpoint = kit.serve()
    versions = [f"--version={version}" for version in ("2006-10-31", "2008-08-02", "2014-08-15")]
    cases = ("response-groups/calls-are-echoed", "request-tokens/lost-answer-and-retry-take-effect-once/CreateHIT")
    later = "statistic-days/a-day-ends-at-midnight-in-california"
    named = [part for case in (*cases, later) for part in ("--case", case)]
    outcome = kit.judge(endpoint.url, *kit.driven, *versions, *named)
    assert {case for _, case, _ in kit.verdicts()} == {*cases, later}
    assert outcome.err == ""
    assert open_items(kit.ledger) == ()
