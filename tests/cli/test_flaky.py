"""`run --repeat` and `--rerun-failures`: what fails sometimes is told from what fails always, and neither is hidden."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest

from conformance.record.events import Verdict, VerdictEvent

if TYPE_CHECKING:
    from conformance.reference.endpoint import Endpoint
    from tests.conftest import Kit

NAMED, CASE = "RejectQualificationRequest.effect-list", "rejection/leaves-the-list"
ONE = ("--select", NAMED, "--case", CASE)


def forgets(*times: bool) -> Callable[[Endpoint], None]:
    """Plant: whether each call to reject a request is forgotten, the last forever."""

    def plant(endpoint: Endpoint) -> None:
        sound = endpoint.handlers["RejectQualificationRequest"]
        turns = itertools.chain(times, itertools.repeat(times[-1]))
        endpoint.handlers["RejectQualificationRequest"] = lambda context: {} if next(turns) else sound(context)

    return plant


def verdict(kit: Kit) -> VerdictEvent:
    """Return the verdict of the last run, of which there is one."""
    (event,) = (one for one in kit.record().verdicts if one.requirement == NAMED)
    return event


def judge(kit: Kit, plant: Callable[[Endpoint], None], *arguments: str | Path) -> tuple[int, str]:
    """Judge an endpoint with a fault; return exit code and report."""
    outcome = kit.judge(kit.serve(plant=plant).url, *kit.driven, *ONE, *arguments)
    return outcome.code, outcome.out


@pytest.mark.parametrize(
    ("times", "arguments", "code", "missed", "runs"),
    [
        ((False, True, False), ("--repeat", "3"), 1, 1, 3),
        ((True, True, False), ("--repeat", "3"), 1, 2, 3),
        ((True,), ("--repeat", "3"), 1, 3, 3),
        ((False,), ("--repeat", "3"), 0, 0, 3),
        ((True, False), ("--rerun-failures", "2"), 1, 1, 3),
        ((True,), ("--rerun-failures", "2"), 1, 3, 3),
        ((False,), ("--rerun-failures", "2"), 0, 0, 1),
        ((False, True, False), ("--repeat", "2", "--rerun-failures", "2"), 1, 1, 4),
        ((True, False), ("--rerun-failures", "1", "--flaky", "warn"), 0, 1, 2),
        ((True,), ("--rerun-failures", "1", "--flaky", "warn"), 1, 2, 2),
    ],
)
def test_rates_are_told_and_a_miss_is_a_miss(
    kit: Kit, times: tuple[bool, ...], arguments: tuple[str, ...], *, code: int, missed: int, runs: int
) -> None:
    """A flaky MUST does not conform unless the user says that it may be flaky; what always fails never passes."""
    seen, out = judge(kit, forgets(*times), *arguments)
    assert seen == code, out
    event = verdict(kit)
    assert (event.missed, event.runs) == (missed, runs)
    assert event.verdict is (Verdict.FAIL if missed else Verdict.PASS)
    told = f"missed in {missed} of {runs} runs  {NAMED}  MUST  {CASE}|2014-08-15|query"
    assert (told in out) == (0 < missed < runs)


def test_nothing_is_run_twice_by_default(kit: Kit) -> None:
    """A run does what was asked for; a write is not repeated behind the user's back."""
    endpoint = kit.serve(plant=forgets(True))
    assert kit.judge(endpoint.url, *kit.driven, *ONE).code == 1
    assert endpoint.calls("RejectQualificationRequest") == 1
    assert (verdict(kit).runs, verdict(kit).missed) == (1, 0)


def test_runs_of_a_case_have_the_same_values_and_other_names(kit: Kit) -> None:
    """What comes of the seed is equal, and no run meets what another one has created."""
    endpoint = kit.serve()
    assert kit.judge(endpoint.url, *kit.driven, *ONE, "--repeat", "3", "--seed", "5").code == 0
    created = [request for request in endpoint.seen if kit.operation_of(request) == "CreateQualificationType"]
    names = [re.search(rb"Name=([^&]+)", one.body or one.url.encode()) for one in created]
    assert len({name[1] for name in names if name}) == len(created) >= 3


def test_what_shows_a_miss_is_in_the_record(kit: Kit) -> None:
    """The exchanges of the run that missed it, and of no other that says nothing more."""
    judge(kit, forgets(False, True, False), "--repeat", "3")
    event = verdict(kit)
    assert event.exchanges
    exchanges = kit.record().exchanges
    assert set(event.exchanges) <= exchanges.keys()
    assert {id_.rpartition("#")[0] for id_ in exchanges} == {f"{CASE}|2014-08-15|query|2"}
    assert "curl" in kit.call("report", "terminal", kit.record_path).out


def test_reports_tell_flaky_apart(kit: Kit) -> None:
    """JUnit has properties and, where flaky may pass, a skip; JSON has the rates."""
    judge(kit, forgets(True, False), "--rerun-failures", "2", "--flaky", "warn")
    junit = ElementTree.fromstring(kit.call("report", "junit", kit.record_path).out.encode())
    assert junit.get("failures") == "0"
    assert [one.get("message") for one in junit.iter("skipped")] == ["flaky: missed in 1 of 3 runs"]
    assert {one.get("name"): one.get("value") for one in junit.iter("property")}["runs"] == "missed in 1 of 3"
    told = json.loads(kit.call("report", "json", kit.record_path).out)["flaky"]
    case = f"{CASE}|2014-08-15|query"
    assert told == [{"requirement": NAMED, "case": case, "level": "MUST", "runs": 3, "missed": 1}]
    out = kit.call("report", "terminal", kit.record_path).out
    assert "CONFORMS BUT FOR WHAT IS FLAKY" in out


def test_a_flaky_failure_can_be_listed(kit: Kit) -> None:
    """An update marks it, and then it may be met as well as missed."""
    listed = ("--baseline", "known.toml")
    assert judge(kit, forgets(True, False), *listed, "--rerun-failures", "1", "--baseline-update")[0] == 0
    assert "flaky = true" in Path("known.toml").read_text()
    assert judge(kit, forgets(True, False), *listed)[0] == 0
    assert judge(kit, forgets(False), *listed)[0] == 0


def test_workers_repeat_as_well(kit: Kit) -> None:
    """Each case is repeated by the process that judges it."""
    assert judge(kit, forgets(True, False), "--rerun-failures", "1", "--workers", "2")[0] == 1
    assert (verdict(kit).missed, verdict(kit).runs) == (1, 2)


def test_an_endpoint_that_dies_ends_the_repetitions(kit: Kit) -> None:
    """A run that is cut short is no verdict, whatever was to be repeated."""
    with kit.dying(20) as url:
        outcome = kit.judge(url, *kit.driven, *ONE, "--repeat", "500")
    assert outcome.code == 3
