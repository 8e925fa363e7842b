"""A tour of the embedded endpoint: calls that between them show every fault that can be planted in it."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from conformance.bindings.query import Credentials, write_call
from conformance.reference.endpoint import HANDLERS, Endpoint, Options
from conformance.reference.store import Store
from conformance.spec.documents import DOCUMENTS
from conformance.spec.versions import LATEST
from conformance.wire.flattening import Values
from conformance.wire.messages import HttpRequest
from conformance.wire.timestamps import format_timestamp

OWNER = Credentials(access_key_id="OWNER", secret_key="owner's secret")
OTHER = Credentials(access_key_id="OTHER", secret_key="other's secret")
NOW = 1_400_000_000.25
REASON = "Zu  spät, <b>fini</b> &amp; \U0001d518 " + "x" * 20
KEY = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2005-10-01/AnswerKey.xsd"
ECHO = ["Minimal", "Request"]
COMMON = ("AWSAccessKeyId", "Operation", "Signature", "Timestamp")
CENTS: Values = {"Amount": ["0.29"], "CurrencyCode": ["USD"]}

Plant = Callable[[Endpoint], None]


def form(name: str) -> str:
    """Return a QuestionForm of one choice."""
    return (
        f'<QuestionForm xmlns="{DOCUMENTS["QuestionForm"]}"><Question><QuestionIdentifier>{name}</QuestionIdentifier>'
        "<QuestionContent><Text>1 &lt; 2?</Text></QuestionContent><AnswerSpecification><SelectionAnswer><Selections>"
        "<Selection><SelectionIdentifier>a</SelectionIdentifier><Text>A</Text></Selection>"
        "</Selections></SelectionAnswer></AnswerSpecification></Question></QuestionForm>"
    )


def kind(title: str) -> Values:
    """Return what a HIT type needs."""
    reward: Values = {"Amount": ["0.05"], "CurrencyCode": ["USD"]}
    return {"Title": [title], "Description": ["d"], "Reward": [reward]}


def key(score: int) -> str:
    """Return an AnswerKey for the choice."""
    return (
        f'<AnswerKey xmlns="{KEY}"><Question><QuestionIdentifier>q</QuestionIdentifier><AnswerOption>'
        f"<SelectionIdentifier>a</SelectionIdentifier><AnswerScore>{score}</AnswerScore></AnswerOption></Question>"
        "</AnswerKey>"
    )


def answers(text: str) -> str:
    """Return answers to two questions."""
    one = "<Answer><QuestionIdentifier>q</QuestionIdentifier><SelectionIdentifier>a</SelectionIdentifier></Answer>"
    two = f"<Answer><QuestionIdentifier>r</QuestionIdentifier><FreeText>{text} &amp; é</FreeText></Answer>"
    return f'<QuestionFormAnswers xmlns="{DOCUMENTS["QuestionFormAnswers"]}">{one}{two}</QuestionFormAnswers>'


class Guide:
    """Makes calls of one endpoint, remembers all that it says, and finds ids in what it holds."""

    def __init__(self, plant: Plant | None, version: str) -> None:
        self.plant, self.version, self.now = plant, version, NOW
        self.said: list[tuple[int, bytes]] = []
        self.names = 0
        self.endpoint = self._endpoint(Store.new(requesters=(OWNER, OTHER)))

    def _endpoint(self, store: Store) -> Endpoint:
        endpoint = Endpoint(store, options=Options(control_token="token"))
        if self.plant is not None:
            self.plant(endpoint)
        return endpoint

    def restart(self) -> None:
        """Put a new endpoint in place, with what this one dumps."""
        self.endpoint = self._endpoint(Store.load(json.loads(json.dumps(self.endpoint.store.dump()))))

    def send(self, request: HttpRequest) -> None:
        """Send a request."""
        response = self.endpoint.handle(request, self.now)
        self.said.append((response.status, response.body))

    def call(self, operation: str, values: Values | None = None, *, by: Credentials = OWNER, **wire: Any) -> None:
        """Make a call."""
        settings = {"url": "http://e/", "version": self.version, "timestamp": format_timestamp(self.now), **wire}
        self.send(write_call(operation, values or {}, credentials=by, **settings))

    def act(self, path: str, method: str = "POST", **body: object) -> None:
        """Use the control API."""
        headers = (("Authorization", "Bearer token"),)
        self.send(
            HttpRequest(method=method, url=f"http://e/control/{path}", headers=headers, body=json.dumps(body).encode())
        )

    def type(self, **values: str) -> str:
        """Create a Qualification type and return its id."""
        self.names += 1
        settings = {"Name": f"type {self.names}", "Description": "d", "QualificationTypeStatus": "Active", **values}
        self.call("CreateQualificationType", {name: [value] for name, value in settings.items()})
        return next(reversed(self.endpoint.store.qualification_types), "none")

    def worker(self) -> str:
        """Let a Worker in and return the id."""
        self.act("workers")
        return next(reversed(self.endpoint.store.workers))

    def ask(self, worker: str, type_id: str) -> str:
        """Have a Worker ask for a Qualification and return the id of the request."""
        self.act(f"workers/{worker}/qualification-requests", qualification_type_id=type_id)
        return next(reversed(self.endpoint.store.qualification_requests), "none")

    def submit(self, worker: str, type_id: str, text: str) -> None:
        """Have a Worker hand in answers."""
        self.act(f"workers/{worker}/test-submissions", qualification_type_id=type_id, answer=answers(text))

    def hit(self, *, by: Credentials = OWNER) -> str:
        """Create a HIT with two assignments of five cents and return its id."""
        self.names += 1
        self.call("RegisterHITType", {**kind(f"work {self.names}"), "AssignmentDurationInSeconds": ["60"]}, by=by)
        values: Values = {
            "HITTypeId": [next(reversed(self.endpoint.store.hit_types), "none")],
            "Question": [form("q")],
            "LifetimeInSeconds": ["3600"],
            "MaxAssignments": ["2"],
            "ResponseGroup": ["Minimal", "HITDetail", "HITQuestion", "HITAssignmentSummary"],
        }
        self.call("CreateHIT", values, by=by)
        return next(reversed(self.endpoint.store.hits), "none")

    def work(self, hit_id: str, decide: str | None = "ApproveAssignment", *, by: Credentials = OWNER) -> Values:
        """Have a new Worker submit an assignment and the Requester decide on it; return the parameters of a bonus."""
        worker = self.worker()
        self.act(f"workers/{worker}/assignments", hit_id=hit_id)
        assignment_id = next(reversed(self.endpoint.store.assignments), "none")
        self.act(f"workers/{worker}/submissions", assignment_id=assignment_id, answer=answers("done"))
        if decide:
            self.call(decide, {"AssignmentId": [assignment_id]}, by=by)
        return {"WorkerId": [worker], "AssignmentId": [assignment_id], "BonusAmount": [CENTS], "Reason": [REASON]}

    def account(self, balance: str) -> Credentials:
        """Open an account with that balance."""
        self.act("requesters", balance=balance)
        opened = json.loads(self.said[-1][1])
        return Credentials(access_key_id=opened["access_key_id"], secret_key=opened["secret_key"])

    def inspect(self, hit_id: str, *works: Values, by: Credentials = OWNER) -> None:
        """List the assignments of a HIT and the bonuses for some; look at the balance and at the Workers' mail."""
        self.call("GetAccountBalance", by=by)
        self.call("GetHIT", {"HITId": [hit_id]}, by=by)
        self.call("GetAssignmentsForHIT", {"HITId": [hit_id]}, by=by)
        for work in works:
            self.call("GetBonusPayments", {"AssignmentId": work["AssignmentId"]}, by=by)
            self.act(f"workers/{work['WorkerId'][0]}/messages", "GET")

    def look(self, type_id: str, *workers: str) -> None:
        """List the requests for a type, and all; look at what Workers hold and read."""
        self.call("GetQualificationRequests", {"QualificationTypeId": [type_id]})
        self.call("GetQualificationRequests")
        for worker in workers:
            self.call("GetQualificationScore", {"QualificationTypeId": [type_id], "SubjectId": [worker]})
            self.act(f"workers/{worker}/messages", "GET")


def _call_the_balance(guide: Guide) -> None:
    for wire in ({}, {"method": "GET"}, {"method": "GET", "url": "http://e/onca/xml"}):
        guide.call("GetAccountBalance", **wire)
    for common in ({"Service": "Other"}, {"Timestamp": "now"}, {"Timestamp": "2014-08-15 10:00"}):
        guide.call("GetAccountBalance", common=common)
    for name in COMMON:
        guide.call("GetAccountBalance", omit=(name,))


def _send_texts(guide: Guide) -> None:
    for method in ("POST", "GET"):
        values = {"Name": method, "Description": "a+b %41 é", "QualificationTypeStatus": "Active"}
        guide.call("CreateQualificationType", {name: [value] for name, value in values.items()}, method=method)


def _call_everything(guide: Guide) -> None:
    for operation in sorted(HANDLERS):
        type_id, worker = guide.type(), guide.worker()
        request_id = guide.ask(worker, type_id)
        known = {"QualificationTypeId": [type_id], "WorkerId": [worker], "SubjectId": [worker]}
        hit_id = guide.hit()
        work = guide.work(hit_id, None)
        guide.call("GrantBonus", work)
        named = {"QualificationRequestId": [request_id], "Name": [operation], "HITId": [hit_id]}
        given: Values = {**known, **kind(operation), **named, **work, "AssignmentDurationInSeconds": ["60"]}
        given |= {"Question": [form("q")], "LifetimeInSeconds": ["60"], "UniqueRequestToken": [operation]}
        if operation == "GetQualificationScore":
            guide.call("AssignQualification", known)
        if "Qualification" in operation:
            given["WorkerId"] = [worker]
        guide.call(operation, {"QualificationTypeId": ["NONE"], "QualificationRequestId": ["NONE"]})
        guide.call(operation, {})
        for name in COMMON:
            guide.call(operation, given, omit=(name,))
        guide.call(
            operation, {**given, "QualificationTypeStatus": ["Active"], "Reason": ["r"], "ResponseGroup": [*ECHO]}
        )
        guide.look(type_id, worker)


def _reject(guide: Guide) -> None:
    for reason in ({}, {"Reason": [REASON]}):
        first, second = guide.worker(), guide.worker()
        type_id, elsewhere = guide.type(), guide.type()
        guide.call(
            "AssignQualification", {"QualificationTypeId": [type_id], "WorkerId": [second], "IntegerValue": ["77"]}
        )
        request_id = guide.ask(second, type_id)
        guide.ask(first, type_id)
        guide.ask(second, elsewhere)
        guide.call("RejectQualificationRequest", {"QualificationRequestId": [request_id], **reason})
        guide.look(type_id, first, second)
        guide.look(elsewhere, second)
        guide.call("RejectQualificationRequest", {"QualificationRequestId": [request_id], **reason})
        guide.look(type_id)
    automatic = guide.type(AutoGranted="true", AutoGrantedValue="41", RetryDelayInSeconds="0")
    worker = guide.worker()
    guide.ask(worker, automatic)
    guide.call("UpdateQualificationType", {"QualificationTypeId": [automatic], "AutoGranted": ["false"]})
    request_id = guide.ask(worker, automatic)
    guide.call("RejectQualificationRequest", {"QualificationRequestId": [request_id]})
    guide.look(automatic, worker)
    guide.restart()
    guide.look(automatic, worker)


def _list(guide: Guide) -> None:
    type_id, worker = guide.type(), guide.worker()
    for asking in (guide.worker(), worker):
        request_id = guide.ask(asking, type_id)
    guide.call("GetQualificationRequests", {"QualificationTypeId": [type_id]}, by=OTHER)
    guide.call("GetQualificationRequests", by=OTHER)
    for sorting in ({"SortDirection": ["Descending"]}, {"SortProperty": ["QualificationTypeId"]}, {"PageSize": ["1"]}):
        guide.call("GetQualificationRequests", {"QualificationTypeId": [type_id], **sorting})
    guide.call("GrantQualification", {"QualificationRequestId": [request_id], "IntegerValue": ["12"]})
    guide.look(type_id, worker)


def _take_tests(guide: Guide) -> None:
    type_id = guide.type(Test=form("old"), TestDurationInSeconds="600")
    update: Values = {"QualificationTypeId": [type_id], "Test": [form("new")], "TestDurationInSeconds": ["900"]}
    for text in ("one", "two"):
        worker = guide.worker()
        guide.ask(worker, type_id)
        guide.look(type_id)
        guide.now += 20
        guide.call("UpdateQualificationType", update)
        guide.submit(worker, type_id, text)
        guide.now += 20
        guide.look(type_id)
    keyed = guide.type(Test=form("q"), AnswerKey=key(1), TestDurationInSeconds="600")
    changed: Values = {**update, "QualificationTypeId": [keyed], "AnswerKey": [key(2)]}
    guide.call("UpdateQualificationType", changed)
    guide.call("GetQualificationType", {"QualificationTypeId": [keyed]})


def _pay_bonuses(guide: Guide) -> None:
    hit_id = guide.hit()
    one, other = guide.work(hit_id), guide.work(hit_id, "RejectAssignment")
    guide.now += 60
    for work in (other, one, one):
        guide.call("GrantBonus", work)
        guide.inspect(hit_id, one, other)
    guide.call("GrantBonus", {**other, "BonusAmount": [{**CENTS, "Amount": ["5"]}]}, method="GET")
    foreign = guide.work(guide.hit())
    guide.inspect(hit_id, one, other, foreign)


def _refuse_bonuses(guide: Guide) -> None:
    hit_id = guide.hit()
    one, other = guide.work(hit_id), guide.work(hit_id)
    prices: list[str | Values] = [{"Amount": ["0.29"]}, {"CurrencyCode": ["USD"]}, {**CENTS, "CurrencyCode": ["EUR"]}]
    prices += [{**CENTS, "Amount": [amount]} for amount in ("0", "-1", "abc", "99999")]
    changes: list[Values] = [{"BonusAmount": [price]} for price in [*prices, "0.29"]]
    changes += [{name: [value]} for name in ("WorkerId", "AssignmentId") for value in ("NONE", *other[name])]
    changes += [{name: []} for name in one]
    for change in [*changes, {"Reason": [""]}]:
        guide.call("GrantBonus", {**one, **change})
        guide.inspect(hit_id, one, other)


def _spend_everything(guide: Guide) -> None:
    for balance in ("1.22", "0.42", "0.41"):  # what the approval of the work leaves of the last two is 0.36 and 0.35
        account = guide.account(balance)
        hit_id = guide.hit(by=account)
        work = guide.work(hit_id, by=account)
        for amount in ("0.41", "0.36", "0.29"):
            guide.call("GrantBonus", {**work, "BonusAmount": [{**CENTS, "Amount": [amount]}]}, by=account)
            guide.inspect(hit_id, work, by=account)


def _call_at_once(guide: Guide) -> None:
    hit_id = guide.hit()
    work = guide.work(hit_id)
    wire = {"url": "http://e/", "version": guide.version, "timestamp": format_timestamp(guide.now)}
    request = write_call("GrantBonus", {**work, "UniqueRequestToken": ["at once"]}, credentials=OWNER, **wire)
    with ThreadPoolExecutor(2) as pool:
        answers = [pool.submit(guide.endpoint.handle, request, guide.now) for _ in range(2)]
    guide.said += sorted((answer.result().status, answer.result().body) for answer in answers)
    guide.inspect(hit_id, work)


def _use_tokens(guide: Guide) -> None:
    hit_id = guide.hit()
    one, other = guide.work(hit_id), guide.work(hit_id)
    token = "t" * 63
    for used in (token, token, token.upper(), f"{token[:-1]}u", f"{token}6", f"{token}65", f"{token}65", token):
        guide.call("GrantBonus", {**one, "UniqueRequestToken": [used]})
    for change in ({"BonusAmount": [{**CENTS, "Amount": ["7"]}]}, {"Reason": ["r"]}, {**other, "Reason": ["r"]}):
        guide.call("GrantBonus", {**one, **change, "UniqueRequestToken": [token]})
    for amount in ("99999", "1"):
        paid: Values = {"BonusAmount": [{**CENTS, "Amount": [amount]}], "UniqueRequestToken": ["failed"]}
        guide.call("GrantBonus", {**one, **paid})
    guide.inspect(hit_id, one, other)
    guide.restart()
    guide.call("GrantBonus", {**one, "UniqueRequestToken": [token]})
    for seconds in (86_340, 120):
        guide.now += seconds
        guide.call("GrantBonus", {**one, "UniqueRequestToken": [token]})
        guide.inspect(hit_id, one, other)


STOPS = (_call_the_balance, _send_texts, _call_everything, _reject, _list, _take_tests)
STOPS += (_pay_bonuses, _refuse_bonuses, _spend_everything, _call_at_once, _use_tokens)


def tour(plant: Plant | None = None, version: str = LATEST) -> Iterator[list[tuple[int, bytes]]]:
    """Yield what an endpoint says at each stop of the tour, with a fault planted or without."""
    guide = Guide(plant, version)
    for stop in STOPS:
        guide.said = []
        stop(guide)
        yield guide.said


@pytest.fixture(scope="session")
def differs() -> Callable[[Plant, str], bool]:
    """Tell whether an endpoint with this plant ever says anything else than one without, in a version."""
    faultless: dict[str, list[list[tuple[int, bytes]]]] = {}

    def compare(plant: Plant, version: str) -> bool:
        if version not in faultless:
            faultless[version] = list(tour(None, version))
        return any(said != right for said, right in zip(tour(plant, version), faultless[version], strict=True))

    return compare


@pytest.fixture
def guide() -> Callable[[Plant | None], Guide]:
    """Make a guide to an endpoint of the latest version, with a fault planted or without."""
    return lambda plant: Guide(plant, LATEST)
