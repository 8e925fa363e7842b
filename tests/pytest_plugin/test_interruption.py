"""A run that is stopped, killed, or loses its endpoint leaves a readable record and ledger, and no process."""

from __future__ import annotations

import contextlib
import signal
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conformance.bindings.query import read_answer, read_call, write_call
from conformance.record.events import Verdict
from conformance.target.ledger import open_items
from conformance.target.requester import as_values
from conformance.transport.client import Client
from conformance.wire.messages import HttpRequest, HttpResponse
from conformance.wire.timestamps import format_timestamp

if TYPE_CHECKING:
    import subprocess

    from tests.conftest import Kit, Served

QUESTION = """<ExternalQuestion xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/\
2006-07-14/ExternalQuestion.xsd"><ExternalURL>https://example.com/</ExternalURL><FrameHeight>400</FrameHeight>\
</ExternalQuestion>"""
EVERY_VERSION = [
    f"--version={version}"
    for version in ("2006-10-31", "2007-03-12", "2007-06-21", "2008-04-01", "2008-08-02", "2011-10-01", "2014-08-15")
]


def children(pid: int) -> set[int]:
    """Return the processes that a process has started."""
    return {int(text) for path in Path(f"/proc/{pid}/task").glob("*/children") for text in path.read_text().split()}


def gone(pid: int) -> bool:
    """Wait a while for a process to end."""
    for _ in range(200):
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.02)
    return False


def wait_for(condition: Callable[[], object]) -> None:
    """Wait until something holds."""
    for _ in range(3000):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("it did not happen")


class Gate:
    """An endpoint that stops within the n-th call of an operation: meanwhile something can be done to the run."""

    def __init__(self, kit: Kit, after: int, operation: str = "GetQualificationRequests") -> None:
        self._kit = kit
        self._operation = operation
        self._answer = kit.endpoint()
        self._left = after
        self.reached = threading.Event()
        self.opened = threading.Event()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, the n-th call only once the gate is opened."""
        if self._kit.operation_of(request) == self._operation:
            self._left -= 1
            if self._left == 0:
                self.reached.set()
                self.opened.wait(20)
        return self._answer(request)


def lines(path: Path) -> int:
    """Return how many lines a file has."""
    return path.read_bytes().count(b"\n") if path.exists() else 0


def create_by_hand(kit: Kit, url: str, what: str = "QualificationType", **values: Any) -> str:
    """Create something that no run knows of, by default a QualificationType; return its id."""
    named = {"Name": "mine", "Description": "not of a run", "QualificationTypeStatus": "Active"}
    request = write_call(
        f"Create{what}",
        as_values(values or named),
        url=url,
        credentials=kit.first,
        version="2014-08-15",
        timestamp=format_timestamp(time.time()),
    )
    with Client() as client:
        response = client.send(request, retry=False).response
    assert response is not None
    identifier = read_answer(response).text(f"{what}Id")
    assert identifier, response.body
    return identifier


def test_ctrl_c_ends_the_embedded_endpoint_and_the_record(kit: Kit) -> None:
    """The record ends with why, and can be reported; the endpoint's process goes too."""
    with kit.start("run", "--record", kit.record_path, *EVERY_VERSION) as run:
        wait_for(lambda: lines(kit.record_path) > 100)
        started = children(run.pid)
        run.send_signal(signal.SIGINT)
        out, err = run.communicate(timeout=20)
    assert run.returncode == 3
    assert err == ""
    assert len(started) == 1
    assert all(gone(pid) for pid in started)
    end = kit.record().end
    assert end is not None
    assert (end.exit_code, end.interrupted, end.reason) == (3, True, "the run was interrupted")
    assert "NOT JUDGED: the run was cut short" in out
    assert "The run ended early: the run was interrupted" in out
    assert kit.call("report", "json", kit.record_path).code == 0


def test_ctrl_c_cleans_up_at_an_endpoint_that_lives_on(kit: Kit) -> None:
    """What was measured stays, what was created goes, and what another made stays as it is."""
    gate = Gate(kit, after=12)
    endpoint = kit.serve(gate)
    mine = create_by_hand(kit, endpoint.url)
    files = ("--record", kit.record_path, "--ledger", kit.ledger)
    with kit.start("run", endpoint.url, *kit.driven, *kit.few, *files) as run:
        assert gate.reached.wait(20)
        assert open_items(kit.ledger)
        run.send_signal(signal.SIGINT)
        threading.Timer(0.3, gate.opened.set).start()
        _, err = run.communicate(timeout=20)
    assert (run.returncode, err) == (3, "")
    assert open_items(kit.ledger) == ()
    record = kit.record()
    assert record.end is not None
    assert record.end.interrupted
    assert any(event.verdict is Verdict.PASS for event in record.verdicts)
    assert any(event.reason == "the run was interrupted" for event in record.verdicts)
    retired = [request.body for request in endpoint.seen if b"Operation=DisposeQualificationType" in request.body]
    assert retired
    assert not any(mine.encode() in body for body in retired)


def killed(kit: Kit, run: subprocess.Popen[str]) -> set[int]:
    """Kill a run without a word and return the processes it had started."""
    started = children(run.pid)
    run.kill()
    run.communicate(timeout=20)
    return started


def test_kill_9_leaves_no_process(kit: Kit) -> None:
    """The embedded endpoint ends by itself, and the record can be read as far as it goes."""
    with kit.start("run", "--record", kit.record_path, *EVERY_VERSION) as run:
        wait_for(lambda: lines(kit.record_path) > 100)
        started = killed(kit, run)
    assert len(started) == 1
    assert all(gone(pid) for pid in started)
    record = kit.record()
    assert record.end is None
    assert len(record.verdicts) > 20
    outcome = kit.call("report", "terminal", kit.record_path)
    assert outcome.code == 0
    assert "exit code 3" in outcome.out


def test_kill_9_leaves_a_ledger_that_cleanup_can_use(kit: Kit) -> None:
    """`cleanup` removes what the killed run created, and nothing else; after that there is nothing to do."""
    gate = Gate(kit, after=12)
    endpoint = kit.serve(gate)
    mine = create_by_hand(kit, endpoint.url)
    files = ("--record", kit.record_path, "--ledger", kit.ledger)
    with kit.start("run", endpoint.url, *kit.driven, *kit.few, *files) as run:
        assert gate.reached.wait(20)
        killed(kit, run)
    gate.opened.set()
    assert kit.record().end is None
    with kit.ledger.open("ab") as ledger:
        ledger.write(b'{"type": "int')  # as if the kill had come within a line
    left = {str(item.id) for item in open_items(kit.ledger)}
    assert len(left) > 3
    assert mine not in left
    before = len(endpoint.seen)
    outcome = kit.call("cleanup", endpoint.url, "--ledger", kit.ledger)
    assert outcome.code == 0
    assert f"{len(left)} objects of runs at {endpoint.url}, 0 left" in outcome.out
    sent = [read_call(request).values for request in endpoint.seen[before:]]
    named = {str(one) for call in sent for name in ("QualificationTypeId", "HITId") for one in call.get(name, ())}
    assert named == left
    assert len(sent) < 3 * len(left)
    assert open_items(kit.ledger) == ()
    assert kit.call("cleanup", endpoint.url, "--ledger", kit.ledger).out.startswith("0 objects")


HIT = {
    "Question": QUESTION,
    "LifetimeInSeconds": 3600,
    "MaxAssignments": 1,
}
HIT_TYPE = {
    "Title": "mine",
    "Description": "not of a run",
    "Reward": {"Amount": "0.05", "CurrencyCode": "USD"},
    "AssignmentDurationInSeconds": 600,
}


def test_cleanup_after_kill_9_leaves_what_is_not_of_the_run(kit: Kit) -> None:
    """Not even a HIT of the same HIT type goes, and on the account nothing of the run stays."""
    gate = Gate(kit, after=8, operation="ApproveAssignment")
    endpoint = kit.serve(gate)
    foreign = {create_by_hand(kit, endpoint.url), create_by_hand(kit, endpoint.url, "HIT", **HIT, **HIT_TYPE)}
    files = ("--record", kit.record_path, "--ledger", kit.ledger)
    chosen = ("--select", "ApproveAssignment.*", "--select", "QualificationRequirement.*", "--version", "2014-08-15")
    with kit.start("run", endpoint.url, *kit.driven, *chosen, *files) as run:
        assert gate.reached.wait(30)
        shared = next(hit["hit_type_id"] for hit in held(kit, endpoint, "hits") if hit["hit_id"] not in foreign)
        foreign.add(create_by_hand(kit, endpoint.url, "HIT", HITTypeId=shared, **HIT))
        killed(kit, run)
    gate.opened.set()
    created = {identifier(row) for row in (*held(kit, endpoint, "hits"), *held(kit, endpoint, "qualification_types"))}
    assert len(created - foreign) > 3
    assert kit.call("cleanup", endpoint.url, "--ledger", kit.ledger).code == 0
    rows = [*held(kit, endpoint, "hits"), *held(kit, endpoint, "qualification_types")]
    assert {identifier(row) for row in rows if row["disposed_at"] is None} == foreign


def held(kit: Kit, endpoint: Served, kind: str) -> list[dict[str, Any]]:
    """Return what an endpoint holds of a kind for the Requesters of the profile."""
    owners = {kit.first.access_key_id, kit.second.access_key_id}
    return [row for row in kit.snapshot(endpoint.url)[kind] if row["owner"] in owners]


def identifier(row: dict[str, Any]) -> str:
    """Return the id of a HIT or a QualificationType of a snapshot."""
    return str(row.get("hit_id") or row.get("qualification_type_id"))


def test_an_endpoint_that_dies_cuts_the_run_short(kit: Kit) -> None:
    """Not every case waits for it; what was measured is reported, and the rest is not measured."""
    started = time.monotonic()
    with kit.dying(60) as url:
        outcome = kit.judge(url, *kit.driven, *kit.few)
    assert outcome.code == 3
    assert time.monotonic() - started < 10
    assert "the endpoint stopped answering: called GetAccountBalance" in outcome.out
    assert "objects of this run may be left at the endpoint" in outcome.err
    record = kit.record()
    assert record.end is not None
    assert (record.end.exit_code, record.end.interrupted) == (3, False)
    assert len({event.case for event in record.verdicts if event.verdict is Verdict.BLOCKED}) == 3


def test_an_operation_that_never_answers_does_not_end_the_run(kit: Kit) -> None:
    """Cases in a row that end without an answer are blocked; the rest is measured as long as a probe is answered."""
    listener = socket.create_server(("127.0.0.1", 0))
    answering = kit.serve()

    def relay(connection: socket.socket) -> None:
        data = connection.recv(65536)
        while b"\r\n\r\n" not in data or len(data.partition(b"\r\n\r\n")[2]) < length_of(data):
            data += connection.recv(65536)
        if b"Operation=RejectQualificationRequest" not in data:
            head, _, body = data.partition(b"\r\n\r\n")
            port = int(answering.url.rstrip("/").rpartition(":")[2])
            with socket.create_connection(("127.0.0.1", port)) as onward:
                onward.sendall(head + b"\r\nConnection: close\r\n\r\n" + body)
                with contextlib.suppress(OSError):  # one who hung up wants no answer
                    while piece := onward.recv(65536):
                        connection.sendall(piece)
        connection.close()

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                relay(listener.accept()[0])

    thread = threading.Thread(target=accept)
    thread.start()
    url, selection = f"http://127.0.0.1:{listener.getsockname()[1]}/", (*kit.few, "--select", "QualificationRequest.*")
    outcome = kit.judge(url, *kit.driven, *selection)
    listener.shutdown(socket.SHUT_RDWR)
    thread.join()
    listener.close()
    assert outcome.code == 0
    assert "RejectQualificationRequest: reset" in outcome.out
    assert "RejectQualificationRequest.effect-list" in kit.named(Verdict.BLOCKED)
    assert "QualificationRequest.Test.snapshot" in kit.named(Verdict.PASS)


def length_of(data: bytes) -> int:
    """Return the Content-Length of a request."""
    found = [line for line in data.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    return int(found[0].split(b":")[1]) if found else 0
