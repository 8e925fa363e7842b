"""Captures with traffic of boto3 in every format, the recorder of the documentation among them."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError

from conformance.record.events import ExchangeEvent, RunHeader
from conformance.record.writer import RecordWriter
from conformance.report.har import entry_of
from conformance.spec.versions import TODAY
from conformance.target.embedded import EmbeddedProcess
from conformance.traffic.auditing import audit_all
from conformance.traffic.entries import Source
from conformance.traffic.judging import Options, conclude
from tests.traffic.boto3_traffic import faults_of, of, recorded, replied

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.wire.messages import Exchange


@pytest.fixture(scope="module")
def traffic() -> list[Exchange]:
    """Return what boto3 and the embedded endpoint said to each other."""
    return recorded()


def _har(exchanges: list[Exchange]) -> str:
    return json.dumps({"log": {"version": "1.2", "entries": [entry_of(one, "", "") for one in exchanges]}})


def _lines(exchanges: list[Exchange]) -> str:
    def message(one: Any, **more: Any) -> dict[str, Any]:
        return {"headers": dict(one.headers), "body": {"base64": base64.b64encode(one.body).decode()}, **more}

    return "\n".join(
        json.dumps(
            {
                "request": message(one.request, method=one.request.method, url=one.request.url),
                "response": one.response and message(one.response, status=one.response.status),
                "sent_at": one.sent_at,
                "received_at": one.received_at,
            }
        )
        for one in exchanges
    )


def _cassette(exchanges: list[Exchange]) -> str:
    """Return a cassette as vcrpy writes it by its serializer for JSON, which is YAML too."""

    def headers(pairs: Any) -> dict[str, list[str]]:
        return {name: [value] for name, value in pairs}

    return json.dumps(
        {
            "version": 1,
            "interactions": [
                {
                    "request": {
                        "method": one.request.method,
                        "uri": one.request.url,
                        "body": one.request.body.decode(),
                        "headers": headers(one.request.headers),
                    },
                    "response": {
                        "status": {"code": one.response.status, "message": "OK"},
                        "headers": headers(one.response.headers),
                        "body": {"string": one.response.body.decode()},
                    },
                }
                for one in exchanges
                if one.response is not None
            ],
        },
        indent=1,
    )


def _record(exchanges: list[Exchange], path: Path) -> None:
    writer = RecordWriter(path)
    writer.write(
        RunHeader(kit="0", run_id="", seed=0, url="", profile="", versions=(), bindings=(), selection=(), started_at="")
    )
    for number, one in enumerate(exchanges, 1):
        writer.write(ExchangeEvent(id=f"c|{TODAY}|json#{number}", exchange=one))
    writer.close()


FORMATS: dict[str, Callable[[list[Exchange]], str]] = {"har": _har, "jsonl": _lines, "json": _cassette}


@pytest.mark.parametrize("ending", [*FORMATS, "record"])
def test_every_format_of_captures(ending: str, traffic: list[Exchange], tmp_path: Path) -> None:
    """What was recorded is found as it was, and what is planted in one exchange is told with its place."""
    planted = replied(of(traffic, "GetHIT"), lambda told: told["HIT"].update(HITStatus="Assigned"))
    for exchanges, expected in ((traffic, []), ([*traffic, planted], ["HIT.HITStatus.values"])):
        path = tmp_path / f"{len(exchanges)}.{ending}"
        if ending == "record":
            _record(exchanges, path)
        else:
            path.write_text(FORMATS[ending](exchanges), "utf-8")
        outcome = audit_all([Source(number=0, path=str(path))], Options())
        conclude(outcome)
        assert outcome.unread == []
        assert outcome.files[0].judged == len(exchanges)
        assert [requirement for requirement, _, _ in faults_of(outcome)] == expected


@pytest.mark.parametrize("content", ['{"HIT":{"HITId":"H"}}', '{"HITId":"H"}', "[]"])
def test_json_that_stands_alone_is_not_judged(content: str, tmp_path: Path) -> None:
    """A reply or the body of a call says of no operation whose it is."""
    path = tmp_path / "alone.json"
    path.write_text(content, "utf-8")
    outcome = audit_all([Source(number=0, path=str(path))], Options())
    (unread,) = outcome.unread
    assert "a reply or a call by itself" in unread.reason


def test_the_recorder_of_the_documentation(tmp_path: Path) -> None:
    """What `docs/captures.md` prints writes a capture of which all is judged, and no key is in it."""
    page = (Path(__file__).parents[2] / "docs" / "captures.md").read_text("utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    space: dict[str, Any] = {}
    exec(code, space)
    path = tmp_path / "traffic.jsonl"
    with EmbeddedProcess() as endpoint, path.open("w", encoding="utf-8") as file:
        key = endpoint.credentials.access_key_id
        client = boto3.client(
            "mturk",
            endpoint_url=endpoint.url,
            region_name="us-east-1",
            aws_access_key_id=key,
            aws_secret_access_key=endpoint.credentials.secret_key,
        )
        space["record"](client, file)
        client.get_account_balance()
        with pytest.raises(ClientError):
            client.get_hit(HITId="3ZURAPD288NJZ4HUTVEJXT1RKF51F5")
    outcome = audit_all([Source(number=0, path=str(path))], Options(requests=True))
    conclude(outcome)
    assert outcome.files[0].judged == 2
    assert faults_of(outcome) == []
    assert [operation for operation, _ in outcome.coverage.errors] == ["GetHIT"]
    assert key not in path.read_text("utf-8")
