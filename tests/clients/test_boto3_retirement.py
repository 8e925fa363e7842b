"""The day on which the versions of XML end: Query and SOAP are refused from it on, boto3 goes on."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from conformance.bindings import query, soap
from conformance.bindings.exchanges import answer_to
from conformance.target.control_drivers import ControlApi, ControlClock
from conformance.transport.client import Client
from conformance.wire.timestamps import format_timestamp

boto3 = pytest.importorskip("boto3")

if TYPE_CHECKING:
    from tests.conftest import Kit

TAKEN, REFUSED = [(200, True)] * 2, [(403, False)] * 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """An endpoint, boto3 connected to it, and its clock."""

    mturk: Any
    clock: ControlClock
    client: Client
    url: str
    kit: Kit

    def by_xml(self) -> list[tuple[int, bool]]:
        """Return how a good call by Query, and one by SOAP, are answered: the status, and whether they are taken."""
        moment = format_timestamp(time.time())
        signed: dict[str, Any] = {"url": self.url, "credentials": self.kit.first, "version": "2014-08-15"}
        calls = [
            query.write_call("GetAccountBalance", {}, timestamp=moment, **signed),
            soap.write_call("GetAccountBalance", [{}], timestamp=moment, **signed),
        ]
        responses = [(call, self.client.send(call, retry=False).response) for call in calls]
        return [(got.status, answer_to(call, got).accepted) for call, got in responses if got is not None]


@contextmanager
def served(kit: Kit, *options: str) -> Iterator[Served]:
    """Serve the endpoint as the options say."""
    with kit.start("serve", "--port", "0", "--control", "--json", *options) as server, Client() as client:
        assert server.stdout is not None
        told = json.loads(server.stdout.readline())
        mturk = boto3.client(
            "mturk",
            endpoint_url=told["url"],
            region_name="us-east-1",
            aws_access_key_id=kit.first.access_key_id,
            aws_secret_access_key=kit.first.secret_key,
        )
        clock = ControlClock(ControlApi(client, told["control"], told["MTURK_CONTROL_TOKEN"]))
        yield Served(mturk=mturk, clock=clock, client=client, url=told["url"], kit=kit)
        mturk.close()
        server.terminate()
        server.communicate(timeout=10)


def test_xml_ends_on_its_day_and_json_goes_on(kit: Kit) -> None:
    """By the endpoint's clock, which is moved past the day; what was made before is read by JSON after."""
    day = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
    with served(kit, "--any-date", "--retire-xml-on", day) as endpoint:
        assert endpoint.by_xml() == TAKEN
        kind = {"Title": "t", "Description": "d", "Reward": "0.01", "AssignmentDurationInSeconds": 60}
        made = endpoint.mturk.create_hit_type(**kind)
        endpoint.clock.advance(3 * 86_400)
        assert endpoint.by_xml() == REFUSED
        assert endpoint.mturk.create_hit_type(**kind)["HITTypeId"] == made["HITTypeId"]


@pytest.mark.parametrize("options", [("--retired",), ("--version", "2017-01-17"), ("--retire-xml-on", "2019-06-01")])
def test_an_endpoint_without_xml_goes_on_with_json(kit: Kit, options: tuple[str, ...]) -> None:
    """However that is said: as retired, as of JSON alone, by a day that has passed."""
    with served(kit, *options) as endpoint:
        assert endpoint.by_xml() == REFUSED
        assert endpoint.mturk.get_account_balance()["AvailableBalance"] == "10000.00"


def test_a_day_that_is_none_is_told(kit: Kit) -> None:
    """With the form that it should have."""
    outcome = kit.call("serve", "--retire-xml-on", "June 1st")
    assert outcome.code == 2
    assert "%Y-%m-%d" in outcome.err
