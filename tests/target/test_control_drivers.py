"""Workers and clock as the suites use them, over the control API; and what a target without them says."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from conformance.bindings.query import Credentials, read_answer, write_call
from conformance.errors import Blocked, EndpointUnreachable, NotMeasured, WorkerRefused
from conformance.target.control_drivers import (
    WORKERS_AT_ONCE,
    ControlApi,
    ControlClock,
    ControlRequesters,
    ControlRestart,
    ControlWorkers,
    control_url_of,
)
from conformance.target.drivers import WORKER_CAPABILITIES, Message, NoWorkers, QualificationAttempt, RealClock
from conformance.target.embedded import EmbeddedInProcess
from conformance.transport.client import Client
from conformance.transport.in_process import InProcessAdapter
from conformance.wire.flattening import Values
from conformance.wire.messages import HttpRequest, HttpResponse
from conformance.wire.timestamps import format_timestamp

TEST = """<QuestionForm xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2005-10-01/QuestionForm.xsd">
<Question><QuestionIdentifier>q</QuestionIdentifier><QuestionContent><Text>2 + 2?</Text></QuestionContent>
<AnswerSpecification><FreeTextAnswer/></AnswerSpecification></Question></QuestionForm>"""
ANSWER = """<QuestionFormAnswers
xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2005-10-01/QuestionFormAnswers.xsd">
<Answer><QuestionIdentifier>q</QuestionIdentifier><FreeText>4</FreeText></Answer></QuestionFormAnswers>"""


@pytest.fixture
def endpoint() -> Iterator[EmbeddedInProcess]:
    """An embedded endpoint in this process."""
    with EmbeddedInProcess() as started:
        yield started


def call(endpoint: EmbeddedInProcess, operation: str, by: Credentials | None = None, **values: Any) -> Any:
    """Call an operation, as the first Requester unless said otherwise; it has to be accepted."""
    tree: Values = {name: [value] for name, value in values.items()}
    request = write_call(
        operation,
        tree,
        url=endpoint.url,
        credentials=by or endpoint.credentials,
        version="2014-08-15",
        timestamp=format_timestamp(endpoint.clock.now()),
    )
    exchange = endpoint.client().send(request, retry=False)
    assert exchange.response is not None
    answer = read_answer(exchange.response)
    assert answer.accepted, answer.summary
    return answer


def new_type(endpoint: EmbeddedInProcess, **values: str) -> str:
    """Create a Qualification type and return its id."""
    given = {"Name": "n", "Description": "d", "QualificationTypeStatus": "Active", **values}
    return str(call(endpoint, "CreateQualificationType", **given).text("QualificationTypeId"))


def test_a_worker_requests_takes_tests_and_reads_mail(endpoint: EmbeddedInProcess) -> None:
    """The three roads of a request (pending, granted at once, by a test), and the mail after a rejection."""
    worker = endpoint.workers.new_worker()
    plain = endpoint.workers.request_qualification(worker, new_type(endpoint))
    assert plain.state == "pending"
    assert plain.qualification_request_id
    assert plain.at == pytest.approx(endpoint.clock.now(), abs=1)
    automatic = new_type(endpoint, Name="auto", AutoGranted="true")
    assert endpoint.workers.request_qualification(worker, automatic).state == "granted"
    tested = new_type(endpoint, Name="tested", Test=TEST, TestDurationInSeconds="60")
    shown = endpoint.workers.request_qualification(worker, tested)
    assert (shown.state, shown.test, shown.qualification_request_id) == ("test", TEST, None)
    handed_in = endpoint.workers.submit_test(worker, tested, ANSWER)
    assert (handed_in.state, bool(handed_in.qualification_request_id)) == ("pending", True)
    assert endpoint.workers.read_messages(worker) == ()
    call(endpoint, "RejectQualificationRequest", QualificationRequestId=plain.qualification_request_id, Reason="why")
    (message,) = endpoint.workers.read_messages(worker)
    assert isinstance(message, Message)
    assert "why" in message.text


def test_a_worker_accepts_and_submits_for_a_new_requester(endpoint: EmbeddedInProcess) -> None:
    """An account with a balance of its own pays what the Worker handed in, over a restart."""
    account = endpoint.requesters.new_requester("1.20")
    hit = {
        "Title": "t",
        "Description": "d",
        "Reward": {"Amount": ["1.00"], "CurrencyCode": ["USD"]},
        "AssignmentDurationInSeconds": "60",
        "LifetimeInSeconds": "60",
        "Question": TEST,
    }
    hit_id = call(endpoint, "CreateHIT", account, **hit).text("HITId")
    worker = endpoint.workers.new_worker()
    accepted = endpoint.workers.accept_assignment(worker, hit_id)
    assert accepted.at == pytest.approx(endpoint.clock.now(), abs=1)
    with pytest.raises(WorkerRefused, match="HTTP 409"):
        endpoint.workers.accept_assignment(worker, hit_id)
    assert endpoint.workers.submit_assignment(worker, accepted.assignment_id, ANSWER) > accepted.at
    endpoint.restart()
    call(endpoint, "ApproveAssignment", account, AssignmentId=accepted.assignment_id, RequesterFeedback="thanks")
    assert call(endpoint, "GetAccountBalance", account).text("AvailableBalance/Amount") == "0.00"
    assert "thanks" in endpoint.workers.read_messages(worker)[0].text


def test_the_clock_moves_for_the_endpoint_and_for_the_reader(endpoint: EmbeddedInProcess) -> None:
    """After a move both the endpoint's times and the driver's time are later by as much."""
    before = endpoint.clock.now()
    endpoint.clock.advance(3600)
    assert endpoint.clock.now() == pytest.approx(before + 3600, abs=1)
    attempt = endpoint.workers.request_qualification(endpoint.workers.new_worker(), new_type(endpoint))
    assert attempt.at == pytest.approx(before + 3600, abs=1)


def test_refusals_of_the_control_api_block_with_a_line_without_ids(endpoint: EmbeddedInProcess) -> None:
    """Two runs that fail in the same way say the same, so that a report can fold them."""
    causes: set[str] = set()
    for _ in range(2):
        worker, kind = endpoint.workers.new_worker(), new_type(endpoint, Name=f"n{len(causes)}{time.time()}")
        endpoint.workers.request_qualification(worker, kind)
        with pytest.raises(Blocked) as caught:
            endpoint.workers.request_qualification(worker, kind)
        causes.add(caught.value.cause)
    (cause,) = causes  # equal, both times
    assert cause.startswith("control API, POST /workers/qualification-requests: HTTP 409")


def answering(response: HttpResponse) -> ControlApi:
    """Return a control API that gives the same answer to everything."""

    def handler(_request: HttpRequest) -> HttpResponse:
        return response

    return ControlApi(Client(adapter=InProcessAdapter(handler)), "http://localhost/control", "t")


@pytest.mark.parametrize(
    ("status", "body", "cause"),
    [
        (404, b"nothing here", "control API, POST /workers: HTTP 404 with something that is not a JSON object"),
        (200, b"[]", "control API, POST /workers: HTTP 200 with something that is not a JSON object"),
        (401, b"{}", "control API, POST /workers: HTTP 401 without a reason"),
        (201, b"{}", "'worker_id' in the answer of a driver is missing or no text"),
    ],
)
def test_an_answer_of_the_wrong_form_blocks(status: int, body: bytes, cause: str) -> None:
    """Whatever the control API of somebody else answers, it is a line and no traceback."""
    with pytest.raises(Blocked) as caught:
        ControlWorkers(answering(HttpResponse(status=status, body=body))).new_worker()
    assert caught.value.cause == cause


def letting_in(answer: Callable[[int], dict[str, Any]]) -> tuple[ControlWorkers, list[int]]:
    """Return a driver whose control API answers by the number of Workers asked for, and what it was asked for."""
    counts: list[int] = []

    def handler(request: HttpRequest) -> HttpResponse:
        counts.append(json.loads(request.body)["count"])
        return HttpResponse(status=201, body=json.dumps(answer(len(counts))).encode())

    return ControlWorkers(ControlApi(Client(adapter=InProcessAdapter(handler)), "http://here/control", "t")), counts


def test_workers_are_let_in_in_advance_and_each_is_new() -> None:
    """One request serves many cases; after a restart those that wait are forgotten."""
    driver, counts = letting_in(lambda call: {"worker_ids": [f"W{call}{number}" for number in range(3)]})
    assert [driver.new_worker() for _ in range(4)] == ["W10", "W11", "W12", "W20"]
    driver.refresh()
    assert driver.new_worker() == "W30"
    assert counts == [WORKERS_AT_ONCE] * 3


def test_an_endpoint_may_let_in_one_worker_at_a_time() -> None:
    """It takes no notice of the count."""
    driver, counts = letting_in(lambda call: {"worker_id": f"W{call}"})
    assert [driver.new_worker() for _ in range(2)] == ["W1", "W2"]
    assert len(counts) == 2


@pytest.mark.parametrize("told", [None, "US", {"country": "US"}, {"country": "IN", "subdivision": "CA"}])
def test_a_place_that_is_not_confirmed_is_not_measured(told: object) -> None:
    """An endpoint that takes no notice of the place lets in a Worker who may be anywhere."""
    place = {"country": "US", "subdivision": "CA"}
    body = {"worker_id": "W", "locale": told}
    with pytest.raises(NotMeasured, match="certain place"):
        ControlWorkers(answering(HttpResponse(status=201, body=json.dumps(body).encode()))).worker_in("US", "CA")
    body["locale"] = place
    driver = ControlWorkers(answering(HttpResponse(status=201, body=json.dumps(body).encode())))
    assert driver.worker_in("US", "CA") == "W"


@pytest.mark.parametrize("ids", [[], [1], "W1", None])
def test_workers_of_the_wrong_form_block(ids: object) -> None:
    """An empty list, numbers, a text."""
    driver, _ = letting_in(lambda _: {"worker_ids": ids})
    with pytest.raises(Blocked, match="worker_ids"):
        driver.new_worker()


@pytest.mark.parametrize("answer", [{"now": "noon"}, {"now": None}, {"now": []}])
def test_a_clock_that_tells_no_number_blocks(answer: dict[str, Any]) -> None:
    """A time that is no number is the driver's failure."""
    with pytest.raises(Blocked):
        ControlClock(answering(HttpResponse(status=200, body=json.dumps(answer).encode()))).now()


@pytest.mark.parametrize("answer", [{"messages": 1}, {"messages": [1]}, {"messages": [{"subject": "s"}]}])
def test_messages_of_the_wrong_form_block(answer: dict[str, Any]) -> None:
    """A list of mails that is none is the driver's failure."""
    with pytest.raises(Blocked):
        ControlWorkers(answering(HttpResponse(status=200, body=json.dumps(answer).encode()))).read_messages("A1")


@pytest.mark.parametrize("answer", [{"at": 1}, {"state": "maybe", "at": 1}, {"state": "granted", "at": True}])
def test_an_attempt_of_the_wrong_form_blocks(answer: dict[str, Any]) -> None:
    """A state that nobody knows is the driver's failure."""
    api = answering(HttpResponse(status=201, body=json.dumps(answer).encode()))
    with pytest.raises(Blocked):
        ControlWorkers(api).request_qualification("A1", "Q1")


def test_a_control_api_that_is_down_blocks() -> None:
    """No connection is one stable line too."""
    with Client() as client, pytest.raises(Blocked) as caught:
        ControlWorkers(ControlApi(client, "http://127.0.0.1:1/control", "t")).new_worker()
    assert caught.value.cause == "control API, POST /workers: unreachable"


@pytest.mark.parametrize("status", [404, 405, 501])
def test_what_an_endpoint_does_not_offer_is_not_measured(status: int) -> None:
    """Accounts and restarts are a part of the control API that need not be there."""
    api = answering(HttpResponse(status=status, body=b'{"error": "no"}'))
    with pytest.raises(NotMeasured, match="opens no accounts"):
        ControlRequesters(api).new_requester("1.00")
    with pytest.raises(NotMeasured, match="cannot be restarted"):
        ControlRestart(api).restart()
    workers = ControlWorkers(api)
    for what, act in (
        ("previews", lambda: workers.preview("A", "H")),
        ("returns", lambda: workers.return_assignment("A", "X")),
        ("external-submissions", lambda: workers.submit_form("A", "X", (("a", "1"),))),
        ("uploads", lambda: workers.upload_file("A", "X", "q", "content")),
    ):
        with pytest.raises(NotMeasured, match=f"has no {what} of Workers"):
            act()


def test_a_frame_of_which_nothing_is_told_is_none() -> None:
    """Its address may be left out, and is a text where it is there."""
    answers = [{"assignment_id": "X", "at": 1}, {"assignment_id": "X", "at": 1, "url": None}]
    for answer in answers:
        api = answering(HttpResponse(status=201, body=json.dumps(answer).encode()))
        assert ControlWorkers(api).accept_assignment("A", "H").url is None
        assert ControlWorkers(api).preview("A", "H") is None
    api = answering(HttpResponse(status=201, body=b'{"assignment_id": "X", "at": 1, "url": "https://e.org/?a=1"}'))
    assert ControlWorkers(api).accept_assignment("A", "H").url == "https://e.org/?a=1"
    with pytest.raises(Blocked, match="url"):
        ControlWorkers(answering(HttpResponse(status=201, body=b'{"url": 1, "at": 1}'))).preview("A", "H")


def test_a_page_is_told_and_its_form_sent(endpoint: EmbeddedInProcess) -> None:
    """Where the endpoint does not tell it, there is none."""
    workers = endpoint.workers
    worker, type_id = workers.new_worker(), new_type(endpoint, Test=TEST, TestDurationInSeconds="60")
    assert "2 + 2?" in str(workers.request_qualification(worker, type_id).page)
    assert workers.submit_test_form(worker, type_id, (("answer.1", "4"),)).state == "pending"
    told = call(endpoint, "GetQualificationRequests", QualificationTypeId=type_id).text("QualificationRequest/Answer")
    assert "<FreeText>4</FreeText>" in told
    silent = ControlWorkers(
        answering(HttpResponse(status=201, body=b'{"state": "test", "assignment_id": "X", "at": 1}'))
    )
    assert silent.request_qualification("A", "Q").page is None
    assert silent.accept_assignment("A", "H").page is None
    assert silent.preview_page("A", "H") is None


def test_other_refusals_of_accounts_and_restarts_block() -> None:
    """The endpoint offers them and fails."""
    api = answering(HttpResponse(status=500, body=b'{"error": "no"}'))
    with pytest.raises(Blocked):
        ControlRequesters(api).new_requester("1.00")
    with pytest.raises(Blocked):
        ControlRestart(api).restart()
    with pytest.raises(Blocked, match="access_key_id"):
        ControlRequesters(answering(HttpResponse(status=201, body=b"{}"))).new_requester("1.00")


def restarting(answers: list[bool]) -> tuple[ControlRestart, list[float]]:
    """Return a restart hook at an endpoint that hangs up on the wish, and then does so unless ``answers`` says no."""
    waited: list[float] = []

    class Comeback(ControlApi):
        def __init__(self) -> None:
            return

        def post(self, *path: str, **values: Any) -> dict[str, Any]:
            raise Blocked("reset")

        def answers(self) -> bool:
            return answers.pop(0) if answers else False

    return ControlRestart(Comeback(), wait=waited.append), waited


def test_a_restart_that_hangs_up_is_waited_for() -> None:
    """The driver asks until something answers, and gives up after half a minute."""
    hook, waited = restarting([False, False, True])
    hook.restart()
    assert 0.5 <= sum(waited) < 1
    hook, waited = restarting([])
    with pytest.raises(EndpointUnreachable, match="did not answer for 30 seconds"):
        hook.restart()
    assert 30 <= sum(waited) < 31


def test_what_a_target_cannot_do_is_not_measured() -> None:
    """Without drivers every action says so; nothing passes in silence."""
    workers = NoWorkers()
    assert workers.capabilities == frozenset()
    for act in (
        workers.new_worker,
        lambda: workers.worker_in("US"),
        lambda: workers.request_qualification("A", "Q"),
        lambda: workers.submit_test("A", "Q", ""),
        lambda: workers.read_messages("A"),
        lambda: workers.accept_assignment("A", "H"),
        lambda: workers.submit_assignment("A", "X", ""),
        lambda: workers.preview("A", "H"),
        lambda: workers.preview_page("A", "H"),
        lambda: workers.submit_test_form("A", "Q", (("a", "1"),)),
        lambda: workers.return_assignment("A", "X"),
        lambda: workers.submit_form("A", "X", (("a", "1"),)),
        lambda: workers.upload_file("A", "X", "q", "content"),
        lambda: RealClock().advance(1),
    ):
        with pytest.raises(NotMeasured, match="driver in the profile"):
            act()
    assert RealClock().now() == pytest.approx(time.time(), abs=5)
    assert RealClock(lambda: 7.0).now() == 7.0


def test_the_control_api_lies_beside_the_endpoint() -> None:
    """Path and query of the endpoint's URL do not matter."""
    assert control_url_of("http://h:8080/onca/xml?Service=x") == "http://h:8080/control"
    assert {"worker:request-qualification", "worker:take-test", "worker:read-message"} < WORKER_CAPABILITIES
    assert QualificationAttempt(state="granted", at=1.0).test is None


def test_layouts_are_made_where_the_endpoint_makes_them(endpoint: EmbeddedInProcess) -> None:
    """Each has an id of its own; where there are none, that is not measured."""
    layouts = {endpoint.requesters.new_layout("<p>${q}</p>") for _ in range(2)}
    assert len(layouts) == 2
    with pytest.raises(NotMeasured, match="makes no HIT layouts"):
        ControlRequesters(answering(HttpResponse(status=404, body=b"{}"))).new_layout("<p/>")
