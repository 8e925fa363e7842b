"""What unmodified boto3 and an endpoint say to each other: recorded as a proxy would, by JSON of 2017-01-17."""

from __future__ import annotations

import http.client
import io
import json
import time
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import boto3
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.exceptions import ClientError

from conformance.record.audited import Audited, FileAccount
from conformance.record.places import Place
from conformance.target.embedded import EmbeddedProcess
from conformance.traffic.entries import Entry
from conformance.traffic.judging import Judging, Options, conclude
from conformance.wire.messages import Exchange, HttpRequest, HttpResponse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from conformance.bindings.query import Credentials

SCHEMAS = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas"
PAGE = (
    f'<HTMLQuestion xmlns="{SCHEMAS}/2011-11-11/HTMLQuestion.xsd"><HTMLContent><![CDATA[<!DOCTYPE html><html><body>'
    '<form name="mturk_form" method="post" action="https://www.mturk.com/mturk/externalSubmit">'
    '<input type="hidden" name="assignmentId" value=""/><input type="submit"/></form></body></html>]]></HTMLContent>'
    "<FrameHeight>450</FrameHeight></HTMLQuestion>"
)
FORM = (
    f'<QuestionForm xmlns="{SCHEMAS}/2005-10-01/QuestionForm.xsd"><Question><QuestionIdentifier>q</QuestionIdentifier>'
    "<IsRequired>true</IsRequired><QuestionContent><Text>Which?</Text></QuestionContent><AnswerSpecification>"
    "<SelectionAnswer><StyleSuggestion>radiobutton</StyleSuggestion><Selections><Selection><SelectionIdentifier>a"
    "</SelectionIdentifier><Text>A</Text></Selection><Selection><SelectionIdentifier>b</SelectionIdentifier><Text>B"
    "</Text></Selection></Selections></SelectionAnswer></AnswerSpecification></Question></QuestionForm>"
)
KEY = (
    f'<AnswerKey xmlns="{SCHEMAS}/2005-10-01/AnswerKey.xsd"><Question><QuestionIdentifier>q</QuestionIdentifier>'
    "<AnswerOption><SelectionIdentifier>a</SelectionIdentifier><AnswerScore>7</AnswerScore></AnswerOption></Question>"
    "</AnswerKey>"
)
ANSWERS = (
    f'<QuestionFormAnswers xmlns="{SCHEMAS}/2005-10-01/QuestionFormAnswers.xsd"><Answer><QuestionIdentifier>q'
    "</QuestionIdentifier><SelectionIdentifier>a</SelectionIdentifier></Answer></QuestionFormAnswers>"
)


@contextmanager
def recording(url: str, credentials: Credentials) -> Iterator[tuple[Any, list[Exchange]]]:
    """Yield a client of boto3 for an endpoint, and what the two say to each other."""
    told: list[Exchange] = []

    def send(request: Any, **_: Any) -> AWSResponse:
        body = request.body if isinstance(request.body, bytes) else (request.body or "").encode()
        headers = {name: _text(value) for name, value in request.headers.items()}
        parts, sent_at = urlsplit(request.url), time.time()
        connection = http.client.HTTPConnection(parts.netloc, timeout=30)
        connection.request(request.method, parts.path or "/", body=body, headers=headers)
        answer = connection.getresponse()
        response = HttpResponse(status=answer.status, headers=tuple(answer.getheaders()), body=answer.read())
        connection.close()
        sent = HttpRequest(method=request.method, url=request.url, headers=tuple(headers.items()), body=body)
        told.append(Exchange(request=sent, response=response, sent_at=sent_at, received_at=time.time()))
        return AWSResponse(request.url, response.status, dict(response.headers), _Raw(response.body))

    client = boto3.client(
        "mturk",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id=credentials.access_key_id,
        aws_secret_access_key=credentials.secret_key,
        config=Config(retries={"max_attempts": 1}),
    )
    client.meta.events.register("before-send.mturk", send)
    yield client, told


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


class _Raw(io.BytesIO):
    """A body as botocore reads it."""

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.read()


def recorded() -> list[Exchange]:
    """Return a day of a Requester: HITs, their assignments, a Qualification with a test, lists, and refusals."""
    with EmbeddedProcess() as endpoint, recording(endpoint.url, endpoint.credentials) as (client, told):
        _a_day(client, endpoint)
        return told


def _a_day(client: Any, endpoint: EmbeddedProcess) -> None:
    client.get_account_balance()
    made = client.create_qualification_type(
        Name="Reading", Description="d", QualificationTypeStatus="Active", Test=FORM, AnswerKey=KEY,
        TestDurationInSeconds=600,
    )["QualificationType"]  # fmt: skip
    client.get_qualification_type(QualificationTypeId=made["QualificationTypeId"])
    by_hand = client.create_qualification_type(Name="By hand", Description="d", QualificationTypeStatus="Active")
    asked_for = by_hand["QualificationType"]["QualificationTypeId"]
    required = {"QualificationTypeId": asked_for, "Comparator": "GreaterThan", "IntegerValues": [1]}
    worker, other = endpoint.workers.new_worker(), endpoint.workers.new_worker()
    endpoint.workers.request_qualification(worker, made["QualificationTypeId"])
    endpoint.workers.submit_test(worker, made["QualificationTypeId"], ANSWERS)
    for one in (worker, other):
        endpoint.workers.request_qualification(one, asked_for)
    requests = client.list_qualification_requests(QualificationTypeId=asked_for)["QualificationRequests"]
    client.accept_qualification_request(QualificationRequestId=requests[0]["QualificationRequestId"], IntegerValue=5)
    client.reject_qualification_request(QualificationRequestId=requests[1]["QualificationRequestId"], Reason="no")
    client.get_qualification_score(QualificationTypeId=made["QualificationTypeId"], WorkerId=worker)
    client.list_workers_with_qualification_type(QualificationTypeId=made["QualificationTypeId"])
    common = {"Title": "t", "Description": "d", "Reward": "0.10", "AssignmentDurationInSeconds": 600}
    hit = client.create_hit(
        **common, LifetimeInSeconds=3600, Question=FORM, MaxAssignments=3, UniqueRequestToken="once",
        RequesterAnnotation="batch 1",
    )["HIT"]  # fmt: skip
    kind = client.create_hit_type(**common, Keywords="a, b", QualificationRequirements=[required])
    for _ in range(3):
        client.create_hit_with_hit_type(HITTypeId=kind["HITTypeId"], LifetimeInSeconds=3600, Question=PAGE)
    for page in client.get_paginator("list_hits").paginate(PaginationConfig={"PageSize": 2}):
        assert page["NumResults"] <= 2
    _assignments(client, endpoint, hit["HITId"], (worker, other, endpoint.workers.new_worker()))
    client.update_expiration_for_hit(HITId=hit["HITId"], ExpireAt=0)
    client.create_worker_block(WorkerId=other, Reason="spam")
    client.list_worker_blocks()
    client.delete_worker_block(WorkerId=other, Reason="a mistake")
    client.notify_workers(Subject="s", MessageText="m", WorkerIds=[worker])
    client.delete_hit(HITId=hit["HITId"])
    client.list_qualification_types(MustBeRequestable=True, MustBeOwnedByCaller=True)
    for wrong in ({"HITId": "3ZURAPD288NJZ4HUTVEJXT1RKF51F5"}, {"HITId": hit["HITId"]}):
        try:
            client.delete_hit(**wrong)
        except ClientError:
            continue
        raise AssertionError("it was not refused")


def _assignments(client: Any, endpoint: EmbeddedProcess, hit: str, workers: tuple[str, ...]) -> None:
    """Let Workers do a HIT, and decide on what they did."""
    done = []
    for worker in workers:
        accepted = endpoint.workers.accept_assignment(worker, hit)
        endpoint.workers.submit_assignment(worker, accepted.assignment_id, ANSWERS)
        done.append(accepted.assignment_id)
    client.list_assignments_for_hit(HITId=hit, AssignmentStatuses=["Submitted"])
    client.approve_assignment(AssignmentId=done[0], RequesterFeedback="good")
    for one in done[1:]:
        client.reject_assignment(AssignmentId=one, RequesterFeedback="not good")
    client.approve_assignment(AssignmentId=done[1], OverrideRejection=True)
    client.get_assignment(AssignmentId=done[1])
    client.send_bonus(
        WorkerId=workers[0], AssignmentId=done[0], BonusAmount="0.25", Reason="well", UniqueRequestToken="a bonus"
    )
    client.list_bonus_payments(HITId=hit)
    client.list_reviewable_hits()
    client.update_hit_review_status(HITId=hit, Revert=False)
    client.get_hit(HITId=hit)
    client.get_account_balance()


def audited(exchanges: Iterable[Exchange], **options: Any) -> Audited:
    """Return what a capture of these exchanges shows."""
    outcome = Audited(files={0: FileAccount(file="capture", format="")})
    judging = Judging(Options(**options))
    for number, exchange in enumerate(exchanges, 1):
        judging.take(Entry(place=Place(source=0, file="capture", entry=number), exchange=exchange), outcome)
    judging.finish(outcome)
    conclude(outcome)
    return outcome


def faults_of(outcome: Audited) -> list[tuple[str, str, str]]:
    """Return requirement, place and what came of all that is more than observed."""
    return [
        (fault.key.requirement, fault.first[0].where, fault.first[0].actual)
        for fault in outcome.in_order()
        if fault.key.grade != "observed"
    ]


def of(traffic: list[Exchange], operation: str) -> Exchange:
    """Return the first exchange of an operation, by the name of today."""
    return next(one for one in traffic if dict(one.request.headers)["X-Amz-Target"].endswith(f".{operation}"))


def replied(exchange: Exchange, change: Callable[[dict[str, Any]], Any], **more: Any) -> Exchange:
    """Return an exchange whose reply says something else."""
    assert exchange.response is not None
    content = json.loads(exchange.response.body)
    change(content)
    return replace(exchange, response=replace(exchange.response, body=json.dumps(content).encode(), **more))


def asked(exchange: Exchange, **members: Any) -> Exchange:
    """Return an exchange whose call has these members; None takes one out."""
    content = {**json.loads(exchange.request.body), **members}
    content = {name: value for name, value in content.items() if value is not None}
    return replace(exchange, request=replace(exchange.request, body=json.dumps(content).encode()))
