"""Exchanges in bulk: the same from the same seed, valid, faultless to all checks, and made without Hypothesis."""

import hashlib
import os
import subprocess
import sys
from itertools import islice
from typing import Any

import pytest
from lxml import etree

from conformance.bindings.query import read_answer, read_call
from conformance.checks.alone import in_force
from conformance.checks.finding import Outcome
from conformance.checks.judge import judge
from conformance.errors import UsageError
from conformance.spec.shapes import shapes_for
from conformance.spec.versions import LATEST, VERSIONS
from conformance.strategies.bulk import bulk_exchanges
from conformance.wire.messages import Exchange

PROGRAM = """
import hashlib, sys
from itertools import islice
from conformance.strategies.bulk import bulk_exchanges
assert not {"hypothesis", "pytest"} & set(sys.modules), "imported at once"
digest = hashlib.sha256()
for exchange in islice(bulk_exchanges(11, "2014-08-15"), 100):
    digest.update(exchange.request.url.encode() + exchange.request.body + exchange.response.body)
print(digest.hexdigest())
assert "hypothesis" not in sys.modules, "imported by and by"
"""


def some(count: int, seed: int = 1, version: str = LATEST, **options: Any) -> list[Exchange]:
    return list(islice(bulk_exchanges(seed, version, **options), count))


def body(exchange: Exchange) -> bytes:
    assert exchange.response is not None
    return exchange.response.body


@pytest.mark.parametrize("version", VERSIONS)
def test_no_check_finds_a_fault(version: str) -> None:
    """Nothing missed that holds in the version, nothing beside the schemas."""
    for exchange in some(400, version=version):
        for finding in in_force(judge(exchange), version):
            assert finding.outcome is not Outcome.MISSED, (finding, body(exchange))
            assert finding.requirement != "schema", (finding, body(exchange))


@pytest.mark.parametrize("version", VERSIONS)
def test_replies_are_valid(version: str, bench: Any) -> None:
    """But for the index that an echoed structure carries, as in genuine replies."""
    for exchange in some(200, seed=2, version=version):
        root = etree.fromstring(body(exchange))
        etree.strip_attributes(root, "tag")
        assert bench(version).is_valid(root), body(exchange)
        assert exchange.sent_at < exchange.received_at


def test_every_operation_and_every_outcome_turns_up() -> None:
    """With both methods, and with the echo only where it was asked for."""
    exchanges = some(1500)
    calls = [read_call(exchange.request) for exchange in exchanges]
    answers = [read_answer(exchange.response) for exchange in exchanges if exchange.response]
    assert {call.operation for call in calls} == set(shapes_for(LATEST).operations)
    assert {exchange.request.method for exchange in exchanges} == {"GET", "POST"}
    assert {tuple(error.place for error in answer.errors)[:1] for answer in answers} == {
        (),
        ("Request",),
        ("OperationRequest",),
    }
    echoed = ["Request" in call.response_groups for call in calls]
    assert 20 < sum(echoed) < 700
    for call, answer, asked in zip(calls, answers, echoed, strict=True):
        if asked and answer.results:
            assert (
                answer.results[0].find(f"Request/{shapes_for(LATEST).operation(str(call.operation)).echo}") is not None
            )


def test_the_same_seed_gives_the_same_bytes_without_hypothesis() -> None:
    """In another process, where sets have another order."""
    digest = hashlib.sha256()
    for exchange in some(100, seed=11):
        digest.update(exchange.request.url.encode() + exchange.request.body + body(exchange))
    environment = {**os.environ, "PYTHONHASHSEED": "12345"}
    command = [sys.executable, "-P", "-c", PROGRAM]
    told = subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout
    assert told.strip() == digest.hexdigest()


def test_another_seed_or_version_gives_others() -> None:
    """And no two exchanges of one seed are alike."""
    bodies = [body(one) for one in (*some(50), *some(50, seed=2), *some(50, version="2012-03-25"))]
    assert len(set(bodies)) == 150


def test_operations_can_be_chosen() -> None:
    """One, several; an unknown one, one of another version and none at all are refused."""
    exchanges = some(30, operations=["GetHIT", "GrantBonus"])
    assert {read_call(exchange.request).operation for exchange in exchanges} == {"GetHIT", "GrantBonus"}
    for wrong, version in ((["GetHit"], LATEST), (["GetReviewResultsForHIT"], VERSIONS[0]), ([], LATEST)):
        with pytest.raises(UsageError):
            bulk_exchanges(1, version, wrong)
    with pytest.raises(UsageError, match="2014-08-16"):
        bulk_exchanges(1, "2014-08-16")
