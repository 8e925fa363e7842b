"""The embedded endpoint's own traffic as proxies and recorders leave it: what they change is no finding."""

import os
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conformance.bindings.soap import is_soap
from conformance.checks.finding import Outcome
from conformance.checks.judge import decided, judge
from conformance.defects.table import defects
from conformance.record.audited import Audited, FileAccount
from conformance.record.events import Verdict
from conformance.record.places import Place
from conformance.record.reader import read_record
from conformance.spec.requirements import requirements
from conformance.traffic.entries import Entry
from conformance.traffic.judging import Judging, Options, conclude
from conformance.wire.messages import Exchange
from tests.traffic.mangling import MANGLINGS

SELECTED = (
    "RejectQualificationRequest.*",
    "GrantBonus.Result.*",
    "GrantBonus.UniqueRequestToken.*",
    "GetHIT.*",
    "GetBonusPayments.Result.*",
)
VERSION = "2012-03-25"
HARMLESS = ("as it was", "secrets taken out", "another host and path", "no lengths", "a line feed behind")
LOST = ("replies not recorded", "cached")
"""What leaves nothing to be judged."""


def audited(exchanges: Iterable[Exchange], options: Options | None = None) -> Audited:
    """Return what a capture of these exchanges shows."""
    outcome = Audited(files={0: FileAccount(file="capture", format="")})
    judging = Judging(options or Options())
    for number, exchange in enumerate(exchanges, 1):
        judging.take(Entry(place=Place(source=0, file="capture", entry=number), exchange=exchange), outcome)
    judging.finish(outcome)
    conclude(outcome)
    return outcome


def faults_of(outcome: Audited) -> list[str]:
    """Return what is more than observed."""
    return [
        f"{fault.key.requirement} {fault.first[0]}" for fault in outcome.in_order() if fault.key.grade != "observed"
    ]


@pytest.fixture(scope="module")
def traffic(tmp_path_factory: pytest.TempPathFactory) -> tuple[Exchange, ...]:
    """Return the exchanges of a run against the embedded endpoint, by Query and by SOAP."""
    folder = tmp_path_factory.mktemp("run")
    record = folder / "record.jsonl"
    environment = {**os.environ, "HOME": str(folder), "PYTHONPATH": str(Path(__file__).parents[2])}
    selected = [part for pattern in SELECTED for part in ("--select", pattern)]
    bindings = ("--binding", "query", "--binding", "soap", "--version", VERSION)
    command = [sys.executable, "-P", "-m", "conformance", "run", "--record", str(record), *bindings, *selected]
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
    return tuple(read_record(record).exchanges.values())


@pytest.mark.parametrize("name", [name for name in MANGLINGS if name not in LOST])
def test_what_a_recorder_changes_is_no_finding(name: str, traffic: tuple[Exchange, ...]) -> None:
    """Nothing is missed, and next to nothing is taken for the traffic of others."""
    outcome = audited(map(MANGLINGS[name], traffic))
    assert faults_of(outcome) == []
    assert outcome.files[0].judged > 0.95 * len(traffic)


@pytest.mark.parametrize("name", LOST)
def test_what_was_not_recorded_is_not_measured(name: str, traffic: tuple[Exchange, ...]) -> None:
    """An account that says so is all that comes of it."""
    outcome = audited(map(MANGLINGS[name], traffic))
    assert faults_of(outcome) == []
    assert outcome.files[0].judged == 0
    assert outcome.files[0].unmeasured > 0.95 * len(traffic)
    assert outcome.files[0].reason


def test_an_exchange_captured_twice_is_no_finding(traffic: tuple[Exchange, ...]) -> None:
    """As where a client and a proxy write into one capture: ids and RequestIds repeat, and nothing happened twice."""
    assert faults_of(audited(one for exchange in traffic for one in (exchange, exchange))) == []


def test_of_requests_only_those_that_were_refused_are_at_fault(traffic: tuple[Exchange, ...]) -> None:
    """The kit sends faulty calls to see them refused: they are told of when requests are asked for, and not before."""
    accepted = [one for one in traffic if one.response and b"<IsValid>True" in one.response.body]
    assert faults_of(audited(traffic, Options(requests=True)))
    assert faults_of(audited(accepted, Options(requests=True))) == []


SPOILED = {
    "renamed": (b"<IsValid>True</IsValid>", b"<IsValidX>True</IsValidX>"),
    "retyped": (b"<HITStatus>", b"<HITStatus>x"),
    "dropped": (b"<PageNumber>1</PageNumber>", b""),
    "in a namespace": (b"<GrantBonusResponse>", b'<GrantBonusResponse xmlns="urn:x">'),
    "cut short": (b"</GrantBonusResponse>", b""),
}


def missed_in_a_run(exchanges: Iterable[Exchange], version: str) -> set[str]:
    """Return what the checks of a run hold against these exchanges at the end of their cases."""
    found = set()
    for exchange in exchanges:
        binding = "soap" if is_soap(exchange.request) else "query"
        for one in judge(exchange):
            stated = requirements()[one.requirement] if one.outcome is Outcome.MISSED else None
            if stated and stated.level != "MAY" and stated.holds_in(version) and stated.speaks_of(binding):
                found.add(one.requirement)
    return found


@pytest.mark.parametrize("name", SPOILED)
def test_a_fault_is_found_as_in_a_run(name: str, traffic: tuple[Exchange, ...]) -> None:
    """The same requirements are missed, whatever a recorder has done since."""
    right, wrong = SPOILED[name]

    def spoilt(exchange: Exchange) -> Exchange:
        assert exchange.response is not None
        return replace(exchange, response=replace(exchange.response, body=exchange.response.body.replace(right, wrong)))

    concerned = [spoilt(one) for one in traffic if one.response and right in one.response.body]
    expected = missed_in_a_run(concerned, VERSION)
    assert expected
    for mangling in HARMLESS:
        outcome = audited(map(MANGLINGS[mangling], concerned))
        found = {fault.key.requirement for fault in outcome.faults.values() if fault.key.grade != "observed"}
        assert found == expected, mangling


def test_a_planted_defect_is_found_as_in_the_run(kit: Any) -> None:
    """The record of a run says in the end what the run said."""
    plant = defects()["is-valid/lower-case"].plant
    kit.judge(kit.serve(plant=plant).url, "--select", "GetHIT.*", "--select", "Common.Response.*")
    verdicts = [one for one in kit.record().verdicts if one.verdict in (Verdict.FAIL, Verdict.WARN)]
    in_the_run = {one.requirement for one in verdicts} & decided()
    assert "Common.Response.is-valid" in in_the_run
    outcome = audited(kit.record().exchanges.values())
    found = {fault.key.requirement for fault in outcome.faults.values() if fault.key.grade != "observed"}
    assert found == in_the_run
