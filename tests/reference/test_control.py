import json
from typing import Any

import pytest

from conformance.bindings.query import read_answer
from conformance.wire.messages import HttpRequest


def test_workers_are_created_with_ids_of_their_own(scene: Any) -> None:
    """Each creation answers 201 and a new id."""
    made = [scene.control("workers", {}) for _ in range(3)]
    assert {status for status, _ in made} == {201}
    assert len({reply["worker_id"] for _, reply in made}) == 3


def test_clock_can_be_read_and_advanced(scene: Any) -> None:
    """The endpoint's time moves ahead of the wall clock, for calls as well."""
    assert scene.control("clock", method="GET") == (200, {"now": scene.now})
    assert scene.control("clock", {"advance": 3600.5}) == (200, {"now": scene.now + 3600.5})
    assert scene.control("clock", method="GET")[1]["now"] == scene.now + 3600.5
    assert scene.call("GetAccountBalance").errors[0].code == "RequestExpired"
    reply = scene.control(f"workers/{scene.worker()}/messages", method="GET")
    assert reply == (200, {"messages": []})


@pytest.mark.parametrize("value", [-1, "5", None, True, 10**400, 1e300, float("nan"), float("inf")])
def test_clock_goes_forward_within_the_calendar(scene: Any, value: object) -> None:
    """What is no number of seconds, goes back or leaves the year 9999 is refused, and the clock stays."""
    assert scene.control("clock", {"advance": value})[0] == 400
    assert scene.endpoint.store.clock_offset == 0


def test_snapshot_is_the_store_without_secrets(scene: Any) -> None:
    """It shows all tables; secret keys stay inside."""
    type_id = scene.type()
    scene.pending(type_id)
    status, snapshot = scene.control("snapshot", method="GET")
    assert status == 200
    assert "secret" not in json.dumps(snapshot)
    stored = json.loads(json.dumps(scene.endpoint.store.dump()))
    del stored["requesters"], snapshot["requesters"]
    assert snapshot == stored


def test_snapshots_differ_only_in_the_count_of_calls_after_a_read(scene: Any) -> None:
    """So a test can see that nothing changed."""
    before = scene.control("snapshot", method="GET")[1]
    scene.call("GetAccountBalance")
    after = scene.control("snapshot", method="GET")[1]
    assert {**after, "calls": before["calls"]} == before
    assert after["calls"] == before["calls"] + 1


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "workers", 405),
        ("POST", "workers/A1/messages", 404),
        ("GET", "nothing", 404),
        ("GET", "workers/A1/nothing", 404),
        ("POST", "snapshot", 405),
        ("DELETE", "clock", 405),
    ],
)
def test_what_does_not_exist_is_refused(scene: Any, method: str, path: str, status: int) -> None:
    """Unknown paths and Workers are 404, other methods 405, both with a reason."""
    found, reply = scene.control(path, {}, method=method)
    assert found == status
    assert list(reply) == ["error"]
    assert reply["error"]


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b"\xff", b'{"qualification_type_id": 5}', b'{"x": "\\ud800"}', b"[" * 99999]
)
def test_unreadable_bodies_are_refused(scene: Any, body: bytes) -> None:
    """Broken JSON, other JSON and members of other types are 400."""
    request = HttpRequest(
        method="POST",
        url=f"/control/workers/{scene.worker()}/qualification-requests",
        headers=(("Authorization", "Bearer for tests"),),
        body=body,
    )
    assert scene.send(request).status == 400


@pytest.mark.parametrize("token", ["", "wrong", "för"])
def test_token_is_needed(scene: Any, token: str) -> None:
    """Another token, or none, is 401 and has no effect."""
    assert scene.control("workers", {}, token=token)[0] == 401
    assert scene.endpoint.store.workers == {}


def test_control_is_off_without_a_token(scenes: Any) -> None:
    """Then its paths are as unknown to the front end as any other."""
    request = HttpRequest(method="POST", url="/control/workers", headers=(("Authorization", "Bearer None"),))
    response = scenes(control_token=None).send(request)
    assert response.status == 404
    assert read_answer(response).errors[0].place == "front end"
