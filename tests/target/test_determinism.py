"""The same requests at the same times give the same bytes: after a restart too, and after a kill."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.bindings import json as json_binding
from conformance.bindings.query import Credentials, write_call
from conformance.reference.control import without_secrets
from conformance.reference.endpoint import Endpoint, Options
from conformance.reference.store import Store
from conformance.spec.shapes import shapes_for
from conformance.spec.versions import LATEST, TODAY, VERSIONS
from conformance.strategies.calls import write_values
from conformance.strategies.choices import Sampled
from conformance.strategies.grammar import Grammar
from conformance.target.serving import make_endpoint
from conformance.target.state import State
from conformance.transport.sigv4 import sign
from conformance.wire.messages import HttpRequest, HttpResponse
from conformance.wire.timestamps import format_timestamp

OWNER = Credentials(access_key_id="AKIASAMEBYTES", secret_key="secret of the same bytes")
BEGIN = 1_408_096_800.0
FAMILY = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas"
ANSWER = (
    f'<QuestionFormAnswers xmlns="{FAMILY}/2005-10-01/QuestionFormAnswers.xsd"><Answer>'
    "<QuestionIdentifier>q</QuestionIdentifier><FreeText>a</FreeText></Answer></QuestionFormAnswers>"
)
HIT = {
    "Title": ["t"],
    "Description": ["d"],
    "Reward": [{"Amount": ["0.50"], "CurrencyCode": ["USD"]}],
    "AssignmentDurationInSeconds": ["600"],
    "LifetimeInSeconds": ["86400"],
    "AutoApprovalDelayInSeconds": ["3600"],
    "MaxAssignments": ["3"],
    "Question": [
        f'<ExternalQuestion xmlns="{FAMILY}/2006-07-14/ExternalQuestion.xsd">'
        "<ExternalURL>https://example.org/</ExternalURL><FrameHeight>400</FrameHeight></ExternalQuestion>"
    ],
}
STEPS = (
    *("hit", "worker", "accept", "submit", "approve", "bonus") * 3,
    *("type", "clock", "read"),
    *("any",) * 8,
)


class Script:
    """Requests that a seed chooses, each from what the endpoint holds by then, and when they are sent.

    Those of ``version``, and of the versions of the same binding.
    """

    def __init__(self, seed: int, version: str = LATEST) -> None:
        self.random = Random(seed)
        self.now = BEGIN
        self.version = version

    def next(self, store: Store) -> HttpRequest:
        """Return the next request."""
        self.now += self.random.choice([0.001, 0.25, 1.0, 60.0])
        step: HttpRequest = getattr(self, f"_{self.random.choice(STEPS)}")(store)
        return step

    def _call(self, store: Store, operation: str, values: dict[str, Any], version: str = "") -> HttpRequest:
        at = self.now + store.clock_offset
        if self.version == TODAY:
            return sign(json_binding.write_call(operation, values, url="http://x/"), OWNER, at=at)
        when, version = format_timestamp(at), version or self.version
        return write_call(operation, values, url="http://x/", credentials=OWNER, version=version, timestamp=when)

    def _control(self, path: str, body: dict[str, Any]) -> HttpRequest:
        headers = (("Authorization", "Bearer t"),)
        return HttpRequest(method="POST", url=f"/control/{path}", headers=headers, body=json.dumps(body).encode())

    def _one(self, ids: Any) -> str:
        return self.random.choice([*ids] or ["NONE"])

    def _token(self) -> list[str]:
        return [f"token {self.random.randrange(30)}"]

    def _hit(self, store: Store) -> HttpRequest:
        return self._call(store, "CreateHIT", {**HIT, "UniqueRequestToken": self._token()})

    def _type(self, store: Store) -> HttpRequest:
        values = {"Name": self._token(), "Description": ["d"], "QualificationTypeStatus": ["Active"]}
        return self._call(store, "CreateQualificationType", values)

    def _worker(self, store: Store) -> HttpRequest:
        return self._control("workers", {"count": self.random.randint(1, 3)})

    def _accept(self, store: Store) -> HttpRequest:
        return self._control(f"workers/{self._one(store.workers)}/assignments", {"hit_id": self._one(store.hits)})

    def _submit(self, store: Store) -> HttpRequest:
        now = self.now + store.clock_offset
        open_ones = [one for one in store.assignments.values() if one.state == "Accepted" and one.deadline > now]
        if not open_ones:
            return self._accept(store)
        one = self.random.choice(open_ones)
        body = {"assignment_id": one.assignment_id, "answer": ANSWER}
        return self._control(f"workers/{one.worker_id}/submissions", body)

    def _approve(self, store: Store) -> HttpRequest:
        operation = self.random.choice(["ApproveAssignment", "RejectAssignment"])
        waiting = [name for name, one in store.assignments.items() if one.state == "Submitted"]
        values = {"AssignmentId": [self._one(waiting or store.assignments)], "RequesterFeedback": ["f"]}
        return self._call(store, operation, values)

    def _bonus(self, store: Store) -> HttpRequest:
        if not store.assignments:
            return self._hit(store)
        one = self.random.choice([*store.assignments.values()])
        values = {
            "WorkerId": [one.worker_id],
            "AssignmentId": [one.assignment_id],
            "BonusAmount": [{"Amount": ["0.25"], "CurrencyCode": ["USD"]}],
            "Reason": ["r"],
            "UniqueRequestToken": self._token(),
        }
        return self._call(store, "GrantBonus", values)

    def _clock(self, store: Store) -> HttpRequest:
        return self._control("clock", {"advance": self.random.choice([0.5, 60, 700, 4000, 4000, 100_000])})

    def _read(self, store: Store) -> HttpRequest:
        path = self.random.choice(["snapshot", "notifications", "clock"])
        return HttpRequest(method="GET", url=f"/control/{path}", headers=(("Authorization", "Bearer t"),), body=b"")

    def _any(self, store: Store) -> HttpRequest:
        """Return a call of any operation, of any version of the binding, with values that its request type allows."""
        version = self.random.choice([TODAY] if self.version == TODAY else list(VERSIONS))
        shapes = shapes_for(version)
        operation = self.random.choice(shapes.operations)
        held = {
            "HIT": store.hits,
            "HITType": store.hit_types,
            "Assignment": store.assignments,
            "Worker": store.workers,
            "QualificationType": store.qualification_types,
            "QualificationRequest": store.qualification_requests,
        }
        ids = {name: [*rows] for name, rows in held.items() if rows}
        choices = Sampled(random=self.random)
        values: Any = write_values(operation, Grammar(shapes=shapes, choices=choices, genuine=True, ids=ids))
        return self._call(store, operation, values, version)


def new_endpoint() -> Endpoint:
    return make_endpoint([OWNER], Options(control_token="t"))


def held(endpoint: Endpoint) -> dict[str, Any]:
    """Return what an endpoint holds, but for the secrets."""
    return without_secrets(json.loads(json.dumps(endpoint.store.dump())))


class Kept:
    """An endpoint kept in a file, whose process may be killed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._begin()

    def _begin(self) -> None:
        self.state = State(self.path)
        self.endpoint = make_endpoint(
            [OWNER], Options(control_token="t"), self.state.snapshot(), plant=self.state.attach
        )

    def die_and_begin(self) -> None:
        """Kill it and begin again: the same but for the RequestIds that are left out, which are put back here."""
        calls = self.endpoint.store.calls
        self.state._file.close()
        self._begin()
        self.endpoint.store.calls = calls


@pytest.mark.parametrize("version", [LATEST, TODAY])
@settings(max_examples=30)
@given(st.integers(0, 2**32), st.integers(1, 60), st.sets(st.integers(0, 59), max_size=4))
def test_the_same_requests_at_the_same_times_give_the_same_bytes(
    tmp_path_factory: pytest.TempPathFactory, version: str, seed: int, length: int, breaks: set[int]
) -> None:
    """Of two endpoints, one of which is dumped and loaded in between, and of one in a file that is killed there."""
    script, first, second = Script(seed, version), new_endpoint(), new_endpoint()
    kept = Kept(tmp_path_factory.mktemp("kept") / "state.db")
    for number in range(length):
        if number in breaks:
            second.restart()
            kept.die_and_begin()
        request = script.next(first.store)
        expected = first.handle(request, script.now)
        assert second.handle(request, script.now) == expected
        assert kept.state.handle(request, script.now) == expected
    assert held(second) == held(first)
    assert held(kept.endpoint) == held(first)
    kept.state.close()


def bytes_of(answer: HttpResponse) -> bytes:
    """Return all of an answer."""
    return repr((answer.status, answer.headers)).encode() + answer.body


def digest(seed: int, length: int) -> str:
    """Return what tells all answers of two scripts from those of others: one by Query, then one by JSON."""
    seen = hashlib.sha256()
    for version in (LATEST, TODAY):
        script, endpoint = Script(seed, version), new_endpoint()
        for _ in range(length):
            request = script.next(endpoint.store)
            seen.update(bytes_of(endpoint.handle(request, script.now)))
    return seen.hexdigest()


def test_bytes_depend_on_no_process() -> None:
    """Not on its random order of sets, nor on its time zone or language."""
    told = {
        subprocess.run(
            [sys.executable, "-P", __file__],
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": language},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed, zone, language in (("1", "UTC", "C"), ("2", "Asia/Tokyo", "C.UTF-8"), ("3", "America/New_York", "C"))
    }
    assert len(told) == 1
    assert len(told.pop()) == 65


@pytest.mark.parametrize("version", [LATEST, TODAY])
def test_scripts_reach_what_there_is(version: str) -> None:
    """They pay, approve and let time pass: equal bytes of refusals alone would say little."""
    endpoint, script = new_endpoint(), Script(11, version)
    statuses = set()
    for _ in range(400):
        request = script.next(endpoint.store)
        statuses.add(endpoint.handle(request, script.now).status)
    store = endpoint.store
    assert {one.state for one in store.assignments.values()} >= {"Submitted", "Approved", "Rejected"}
    assert store.payments
    assert store.tokens
    assert 500 not in statuses


if __name__ == "__main__":
    print(digest(11, 400))  # noqa: T201
