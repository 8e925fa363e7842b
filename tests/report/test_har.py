"""A run as an HTTP archive: a valid HAR 1.2, of which an audit says what it says of the record."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from conformance.defects.table import defects
from conformance.record.events import RunHeader
from conformance.record.reader import Record, read_record
from conformance.record.redaction import REDACTED
from conformance.report import render
from conformance.traffic.auditing import audit_all
from conformance.traffic.entries import Source
from conformance.traffic.har import read_har
from conformance.traffic.judging import Options, conclude
from conformance.wire.messages import Exchange, HttpRequest, HttpResponse

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from conformance.record.audited import FaultKey
    from tests.conftest import Kit

HEADER = RunHeader(
    kit="0",
    run_id="r",
    seed=1,
    url="http://x/mturk/",
    profile="p",
    versions=(),
    bindings=(),
    selection=(),
    started_at="",
)
TEXT = {"type": "string"}
SIZE = {"type": "integer", "minimum": -1}
TIME = {"type": "number", "minimum": 0}


def of(required: Mapping[str, Any], **optional: Any) -> dict[str, Any]:
    """Return the schema of an object: members that it must have, those that it may have, and no others but _ ones."""
    return {
        "type": "object",
        "required": list(required),
        "properties": {**required, **optional},
        "patternProperties": {"^_": {}},
        "additionalProperties": False,
    }


def each(schema: Any) -> dict[str, Any]:
    """Return the schema of an array."""
    return {"type": "array", "items": schema}


PAIR = of({"name": TEXT, "value": TEXT}, comment=TEXT)
MESSAGE = {"httpVersion": TEXT, "cookies": each(PAIR), "headers": each(PAIR), "headersSize": SIZE, "bodySize": SIZE}
# HAR has "encoding" for contents alone; postData has it here where a body is no text.
POSTED = of({"mimeType": TEXT, "text": TEXT}, encoding={"const": "base64"})
CONTENT = of({"size": SIZE, "mimeType": TEXT}, text=TEXT, encoding={"const": "base64"})
ASKED = of({"method": TEXT, "url": {"pattern": "^https?://"}, "queryString": each(PAIR), **MESSAGE}, postData=POSTED)
ANSWERED = of(
    {"status": {"type": "integer"}, "statusText": TEXT, "content": CONTENT, "redirectURL": TEXT, **MESSAGE},
    comment=TEXT,
)
ENTRY = of(
    {
        "startedDateTime": {"pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$"},
        "time": TIME,
        "request": ASKED,
        "response": ANSWERED,
        "cache": of({}),
        "timings": of({"send": TIME, "wait": TIME, "receive": TIME}),
    },
    comment=TEXT,
)
LOG = of({"version": {"const": "1.2"}, "creator": of({"name": TEXT, "version": TEXT}), "entries": each(ENTRY)})
HAR = of({"log": LOG})


def archive(record: Record) -> Any:
    """Return the archive of a record, once it was found to be valid."""
    out = io.StringIO()
    render("har", record, out)
    assert out.getvalue().isascii()
    har = json.loads(out.getvalue())
    jsonschema.validate(har, HAR, cls=jsonschema.Draft202012Validator)
    for entry in har["log"]["entries"]:
        assert entry["time"] == sum(entry["timings"].values())
    return har


def audited(path: Path) -> dict[FaultKey, int]:
    """Return what an audit of a file says, and how often."""
    outcome = audit_all([Source(number=0, path=str(path))], Options())
    conclude(outcome)
    assert outcome.unread == []
    assert outcome.files[0].judged
    return {key: fault.count for key, fault in outcome.faults.items()}


def test_an_audit_of_the_archive_says_what_one_of_the_record_says(kit: Kit, tmp_path: Path) -> None:
    """With a fault in the endpoint, and Workers in what was said."""
    served = kit.serve(plant=defects()["is-valid/lower-case"].plant)
    kit.judge("--select", "GrantBonus.*", *kit.driven, served.url)
    assert b"WorkerId" in kit.record_path.read_bytes()
    har = tmp_path / "run.har"
    assert kit.call("report", "har", kit.record_path, "-o", har).code == 0
    jsonschema.validate(json.loads(har.read_text("utf-8")), HAR)
    found = audited(kit.record_path)
    assert any(key.grade == "fail" for key in found)
    assert audited(har) == found
    assert b"AWORKER0000001" in har.read_bytes()


def test_the_archive_has_every_exchange(kit: Kit) -> None:
    """Also those of which nothing is to be said; without secrets."""
    assert kit.judge("--select", "RejectQualificationRequest.*").code == 0
    record = read_record(kit.record_path)
    entries = archive(record)["log"]["entries"]
    assert [entry["comment"] for entry in entries] == list(record.exchanges)
    assert REDACTED in json.dumps(entries)
    assert kit.first.access_key_id not in json.dumps(entries)


@pytest.mark.parametrize(
    "body",
    [b"", b"a=b", "ü😀\u2028".encode(), b"\xff\x00", b"\x00", b"\x1f\x8b\x08", b"\xef\xbb\xbf<a/>"]
    + [b'<?xml version="1.0" encoding="ISO-8859-1"?><a>' + one + b"</a>" for one in (b"\xe4", "ä".encode())],
)
def test_bodies_come_back_byte_by_byte(body: bytes) -> None:
    """Those that are no text as base64."""
    request = HttpRequest(method="POST", url="/?a=%C3%BC&a=&b", headers=(("Content-Type", "x/y"),), body=body)
    exchange = Exchange(
        request=request,
        response=HttpResponse(status=200, body=body),
        sent_at=1_700_000_000.25,
        received_at=1_700_000_001,
    )
    har = archive(Record(path="r", header=HEADER, exchanges={"c#1": exchange}))
    asked = har["log"]["entries"][0]["request"]
    assert asked["queryString"] == [{"name": "a", "value": "ü"}, {"name": "a", "value": ""}, {"name": "b", "value": ""}]
    (entry,) = read_har(io.BytesIO(json.dumps(har).encode()), Source(number=0, path="x"))  # type: ignore[arg-type]
    back = replace(exchange, request=replace(request, url=f"http://x/mturk{request.url}"))
    assert entry.exchange == back


def test_where_no_response_came_the_archive_says_why() -> None:
    """Its status is 0 then."""
    request = HttpRequest(method="GET", url="https://y/")
    exchange = Exchange(request=request, response=None, sent_at=9e17, received_at=9e17, failure="connection refused")
    har = archive(Record(path="r", header=HEADER, exchanges={"c#1": exchange}))
    response = har["log"]["entries"][0]["response"]
    assert (response["status"], response["_error"]) == (0, "connection refused")
