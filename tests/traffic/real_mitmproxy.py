"""A real mitmproxy between boto 2.49 or boto3 and the embedded endpoint: what the addon says, and what its dumps hold.

pytest collects this module only where it is named, as ``tox -e mitmproxy`` does; there a missing mitmproxy is a
failure.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from conformance.defects.table import defects
from conformance.record.events import Verdict
from conformance.record.reader import read_record
from conformance.traffic.auditing import audit_all
from conformance.traffic.entries import Source
from conformance.traffic.formats import entries
from conformance.traffic.judging import Options, conclude

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.record.audited import Audited
    from conformance.wire.messages import HttpRequest, HttpResponse
    from tests.conftest import Answer, Kit

MITMDUMP = Path(sys.executable).parent / "mitmdump"
TOLD = re.compile(r"MTurk: (fail|warn) (\S+) ")
BOTO = """
import sys, warnings
warnings.simplefilter("ignore")
from boto.exception import BotoServerError
from boto.mturk.connection import MTurkConnection
from boto.mturk.question import ExternalQuestion
key, secret, port = sys.argv[1:]
boto = MTurkConnection(aws_access_key_id=key, aws_secret_access_key=secret, host="127.0.0.1", port=int(port),
    is_secure=False)
boto.get_account_balance()
form = ExternalQuestion("https://example.com/form", 400)
(hit,) = boto.create_hit(question=form, title="A title", description="A text", reward=0.05, keywords=["a", "b"])
boto.get_hit(hit.HITId)
boto.search_hits()
boto.get_assignments(hit.HITId)
boto.expire_hit(hit.HITId)
try:
    boto.get_hit("3ZURAPD288NJZ4HUTVEJXT1RKF51F5")
except BotoServerError:
    print("refused")
"""
CALLS = 7
BOTO3 = """
import sys, boto3
from botocore.exceptions import ClientError
key, secret, port = sys.argv[1:]
boto = boto3.client("mturk", endpoint_url="http://127.0.0.1:" + port, region_name="us-east-1",
    aws_access_key_id=key, aws_secret_access_key=secret)
boto.get_account_balance()
form = ('<ExternalQuestion xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2006-07-14/'
    'ExternalQuestion.xsd"><ExternalURL>https://example.com/form</ExternalURL><FrameHeight>400</FrameHeight>'
    '</ExternalQuestion>')
hit = boto.create_hit(Title="A title", Description="A text", Reward="0.05", Keywords="a, b", Question=form,
    LifetimeInSeconds=3600, AssignmentDurationInSeconds=600)["HIT"]
boto.get_hit(HITId=hit["HITId"])
boto.list_hits(MaxResults=1)
boto.list_assignments_for_hit(HITId=hit["HITId"])
boto.update_expiration_for_hit(HITId=hit["HITId"], ExpireAt=0)
try:
    boto.get_hit(HITId="3ZURAPD288NJZ4HUTVEJXT1RKF51F5")
except ClientError:
    print("refused")
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flowed:
    """What mitmdump said, and the files that it wrote."""

    said: str
    record: Path
    dump: Path

    @property
    def told(self) -> list[tuple[str, str]]:
        """The faults that were told: grade and requirement."""
        return TOLD.findall(self.said)


def audited(path: Path) -> Audited:
    """Return what an audit of a file says."""
    outcome = audit_all([Source(number=0, path=str(path))], Options())
    conclude(outcome)
    assert outcome.unread == []
    return outcome


def found(path: Path) -> list[tuple[str, str]]:
    """Return grade and requirement of the faults that an audit finds."""
    return sorted((key.grade, key.requirement) for key in audited(path).faults if key.grade != "observed")


def mitmdump(*arguments: str | Path) -> subprocess.Popen[str]:
    """Start mitmdump, with settings of its own."""
    assert MITMDUMP.exists(), "there is no mitmdump: install the kit with its extra [mitmproxy], or leave this out"
    addon = subprocess.check_output([sys.executable, "-P", "-m", "conformance.traffic.proxy"], text=True).strip()
    confdir = f"confdir={os.environ['HOME']}"
    command = [MITMDUMP, "-s", addon, "--set", confdir, "--set", "connection_strategy=lazy", *arguments]
    return subprocess.Popen(
        [str(argument) for argument in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def listening(process: subprocess.Popen[str], port: int) -> Iterator[None]:
    """Wait until a process takes connections; end it afterwards."""
    try:
        for _ in range(300):
            assert process.poll() is None, process.communicate()[0]
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield
        time.sleep(0.5)  # the last response reaches the client before the addons are done with it
    finally:
        process.send_signal(signal.SIGINT)


def flow(kit: Kit, url: str, script: str = BOTO) -> Flowed:
    """Send boto's calls, or those of another client, through mitmdump to an endpoint."""
    record, dump, port = kit.folder / "flowed.jsonl", kit.folder / "flowed.mitm", free_port()
    upstream = f"reverse:{url}"
    assert urlsplit(url).hostname == "127.0.0.1"
    process = mitmdump(
        *("--mode", upstream, "--listen-host", "127.0.0.1", "-p", str(port)),
        *("--set", f"mturk_record={record}", "-w", dump),
        *("--set", "keep_host_header=true"),  # Signature Version 4 covers it
    )
    with listening(process, port):
        credentials = (kit.first.access_key_id, kit.first.secret_key)
        proxies = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        boto = subprocess.run(
            [sys.executable, "-c", script, *credentials, str(port)],
            capture_output=True,
            text=True,
            env=proxies,
            check=False,
        )
    said = process.communicate(timeout=30)[0]
    assert boto.returncode == 0, boto.stderr + said
    assert boto.stdout == "refused\n"
    return Flowed(said=said, record=record, dump=dump)


def test_of_the_traffic_of_boto_nothing_is_told(kit: Kit) -> None:
    """All of it is judged, and neither record nor dump has anything else to tell."""
    flowed = flow(kit, kit.serve().url)
    assert flowed.told == found(flowed.record) == found(flowed.dump) == []
    assert f"MTurk: {CALLS} exchanges judged, 0 not measured, 0 of others; 0 faults" in flowed.said
    assert len(read_record(flowed.record).exchanges) == CALLS
    assert kit.first.access_key_id not in flowed.record.read_text("utf-8")
    assert audited(flowed.record).met == audited(flowed.dump).met


def test_of_the_traffic_of_boto3_nothing_is_told(kit: Kit) -> None:
    """JSON is judged as it flows, and neither record nor dump has anything else to tell."""
    flowed = flow(kit, kit.serve().url, BOTO3)
    assert flowed.told == found(flowed.record) == found(flowed.dump) == []
    assert f"MTurk: {CALLS} exchanges judged, 0 not measured, 0 of others; 0 faults" in flowed.said
    record = read_record(flowed.record)
    assert len(record.exchanges) == CALLS
    assert {(one.version, one.binding) for one in record.verdicts} == {("2017-01-17", "json")}
    assert kit.first.access_key_id not in flowed.record.read_text("utf-8")
    assert "Signature=" not in flowed.record.read_text("utf-8")
    assert audited(flowed.record).met == audited(flowed.dump).met


def test_a_fault_planted_in_json_is_told_once_and_found_again(kit: Kit) -> None:
    """As one of XML: while it flows, in the record and in the dump."""
    flowed = flow(kit, kit.serve(spoilt(kit.endpoint())).url, BOTO3)
    assert {requirement for _, requirement in flowed.told} == {"Common.JSON.value-types"}
    assert sorted(flowed.told) == found(flowed.record) == found(flowed.dump)


def spoilt(answer: Answer) -> Answer:
    """Return a handler whose replies tell MaxAssignments as a text."""

    def handle(request: HttpRequest) -> HttpResponse:
        response = answer(request)
        return replace(response, body=re.sub(rb'("MaxAssignments": ?)([0-9]+)', rb'\1"\2"', response.body))

    return handle


def test_a_planted_fault_is_told_once_and_found_again(kit: Kit) -> None:
    """While it flows, in the record and in the dump of mitmproxy itself."""
    flowed = flow(kit, kit.serve(plant=defects()["is-valid/lower-case"].plant).url)
    assert {requirement for _, requirement in flowed.told} == {"Common.Response.is-valid"}
    assert sorted(flowed.told) == found(flowed.record) == found(flowed.dump)
    verdicts = read_record(flowed.record).verdicts
    assert [(one.verdict.value, one.requirement) for one in verdicts if one.verdict is Verdict.FAIL] == flowed.told
    assert "DOES NOT CONFORM" in kit.call("report", "terminal", flowed.record).out


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("mturk_version=2014-08-16", "is not one of the Requester API"),
        ("mturk_record=/nowhere/at/all.jsonl", "cannot write the record"),
    ],
)
def test_what_cannot_be_done_is_refused_at_the_start(kit: Kit, option: str, said: str) -> None:
    """And mitmdump ends."""
    process = mitmdump("--set", option, "-p", str(free_port()))
    try:
        assert said in process.communicate(timeout=30)[0]
        assert process.returncode != 0
    finally:
        process.kill()


def test_flows_of_every_kind_are_read(tmp_path: Path) -> None:
    """As mitmproxy makes them for its own tests."""
    from mitmproxy.http import Headers
    from mitmproxy.io import FlowWriter
    from mitmproxy.test import tflow

    changed = tflow.tflow(resp=True)
    changed.backup()
    changed.request.path = "/changed"
    packed = tflow.tflow(resp=True)
    packed.response.headers = Headers([(b"Content-Encoding", b"gzip")])
    packed.response.text = "<a/>"
    flows = [tflow.tflow(resp=True), tflow.ttcpflow(), changed, tflow.tflow(err=True), tflow.twebsocketflow(), packed]
    path = tmp_path / "flows"
    with path.open("wb") as file:
        writer = FlowWriter(file)
        for one in flows:
            writer.add(one)
    read = list(entries(Source(number=0, path=str(path))))
    assert [entry.fault for entry in read] == [""] * 6
    exchanges = [entry.exchange for entry in read]
    assert exchanges[1] is None
    responses = [one and one.response and (one.response.status, one.response.body) for one in exchanges]
    assert responses == [(200, b"message"), None, (200, b"message"), None, (101, b""), (200, b"<a/>")]
    assert exchanges[2] is not None
    assert exchanges[2].request.url.endswith("/changed")
    assert exchanges[3] is not None
    assert exchanges[3].failure == "error"
