"""A Requester as the suites use it: guard and ledger stand before the wire, and the network is no verdict."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.bindings.query import Credentials, read_call
from conformance.errors import Blocked, KitError, NotMeasured
from conformance.spec.versions import TODAY
from conformance.target.guard import Guard
from conformance.target.ledger import Ledger, open_items
from conformance.target.requester import Requester, as_values
from conformance.transport.client import Client
from conformance.transport.in_process import InProcessAdapter
from conformance.wire.flattening import flatten
from conformance.wire.messages import Exchange, HttpRequest, HttpResponse
from conformance.wire.parameters import read_parameters

ACCOUNT = Credentials(access_key_id="AKIA1", secret_key="secret1")
Answer = Callable[[HttpRequest], HttpResponse]


def reply(body: str, status: int = 200, **headers: str) -> HttpResponse:
    return HttpResponse(status=status, headers=tuple(headers.items()), body=body.encode())


def created(identifier: str) -> HttpResponse:
    """Return the reply to a create."""
    inner = f"<QualificationType><Request><IsValid>True</IsValid></Request>{identifier}</QualificationType>"
    return reply(f"<CreateQualificationTypeResponse><OperationRequest/>{inner}</CreateQualificationTypeResponse>")


REFUSED = reply(
    "<CreateQualificationTypeResponse><OperationRequest><Errors><Error><Code>No</Code><Message>m</Message></Error>"
    "</Errors></OperationRequest></CreateQualificationTypeResponse>"
)


class Setting:
    """A Requester before an endpoint that is a function; what came and what was seen."""

    def __init__(self, answer: Answer, *, ledger: Ledger | None = None, url: str = "http://localhost/") -> None:
        self.came: list[HttpRequest] = []
        self.watched: list[Exchange] = []
        self.pauses: list[float] = []
        self._answer = answer
        client = Client(adapter=InProcessAdapter(self._take), sleep=self.pauses.append)
        self.requester = Requester(
            url=url,
            version="2014-08-15",
            credentials=ACCOUNT,
            client=client,
            guard=Guard(embedded=False),
            ledger=ledger,
            now=lambda: 1_420_070_400.9,
            watch=lambda exchange, _: self.watched.append(exchange),
            run_id="run1",
        )

    def _take(self, request: HttpRequest) -> HttpResponse:
        self.came.append(request)
        return self._answer(request)


def test_a_call_is_signed_dated_and_watched() -> None:
    """Every exchange goes to whoever watches, with the request as it went out."""
    setting = Setting(lambda request: REFUSED)
    answer = setting.requester.call("GetAccountBalance")
    call = read_call(setting.came[0])
    assert (call.operation, call.version, call.common["Timestamp"]) == (
        "GetAccountBalance",
        "2014-08-15",
        "2015-01-01T00:00:00Z",
    )
    assert [exchange.response for exchange in setting.watched] == [answer.exchange.response]
    assert (answer.accepted, answer.refused, answer.codes) == (False, True, ("No",))


def test_what_would_pay_is_never_sent() -> None:
    """The guard looks at the operation that the service will see, which a case may have put in by hand."""
    setting = Setting(lambda request: REFUSED)
    more = {"HITId": "H", "MaxAssignmentsIncrement": 1}
    requester = setting.requester
    calls: list[Callable[[], object]] = [
        lambda: requester.call("CreateHIT", {"Reward": {"Amount": "1"}}),
        lambda: requester.call("GetAccountBalance", common={"Operation": "GrantBonus"}),
        lambda: requester.call("GetAccountBalance", common={"Action": "granTBonus"}),
        lambda: requester.must("CreateHIT"),
        lambda: requester.call_and_hang_up("CreateHIT"),
        lambda: requester.call("ExtendHIT", {"HITId": "H"}, common={"MaxAssignmentsIncrement": "1"}),
        lambda: requester.send("ExtendHIT", requester.write("ExtendHIT", more)),
        lambda: requester.send("ExtendHIT", HttpRequest(method="POST", url="http://localhost/", body=b"<x/>")),
    ]
    for call in calls:
        with pytest.raises(NotMeasured) as refused:
            call()
        assert refused.value.for_safety
    assert (setting.came, setting.watched) == ([], [])


@pytest.mark.parametrize("status", [429, 503])
def test_a_throttled_read_is_repeated_and_blocks_in_the_end(status: int) -> None:
    """A throttle is no answer of the service."""
    setting = Setting(lambda request: reply("", status))
    with pytest.raises(Blocked) as blocked:
        setting.requester.call("GetAccountBalance")
    assert blocked.value.cause == f"GetAccountBalance: throttled (HTTP {status})"
    assert (len(setting.came), len(setting.watched)) == (3, 1)


@pytest.mark.parametrize(
    ("told", "cause"),
    [
        ('{"__type": "ThrottlingException", "message": "Rate exceeded"}', "throttled (ThrottlingException)"),
        ('{"__type": "a.b#Throttling:http://x/"}', "throttled (Throttling)"),
        ('{"__type": "RequestError", "Message": "m"}', ""),
        ("[]", ""),
    ],
)
def test_by_json_an_error_with_400_can_be_a_throttle(told: str, cause: str) -> None:
    """As AWS writes it; a read is repeated, and then nothing is known."""
    setting = Setting(lambda request: reply(told, 400))
    setting.requester.version, setting.requester.binding = TODAY, "json"
    if not cause:
        assert not setting.requester.call("GetAccountBalance").accepted
        assert len(setting.came) == 1
        return
    with pytest.raises(Blocked) as blocked:
        setting.requester.call("GetAccountBalance")
    assert blocked.value.cause == f"GetAccountBalance: {cause}"
    assert (len(setting.came), len(setting.watched)) == (3, 1)


@pytest.mark.parametrize(
    ("operation", "common"),
    [
        ("CreateQualificationType", {}),
        ("RejectQualificationRequest", {}),
        ("NoSuchOperation", {}),
        ("GetAccountBalance", {"Operation": "RejectQualificationRequest"}),
        ("GetAccountBalance", {"Action": "CreateQualificationType"}),
    ],
)
def test_what_may_change_something_is_sent_once(operation: str, common: dict[str, str]) -> None:
    """Also where a case names the operation by hand."""
    setting = Setting(lambda request: reply("", 503))
    with pytest.raises(Blocked):
        setting.requester.call(operation, common=common)
    assert len(setting.came) == 1


@pytest.mark.parametrize(
    ("response", "identifier", "left"),
    [
        (created("<QualificationTypeId> T1\n</QualificationTypeId>"), "T1", 1),
        (created(""), None, 1),
        (REFUSED, None, 0),
        (reply("<html>"), None, 1),
        (reply("", 503), None, 1),
    ],
    ids=["created", "no id", "refused", "nonsense", "throttled"],
)
def test_a_create_stands_in_the_ledger_before_it_is_sent(
    response: HttpResponse, identifier: str | None, left: int, tmp_path: Path
) -> None:
    """Its outcome is noted after: the id, that nothing was created, or that this is unknown."""
    path = tmp_path / "ledger.jsonl"
    seen_at_the_endpoint: list[int] = []

    def answer(request: HttpRequest) -> HttpResponse:
        seen_at_the_endpoint.append(len(open_items(path)))
        return response

    with Ledger(path) as ledger:
        setting = Setting(answer, ledger=ledger, url="http://localhost/mturk")
        try:
            setting.requester.call("CreateQualificationType", {"Name": "n"})
        except Blocked:
            assert response.status == 503
    assert seen_at_the_endpoint == [1]
    items = open_items(path)
    assert [item.id for item in items] == [identifier] * left
    for item in items:
        assert (item.run_id, item.endpoint, item.values) == ("run1", "http://localhost/mturk", {"Name": ["n"]})
    assert ACCOUNT.secret_key not in path.read_text()


def test_nothing_is_created_that_the_ledger_cannot_note() -> None:
    """A full disk keeps the create from being sent; reads go on."""
    with Ledger(Path("/dev/full")) as ledger:
        setting = Setting(lambda request: REFUSED, ledger=ledger)
        with pytest.raises(KitError, match="cannot write the ledger"):
            setting.requester.call("CreateQualificationType", {"Name": "n"})
        assert setting.came == []
        assert setting.requester.call("GetAccountBalance").refused


def test_a_create_named_by_hand_is_noted_too(tmp_path: Path) -> None:
    """What counts is the operation that the service will see."""
    with Ledger(tmp_path / "ledger.jsonl") as ledger:
        setting = Setting(lambda request: created("<QualificationTypeId>T9</QualificationTypeId>"), ledger=ledger)
        setting.requester.call("GetAccountBalance", common={"Operation": "CreateQualificationType"})
    assert [item.id for item in open_items(tmp_path / "ledger.jsonl")] == ["T9"]


def test_a_precondition_that_is_not_met_blocks() -> None:
    """The cause is equal for equal causes: it holds no id and no message."""
    for response, cause in (
        (REFUSED, "GetAccountBalance: refused with No"),
        (reply("<html>"), "GetAccountBalance: HTTP 200 with something that is not an XML reply"),
        (reply("<a/>", 404), "GetAccountBalance: HTTP 404, a "),
    ):
        setting = Setting(lambda request, response=response: response)
        with pytest.raises(Blocked) as blocked:
            setting.requester.must("GetAccountBalance")
        assert blocked.value.cause.startswith(cause)


def test_a_redirect_is_told_and_not_followed() -> None:
    """The finding says where the endpoint wanted the credentials to go."""
    setting = Setting(lambda request: reply("", 302, Location="http://elsewhere/x"))
    answer = setting.requester.call("GetAccountBalance")
    assert answer.summary.endswith("; it redirects to http://elsewhere/x, where nothing was sent")
    assert len(setting.came) == 1


@pytest.mark.parametrize(
    ("url", "path", "sent"),
    [
        ("http://localhost:1234/mturk/", "/onca/xml", "http://localhost:1234/onca/xml"),
        ("http://localhost?a=b", "/", "http://localhost/"),
        ("http://localhost", None, "http://localhost"),
        ("http://[::1]:80/x?y=z", "/", "http://[::1]:80/"),
    ],
)
def test_a_case_can_choose_the_path(url: str, path: str | None, sent: str) -> None:
    """Host and port stay."""
    assert Setting(lambda request: REFUSED, url=url).requester.write("GetAccountBalance", path=path).url == sent


def test_a_lost_answer_is_sent_once_and_not_watched() -> None:
    """The call goes out whole, nothing comes back."""
    setting = Setting(lambda request: REFUSED)
    setting.requester.call_and_hang_up("RejectQualificationRequest", {"QualificationRequestId": "R"})
    assert [read_call(request).operation for request in setting.came] == ["RejectQualificationRequest"]
    assert setting.watched == []


SCALAR = st.text("abc", min_size=1) | st.integers() | st.booleans()
PLAIN: st.SearchStrategy[Any] = st.recursive(
    SCALAR | st.lists(SCALAR, min_size=1),
    lambda inner: st.dictionaries(st.sampled_from(["A", "B"]), inner, min_size=1),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(["Name", "Reward"]), PLAIN))
def test_plain_values_become_texts(values: dict[str, Any]) -> None:
    """Truth is written in lower case, numbers plainly, and every value travels as it is."""
    pairs = flatten(as_values(values))
    request = Setting(lambda request: REFUSED).requester.write("GetAccountBalance", values)
    assert set(pairs) <= set(read_parameters(request))
    assert all(isinstance(text, str) for _, text in pairs)
    assert "True" not in json.dumps(pairs)
