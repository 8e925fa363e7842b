"""boto 2.49, the old official library for Python, drives the embedded endpoint: a client that knows nothing of us.

A fault in our own codec is invisible to our own client, since both sides share it; a foreign client shows it.
"""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from conformance.bindings.query import read_answer, read_call
from conformance.checks.finding import Outcome
from conformance.checks.judge import judge
from conformance.target.drivers import ControlApi, ControlWorkers
from conformance.transport.client import Client
from conformance.wire.messages import Exchange, HttpRequest, HttpResponse
from conformance.wire.timestamps import is_utc_timestamp

if sys.version_info >= (3, 12):
    pytest.skip("boto 2.49 cannot be imported by Python 3.12", allow_module_level=True)

# boto is of 2018: it imports what has been deprecated since, by an importer that it leaves behind for all others.
finders = list(sys.meta_path)
with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    warnings.simplefilter("ignore", ImportWarning)
    from boto.mturk.connection import MTurkConnection, MTurkRequestError
    from boto.mturk.question import QuestionForm
sys.meta_path[:] = finders

if TYPE_CHECKING:
    from tests.conftest import Kit

DATA = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2005-10-01"
FORM = (
    f'<QuestionForm xmlns="{DATA}/QuestionForm.xsd"><Question><QuestionIdentifier>q1</QuestionIdentifier>'
    "<QuestionContent><Text>What is 6 &lt; 7 &amp; why? ü</Text></QuestionContent>"
    "<AnswerSpecification><FreeTextAnswer/></AnswerSpecification></Question></QuestionForm>"
)
ANSWERS = (
    f'<?xml version="1.0" encoding="UTF-8"?><QuestionFormAnswers xmlns="{DATA}/QuestionFormAnswers.xsd">'
    "<Answer><QuestionIdentifier>q1</QuestionIdentifier><FreeText>a &lt; b &amp; ü</FreeText></Answer>"
    "</QuestionFormAnswers>"
)


class Form(QuestionForm):  # type: ignore[misc]
    """A form whose XML is given: boto's own writer fails on Python 3."""

    def get_as_xml(self) -> str:
        """Return the XML."""
        return FORM


@dataclass(slots=True, kw_only=True)
class Driven:
    """A served endpoint, boto connected to it over a relay, and all exchanges that went through."""

    boto: Any
    workers: ControlWorkers
    host: str
    port: int
    exchanges: list[Exchange] = field(default_factory=list)
    connections: list[Any] = field(default_factory=list)

    def reply(self) -> Any:
        """Return the last answer, as our own codec reads it."""
        assert self.exchanges[-1].response is not None
        return read_answer(self.exchanges[-1].response)

    def connect(self, key: str, secret: str) -> Any:
        """Return boto as it comes, connected with these credentials."""
        connection = MTurkConnection(
            aws_access_key_id=key, aws_secret_access_key=secret, host=self.host, port=self.port, is_secure=False
        )
        self.connections.append(connection)
        return connection

    def close(self) -> None:
        """Close the sockets that boto keeps open; its own `close` forgets them."""
        for connection in self.connections:
            for pool in connection._pool.host_to_pool.values():
                for kept, _ in pool.queue:
                    kept.close()


@pytest.fixture
def driven(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> Iterator[Driven]:
    """Serve the endpoint in a process of its own and connect boto to it; judge all that was said at the end."""
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with kit.start("serve", "--port", "0", "--control", "--json") as server, Client() as onward:
        assert server.stdout is not None
        told = json.loads(server.stdout.readline())
        exchanges: list[Exchange] = []

        def relay(request: HttpRequest) -> HttpResponse:
            message = HttpRequest(
                method=request.method,
                url=told["url"].rstrip("/") + request.url,
                headers=request.headers,
                body=request.body,
            )
            exchanges.append(onward.send(message, retry=False))
            assert exchanges[-1].response is not None
            return exchanges[-1].response

        relayed = urlsplit(kit.serve(relay).url)
        api = ControlApi(onward, told["control"], told["MTURK_CONTROL_TOKEN"])
        driven = Driven(
            boto=None,
            workers=ControlWorkers(api),
            host=str(relayed.hostname),
            port=relayed.port or 0,
            exchanges=exchanges,
        )
        driven.boto = driven.connect(kit.first.access_key_id, kit.first.secret_key)
        yield driven
        driven.close()
        server.terminate()
        server.communicate(timeout=10)
    found = [(finding, exchange.response) for exchange in exchanges for finding in judge(exchange)]
    assert found
    assert [pair for pair in found if pair[0].outcome is Outcome.MISSED] == []


def pending(driven: Driven, type_id: str) -> list[Any]:
    """Return the pending requests for a type, as boto reads them."""
    return list(driven.boto.get_qualification_requests(type_id, sort_by="SubmitTime"))


def test_boto_signs_in_its_own_way(driven: Driven) -> None:
    """It names no service and signs by the first version of signatures; it is let in and reads its balance."""
    (price,) = driven.boto.get_account_balance()
    assert price.currency_code == "USD"
    call = read_call(driven.exchanges[-1].request)
    assert call.common["SignatureVersion"] == "1"
    assert "Service" not in call.common
    assert call.version == "2014-08-15"


def test_boto_goes_through_the_life_of_a_request(driven: Driven) -> None:
    """It creates, updates, reads, lists, grants and rejects; what it reads is what was said."""
    (made,) = driven.boto.create_qualification_type(
        "Ünique & <name>", "what it is; 100 % + more", "Active", keywords=["a", "b ü"], retry_delay=0
    )
    type_id = made.QualificationTypeId
    assert (made.Name, made.Description, made.Keywords) == ("Ünique & <name>", "what it is; 100 % + more", "a, b ü")
    assert is_utc_timestamp(made.CreationTime)
    (found,) = driven.boto.get_qualification_type(type_id)
    assert (found.Name, found.QualificationTypeStatus) == (made.Name, "Active")
    (changed,) = driven.boto.update_qualification_type(type_id, description="new", status="Active")
    assert (changed.Description, changed.Name) == ("new", made.Name)

    granted, rejected = (driven.workers.new_worker() for _ in range(2))
    for worker in (granted, rejected):
        driven.workers.request_qualification(worker, type_id)
    first, second = pending(driven, type_id)
    assert (first.SubjectId, second.SubjectId) == (granted, rejected)
    assert is_utc_timestamp(first.SubmitTime)
    driven.boto.grant_qualification(first.QualificationRequestId, 42)
    (qualification,) = driven.boto.get_qualification_score(type_id, granted)
    assert (qualification.IntegerValue, qualification.Status) == ("42", "Granted")
    reason = "Nicht diesmal: 1 < 2 & 'ü'"
    parameters = {"QualificationRequestId": second.QualificationRequestId, "Reason": reason}
    driven.boto._process_request("RejectQualificationRequest", parameters)
    assert driven.reply().accepted
    assert pending(driven, type_id) == []
    assert reason in driven.workers.read_messages(rejected)[-1].text


def test_boto_assigns_without_a_request(driven: Driven) -> None:
    """A truth value that it writes as Python does is taken."""
    (made,) = driven.boto.create_qualification_type("assigned", "d", "Active")
    worker = driven.workers.new_worker()
    driven.boto.assign_qualification(made.QualificationTypeId, worker, value=7, send_notification=True)
    assert dict(read_call(driven.exchanges[-1].request).pairs)["SendNotification"] == "True"
    (qualification,) = driven.boto.get_qualification_score(made.QualificationTypeId, worker)
    assert qualification.IntegerValue == "7"
    driven.boto.update_qualification_type(made.QualificationTypeId, auto_granted=True, auto_granted_value=3)
    other = driven.workers.new_worker()
    assert driven.workers.request_qualification(other, made.QualificationTypeId).state == "granted"


def test_boto_reads_the_answers_to_a_test(driven: Driven) -> None:
    """Test and Answer are documents within text; boto parses the answers it gets with a parser of its own."""
    (made,) = driven.boto.create_qualification_type("tested", "d", "Active", test=Form(), test_duration=60)
    assert made.Test == FORM
    worker = driven.workers.new_worker()
    assert driven.workers.request_qualification(worker, made.QualificationTypeId).state == "test"
    driven.workers.submit_test(worker, made.QualificationTypeId, ANSWERS)
    (request,) = pending(driven, made.QualificationTypeId)
    assert request.Test == FORM
    ((answer,),) = request.answers
    assert (answer.qid, answer.fields) == ("q1", ["a < b & ü"])


def test_boto_sees_errors_in_both_places(driven: Driven, kit: Kit) -> None:
    """A call that is not let in has them in OperationRequest, one that is refused in the result's Request."""
    stranger = driven.connect(kit.first.access_key_id, "another secret")
    with pytest.raises(MTurkRequestError) as refused:
        stranger.get_account_balance()
    assert refused.value.error_code.startswith("AWS.")
    assert driven.reply().errors[0].place == "OperationRequest"
    for call in (
        lambda: driven.boto.get_qualification_type("NOSUCHTYPE"),
        lambda: driven.boto.grant_qualification("NOSUCHREQUEST"),
        lambda: driven.boto._process_request("RejectQualificationRequest", {"QualificationRequestId": "NOSUCH"}),
    ):
        with pytest.raises(MTurkRequestError) as refused:
            call()
        assert refused.value.error_code.startswith("AWS.MechanicalTurk.")
        assert driven.reply().errors[0].place not in ("OperationRequest", "front end")


def test_boto_pages_through_a_list(driven: Driven) -> None:
    """Counts and pages come as it asks for them, newest first."""
    (made,) = driven.boto.create_qualification_type("paged", "d", "Active")
    workers = [driven.workers.new_worker() for _ in range(3)]
    for worker in workers:
        driven.workers.request_qualification(worker, made.QualificationTypeId)
    seen = []
    for page in (1, 2):
        listed = driven.boto.get_qualification_requests(
            made.QualificationTypeId, sort_by="SubmitTime", page_size=2, page_number=page
        )
        assert (listed.TotalNumResults, listed.PageNumber) == ("3", str(page))
        seen += [request.SubjectId for request in listed]
    assert sorted(seen) == sorted(workers)
