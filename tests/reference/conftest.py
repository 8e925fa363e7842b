import json
from dataclasses import dataclass
from decimal import Decimal
from itertools import count
from typing import Any
from xml.sax.saxutils import escape

import pytest

from conformance.bindings import json as json_binding
from conformance.bindings.query import Answer, Credentials, read_answer, write_call
from conformance.reference.endpoint import Endpoint, Options
from conformance.reference.store import Store
from conformance.transport.sigv4 import sign
from conformance.wire.flattening import Values
from conformance.wire.messages import HttpRequest, HttpResponse
from conformance.wire.timestamps import format_timestamp

NOW = 1_400_000_000.25
TOKEN = "for tests"
OWNER = Credentials(access_key_id="OWNER", secret_key="owner's secret")
OTHER = Credentials(access_key_id="OTHER", secret_key="other's secret")
FAMILY = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2005-10-01"


@dataclass
class Scene:
    """An endpoint with two Requesters, and a hand that plays them, the Workers and the clock."""

    endpoint: Endpoint
    now: float = NOW

    def __post_init__(self) -> None:
        self._names = count(1)

    def request(self, operation: str, /, *, by: Credentials = OWNER, **parameters: Any) -> HttpRequest:
        """Write a signed call; a parameter is one value or a list of them, `wire` holds options of the writer."""
        wire = {"version": "2014-08-15", "timestamp": format_timestamp(self.now), **parameters.pop("wire", {})}
        values: Values = {name: value if isinstance(value, list) else [value] for name, value in parameters.items()}
        return write_call(operation, values, url="http://endpoint.test/", credentials=by, **wire)

    def send(self, request: HttpRequest) -> HttpResponse:
        """Hand over a request at the present time."""
        return self.endpoint.handle(request, self.now)

    def call(self, operation: str, /, *, by: Credentials = OWNER, **parameters: Any) -> Answer:
        """Make a call and read the answer."""
        return read_answer(self.send(self.request(operation, by=by, **parameters)))

    def today(self, operation: str, /, *, by: Credentials = OWNER, **parameters: Any) -> Answer:
        """Make a call of 2017-01-17 and read the answer; a parameter is one value or a list of them."""
        values: Values = {name: value if isinstance(value, list) else [value] for name, value in parameters.items()}
        request = json_binding.write_call(operation, values, url="http://endpoint.test/")
        response = self.send(sign(request, by, at=self.now))
        return json_binding.read_answer(json_binding.called(request), response)

    def type(self, *, by: Credentials = OWNER, **parameters: Any) -> str:
        """Create a Qualification type under a new name and return its id."""
        settings = {
            "Name": f"type {next(self._names)}",
            "Description": "d",
            "QualificationTypeStatus": "Active",
            **parameters,
        }
        answer = self.call("CreateQualificationType", by=by, **settings)
        assert answer.accepted, answer.summary
        return answer.text("QualificationTypeId") or ""

    def control(
        self, path: str, body: object = None, *, method: str = "POST", token: str = TOKEN
    ) -> tuple[int, dict[str, Any]]:
        """Use the control API; return status and JSON object."""
        request = HttpRequest(
            method=method,
            url=f"/control/{path}",
            headers=(("authorization", f"Bearer {token}"),),
            body=b"" if body is None else json.dumps(body).encode(),
        )
        response = self.send(request)
        return response.status, json.loads(response.body)

    def worker(self) -> str:
        """Let in a Worker and return the id."""
        worker_id = self.control("workers", {})[1]["worker_id"]
        assert isinstance(worker_id, str)
        return worker_id

    def ask(self, worker: str, type_id: str) -> dict[str, Any]:
        """Have a Worker ask for a Qualification, successfully."""
        status, reply = self.control(f"workers/{worker}/qualification-requests", {"qualification_type_id": type_id})
        assert status == 201, reply
        return reply

    def refused_to_ask(self, worker: str, type_id: str) -> bool:
        """Tell whether a Worker may not ask for a Qualification now."""
        status, _ = self.control(f"workers/{worker}/qualification-requests", {"qualification_type_id": type_id})
        return status == 409

    def pending(self, type_id: str) -> str:
        """Have a new Worker ask for a Qualification and return the id of the pending request."""
        return str(self.ask(self.worker(), type_id)["qualification_request_id"])

    def hand_in(self, worker: str, type_id: str, answer: str) -> tuple[int, dict[str, Any]]:
        """Have a Worker hand in a test."""
        body = {"qualification_type_id": type_id, "answer": answer}
        return self.control(f"workers/{worker}/test-submissions", body)

    @property
    def documents(self) -> "Documents":
        """The writers of documents."""
        return Documents()

    def messages(self, worker: str) -> list[dict[str, Any]]:
        """Read a Worker's mail."""
        reply = self.control(f"workers/{worker}/messages", method="GET")[1]
        mails: list[dict[str, Any]] = reply["messages"]
        return mails

    def hit(self, *, by: Credentials = OWNER, **parameters: Any) -> str:
        """Create a HIT of one dollar, for one Worker and an hour unless said otherwise, and return its id."""
        answer = self.call("CreateHIT", by=by, **{**hit_parameters(), **parameters})
        assert answer.accepted, answer.summary
        return answer.text("HITId") or ""

    def accept(self, worker: str, hit_id: str) -> str:
        """Have a Worker accept an assignment, successfully, and return its id."""
        status, reply = self.control(f"workers/{worker}/assignments", {"hit_id": hit_id})
        assert status == 201, reply
        return str(reply["assignment_id"])

    def refused_to_accept(self, worker: str, hit_id: str) -> bool:
        """Tell whether a Worker may not accept an assignment now."""
        return self.control(f"workers/{worker}/assignments", {"hit_id": hit_id})[0] == 409

    def submit(self, worker: str, assignment_id: str, answer: str | None = None) -> tuple[int, dict[str, Any]]:
        """Have a Worker hand in an assignment."""
        body = {"assignment_id": assignment_id, "answer": answers(q="a") if answer is None else answer}
        return self.control(f"workers/{worker}/submissions", body)

    def submission(self, hit_id: str) -> tuple[str, str]:
        """Have a new Worker accept and submit an assignment; return its id and the Worker's."""
        worker = self.worker()
        assignment = self.accept(worker, hit_id)
        assert self.submit(worker, assignment)[0] == 201
        return assignment, worker

    def approved(self, *, by: Credentials = OWNER, **parameters: Any) -> tuple[str, str, str]:
        """Return the ids of a new approved assignment, its Worker and its HIT."""
        hit_id = self.hit(by=by, **parameters)
        assignment, worker = self.submission(hit_id)
        assert self.call("ApproveAssignment", by=by, AssignmentId=assignment).accepted
        return assignment, worker, hit_id

    def bonus(
        self, assignment: str, worker: str, amount: str = "5", *, by: Credentials = OWNER, **parameters: Any
    ) -> Answer:
        """Try to pay a bonus."""
        price = {"Amount": [amount], "CurrencyCode": ["USD"]}
        settings = {"AssignmentId": assignment, "WorkerId": worker, "BonusAmount": price, "Reason": "well done"}
        return self.call("GrantBonus", by=by, **{**settings, **parameters})

    def bonuses(self, *, by: Credentials = OWNER, **parameters: Any) -> list[tuple[str, str]]:
        """Return assignment and amount of the bonuses that GetBonusPayments lists."""
        answer = self.call("GetBonusPayments", by=by, **parameters)
        assert answer.accepted, answer.summary
        rows = answer.results[0].findall("BonusPayment")
        return [(row.findtext("AssignmentId") or "", row.findtext("BonusAmount/Amount") or "") for row in rows]

    def balance(self, by: Credentials = OWNER) -> Decimal:
        """Return what a Requester may spend, in dollars."""
        return Decimal(self.call("GetAccountBalance", by=by).text("AvailableBalance/Amount") or "")

    def open_account(self, balance: str) -> Credentials:
        """Open the account of a new Requester."""
        status, reply = self.control("requesters", {"balance": balance})
        assert status == 201, reply
        return Credentials(**reply)

    def listed(self, *, by: Credentials = OWNER, **parameters: Any) -> list[str]:
        """Return the ids that GetQualificationRequests lists."""
        answer = self.call("GetQualificationRequests", by=by, **parameters)
        assert answer.accepted, answer.summary
        return [node.text or "" for node in answer.results[0].iterfind("QualificationRequest/QualificationRequestId")]

    def score(self, worker: str, type_id: str) -> str | None:
        """Return what a Worker holds of a type, None if nothing."""
        return self.call("GetQualificationScore", QualificationTypeId=type_id, SubjectId=worker).text("IntegerValue")


def form(*identifiers: str, answer: str = "<FreeTextAnswer/>") -> str:
    """Return a QuestionForm with these questions."""
    questions = "".join(
        f"<Question><QuestionIdentifier>{escape(name)}</QuestionIdentifier><QuestionContent><Text>?</Text>"
        f"</QuestionContent><AnswerSpecification>{answer}</AnswerSpecification></Question>"
        for name in identifiers
    )
    return f'<QuestionForm xmlns="{FAMILY}/QuestionForm.xsd">{questions}</QuestionForm>'


def external(url: str = "https://example.org/") -> str:
    """Return an ExternalQuestion."""
    namespace = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2006-07-14/ExternalQuestion.xsd"
    return (
        f'<ExternalQuestion xmlns="{namespace}"><ExternalURL>{escape(url)}</ExternalURL>'
        "<FrameHeight>400</FrameHeight></ExternalQuestion>"
    )


def hit_parameters() -> dict[str, Any]:
    """Return the parameters of a HIT of one dollar, for one Worker and an hour."""
    return {
        "Title": "title",
        "Description": "description",
        "Reward": {"Amount": ["1.00"], "CurrencyCode": ["USD"]},
        "AssignmentDurationInSeconds": "600",
        "LifetimeInSeconds": "3600",
        "Question": form("q"),
    }


def choices(*selections: str, other: bool = False) -> str:
    """Return a SelectionAnswer."""
    rows = "".join(
        f"<Selection><SelectionIdentifier>{name}</SelectionIdentifier><Text>{name}</Text></Selection>"
        for name in selections
    )
    tail = "<OtherSelection/>" if other else ""
    return f"<SelectionAnswer><Selections>{rows}{tail}</Selections></SelectionAnswer>"


def answers(**selected: str) -> str:
    """Return QuestionFormAnswers that select; selections of one question are joined by blanks."""
    rows = "".join(
        f"<Answer><QuestionIdentifier>{name}</QuestionIdentifier>"
        + "".join(f"<SelectionIdentifier>{one}</SelectionIdentifier>" for one in chosen.split())
        + "</Answer>"
        for name, chosen in selected.items()
    )
    return f'<QuestionFormAnswers xmlns="{FAMILY}/QuestionFormAnswers.xsd">{rows}</QuestionFormAnswers>'


def key(body: str) -> str:
    """Return an AnswerKey with that content."""
    return f'<AnswerKey xmlns="{FAMILY}/AnswerKey.xsd">{body}</AnswerKey>'


def keyed(name: str, *options: tuple[str, int], default: int | None = None) -> str:
    """Return a Question of an AnswerKey; selections of one option are joined by blanks."""
    rows = "".join(
        "<AnswerOption>"
        + "".join(f"<SelectionIdentifier>{one}</SelectionIdentifier>" for one in chosen.split())
        + f"<AnswerScore>{score}</AnswerScore></AnswerOption>"
        for chosen, score in options
    )
    tail = "" if default is None else f"<DefaultScore>{default}</DefaultScore>"
    return f"<Question><QuestionIdentifier>{name}</QuestionIdentifier>{rows}{tail}</Question>"


@dataclass(frozen=True)
class Documents:
    """The writers of documents, for tests to use as a fixture."""

    form = staticmethod(form)
    external = staticmethod(external)
    hit_parameters = staticmethod(hit_parameters)
    choices = staticmethod(choices)
    answers = staticmethod(answers)
    key = staticmethod(key)
    keyed = staticmethod(keyed)


def new_scene(**options: Any) -> Scene:
    """Return a scene over a new store."""
    store = Store.new(requesters=[OWNER, OTHER], seed=7)
    return Scene(endpoint=Endpoint(store, options=Options(**{"control_token": TOKEN, **options})))


@pytest.fixture
def scene() -> Scene:
    return new_scene()


@pytest.fixture
def scenes() -> Any:
    """Return the maker of scenes with options of their own."""
    return new_scene


@pytest.fixture
def other() -> Credentials:
    """Return the second Requester."""
    return OTHER


@pytest.fixture
def documents() -> Documents:
    return Documents()
