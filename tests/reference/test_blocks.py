from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st


def listed(scene: Any, **parameters: Any) -> list[tuple[str, str]]:
    """Return Worker and reason of the blocks that are listed."""
    answer = scene.call("GetBlockedWorkers", **parameters)
    assert answer.accepted, answer.summary
    rows = answer.results[0].findall("WorkerBlock")
    return [(row.findtext("WorkerId"), row.findtext("Reason")) for row in rows]


def test_a_blocked_worker_accepts_nothing_until_the_block_is_lifted(scene: Any) -> None:
    """The block concerns all HITs of the Requester; what was accepted before can be submitted."""
    worker, first, second = scene.worker(), scene.hit(), scene.hit()
    assignment = scene.accept(worker, first)
    assert scene.call("BlockWorker", WorkerId=worker, Reason="no").accepted
    assert scene.refused_to_accept(worker, second)
    assert not scene.refused_to_accept(scene.worker(), second)
    assert scene.submit(worker, assignment)[0] == 201
    assert scene.call("UnblockWorker", WorkerId=worker).accepted
    assert scene.accept(worker, scene.hit())


def test_a_block_is_the_requesters_own(scene: Any, other: Any) -> None:
    """Another Requester neither sees it nor is concerned by it."""
    worker = scene.worker()
    assert scene.call("BlockWorker", WorkerId=worker, Reason="no").accepted
    assert listed(scene, by=other) == []
    assert scene.accept(worker, scene.hit(by=other))
    assert scene.messages(worker) == []


def test_a_second_block_replaces_the_first(scene: Any) -> None:
    """The Worker is listed once, for the reason given last."""
    workers = [scene.worker() for _ in range(3)]
    for worker, reason in zip((*workers, workers[0]), "abcd", strict=True):
        assert scene.call("BlockWorker", WorkerId=worker, Reason=reason).accepted
    assert listed(scene) == [(workers[0], "d"), (workers[1], "b"), (workers[2], "c")]
    assert listed(scene, PageSize="2", PageNumber="2") == [(workers[2], "c")]


@pytest.mark.parametrize("operation", ["BlockWorker", "UnblockWorker"])
def test_an_unknown_worker_is_refused(scene: Any, operation: str) -> None:
    """In the words of the pages."""
    answer = scene.call(operation, WorkerId="nobody", Reason="no")
    assert "WorkerId is invalid." in answer.errors[0].message
    assert listed(scene) == []


def test_who_is_not_blocked_can_be_unblocked(scene: Any) -> None:
    """Nothing comes of it."""
    assert scene.call("UnblockWorker", WorkerId=scene.worker(), Reason="x").accepted


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # the maker keeps nothing
@given(st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=12))
def test_the_list_is_what_blocks_and_lifts_leave(scenes: Any, moves: list[tuple[int, bool]]) -> None:
    """Whatever the order; a restart changes nothing."""
    scene = scenes()
    workers, blocked = [scene.worker() for _ in range(4)], set()
    for index, block in moves:
        operation = "BlockWorker" if block else "UnblockWorker"
        assert scene.call(operation, WorkerId=workers[index], Reason="no").accepted
        blocked = blocked | {workers[index]} if block else blocked - {workers[index]}
    scene.endpoint.restart()
    assert {worker for worker, _ in listed(scene)} == blocked
