"""Single replies without their call: the same checks as in a run, but for what only the call can tell."""

from itertools import islice

import pytest
from lxml import etree

from conformance.checks import envelope, shape, timestamps
from conformance.checks.alone import Audit, audit, in_force
from conformance.checks.finding import Outcome
from conformance.checks.judge import judge
from conformance.checks.replies_alone import ERRORS, ROOT, SOAP
from conformance.spec.shapes import MESSAGE_NAMESPACE, shapes_for
from conformance.spec.versions import LATEST, VERSIONS
from conformance.strategies.bulk import bulk_exchanges
from conformance.wire.soap import ENVELOPE
from conformance.wire.xml import parse

OF_THE_REPLY = frozenset().union(*(check.decides for check in (*envelope.CHECKS, *shape.CHECKS, *timestamps.CHECKS)))
"""What no call is needed for."""
NEEDS_A_CALL = "Common.DataSchema.returned-namespace"
"""What is held against an endpoint only where the call carried the document."""
HEAD = "<OperationRequest><RequestId>r</RequestId></OperationRequest>"
VALID = "<Request><IsValid>True</IsValid></Request>"
BALANCE = "<AvailableBalance><Amount>1.00</Amount><CurrencyCode>USD</CurrencyCode>"
BALANCE += "<FormattedPrice>$1.00</FormattedPrice></AvailableBalance>"


def balance(inner: str = BALANCE, *, request: str = VALID, space: str = "") -> str:
    namespace = f' xmlns="{space}"' if space else ""
    result = f"<GetAccountBalanceResult>{request}\n{inner}</GetAccountBalanceResult>"
    return f"<GetAccountBalanceResponse{namespace}>{HEAD}\n{result}</GetAccountBalanceResponse>"


def enveloped(message: str, header: str = "") -> bytes:
    return f'<s:Envelope xmlns:s="{ENVELOPE}">{header}<s:Body>\n{message}</s:Body></s:Envelope>'.encode()


def missed(found: Audit) -> list[tuple[str, int | None]]:
    return [(one.finding.requirement, one.line) for one in found.findings if one.finding.outcome is Outcome.MISSED]


@pytest.mark.parametrize("version", VERSIONS)
def test_genuine_replies_are_met_as_in_a_run(version: str) -> None:
    """Nothing is told that a run does not tell, all that needs no call is; bare, and in an envelope of the version."""
    for exchange in islice(bulk_exchanges(4, version), 60):
        assert exchange.response is not None
        body = exchange.response.body
        found = audit(body, version)
        assert (found.version, found.version_from, found.unmeasured) == (version, "as asked", "")
        told = [one.finding for one in found.findings]
        assert [one for one in told if one.outcome is Outcome.MISSED] == []
        live = list(in_force(judge(exchange), version))
        assert [one for one in told if one not in live and one.requirement != NEEDS_A_CALL] == []
        assert [one for one in live if one not in told and one.requirement in OF_THE_REPLY] == []
        root = parse(body)
        named = etree.tostring(root, encoding="unicode").replace(
            root.tag, f'{root.tag} xmlns="{MESSAGE_NAMESPACE}{version}"', 1
        )
        by_name = audit(enveloped(named))
        assert (by_name.kind, by_name.version, by_name.version_from) == (found.kind, version, "by its namespace")
        assert [one.finding for one in by_name.findings] == told


@pytest.mark.parametrize("version", VERSIONS)
def test_a_reply_is_judged_by_a_version_that_it_fits(version: str) -> None:
    """The newest of them, where none is asked for and the reply names none."""
    for exchange in islice(bulk_exchanges(5, version), 25):
        assert exchange.response is not None
        found = audit(exchange.response.body)
        assert (found.version or "") >= version
        assert found.version_from == "the newest that it fits"
        assert missed(found) == []


SIMILAR = "<NumberOfSimilarHITs>1</NumberOfSimilarHITs>"
GROUP = "<HITGroupId>G</HITGroupId>"


@pytest.mark.parametrize(
    ("members", "version", "source"),
    [
        ("", LATEST, "the newest that it fits"),
        (SIMILAR, "2011-10-01", "the newest that it fits"),
        ("<HITStatus>Assignable</HITStatus><Nonsense/>", LATEST, "the one that it fits best"),
    ],
)
def test_what_a_reply_holds_tells_its_version(members: str, version: str, source: str) -> None:
    """The newest on a tie, also where it fits none."""
    found = audit(f"<GetHITResponse>{HEAD}<HIT>{VALID}<HITId>H</HITId>{members}</HIT></GetHITResponse>".encode())
    assert (found.kind, found.version, found.version_from) == ("reply of GetHIT", version, source)


@pytest.mark.parametrize("space", ["", f"{MESSAGE_NAMESPACE}2099-01-01"])
def test_an_unknown_version_in_the_namespace_is_no_fault(space: str) -> None:
    """The reply is judged by what it fits."""
    found = audit(balance(space=space).encode())
    assert (found.version, missed(found)) == (LATEST, [])


def test_a_version_asked_for_goes_before_the_one_in_the_namespace() -> None:
    """And the output says so."""
    found = audit(balance(space=f"{MESSAGE_NAMESPACE}2008-08-02").encode(), "2014-08-15")
    assert found.version == "2014-08-15"
    assert found.version_from == "as asked; its namespace says '2008-08-02'"


@pytest.mark.parametrize("version", ["2006-10-31", None])
def test_a_version_without_the_operation_measures_nothing(version: str | None) -> None:
    """Asked for, or named by the namespace."""
    operation = next(name for name in shapes_for(LATEST).operations if name not in shapes_for("2006-10-31").operations)
    space = "" if version else f' xmlns="{MESSAGE_NAMESPACE}2006-10-31"'
    found = audit(f"<{operation}Response{space}/>".encode(), version)
    assert found.findings == ()
    assert f"2006-10-31 ({found.version_from}) has no operation {operation}, which is in " in found.unmeasured


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (balance(request="<Request><IsValid>true</IsValid></Request>"), [("Common.Response.is-valid", 2)]),
        (balance(space="http://e.example/"), [(ROOT, 1)]),
        (
            balance().replace("<RequestId>r</RequestId>", ""),
            [("GetAccountBalance.Result.element", 1), ("Common.Response.operation-request", 1)],
        ),
        (
            balance(request=VALID.replace("</IsValid>", "</IsValid><Errors/>")),
            [("Common.Response.success-has-no-errors", 2)],
        ),
        (
            "<GetQualificationRequestsResponse>"
            f"{HEAD}<GetQualificationRequestsResult>{VALID}<NumResults>2</NumResults><TotalNumResults>2</TotalNumResults>"
            "<PageNumber>1</PageNumber></GetQualificationRequestsResult></GetQualificationRequestsResponse>",
            [("GetQualificationRequests.Result.elements", 1)],
        ),
    ],
)
@pytest.mark.parametrize("wrapped", [False, True])
def test_a_fault_is_found_with_its_line(body: str, expected: list[tuple[str, int]], wrapped: bool) -> None:
    """Bare and in an envelope, where everything is a line further down."""
    found = audit(enveloped(body) if wrapped else body.encode())
    assert missed(found) == [(name, line + wrapped) for name, line in expected]


def test_an_echo_alone_is_no_list_without_counters() -> None:
    """The response group Request, asked for alone, answers with the parameters and nothing else."""
    name = "GetQualificationRequests"
    echo = f"<{name}Request><QualificationTypeId>T</QualificationTypeId></{name}Request>"
    request = f"<Request><IsValid>True</IsValid>{echo}</Request>"
    assert (
        missed(audit(f"<{name}Response>{HEAD}<{name}Result>{request}</{name}Result></{name}Response>".encode())) == []
    )


def test_an_error_is_a_reply_like_any_other() -> None:
    """Under Request, and under OperationRequest where no result comes."""
    error = "<Errors><Error><Code>AWS.X</Code><Message>no (1)</Message></Error></Errors>"
    refused = balance("", request=f"<Request><IsValid>False</IsValid>{error}</Request>")
    access = f"<OperationRequest><RequestId>r</RequestId>{error}</OperationRequest>"
    denied = f"<GetAccountBalanceResponse>{access}</GetAccountBalanceResponse>"
    for body in (refused, denied):
        found = audit(body.encode())
        assert (found.kind, missed(found), found.unmeasured) == ("reply of GetAccountBalance", [], "")


@pytest.mark.parametrize(
    ("errors", "actual"),
    [
        ("<Error><Code>Forbidden</Code><Message>retired</Message></Error>", None),
        ("<Error><Code>Forbidden</Code></Error>", "Error 1 without Message"),
        (
            "<Error><Code>A</Code><Message>m</Message></Error><Error><Code> </Code><Message/></Error>",
            "Error 2 without Code",
        ),
        ("", "no Error"),
    ],
)
def test_the_front_end_answers_in_a_root_of_its_own(errors: str, actual: str | None) -> None:
    """It belongs to no operation, so to no version."""
    found = audit(f"<Response><Errors>{errors}</Errors><RequestID>r</RequestID></Response>".encode())
    (told,) = found.findings
    assert (found.kind, found.version) == ("reply of the front end", None)
    assert told.finding.requirement == ERRORS
    assert (told.finding.outcome is Outcome.MET) == (actual is None)
    assert told.finding.actual.startswith(actual or "")


def test_a_document_in_a_reply_is_judged_with_both_paths() -> None:
    """The outer path to the text, the inner one in it; the line is that of the text."""
    answer = "&lt;QuestionFormAnswers&gt;&lt;Answer/&gt;&lt;/QuestionFormAnswers&gt;"
    item = f"<Assignment>\n<AssignmentId>A</AssignmentId>\n<Answer>{answer}</Answer></Assignment>"
    name = "GetAssignmentsForHIT"
    counters = "<NumResults>1</NumResults><TotalNumResults>1</TotalNumResults><PageNumber>1</PageNumber>"
    body = f"<{name}Response>{HEAD}<{name}Result>{VALID}{counters}{item}</{name}Result></{name}Response>"
    inner = [one for one in audit(body.encode()).findings if " → " in one.finding.where]
    outer = f"/{name}Response/{name}Result[1]/Assignment[1]/Answer"
    assert {one.finding.where.partition(" → ")[0] for one in inner} == {outer}
    assert {one.line for one in inner} == {3}
    assert any(one.finding.outcome is Outcome.MISSED for one in inner)


@pytest.mark.parametrize(
    ("body", "kind", "told"),
    [
        (b"<Envelope><Body/></Envelope>", "SOAP envelope", "namespace"),
        (
            b"<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope'><s:Body/></s:Envelope>",
            "SOAP envelope",
            "1.2",
        ),
        (enveloped(""), "SOAP envelope", "holds 0 elements"),
        (enveloped("<a/><b/>"), "SOAP envelope", "holds 2 elements"),
    ],
)
def test_an_envelope_that_is_none_of_soap_1_1_does_not_conform(body: bytes, kind: str, told: str) -> None:
    """What is wrong with it is told; nothing in it is judged."""
    found = audit(body)
    (only,) = found.findings
    assert (found.kind, only.finding.requirement, only.finding.outcome) == (kind, SOAP, Outcome.MISSED)
    assert told in only.finding.actual


def test_a_soap_fault_is_not_measured() -> None:
    """It is no reply of an operation."""
    fault = "<s:Fault><faultcode>s:Client</faultcode><faultstring>no such thing</faultstring></s:Fault>"
    found = audit(enveloped(fault))
    assert (found.kind, found.findings) == ("SOAP fault", ())
    assert "'Client: no such thing'" in found.unmeasured


def test_the_message_notify_comes_bare_or_in_an_envelope() -> None:
    """As a file of a receptor has it."""
    message = '<Notify xmlns="http://requester.mturk.amazonaws.com/doc/2006-05-05"/>'
    for body in (message.encode(), enveloped(message)):
        found = audit(body)
        assert found.kind == "notification message"
        assert "NotificationMessage.soap" in [name for name, _ in missed(found)]


def test_a_call_in_an_envelope_is_not_measured() -> None:
    """What is judged alone is a reply."""
    call = f'<GetHIT xmlns="{MESSAGE_NAMESPACE}2014-08-15"/>'
    assert "is a call of GetHIT" in audit(enveloped(call)).unmeasured
