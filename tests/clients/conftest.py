"""What foreign clients are given: the files of each version, and boto 2.49 or boto3 connected to the embedded endpoint.

boto is the old official library for Python, boto3 that of today; all that they say, and all that they are told, is
judged.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from conformance.bindings.exchanges import answer_to, calls_of
from conformance.bindings.query import Answer
from conformance.checks.finding import Finding, Outcome
from conformance.checks.judge import judge
from conformance.spec.export import exported_files
from conformance.spec.requirements import requirements
from conformance.spec.versions import LATEST, VERSIONS
from conformance.target.control_drivers import (
    ControlApi,
    ControlClock,
    ControlRequesters,
    ControlWorkers,
    control_url_of,
)
from conformance.transport.client import Client
from conformance.wire.messages import Exchange, HttpRequest, HttpResponse

# Python 3.12 cannot import boto, and the tests are skipped.  boto is of 2018: it imports what has been deprecated
# since, by an importer that it leaves behind for all others.
if sys.version_info < (3, 12):
    finders = list(sys.meta_path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.simplefilter("ignore", ImportWarning)
        from boto.mturk.connection import MTurkConnection
        from boto.mturk.price import Price
        from boto.mturk.question import AnswerSpecification, FreeTextAnswer, Question, QuestionContent, QuestionForm
    sys.meta_path[:] = finders

if TYPE_CHECKING:
    from tests.conftest import Kit

DATA = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2005-10-01"
ANSWERS = (
    f'<?xml version="1.0" encoding="UTF-8"?><QuestionFormAnswers xmlns="{DATA}/QuestionFormAnswers.xsd">'
    "<Answer><QuestionIdentifier>q1</QuestionIdentifier><FreeText>a &lt; b &amp; ü</FreeText></Answer>"
    "</QuestionFormAnswers>"
)
FORM = (
    f'<?xml version="1.0" encoding="UTF-8"?><QuestionForm xmlns="{DATA}/QuestionForm.xsd"><Question>'
    "<QuestionIdentifier>q1</QuestionIdentifier><QuestionContent><Text>What is 6 &lt; 7?</Text></QuestionContent>"
    "<AnswerSpecification><FreeTextAnswer/></AnswerSpecification></Question></QuestionForm>"
)


def text_form() -> Any:
    """Return a form with one question, as boto writes it."""
    content = QuestionContent()
    content.append_field("Text", "What is 6 &lt; 7 &amp; why? ü")
    return QuestionForm([Question("q1", content, AnswerSpecification(FreeTextAnswer()))])


def in_force(exchange: Exchange) -> list[Finding]:
    """Return what the checks find in an exchange about requirements that hold in its version."""
    version = calls_of(exchange.request)[0].version or LATEST
    return [finding for finding in judge(exchange) if requirements()[finding.requirement].holds_in(version)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """An endpoint in a process of its own with a relay in front of it, at ``url``, and all that went through that."""

    url: str
    workers: ControlWorkers
    requesters: ControlRequesters
    clock: ControlClock
    exchanges: list[Exchange]
    form: str = FORM
    """A form with one question."""
    answers: str = ANSWERS

    def reply(self) -> Answer:
        """Return the last answer, as our own codec reads it."""
        last = self.exchanges[-1]
        assert last.response is not None
        return answer_to(last.request, last.response)

    def handed_in(self, hit_id: str, answers: str = ANSWERS) -> tuple[str, str]:
        """Return the ids of a new Worker and of an assignment that the Worker has handed in."""
        worker = self.workers.new_worker()
        accepted = self.workers.accept_assignment(worker, hit_id)
        self.workers.submit_assignment(worker, accepted.assignment_id, answers)
        return worker, accepted.assignment_id


@dataclass(slots=True, kw_only=True)
class Driven:
    """boto connected to an endpoint over a relay, and all exchanges that went through."""

    boto: Any
    workers: ControlWorkers
    form: Any
    answers: str
    host: str
    port: int
    relay: Relay
    exchanges: list[Exchange]
    connections: list[Any] = field(default_factory=list)

    def reply(self) -> Answer:
        """Return the last answer, as our own codec reads it."""
        return self.relay.reply()

    def connect(self, key: str, secret: str) -> Any:
        """Return boto as it comes, connected with these credentials."""
        connection = MTurkConnection(
            aws_access_key_id=key, aws_secret_access_key=secret, host=self.host, port=self.port, is_secure=False
        )
        self.connections.append(connection)
        return connection

    def connect_with_token(self, token: str) -> Any:
        """Return boto, connected as ever, with a UniqueRequestToken beside the parameters that it sends by itself."""
        connection = self.connect(self.boto.aws_access_key_id, self.boto.aws_secret_access_key)
        process = connection._process_request

        def process_with_token(operation: str, parameters: dict[str, Any], markers: Any = None) -> Any:
            return process(operation, {**parameters, "UniqueRequestToken": token}, markers)

        connection._process_request = process_with_token
        return connection

    def balance(self) -> float:
        """Return what the Requester may spend, as boto reads it."""
        (price,) = self.boto.get_account_balance()
        assert price.currency_code == "USD"
        return float(price.amount)

    def registered(self, title: str) -> str:
        """Return a HIT type of 50 cents."""
        (kind,) = self.boto.register_hit_type(title, "what it is", Price(0.5), timedelta(hours=1))
        return str(kind.HITTypeId)

    def handed_in(self, hit_id: str) -> tuple[str, str]:
        """Return the ids of a new Worker and of an assignment that the Worker has handed in."""
        return self.relay.handed_in(hit_id, self.answers)

    def close(self) -> None:
        """Close the sockets that boto keeps open; its own `close` forgets them."""
        for connection in self.connections:
            for pool in connection._pool.host_to_pool.values():
                for kept, _ in pool.queue:
                    kept.close()


@pytest.fixture(params=VERSIONS)
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def exported(version: str, tmp_path: Path) -> Path:
    """Return a folder with the files that `schemas export` writes of a version."""
    for name, content in exported_files(version).items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


@pytest.fixture
def relay(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> Iterator[Relay]:
    """Serve the endpoint behind a relay; judge all that was said at the end."""
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
    server = kit.serve()
    with Client() as onward:
        exchanges: list[Exchange] = []

        def pass_on(request: HttpRequest) -> HttpResponse:
            url = server.url.rstrip("/") + request.url
            exchanges.append(onward.send(replace(request, url=url), retry=False))
            assert exchanges[-1].response is not None
            return exchanges[-1].response

        api = ControlApi(onward, control_url_of(server.url), kit.token)
        yield Relay(
            url=kit.serve(pass_on).url,
            workers=ControlWorkers(api),
            requesters=ControlRequesters(api),
            clock=ControlClock(api),
            exchanges=exchanges,
        )
    found = [(finding, exchange.response) for exchange in exchanges for finding in in_force(exchange)]
    assert found
    assert [pair for pair in found if pair[0].outcome is Outcome.MISSED] == []


@pytest.fixture
def driven(kit: Kit, relay: Relay) -> Iterator[Driven]:
    """Connect boto to the endpoint."""
    relayed = urlsplit(relay.url)
    driven = Driven(
        boto=None,
        workers=relay.workers,
        form=text_form(),
        answers=ANSWERS,
        host=str(relayed.hostname),
        port=relayed.port or 0,
        relay=relay,
        exchanges=relay.exchanges,
    )
    driven.boto = driven.connect(kit.first.access_key_id, kit.first.secret_key)
    yield driven
    driven.close()


@pytest.fixture
def connect(kit: Kit, relay: Relay, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Any]]:
    """Return what connects boto3, as it comes, to the endpoint with a secret key."""
    boto3 = pytest.importorskip("boto3")
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    made: list[Any] = []

    def connect(secret: str) -> Any:
        made.append(
            boto3.client(
                "mturk",
                endpoint_url=relay.url,
                region_name="us-east-1",
                aws_access_key_id=kit.first.access_key_id,
                aws_secret_access_key=secret,
            )
        )
        return made[-1]

    yield connect
    for client in made:
        client.close()


@pytest.fixture
def mturk(kit: Kit, connect: Callable[[str], Any]) -> Any:
    """Return boto3, connected to the endpoint as the first Requester."""
    return connect(kit.first.secret_key)
