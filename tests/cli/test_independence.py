"""A case decides the same alone, in any order, a second time, and beside others in two processes.

All on one endpoint that lives on, so that whatever one case leaves there is met by the next.  The cases are a sample
drawn by a seed, at most one of each test function; the seed stands in the name of the test.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from random import Random
from typing import TYPE_CHECKING

import pytest

from conformance.defects.planting import handling
from conformance.record.events import Verdict
from conformance.record.reader import read_record
from conformance.reference.refusals import refused

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.reference.context import Context, Handler
    from conformance.wire.flattening import Values
    from tests.conftest import Kit, Served

SAMPLE = 45
ALONE = 3
VERSION = "2014-08-15"
BAD = {Verdict.FAIL, Verdict.WARN, Verdict.ERROR, Verdict.BLOCKED}
ORDER = """
import os
from random import Random

import pytest


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    random, functions = Random(os.environ["SAMPLE_SEED"]), {}
    for item in items:
        functions.setdefault(item.nodeid.partition("[")[0], []).append(item)
    drawn = random.sample(sorted(functions), int(os.environ["SAMPLE_SIZE"]))
    items[:] = [random.choice(functions[name]) for name in drawn]
"""
Verdicts = Mapping[tuple[str, str, str], set[str]]


def shuffled(kit: Kit, endpoint: Served, seed: int, size: int, record: Path) -> Verdicts:
    """Run a sample of all cases in an order of its own; return the verdicts on what was run."""
    (kit.cwd / "any_order.py").write_text(ORDER)
    given = {
        "--endpoint": endpoint.url,
        "--mturk-worker-driver": "http",
        "--mturk-clock-driver": "http",
        "--mturk-version": VERSION,
        "--mturk-seed": str(seed),
        "--mturk-record": str(record),
        "--mturk-ledger": str(kit.ledger),
    }
    arguments = ("-q", "-p", "no:cacheprovider", "-p", "conformance.pytest_plugin", "-p", "any_order")
    options = [part for pair in given.items() for part in pair]
    environ = {
        "PYTHONPATH": f"{kit.cwd}{os.pathsep}{os.environ['PYTHONPATH']}",
        "SAMPLE_SEED": str(seed),
        "SAMPLE_SIZE": str(size),
    }
    with kit.start(*arguments, "--pyargs", "conformance.suites", *options, module="pytest", **environ) as run:
        out, err = run.communicate(timeout=300)
    assert record.exists(), out + err
    return decided(kit, record)


def decided(kit: Kit, record: Path) -> Verdicts:
    """Return the verdicts of cases that were run."""
    return {key: found for key, found in kit.verdicts(record).items() if key[1]}


def bad(record: Path) -> list[str]:
    """Return what a faultless endpoint must not be told."""
    return [
        f"{event.case}: {event.requirement} {event.verdict}, {event.reason or event.actual}"
        for event in read_record(record).verdicts
        if event.verdict in BAD
    ]


@pytest.mark.parametrize("seed", [1, 2])
def test_a_sample_in_any_order_twice_alone_and_in_two_processes(kit: Kit, seed: int, tmp_path: Path) -> None:
    """The verdicts are those of the first time, whatever was there before."""
    endpoint = kit.serve()
    first, second = tmp_path / "first.jsonl", tmp_path / "second.jsonl"
    sampled = shuffled(kit, endpoint, seed, SAMPLE, first)
    assert bad(first) == []
    assert shuffled(kit, endpoint, seed, SAMPLE, second) == sampled
    cases = sorted({case for _, case, _ in sampled})
    drawn = Random(seed).sample(cases, min(ALONE, len(cases)))
    named = {key: found for key, found in sampled.items() if key[1] in drawn}
    options = (endpoint.url, *kit.driven, "--version", VERSION, "--seed", str(seed))
    for case in drawn:
        kit.judge(*options, "--case", case)
        assert bad(kit.record_path) == []
        assert decided(kit, kit.record_path) == {key: found for key, found in named.items() if key[1] == case}
    kit.judge(*options, "--workers", "2", *(part for case in drawn for part in ("--case", case)))
    assert decided(kit, kit.record_path) == named


def test_what_depends_on_what_was_before_is_seen(kit: Kit, tmp_path: Path) -> None:
    """An endpoint that takes only so many HITs is another one the second time."""
    left = iter(range(25))

    def wear_out(handler: Handler, context: Context) -> Values:
        if next(left, None) is None:
            raise refused("AWS.MechanicalTurk.ExceedsMaximumHITs", "There are too many HITs.")
        return handler(context)

    endpoint = kit.serve(plant=handling("CreateHIT", wear_out))
    first, second = tmp_path / "first.jsonl", tmp_path / "second.jsonl"
    sampled = shuffled(kit, endpoint, 1, 20, first)
    assert shuffled(kit, endpoint, 1, 20, second) != sampled
    assert bad(second)
