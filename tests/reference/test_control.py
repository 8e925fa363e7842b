import json
from typing import Any

import pytest

from conformance.bindings.query import read_answer
from conformance.reference.endpoint import Endpoint
from conformance.wire.messages import HttpRequest


def test_workers_are_created_with_ids_of_their_own(scene: Any) -> None:
    """Each creation answers 201 and a new id."""
    made = [scene.control("workers", {}) for _ in range(3)]
    assert {status for status, _ in made} == {201}
    assert len({reply["worker_id"] for _, reply in made}) == 3


def test_several_workers_are_created_at_once(scene: Any) -> None:
    """As many as asked for, each new."""
    status, made = scene.control("workers", {"count": 3})
    assert status == 201
    assert made["worker_id"] == made["worker_ids"][0]
    assert set(made["worker_ids"]) == set(scene.endpoint.store.workers)
    assert len(scene.endpoint.store.workers) == 3


@pytest.mark.parametrize("count", [0, 101, -1, True, "2", 1.5, None])
def test_a_number_of_workers_that_is_none_is_refused(scene: Any, count: object) -> None:
    """And nobody is let in."""
    assert scene.control("workers", {"count": count})[0] == 400
    assert scene.endpoint.store.workers == {}


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


def test_accounts_are_opened_with_a_balance(scene: Any) -> None:
    """Each with keys of its own, which a snapshot keeps: nobody else knows them."""
    first, second = scene.open_account("12.3"), scene.open_account("0")
    assert (str(scene.balance(first)), str(scene.balance(second))) == ("12.30", "0.00")
    assert len({first.access_key_id, second.access_key_id, first.secret_key, second.secret_key}) == 4
    rows = scene.control("snapshot", method="GET")[1]["requesters"]
    keys = {row["access_key_id"]: row.get("secret_key") for row in rows}
    assert keys[first.access_key_id] == first.secret_key
    assert keys["OWNER"] is None


def test_keys_of_accounts_depend_on_the_token(scenes: Any) -> None:
    """Equal endpoints open equal accounts, and without the token nobody can tell their keys."""
    keys = [scene.open_account("1") for scene in (scenes(), scenes())]
    assert keys[0] == keys[1]
    other = scenes(control_token="another").control("requesters", {"balance": "1"}, token="another")[1]
    assert other["access_key_id"] == keys[0].access_key_id
    assert other["secret_key"] != keys[0].secret_key


@pytest.mark.parametrize("balance", [None, 5, "", "abc", "-1", "0.001", "1e3", "9" * 19])
def test_balances_are_amounts_of_dollars(scene: Any, balance: object) -> None:
    """Anything else is refused, and no account is opened."""
    status, reply = scene.control("requesters", {"balance": balance})
    assert (status, list(reply)) == (400, ["error"])
    assert len(scene.endpoint.store.requesters) == 2


def test_restart_keeps_what_a_snapshot_holds(scene: Any) -> None:
    """Tables, counters, clock and accounts are there again; what hung at the old store is gone."""
    account = scene.open_account("5")
    scene.control("clock", {"advance": 10})
    store = scene.endpoint.store
    dump = store.dump()
    store.next_object_id = lambda: "SPOILT"
    assert scene.control("restart", {}) == (200, {})
    assert scene.endpoint.store.dump() == dump
    scene.now += 10
    assert str(scene.balance(account)) == "5.00"
    assert scene.type() != "SPOILT"


def test_restart_plants_again_what_was_planted(scene: Any) -> None:
    """A fresh process would have the same faults."""
    planted: list[Endpoint] = []
    endpoint = Endpoint(scene.endpoint.store, options=scene.endpoint.options, plant=planted.append)
    endpoint.restart()
    assert planted == [endpoint, endpoint]


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
        ("GET", "requesters", 405),
        ("GET", "restart", 405),
        ("POST", "workers/A1/assignments", 404),
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
