"""An endpoint in a process that is killed, whoever calls it, and what has to be there afterwards."""

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from random import Random
from statistics import median
from typing import Any
from urllib.parse import urlsplit

import pytest

from conformance.bindings import json as json_binding
from conformance.bindings.exchanges import answer_to
from conformance.bindings.query import Credentials, write_call
from conformance.transport.sigv4 import sign
from conformance.wire.messages import HttpRequest, HttpResponse
from conformance.wire.timestamps import format_timestamp

TOKEN = "control-token-of-the-faults"
OWNER = Credentials(access_key_id="AKIAFAULTS0000000000", secret_key="secret of the faults")
NOTING = Path(__file__).with_name("serve_noting.py")
DEPOSIT = 1_000_000
REWARD, BONUS = 50, 25
"""In cents; the fee is a fifth on top."""
QUESTION = (
    '<ExternalQuestion xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2006-07-14/'
    'ExternalQuestion.xsd"><ExternalURL>https://example.org/</ExternalURL><FrameHeight>400</FrameHeight>'
    "</ExternalQuestion>"
)
ANSWER = (
    '<QuestionFormAnswers xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2005-10-01/'
    'QuestionFormAnswers.xsd"><Answer><QuestionIdentifier>q</QuestionIdentifier><FreeText>a</FreeText></Answer>'
    "</QuestionFormAnswers>"
)


class Killed(Exception):
    """The process died before its answer came."""


class Process:
    """One life of the endpoint: from a start with the file to a kill."""

    def __init__(self, path: Path) -> None:
        self.arrivals, told = os.pipe()
        environ = {
            **os.environ,
            "ARRIVALS": str(told),
            "MTURK_ACCESS_KEY_ID": OWNER.access_key_id,
            "MTURK_SECRET_KEY": OWNER.secret_key,
            "MTURK_SECOND_ACCESS_KEY_ID": "AKIAFAULTS0000000001",
            "MTURK_SECOND_SECRET_KEY": "another secret of the faults",
            "MTURK_CONTROL_TOKEN": TOKEN,
        }
        self._log = path.with_suffix(".log").open("w+b")
        self._process = subprocess.Popen(
            [sys.executable, "-P", NOTING, "serve", "--state", path, "--port", "0", "--control", "--json"],
            stdout=subprocess.PIPE,
            stderr=self._log,
            pass_fds=(told,),
            env=environ,
        )
        os.close(told)
        self._connection: HTTPConnection | None = None

    def connect(self) -> None:
        """Wait until it serves, and connect."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        self._log.seek(0)
        assert line, f"it did not start: {self._log.read().decode()}"
        place = urlsplit(json.loads(line)["url"])
        self._connection = HTTPConnection(place.hostname or "", place.port, timeout=30)
        self._connection.connect()

    def send(self, request: HttpRequest, *, kill_after: float | None = None) -> HttpResponse:
        """Send a request and return the answer; with ``kill_after``, kill the process so long after the arrival.

        Raises Killed where no whole answer came, having arrived; the delay is in seconds.
        """
        connection = self._connection
        assert connection is not None
        place = urlsplit(request.url)
        target = f"{place.path or '/'}{'?' if place.query else ''}{place.query}"
        connection.request(request.method, target, body=request.body, headers=dict(request.headers))
        assert select.select([self.arrivals], [], [], 30)[0], "it never arrived"
        os.read(self.arrivals, 100)
        if kill_after is not None:
            time.sleep(kill_after)
            self.kill()
        try:
            response = connection.getresponse()
            return HttpResponse(status=response.status, headers=tuple(response.getheaders()), body=response.read())
        except (HTTPException, OSError) as error:
            raise Killed from error

    def kill(self) -> None:
        """Kill it, as nothing that it does can prevent."""
        self._process.send_signal(signal.SIGKILL)
        assert self._process.wait(30) == -signal.SIGKILL

    def close(self) -> None:
        """Forget it; it is dead."""
        if self._process.poll() is None:
            self.kill()
        if self._connection is not None:
            self._connection.close()
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._log.close()
        os.close(self.arrivals)


@dataclass
class Deed:
    """A write: its request, and what is known when it is answered with success."""

    request: HttpRequest
    succeeded: Callable[[HttpResponse], bool]
    token: bool = False


@dataclass
class Tally:
    """What has been done to the endpoint."""

    kills: int = 0
    in_flight: int = 0
    carried_out: int = 0
    at_start: int = 0
    replayed: int = 0
    answered: int = 0
    figures: list[float] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.kills} kills: {self.in_flight} between a write's arrival and its answer ({self.carried_out} of "
            f"these writes were found carried out), {self.at_start} while it started; "
            f"{self.answered} writes answered, {self.replayed} tokens replayed"
        )


class Story:
    """What a Requester and a Worker do with an endpoint that is killed again and again, and what they know of it."""

    def __init__(self, path: Path, seed: int) -> None:
        self.path = path
        self.random = Random(seed)
        self.tally = Tally()
        self.worker = ""
        self.hits: dict[str, str] = {}  # by token
        self.assignments: dict[str, str] = {}  # the state that was answered
        self.bonuses: dict[str, HttpRequest] = {}  # by token
        self.unknown: Deed | None = None
        self.request_ids: set[str] = set()
        self.made = 0

    def live(self) -> None:
        """Start the endpoint, look at what it holds, do something, kill it."""
        process = Process(self.path)
        try:
            if self.worker and self.random.random() < 0.1:
                time.sleep(self.random.uniform(0, 0.4))
                process.kill()
                self.tally.at_start += 1
            else:
                process.connect()
                self._look(process)
                self._act(process)
            self.tally.kills += 1
        finally:
            process.close()

    def _act(self, process: Process) -> None:
        for _ in range(self.random.randrange(4)):
            self._do(process, self._deed())
        if self.random.random() < 0.2:
            process.kill()
            return
        typical = median(self.tally.figures[-50:] or [0.003])
        deed = self._deed()
        try:
            self._do(process, deed, kill_after=self.random.uniform(0, typical))
        except Killed:
            self.tally.in_flight += 1
            self.unknown = deed

    def _do(self, process: Process, deed: Deed, *, kill_after: float | None = None) -> None:
        begun = time.perf_counter()
        response = process.send(deed.request, kill_after=kill_after)
        if kill_after is None:
            self.tally.figures.append(time.perf_counter() - begun)
        assert deed.succeeded(response), response
        self.tally.answered += 1

    def _call(self, operation: str, values: dict[str, Any]) -> HttpRequest:
        """Return a call by Query or by JSON, which the seed chooses: the same file keeps what both say."""
        listed = {name: value if isinstance(value, list) else [value] for name, value in values.items()}
        if self.random.random() < 0.5:
            request = json_binding.write_call(operation, listed, url="/")
            # Signed, so the same wherever the endpoint is after its next start.
            return sign(replace(request, headers=(*request.headers, ("Host", "faults"))), OWNER, at=time.time())
        when = format_timestamp(time.time())
        return write_call(operation, listed, url="/", credentials=OWNER, version="2014-08-15", timestamp=when)

    def _control(self, path: str, body: dict[str, Any] | None = None) -> HttpRequest:
        return HttpRequest(
            method="GET" if body is None else "POST",
            url=f"/control/{path}",
            headers=(("Authorization", f"Bearer {TOKEN}"),),
            body=b"" if body is None else json.dumps(body).encode(),
        )

    def _deed(self) -> Deed:
        if not self.worker:
            return self._new_worker()
        accepted = [name for name, state in self.assignments.items() if state == "Accepted"]
        submitted = [name for name, state in self.assignments.items() if state == "Submitted"]
        approved = [name for name, state in self.assignments.items() if state == "Approved"]
        choices: list[Callable[[], Deed]] = [self._new_hit]
        choices += [self._acceptance] if self._free() else []
        choices += [lambda: self._submission(accepted[0])] if accepted else []
        choices += [lambda: self._approval(submitted[0])] * 2 if submitted else []
        choices += [lambda: self._bonus(self.random.choice(approved))] * 2 if approved else []
        return self.random.choice(choices)()

    def _free(self) -> list[str]:
        return list(self.hits.values())[len(self.assignments) :]

    def _new_worker(self) -> Deed:
        def succeeded(response: HttpResponse) -> bool:
            self.worker = str(json.loads(response.body).get("worker_id", ""))
            return response.status == 201

        return Deed(self._control("workers", {}), succeeded)

    def _new_hit(self) -> Deed:
        token = self._token("hit")
        request = self._call(
            "CreateHIT",
            {
                "Title": "t",
                "Description": "d",
                "Reward": {"Amount": [f"0.{REWARD}"], "CurrencyCode": ["USD"]},
                "AssignmentDurationInSeconds": "600000",
                "LifetimeInSeconds": "600000",
                "Question": QUESTION,
                "UniqueRequestToken": token,
            },
        )

        def succeeded(response: HttpResponse) -> bool:
            hit_id = self._accepted(request, response, "HITId")
            assert hit_id not in self.hits.values(), "an id was issued twice"
            self.hits[token] = hit_id
            return bool(hit_id)

        return Deed(request, succeeded, token=True)

    def _acceptance(self) -> Deed:
        request = self._control(f"workers/{self.worker}/assignments", {"hit_id": self._free()[0]})

        def succeeded(response: HttpResponse) -> bool:
            assert response.status == 201, response.body
            self.assignments[json.loads(response.body)["assignment_id"]] = "Accepted"
            return True

        return Deed(request, succeeded)

    def _submission(self, assignment: str) -> Deed:
        body = {"assignment_id": assignment, "answer": ANSWER}

        def succeeded(response: HttpResponse) -> bool:
            self.assignments[assignment] = "Submitted"
            return response.status == 201

        return Deed(self._control(f"workers/{self.worker}/submissions", body), succeeded)

    def _approval(self, assignment: str) -> Deed:
        request = self._call("ApproveAssignment", {"AssignmentId": assignment})

        def succeeded(response: HttpResponse) -> bool:
            self._accepted(request, response)
            self.assignments[assignment] = "Approved"
            return True

        return Deed(request, succeeded)

    def _bonus(self, assignment: str) -> Deed:
        token = self._token("bonus")
        request = self._call(
            "GrantBonus",
            {
                "WorkerId": self.worker,
                "AssignmentId": assignment,
                "BonusAmount": {"Amount": [f"0.{BONUS}"], "CurrencyCode": ["USD"]},
                "Reason": token,
                "UniqueRequestToken": token,
            },
        )

        def succeeded(response: HttpResponse) -> bool:
            self._accepted(request, response)
            self.bonuses[token] = request
            return True

        return Deed(request, succeeded, token=True)

    def _token(self, kind: str) -> str:
        self.made += 1
        return f"{kind} {self.made}"

    def _accepted(self, request: HttpRequest, response: HttpResponse, member: str = "") -> str:
        answer = answer_to(request, response)
        assert answer.accepted, answer.summary
        self._is_new(answer.request_id)
        return (answer.text(member) or "") if member else ""

    def _is_new(self, request_id: str | None) -> None:
        assert request_id not in self.request_ids, "a RequestId was issued twice"
        self.request_ids.add(request_id or "")

    def _look(self, process: Process) -> None:
        """See that all that was answered is there, that what was not is there once or not at all, and the money."""
        held = self._held(process)
        self._compare(held)
        if self.unknown is not None:
            self.tally.carried_out += self._learn(held)
            if self.unknown.token:  # carries it out now, if it was not before
                self._replay(process, self.unknown.request)
                self._learn(self._held(process))
            self.unknown = None
        if self.bonuses:
            self._replay(process, self.random.choice(list(self.bonuses.values())))
        self._compare(self._held(process))

    def _held(self, process: Process) -> dict[str, Any]:
        held: dict[str, Any] = json.loads(process.send(self._control("snapshot")).body)
        return held

    def _replay(self, process: Process, request: HttpRequest) -> None:
        self._is_new(answer_to(request, process.send(request)).request_id)
        self.tally.replayed += 1

    def _learn(self, held: dict[str, Any]) -> bool:
        """Take in what came of the write that was not answered; return whether it was carried out."""
        before = (len(self.hits), dict(self.assignments), len(self.bonuses), self.worker)
        known = set(self.hits.values())
        for row in held["hits"]:
            if row["hit_id"] not in known:
                self.hits[f"hit {self.made}"] = row["hit_id"]
        self.assignments = {row["assignment_id"]: row["state"] for row in held["assignments"]}
        for row in held["payments"]:
            if row["reason"] not in self.bonuses:
                assert self.unknown is not None
                self.bonuses[row["reason"]] = self.unknown.request
        if held["workers"]:
            self.worker = held["workers"][0]["worker_id"]
        return before != (len(self.hits), self.assignments, len(self.bonuses), self.worker)

    def _compare(self, held: dict[str, Any]) -> None:
        unanswered = 1 if self.unknown is not None else 0
        workers = {row["worker_id"] for row in held["workers"]}
        assert not self.worker or self.worker in workers, "the Worker is lost"
        hits = {row["hit_id"] for row in held["hits"]}
        assert set(self.hits.values()) <= hits, "a HIT is lost"
        assert len(hits) <= len(self.hits) + unanswered, "a HIT was made twice"
        states = {row["assignment_id"]: row["state"] for row in held["assignments"]}
        different = {name for name, state in self.assignments.items() if states.get(name) != state}
        assert len(different) + len(set(states) - set(self.assignments)) <= unanswered, "an assignment differs"
        paid = Counter(row["reason"] for row in held["payments"])
        assert set(self.bonuses) <= set(paid), "a bonus is lost"
        assert len(paid) <= len(self.bonuses) + unanswered, "a bonus was paid twice"
        assert set(paid.values()) <= {1}, "a token has paid twice"
        approved = list(states.values()).count("Approved")
        balance = next(row["balance"] for row in held["requesters"] if row["access_key_id"] == OWNER.access_key_id)
        assert balance + (approved * REWARD + len(held["payments"]) * BONUS) * 6 // 5 == DEPOSIT, "money is lost"


@pytest.fixture
def story(tmp_path: Path) -> Callable[[int], Story]:
    """Return the maker of a story with a seed, in a file of its own."""
    return lambda seed: Story(tmp_path / "state.db", seed)
